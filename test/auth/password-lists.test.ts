import { describe, expect, it } from 'vitest';
import { COMMON_NAMES } from '../../src/auth/common-names.ts';
import { COMMON_WORDS } from '../../src/auth/common-words.ts';
import { openPasswordRules } from '../../src/auth/password-rules.ts';
import { seededRandom } from '../../src/base/index.ts';
import { corpusText } from './corpus.ts';

// 2,000 in the suite; FUZZ_RUNS=100000 for a long run.
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);
const rules = openPasswordRules({ isComplex: false });
const isTaken = (password: string) => {
  try {
    rules.judge(password, { names: [] });
    return true;
  } catch {
    return false;
  }
};
const linesOf = (path: string) => {
  return corpusText(path)
    ?.split(/\r?\n/)
    .filter((line) => Buffer.byteLength(line) >= 8 && Buffer.byteLength(line) <= 72);
};
// The same ones in each run: what is refused among random passwords must not come and go.
const random = seededRandom(20_261_121);
const many = (make: () => string) => Array.from({ length: RUNS }, make);
const pick = (list: readonly string[] | string) => {
  return list[Math.floor(random.next() * list.length)] ?? '';
};

describe('passwords that are guessed first', () => {
  const john = linesOf('passwords/fuzzdb-john.txt');
  const known = linesOf('jwt/weak-jwt-secrets.txt');

  // The words were written by somebody who had read this list: it shows that none came loose since,
  // and not how well the rules do on a list that they have not seen.
  it.skipIf(john === undefined)('are refused, all of a list that the rules were made with', () => {
    expect(john?.length).toBe(466);
    expect(john?.filter(isTaken)).toEqual([]);
  });

  it.skipIf(known === undefined)('are refused, three in four of a list of known secrets', () => {
    const step = Math.max(1, Math.floor((known?.length ?? 0) / RUNS));
    const tried = (known ?? []).filter((_secret, index) => index % step === 0);
    expect(tried.filter(isTaken).length / tried.length).toBeLessThan(0.25);
  });
});

describe('passwords that nobody guesses', () => {
  const words = [...COMMON_WORDS, ...COMMON_NAMES].flatMap((text) => text.split(/\s+/));
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const few = RUNS / 1_000;

  it.each([
    [
      'four words, even of our own list, with signs between',
      () => [1, 2, 3, 4].map(() => pick(words)).join('-'),
    ],
    ['twelve letters and digits', () => draw(12, `${letters}${letters.toUpperCase()}0123456789`)],
    ['twelve small letters', () => draw(12, letters)],
    ['twelve hex digits', () => draw(12, '0123456789abcdef')],
  ])('are taken: %s', (_what, make) => {
    const refused = many(() => make().slice(0, 72)).filter((password) => !isTaken(password));
    expect(refused.length, refused.slice(0, 9).join(' ')).toBeLessThanOrEqual(few);
  });

  function draw(length: number, from: string): string {
    return Array.from({ length }, () => pick(from)).join('');
  }
});
