import type { Advice } from './advice.ts';

/** How a check came out; with `look` only a person can tell. */
export type CheckState = 'pass' | 'fail' | 'look';

/** One check of the production checklist. */
export interface Checked<Id extends string = string> {
  readonly id: Id;
  readonly state: CheckState;
  /** What was looked at and found, as a sentence without its full stop; nothing secret. */
  readonly seen: string;
  /** What to do; there unless it passed. */
  readonly remedy?: string;
}

/** It is as it should be. */
export function passed<Id extends string>(id: Id, seen: string): Checked<Id> {
  return { id, state: 'pass', seen };
}

/** It is not. */
export function failed<Id extends string>(id: Id, seen: string, remedy: string): Checked<Id> {
  return { id, state: 'fail', seen, remedy };
}

/** A program cannot tell; `remedy` says where to look. */
export function toLookAt<Id extends string>(id: Id, seen: string, remedy: string): Checked<Id> {
  return { id, state: 'look', seen, remedy };
}

const SHOWN_MAX = 3;

/** Fails with what is advised, the remedy of the first; passes where nothing is. */
export function checkedBy<Id extends string>(
  id: Id,
  advised: readonly Pick<Advice['problem'], 'message' | 'remedy'>[],
  good: string,
): Checked<Id> {
  const [first] = advised;
  if (first === undefined) return passed(id, good);
  const shown = advised.slice(0, SHOWN_MAX).map(({ message }) => message);
  const more = advised.length - shown.length;
  const seen = `${shown.join('; ')}${more === 0 ? '' : `; and ${more} more`}`;
  return failed(id, seen, first.remedy);
}
