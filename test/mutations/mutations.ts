import { LIMIT_MUTATIONS, PASSWORD_MUTATIONS, SETTINGS_MUTATIONS } from './access.ts';
import { RECORD_MUTATIONS, RIGHTS_MUTATIONS } from './access-flows.ts';
import { JAVASCRIPT_MUTATIONS, PYTHON_MUTATIONS } from './code.ts';
import { CONFIG_MUTATIONS } from './config.ts';
import { FLOW_MUTATIONS } from './flows.ts';
import { HTTP_MUTATIONS } from './http.ts';
import type { Mutation } from './mutation.ts';
import { OPERATOR_MUTATIONS } from './operator.ts';
import { DOOR_MUTATIONS, GATE_MUTATIONS, TOKEN_MUTATIONS } from './records.ts';
import { AUDIT_MUTATIONS, PACE_MUTATIONS } from './records-audit.ts';
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
  ...OPERATOR_MUTATIONS,
  ...SETTINGS_MUTATIONS,
  ...PASSWORD_MUTATIONS,
  ...LIMIT_MUTATIONS,
  ...RIGHTS_MUTATIONS,
  ...RECORD_MUTATIONS,
  ...TOKEN_MUTATIONS,
  ...GATE_MUTATIONS,
  ...DOOR_MUTATIONS,
  ...PACE_MUTATIONS,
  ...AUDIT_MUTATIONS,
];
