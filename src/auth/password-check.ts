/**
 * Threat: an answer, or the time that it takes, tells whether a name exists (CWE-203, CWE-208, ASVS
 * 5.0 6.3.8; claim G2.081), or passwords can be tried without end. Known and unknown names ask the
 * same questions in the same order, hash once, write the same rows, and get the same refusal.
 */
import { type AccountId, type PersonId, RATE_LIMITS } from '../base/index.ts';
import { limitedAddress } from '../guard/index.ts';
import type { SignInFacts } from '../store/index.ts';
import type { AuthParts } from './auth-parts.ts';
import { countedAs, type TriedFrom } from './counted-names.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';
import { type FailureWaits, mustWait } from './failure-waits.ts';
import type { ShownName } from './shown-names.ts';

export type Checked =
  | {
      readonly facts: SignInFacts;
      /** Failures of the name just before; those that count where this came from are forgotten. */
      readonly failures: number;
    }
  | { readonly refused: RefusedCheck };

/** For the record; who asked learns nothing of it. */
export interface RefusedCheck {
  readonly account: AccountId;
  readonly person?: PersonId;
  /** As `ShownName` gives it. */
  readonly name: string;
  readonly reason: 'unknown' | 'wrong' | 'inactive' | 'suspended';
}

export interface PasswordChecks {
  /**
   * Whether this password is right for this name, and the person may sign in. A refusal counts as a
   * failure of the name, as it is tried from there; its record is the caller's. Errors:
   * RATE_LIMITED, PASSWORDS_BUSY, LIMITER_UNAVAILABLE.
   */
  check(given: Given, from: CheckedFrom): Promise<Checked>;
}

export interface PasswordRechecks {
  /**
   * The same question to the store once more, for what was right a moment ago and has changed
   * since. It takes from no limit, and clears no failures; a refusal counts as above. Errors:
   * PASSWORDS_BUSY.
   */
  again(given: Given, from: TriedFrom): Promise<Checked>;
}

export interface CheckedFrom extends TriedFrom {
  /** It counts as a sign-in of the address too, of which nobody took one yet. */
  readonly takesAddress?: boolean;
}

interface Given {
  readonly username: string;
  readonly password: string;
}

/** One door for all that takes a name and a password. */
export function openPasswordChecks(
  parts: Pick<AuthParts, 'store' | 'passwords' | 'rates' | 'settings'> & {
    readonly shownName: ShownName;
  },
  waits: FailureWaits,
): PasswordChecks & PasswordRechecks {
  const { store, passwords, shownName } = parts;

  async function judge(
    { username, password }: Given,
    { failures, own }: { readonly failures: number; readonly own: string },
  ): Promise<Checked> {
    const facts = await store.directory.signIn(username);
    const isRight = await passwords.isRight(password, facts?.passwordHash);
    const reason = whyNot(facts, isRight);
    if (reason === undefined && facts !== undefined) return { facts, failures };
    await waits.note(own);
    const refused = {
      account: facts?.account ?? DEFAULT_ACCOUNT,
      ...(facts === undefined ? {} : { person: facts.person.id }),
      name: shownName(username),
      reason: reason ?? 'unknown',
    };
    return { refused };
  }

  return {
    check: async (given, from) => {
      const { own, shared } = await countedAs(store.directory, given.username, from);
      await takeOne(parts, own, from);
      const failures = await waits.refuseEarly(own);
      const checked = await judge(given, { failures: failures.count, own });
      if ('refused' in checked) return checked;
      // Of many guesses at once, those count that the limit would have let in one by one.
      if ((await waits.refuseEarly(own)).count > 0) await waits.clear(own);
      if (own === shared) return checked;
      // Those of strangers are told and stay: who guesses shall not begin anew with each sign-in.
      const others = await waits.past(shared);
      return { ...checked, failures: checked.failures + others.count };
    },
    again: async (given, from) => {
      const { own } = await countedAs(store.directory, given.username, from);
      return judge(given, { failures: 0, own });
    },
  };
}

function whyNot(
  facts: SignInFacts | undefined,
  isRight: boolean,
): RefusedCheck['reason'] | undefined {
  if (facts === undefined) return 'unknown';
  if (!isRight) return 'wrong';
  if (!facts.person.isActive) return 'inactive';
  return facts.isAccountActive ? undefined : 'suspended';
}

/**
 * So many tries of one name a minute, whether they succeed or not; and of one address, where that
 * was not taken before: HTTP Basic sends passwords to any route. Errors: RATE_LIMITED.
 */
async function takeOne(
  { rates, settings }: Pick<AuthParts, 'rates' | 'settings'>,
  own: string,
  { address, takesAddress = false }: CheckedFrom,
): Promise<void> {
  if (!settings.isLimited) return;
  const what = { name: 'sign-in', limit: RATE_LIMITS['sign-in'] };
  const ofAddress = { ...what, by: 'address', subject: limitedAddress(address) };
  const takings = [{ ...what, by: 'name', subject: own }, ...(takesAddress ? [ofAddress] : [])];
  const verdict = await rates.take(takings, { isSensitive: true });
  if (verdict?.isAllowed === false) throw mustWait(verdict.retryAfterMs, verdict.taking.by);
}
