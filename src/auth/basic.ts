/**
 * Threat: HTTP Basic sends the password with every request, so it is tried as at a sign-in, and
 * what is remembered of it would let somebody in whose password was changed or who was switched off
 * (ASVS 5.0 V7.4.3). Remembered is only that one password fitted one hash: the
 * person, their hash and their rights are read each time.
 */
import { ACCESS_LIMITS, foldName } from '../base/index.ts';
import { hmacSha256, randomText, sha256Hex } from '../crypto/index.ts';
import type { SignInFacts } from '../store/index.ts';
import type { AuthParts } from './auth-parts.ts';
import type { Checked, PasswordChecks } from './password-check.ts';

interface Fitted {
  /** The SHA-256 of the hash that the password fitted. */
  readonly hashDigest: string;
  readonly until: number;
}

export interface BasicChecks {
  /** The person as they stand now, or why not; errors as PasswordChecks.check. */
  check(given: Given, address: string): Promise<Checked>;
}

interface Given {
  readonly username: string;
  readonly password: string;
}

/**
 * Takes a password that fitted for ACCESS_LIMITS.basicMs without hashing it again. What is tried
 * for the first time counts as a sign-in of its address: else every route would take guesses.
 */
export function openBasic(
  { store, clock }: Pick<AuthParts, 'store' | 'clock'>,
  checks: PasswordChecks,
): BasicChecks {
  // Of this process alone: what is remembered is worth nothing outside it.
  const key = Buffer.from(randomText(32));
  const fitted = new Map<string, Fitted>();
  const underWay = new Map<string, Promise<Checked>>();

  async function fresh(mark: string, given: Given, address: string) {
    // Many may use one address; what fitted before is no guess.
    const takesAddress = !fitted.has(mark);
    const checked = await checks.check(given, { address, takesAddress });
    if ('facts' in checked) remember(mark, checked.facts);
    else fitted.delete(mark);
    return checked;
  }

  function remember(mark: string, facts: SignInFacts): void {
    fitted.delete(mark);
    const [oldest] = fitted.keys();
    if (fitted.size >= ACCESS_LIMITS.basicKept && oldest !== undefined) fitted.delete(oldest);
    const until = clock.now() + ACCESS_LIMITS.basicMs;
    fitted.set(mark, { hashDigest: sha256Hex(facts.passwordHash), until });
  }

  /** Undefined where it must be tried anew. */
  async function recalled(mark: string, username: string): Promise<Checked | undefined> {
    const known = fitted.get(mark);
    if (known === undefined) return undefined;
    const facts = await store.directory.signIn(username);
    const isGood =
      facts?.isAccountActive === true &&
      facts.person.isActive &&
      sha256Hex(facts.passwordHash) === known.hashDigest;
    if (!isGood) fitted.delete(mark);
    const leftMs = known.until - clock.now();
    // A clock that went back makes nothing last longer.
    const isFresh = leftMs > 0 && leftMs <= ACCESS_LIMITS.basicMs;
    return isGood && isFresh ? { facts, failures: 0 } : undefined;
  }

  return {
    check: async (given, address) => {
      const text = JSON.stringify([foldName(given.username), given.password]);
      const mark = Buffer.from(hmacSha256(key, text)).toString('base64url');
      const known = await recalled(mark, given.username);
      if (known !== undefined) return known;
      const others = underWay.get(mark);
      if (others !== undefined) {
        // The same password at the same moment is one try; the rights are read for each.
        const checked = await others;
        return 'refused' in checked
          ? checked
          : ((await recalled(mark, given.username)) ?? fresh(mark, given, address));
      }
      const own = fresh(mark, given, address);
      underWay.set(mark, own);
      try {
        return await own;
      } finally {
        underWay.delete(mark);
      }
    },
  };
}
