import { JAVASCRIPT_MUTATIONS, PYTHON_MUTATIONS } from './code.ts';
import { CONFIG_MUTATIONS } from './config.ts';
import { FLOW_MUTATIONS } from './flows.ts';
import { HTTP_MUTATIONS } from './http.ts';
import type { Mutation } from './mutation.ts';
import { REPOSITORY_MUTATIONS } from './repository.ts';
import { STORE_MUTATIONS } from './store.ts';

/** Every mutation; `node scripts/mutate.js` tries them. */
export const MUTATIONS: readonly Mutation[] = [
  ...REPOSITORY_MUTATIONS,
  ...CONFIG_MUTATIONS,
  ...HTTP_MUTATIONS,
  ...FLOW_MUTATIONS,
  ...JAVASCRIPT_MUTATIONS,
  ...PYTHON_MUTATIONS,
  ...STORE_MUTATIONS,
];
