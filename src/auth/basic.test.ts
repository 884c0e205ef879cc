import { describe, expect, it } from 'vitest';
import type { AccountId, PersonId } from '../base/index.ts';
import type { SignInFacts, Store } from '../store/index.ts';
import { openBasic } from './basic.ts';
import type { PasswordChecks } from './password-check.ts';

const account = 'a' as AccountId;
const GIVEN = { username: 'Ann', password: 'right' };

function factsOf(passwordHash: string, isActive = true): SignInFacts {
  const person = { id: 'p' as PersonId, username: 'ann', displayName: 'Ann', role: 'user' };
  const times = { createdAt: 1, updatedAt: 1 };
  return {
    account,
    isAccountActive: true,
    passwordHash,
    person: { ...person, ...times, isActive },
  };
}

function world() {
  const state = { now: 0, facts: factsOf('hash-1'), tries: 0, ofAddress: 0 };
  const store = { directory: { signIn: async () => state.facts } } as unknown as Store;
  const clock = { now: () => state.now, sleep: async () => undefined };
  const check: PasswordChecks['check'] = async ({ password }, { takesAddress }) => {
    state.tries += 1;
    if (takesAddress === true) state.ofAddress += 1;
    await Promise.resolve();
    const isRight = password === 'right' && state.facts.person.isActive;
    if (isRight) return { facts: state.facts, failures: 0 };
    return { refused: { account, name: 'ann', reason: 'wrong' } };
  };
  const basic = openBasic({ store, clock }, { check });
  return { state, basic: { check: (given: typeof GIVEN) => basic.check(given, '192.0.2.1') } };
}

describe('HTTP Basic', () => {
  it('tries a password once a minute, for many at once too', async () => {
    const { state, basic } = world();
    await Promise.all(Array.from({ length: 20 }, () => basic.check(GIVEN)));
    expect(state.tries).toBe(1);
    state.now = 59_999;
    await basic.check({ ...GIVEN, username: 'ANN' });
    expect(state.tries).toBe(1);
    state.now = 60_000;
    await basic.check(GIVEN);
    expect(state.tries).toBe(2);
  });

  it('remembers no password that was wrong, and none for another name', async () => {
    const { state, basic } = world();
    const wrong = { ...GIVEN, password: 'wrong' };
    expect(await basic.check(wrong)).toHaveProperty('refused');
    expect(await basic.check(wrong)).toHaveProperty('refused');
    await basic.check(GIVEN);
    await basic.check({ ...GIVEN, username: 'bob' });
    expect(state.tries).toBe(4);
  });

  it('tries anew when the password was changed, and reads the person each time', async () => {
    const { state, basic } = world();
    await basic.check(GIVEN);
    state.facts = factsOf('hash-2');
    await basic.check(GIVEN);
    expect(state.tries).toBe(2);
    state.facts = factsOf('hash-2', false);
    expect(await basic.check(GIVEN)).toHaveProperty('refused');
  });

  it('counts for the address what is tried for the first time, and no password that fitted', async () => {
    const { state, basic } = world();
    await basic.check(GIVEN);
    for (const minute of [1, 2, 3]) {
      state.now = minute * 60_000;
      await basic.check(GIVEN);
    }
    expect([state.tries, state.ofAddress]).toEqual([4, 1]);
    await basic.check({ ...GIVEN, password: 'wrong' });
    await basic.check({ ...GIVEN, password: 'wrong' });
    expect(state.ofAddress).toBe(3);
    state.facts = factsOf('hash-2');
    await basic.check(GIVEN);
    expect(state.ofAddress).toBe(4);
  });

  it('remembers nothing for longer where the clock went back', async () => {
    const { state, basic } = world();
    state.now = 3_600_000;
    await basic.check(GIVEN);
    state.now = 0;
    await basic.check(GIVEN);
    expect(state.tries).toBe(2);
  });
});
