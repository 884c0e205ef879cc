/**
 * Threat: passwords are guessed, here or from a stolen database, and the time of an answer tells
 * which names exist (CWE-208, CWE-521, CWE-916; ASVS 5.0 6.2, 6.3.8, 11.4.2; claims G2.079 to
 * G2.084). bcrypt, because the guides ask for it; it looks at 72 bytes, so a longer password is
 * refused instead of being cut.
 */
import { ACCESS_LIMITS } from '../base/index.ts';
import { randomBelow } from '../crypto/index.ts';
import type { Passwords } from './auth.ts';
import { openPasswordRules } from './password-rules.ts';
import { openTurns } from './password-turns.ts';

export interface PasswordOptions {
  /** BCRYPT_ROUNDS: doublings, from 4. */
  readonly rounds: number;
  /** PASSWORD_COMPLEXITY. */
  readonly isComplex: boolean;
  /** Of a hash in the settings that stays as it is; what is refused does as much work. */
  readonly roundsKept?: number;
  /** Absent: ACCESS_LIMITS.passwordHashesAtOnce and passwordHashesWaiting. */
  readonly turns?: { readonly atOnce: number; readonly waiting: number };
}

/** A bcrypt hash as we take it; `2x` marks hashes of a broken program, and is none. */
const HASH = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** The doublings of a hash; undefined for what is none. */
export function roundsOf(hash: string): number | undefined {
  const rounds = HASH.exec(hash)?.[1];
  return rounds === undefined ? undefined : Number(rounds);
}

/**
 * Passwords at this cost. They are hashed byte for byte as they were sent, in UTF-8: ASVS 5.0 6.2.8
 * forbids to change them, and hashes that another server made of the same bytes stay good.
 */
export function openPasswords(options: PasswordOptions): Passwords {
  const { rounds, isComplex } = options;
  const turn = openTurns(options.turns ?? TURNS);
  // All do the work of as many rounds as any hash may have that stays.
  const most = Math.max(rounds, options.roundsKept ?? 0);
  const rules = openPasswordRules({ isComplex });
  return {
    hash: async (password, about) => {
      rules.judge(password, about);
      const { hash } = await import('@node-rs/bcrypt');
      return turn(() => hash(bytesOf(password), { cost: rounds }), 'later');
    },
    isRight: (password, given) =>
      turn(async () => {
        const { verify } = await import('@node-rs/bcrypt');
        const isUsable = isHashable(password) && given !== undefined && HASH.test(given);
        // The same work for whoever is unknown, and for what can be nobody's password.
        const bytes = isHashable(password) ? bytesOf(password) : bytesOf('');
        const isSame = await verify(bytes, isUsable ? given : decoyHash(most));
        // A hash of fewer rounds: 2^c + 2^c + 2^(c+1) + ... up to 2^(most-1) are 2^most.
        const before = isUsable ? (roundsOf(given) ?? most) : most;
        for (let cost = Math.max(before, ROUNDS_LEAST); cost < most; cost += 1) {
          await verify(bytes, decoyHash(cost));
        }
        return isSame && isUsable;
      }, 'first'),
    // One of more rounds would tell by its time that there is such a name.
    isOld: (hash) => roundsOf(hash) !== rounds,
    generate,
  };
}

/** bcrypt has no less. */
const ROUNDS_LEAST = 4;

const TURNS = {
  atOnce: ACCESS_LIMITS.passwordHashesAtOnce,
  waiting: ACCESS_LIMITS.passwordHashesWaiting,
};

function bytesOf(password: string): Uint8Array {
  return Buffer.from(password, 'utf8');
}

/** What every bcrypt reads to its end: all stop after 72 bytes, and some at a NUL. */
function isHashable(password: string): boolean {
  return (
    password.length <= ACCESS_LIMITS.passwordBytes &&
    Buffer.byteLength(password) <= ACCESS_LIMITS.passwordBytes &&
    !password.includes('\0')
  );
}

/** A hash of the right form and cost whose password nobody knows: it was drawn, not computed. */
function decoyHash(rounds: number): string {
  const cost = String(rounds).padStart(2, '0');
  return `$2b$${cost}$vT8Jq2mYx0RkWc5LhZs1Du7NgPfBoXaE3iKtM4yQdVw6UzS9HrGeC`; // not-a-secret
}

const GROUPS = 5;
const LETTERS = 'abcdefghjkmnpqrstuvwxyz';
const DIGITS = '23456789';

/**
 * Five groups of five, each a letter, three letters or digits and a digit: 111 bits, without those
 * that look alike. The first group is in capitals, so that it passes every policy.
 */
function generate(): string {
  const draw = (from: string) => from.charAt(randomBelow(from.length));
  const both = LETTERS + DIGITS;
  const groups = Array.from({ length: GROUPS }, () =>
    [LETTERS, both, both, both, DIGITS].map(draw).join(''),
  );
  return groups.map((group, index) => (index === 0 ? group.toUpperCase() : group)).join('-');
}
