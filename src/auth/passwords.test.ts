import { verify } from '@node-rs/bcrypt';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../errors/index.ts';
import { openPasswords } from './passwords.ts';

// The real one, counted: time is never asserted, so the work is.
vi.mock('@node-rs/bcrypt', async (original) => {
  const real = await original<typeof import('@node-rs/bcrypt')>();
  return { ...real, verify: vi.fn(real.verify) };
});

const passwords = openPasswords({ rounds: 4, isComplex: false });
const ABOUT = { names: ['jane'] };
const LONG = 'k7Vq-zR2wM.u4TgXe9LpYb+n3CdFs6HjAa8KvQ_oZi5rEWtBx1DmGyNc7UfPhSl0JRq2Vw.e8';

const codeOf = async (act: Promise<unknown>) => {
  const error = await act.then(() => undefined).catch((reason: unknown) => reason);
  return error instanceof AppError ? error.code : error;
};

describe('a hash', () => {
  it('is of bcrypt with the rounds that are set, and never the same twice', async () => {
    const one = await passwords.hash('violin crater pencil', ABOUT);
    expect(one).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
    expect(await passwords.hash('violin crater pencil', ABOUT)).not.toBe(one);
    expect(await passwords.isRight('violin crater pencil', one)).toBe(true);
    expect(await passwords.isRight('violin crater pencii', one)).toBe(false);
    expect(await passwords.isRight(one, one)).toBe(false);
  });

  it('is never made of a weak password', async () => {
    expect(await codeOf(passwords.hash('password123', ABOUT))).toBe('PASSWORD_WEAK');
    expect(await codeOf(passwords.hash('jane-1987', ABOUT))).toBe('PASSWORD_WEAK');
  });

  it.each([8, 64, 72])('of %i bytes looks at the last one', async (length) => {
    const password = LONG.slice(0, length);
    const hash = await passwords.hash(password, ABOUT);
    expect(await passwords.isRight(password, hash)).toBe(true);
    expect(await passwords.isRight(`${password.slice(0, -1)}~`, hash)).toBe(false);
  });

  it('of 72 bytes does not fit what begins like it, and longer ones are not made', async () => {
    const hash = await passwords.hash(LONG.slice(0, 72), ABOUT);
    expect(await passwords.isRight(LONG, hash)).toBe(false);
    expect(await passwords.isRight(LONG.slice(0, 72).padEnd(128, 'x'), hash)).toBe(false);
    expect(await passwords.isRight(`${LONG.slice(0, 72)}\0`, hash)).toBe(false);
    expect(await codeOf(passwords.hash(LONG, ABOUT))).toBe('PASSWORD_WEAK');
    expect(await codeOf(passwords.hash(LONG.padEnd(128, 'x'), ABOUT))).toBe('PASSWORD_WEAK');
  });

  it('does not fit a password of 72 letters that are 73 bytes', async () => {
    // Counted in letters it would be let in, and bcrypt would cut off the last one.
    const password = `${LONG.slice(0, 70)}ж`;
    const hash = await passwords.hash(password, ABOUT);
    expect(await passwords.isRight(password, hash)).toBe(true);
    expect(`${password}x`).toHaveLength(72);
    expect(await passwords.isRight(`${password}x`, hash)).toBe(false);
  });

  it('is of the bytes that were sent: another spelling of a letter is another password', async () => {
    const hash = await passwords.hash('vi\u00f6lin crater pencil', ABOUT);
    expect(await passwords.isRight('vi\u00f6lin crater pencil', hash)).toBe(true);
    expect(await passwords.isRight('vio\u0308lin crater pencil', hash)).toBe(false);
  });

  it('of another server is taken as 2a, 2b and 2y, and not as 2x or anything else', async () => {
    const hash = await passwords.hash('violin crater pencil', ABOUT);
    const is = (given: string) => passwords.isRight('violin crater pencil', given);
    for (const kind of ['2a', '2b', '2y']) expect(await is(hash.replace('2b', kind))).toBe(true);
    for (const bad of [hash.replace('2b', '2x'), hash.slice(0, -1), `${hash} `, '', 'violin']) {
      expect(await is(bad)).toBe(false);
    }
  });

  it('is old when it has other rounds than now', async () => {
    const hash = await passwords.hash('violin crater pencil', ABOUT);
    expect(passwords.isOld(hash)).toBe(false);
    expect(openPasswords({ rounds: 5, isComplex: false }).isOld(hash)).toBe(true);
    // It would tell by its time that there is such a name.
    expect(openPasswords({ rounds: 5, isComplex: false }).isOld(hash.replace('04', '06'))).toBe(
      true,
    );
  });
});

describe('without a hash', () => {
  it.each(['violin crater pencil', '', 'x'.repeat(99), 'a\0b', '\ud800'])(
    'no password is right (%#)',
    async (password) => {
      expect(await passwords.isRight(password, undefined)).toBe(false);
    },
  );

  it('one hash of the same rounds is computed in every case', async () => {
    const slow = openPasswords({ rounds: 6, isComplex: false });
    const hash = await slow.hash('violin crater pencil', ABOUT);
    const cases: readonly (readonly [string, string | undefined])[] = [
      ['violin crater pencil', hash],
      ['violin crater pencii', hash],
      ['violin crater pencil', undefined],
      ['x'.repeat(99), hash],
      ['a\0b', hash],
      ['violin crater pencil', 'no hash'],
      ['x'.repeat(99), undefined],
    ];
    for (const [password, given] of cases) {
      vi.mocked(verify).mockClear();
      await slow.isRight(password, given);
      expect(vi.mocked(verify).mock.calls.map(([, used]) => String(used).slice(0, 7))).toEqual([
        '$2b$06$',
      ]);
    }
  });
});

describe('a hash of fewer rounds than the others', () => {
  const workOf = async (password: string, hash: string | undefined, roundsKept?: number) => {
    const options = roundsKept === undefined ? {} : { roundsKept };
    const those = openPasswords({ rounds: 7, isComplex: false, ...options });
    vi.mocked(verify).mockClear();
    await those.isRight(password, hash);
    const costs = vi.mocked(verify).mock.calls.map(([, used]) => Number(String(used).slice(4, 6)));
    return costs.reduce((sum, cost) => sum + 2 ** cost, 0);
  };

  it('costs as much as one of theirs, and as a name that nobody has', async () => {
    const hash = await passwords.hash('violin crater pencil', ABOUT);
    for (const password of ['violin crater pencil', 'violin crater pencii', 'x'.repeat(99)]) {
      expect(await workOf(password, hash)).toBe(2 ** 7);
      expect(await workOf(password, undefined)).toBe(2 ** 7);
    }
  });

  it('and all as much as the one of the settings that stays', async () => {
    const hash = await passwords.hash('violin crater pencil', ABOUT);
    const kept = hash.replace('$04$', '$08$');
    for (const given of [hash, kept, undefined]) {
      expect(await workOf('violin crater pencii', given, 8)).toBe(2 ** 8);
    }
  });
});

describe('many at once', () => {
  it('who signs in comes before new passwords, of which some come in between', async () => {
    const few = openPasswords({ rounds: 4, isComplex: false, turns: { atOnce: 1, waiting: 9 } });
    const order: string[] = [];
    const noted = (name: string, work: Promise<unknown>) => work.then(() => order.push(name));
    await Promise.all([
      ...[1, 2, 3].map(() => noted('hash', few.hash('violin crater pencil', ABOUT))),
      ...[1, 2, 3, 4, 5, 6].map(() => noted('sign-in', few.isRight('violin crater', undefined))),
    ]);
    const two = ['sign-in', 'sign-in'];
    expect(order).toEqual([...two, ...two, 'hash', ...two, 'hash', 'hash']);
  });

  it('new passwords that wait send no sign-in away', async () => {
    const few = openPasswords({ rounds: 4, isComplex: false, turns: { atOnce: 1, waiting: 2 } });
    const hashes = Array.from({ length: 9 }, () => codeOf(few.hash('violin crater pencil', ABOUT)));
    const signIns = [1, 2].map(() => codeOf(few.isRight('violin crater', undefined)));
    expect((await Promise.all(hashes)).filter((code) => code === 'PASSWORDS_BUSY')).toHaveLength(7);
    expect(await Promise.all(signIns)).toEqual([undefined, undefined]);
  });

  it('wait in turn, and those beyond are sent away before any work', async () => {
    const few = openPasswords({ rounds: 4, isComplex: false, turns: { atOnce: 1, waiting: 2 } });
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => codeOf(few.isRight('violin crater pencil', undefined))),
    );
    expect(codes.filter((code) => code === undefined)).toHaveLength(3);
    expect(codes.filter((code) => code === 'PASSWORDS_BUSY')).toHaveLength(7);
    expect(await codeOf(few.isRight('violin crater pencil', undefined))).toBeUndefined();
  });
});

describe('a password that is made here', () => {
  it('has five groups without look-alikes, passes every rule, and is never made twice', () => {
    const made = Array.from({ length: 2_000 }, () => passwords.generate());
    expect(new Set(made).size).toBe(2_000);
    for (const password of made) {
      expect(password).toMatch(/^[A-HJKMNP-Z2-9]{5}(?:-[a-hjkmnp-z2-9]{5}){4}$/);
    }
  });

  it('is taken, also with PASSWORD_COMPLEXITY', async () => {
    const complex = openPasswords({ rounds: 4, isComplex: true });
    for (let index = 0; index < 20; index += 1) {
      const password = complex.generate();
      expect(await complex.isRight(password, await complex.hash(password, ABOUT))).toBe(true);
    }
  });
});
