import type { AttackSet } from '../attack.ts';
import { EXPRESSION_SETS } from './expressions.ts';
import { FLOW_SETS } from './flows.ts';
import { JAVASCRIPT_FLOODS } from './javascript-floods.ts';
import { JAVASCRIPT_TRICKS } from './javascript-tricks.ts';
import { JAVASCRIPT_WAYS_OUT } from './javascript-ways-out.ts';
import { OPENED_JAVASCRIPT } from './opened-javascript.ts';
import { OPENED_PYTHON } from './opened-python.ts';
import { PYTHON_FLOODS } from './python-floods.ts';
import { PYTHON_REACH } from './python-reach.ts';
import { PYTHON_WAYS_OUT } from './python-ways-out.ts';
import { TEMPLATE_BOMBS } from './template-bombs.ts';

/** What needs no process: templates and the text of flows. */
export const READ_SETS: readonly AttackSet[] = [
  ...EXPRESSION_SETS,
  ...TEMPLATE_BOMBS,
  ...FLOW_SETS,
];

/** Through the sandbox as it is. */
export const JAVASCRIPT_SETS: readonly AttackSet[] = [
  ...JAVASCRIPT_WAYS_OUT,
  ...JAVASCRIPT_TRICKS,
  ...JAVASCRIPT_FLOODS,
];
export const PYTHON_SETS: readonly AttackSet[] = [
  ...PYTHON_WAYS_OUT,
  ...PYTHON_REACH,
  ...PYTHON_FLOODS,
];

/** With a hole in the interpreter, so that the jail stands alone. */
export const OPENED_PYTHON_SETS: readonly AttackSet[] = OPENED_PYTHON;
export const OPENED_JAVASCRIPT_SETS: readonly AttackSet[] = OPENED_JAVASCRIPT;

export const ALL_SETS: readonly AttackSet[] = [
  ...READ_SETS,
  ...JAVASCRIPT_SETS,
  ...PYTHON_SETS,
  ...OPENED_PYTHON_SETS,
  ...OPENED_JAVASCRIPT_SETS,
];
