import { describe, expect, it } from 'vitest';
import type { AccountId, PersonId } from '../base/index.ts';
import type { IdentityFacts, IdentityQuestion } from '../store/index.ts';
import { openIdentities } from './identities.ts';

const account = 'a' as AccountId;
const question = (id: string): IdentityQuestion => ({
  kind: 'person',
  account,
  id: id as PersonId,
});
const idOf = (one: IdentityQuestion) => ('id' in one ? one.id : one.hash);

/** Answers when the test says so, with what is committed when the question is sent. */
function directory() {
  const committed = new Set<string>();
  const sent: { readonly ids: readonly string[]; answer(): void; fail(): void }[] = [];
  const identities = (questions: readonly IdentityQuestion[]) =>
    new Promise<readonly (IdentityFacts | undefined)[]>((resolve, reject) => {
      const facts = questions.map((one) =>
        committed.has(idOf(one)) ? { account, isAccountActive: true } : undefined,
      );
      sent.push({
        ids: questions.map(idOf),
        answer: () => resolve(facts),
        fail: () => reject(new Error('the store is away')),
      });
    });
  return { committed, sent, identities };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('questions who somebody is', () => {
  it('that are asked in one go are one question, each with its own answer', async () => {
    const world = directory();
    world.committed.add('p3');
    const { askAll } = openIdentities(world);
    const all = askAll(['p1', 'p3', 'p1'].map(question));
    await settled();
    expect(world.sent.map(({ ids }) => ids)).toEqual([['p1', 'p3', 'p1']]);
    world.sent[0]?.answer();
    expect((await all).map((facts) => facts !== undefined)).toEqual([false, true, false]);
  });

  it('never join one that was sent, and a crowd shares the next', async () => {
    const world = directory();
    const { ask } = openIdentities(world);
    const first = ask(question('p'));
    await settled();
    const second = ask(question('p'));
    await settled();
    // Committed while both are under way: whoever asks now must see it.
    world.committed.add('p');
    const later = Array.from({ length: 700 }, () => ask(question('p')));
    await settled();
    expect(world.sent.map(({ ids }) => ids.length)).toEqual([1, 1]);
    world.sent[0]?.answer();
    world.sent[1]?.answer();
    expect([await first, await second]).toEqual([undefined, undefined]);
    await settled();
    expect(world.sent.map(({ ids }) => ids.length)).toEqual([1, 1, 500, 200]);
    for (const one of world.sent) one.answer();
    expect((await Promise.all(later)).every((facts) => facts !== undefined)).toBe(true);
  });

  it('fail for those who asked alone, and the next is asked anew', async () => {
    const world = directory();
    const { ask } = openIdentities(world);
    const failed = ask(question('p'));
    await settled();
    world.sent[0]?.fail();
    await expect(failed).rejects.toThrow('the store is away');
    const next = ask(question('p'));
    await settled();
    world.sent[1]?.answer();
    await expect(next).resolves.toBeUndefined();
  });
});
