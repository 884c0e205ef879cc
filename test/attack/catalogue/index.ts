import type { Advisory } from './advisory.ts';
import { FLOWISE, LANGFLOW } from './flowise-langflow.ts';
import { N8N } from './n8n.ts';
import { OTHERS } from './others.ts';

/** Every published advisory of rivals that we know of, with what keeps it from coming true here. */
export const ADVISORIES: readonly Advisory[] = [...N8N, ...FLOWISE, ...LANGFLOW, ...OTHERS];

export type { Advisory, Proof } from './advisory.ts';
