import type { FailedAttempt, Principal, Way } from '../auth/index.ts';
import type { Verdict } from '../guard/index.ts';
import type { Caller } from './call.ts';

/**
 * What is known of a request so far. Filled while it is judged, so that a record of a refusal tells
 * all that was found until then.
 */
export interface Judged {
  readonly caller: Caller;
  /** Puts headers on the answer, whatever it will be. */
  note(headers: Readonly<Record<string, string>>): void;
  principal?: Principal;
  way?: Way;
  attempt?: FailedAttempt;
  /** The tightest of the limits that it counted against. */
  verdict?: Verdict;
  /** The refusal is one of many in a row, of which the first was recorded. */
  isToldAlready?: boolean;
}
