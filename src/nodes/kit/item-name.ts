import type { Value } from '../../base/index.ts';
import type { ConfigIssue } from '../../contract/index.ts';

/** Names that a template already gives a meaning; an item under one of them could not be read. */
const TAKEN: ReadonlySet<string> = new Set(
  (
    'and or not in is if else true false none True False None loop ' +
    'inputs env secrets execution_id workflow_id node_name _iteration_index _is_first _is_last'
  ).split(' '),
);

/** Checks that templates can read the item of a split or foreach under its `item_name`. */
export function itemNameIssues(name: Value | undefined): readonly ConfigIssue[] {
  if (typeof name !== 'string') return [];
  if (/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) && !TAKEN.has(name)) return [];
  const reason = TAKEN.has(name) ? 'has a meaning of its own' : 'is not an identifier';
  return [
    {
      code: 'INVALID_NAME',
      field: 'item_name',
      message: `item_name ${JSON.stringify(name.slice(0, 80))} ${reason} in a template`,
      remedy: 'Use letters, digits and _, such as company or order_line.',
    },
  ];
}
