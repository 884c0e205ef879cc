import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditFilter } from '../../src/store/index.ts';
import { A, auditOf } from '../store/open-test-store.ts';
import { auditOver, type StoreWorld, storeWorld } from './audit-world.ts';

let world: StoreWorld;
let audit: ReturnType<typeof auditOver>;
beforeAll(async () => {
  world = await storeWorld();
  audit = auditOver(world.store);
  // Every third is of another kind in all that is filtered by; the last two are of before the rest.
  for (const at of [1, 2, 3, 4, 5, 6]) await append(at);
  await audit.sealNow();
  await audit.close();
  for (const at of [7, 8, 9, 0, 3]) await append(at);
});
afterAll(() => world.close());

const append = (at: number) => {
  const kind = at % 3 === 0 ? 'rare' : 'common';
  const entry = auditOf(`${kind}.act`, { at, actor: `key:${kind}`, targetId: kind });
  return world.store.account(A).audit.append(entry);
};

async function listed(filter: AuditFilter, limit: number) {
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const { items, nextCursor } = await world.store.account(A).audit.list(filter, page);
    found.push(...items.map(({ at }) => at));
    cursor = nextCursor;
  } while (cursor !== undefined);
  return found;
}

describe('a list of audit rows of which some wait for their seal', () => {
  it.each<[string, AuditFilter]>([
    ['actor', { actor: 'key:rare' }],
    ['target', { targetId: 'rare' }],
    ['action', { action: 'rare.act' }],
    ['beginning of an action', { action: 'rare.*' }],
    ['all of them', { actor: 'key:rare', targetId: 'rare', action: 'rare.act' }],
  ])('has sealed and unsealed ones in one order, by %s', async (_name, filter) => {
    expect(await listed(filter, 100)).toEqual([9, 6, 3, 3, 0]);
    expect(await listed(filter, 2)).toEqual([9, 6, 3, 3, 0]);
    expect(await listed(filter, 1)).toEqual([9, 6, 3, 3, 0]);
    expect(await listed({ ...filter, from: 3, to: 9 }, 1)).toEqual([6, 3, 3]);
  });

  it('gives nobody rows of another account, by no filter', async () => {
    const { items } = await world.store
      .account('somebody-else' as typeof A)
      .audit.list({ actor: 'key:rare' }, { limit: 100 });
    expect(items).toEqual([]);
  });
});
