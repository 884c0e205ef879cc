import { describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/audit/verify-chain.ts';
import { ACCOUNT, cutTables, KEYS, sealedTables, storeOf, type Tables } from './chain-model.ts';
import { mutationsOf } from './mutations.ts';

/** Another number of mutations: AUDIT_MUTATIONS=100000. */
const MUTATIONS = Number(process.env.AUDIT_MUTATIONS ?? 10_000);

const verify = (tables: Tables) => verifyChain({ seals: storeOf(tables), keys: KEYS }, ACCOUNT);

describe('a chain of audit rows', () => {
  const whole = sealedTables([1, 7, 20, 3, 1, 12]);
  const cut = cutTables(sealedTables([5, 9, 30, 6]), 14);

  it('is intact as it was sealed, also after its beginning was cut off with a signature', async () => {
    expect(await verify(whole)).toMatchObject({
      isIntact: true,
      checked: 44,
      firstSequence: 1,
      lastSequence: 44,
      checkpoints: 6,
    });
    expect(await verify(cut)).toMatchObject({
      isIntact: true,
      checked: 36,
      firstSequence: 15,
      lastSequence: 50,
      checkpoints: 3,
    });
    expect(await verify({ rows: [], checkpoints: [] })).toMatchObject({ isIntact: true });
  });

  it(`finds each of ${MUTATIONS} edits, removals, swaps, insertions and cuts, and its first row`, async () => {
    for (const [seed, tables] of [whole, cut].entries()) {
      const mutation = mutationsOf(tables, seed + 1);
      for (let index = 0; index < MUTATIONS / 2; index += 1) {
        const { name, first, tables: changed } = mutation(index);
        const { isIntact, firstBad } = await verify(changed);
        // Formed only where it fails: there are many.
        if (isIntact || firstBad?.sequence !== first) {
          expect({ name, index, seed, found: firstBad }).toEqual({ name, first });
        }
      }
    }
  });
});
