import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JanitorOptions, openJanitor } from '../../src/audit/index.ts';
import type { AccountId } from '../../src/base/index.ts';
import { A, auditOf, B } from '../store/open-test-store.ts';
import { auditOver, hastyClock, keptLog, type StoreWorld, storeWorld } from './audit-world.ts';
import { KEYS } from './chain-model.ts';

const DAY = 24 * 60 * 60_000;
const NOW = 1_800_000_000_000;

let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
afterAll(() => world.close());

/** One turn of a janitor over the real store, but for what accounts do. */
async function clean(more: Partial<JanitorOptions> = {}, batches: readonly number[] = []) {
  const asked: number[] = [];
  const left = [...batches];
  const log = keptLog();
  const janitor = openJanitor({
    store: {
      seals: world.store.seals,
      account: world.store.account,
      accounts: {
        removeExecutions: async (before) => {
          asked.push(before);
          return left.shift() ?? 0;
        },
        advanceDeletion: async () => ({ done: true, gone: [] }),
      },
    },
    keys: KEYS,
    clock: hastyClock(NOW),
    log,
    auditDays: 365,
    executionDays: 90,
    operator: B,
    removeFiles: async () => undefined,
    ...more,
  });
  await janitor.now();
  await janitor.close();
  return { asked, log };
}

const write = (account: typeof A, ages: readonly number[]) =>
  world.store
    .account(account)
    .audit.appendAll(
      ages.map((days) => auditOf('flow.create', { at: NOW - days * DAY, targetId: `${days}` })),
    );

describe('retention', () => {
  it('G2.118 removes audit records after a year, keeps younger ones, and leaves a signed cut', async () => {
    const audit = auditOver(world.store);
    await write(A, [700, 500, 400, 367, 366, 364, 100, 1]);
    await write(B, [364, 2]);
    await audit.sealNow();
    await clean();
    const rows = await world.sql<{ target_id: string }>(
      "SELECT target_id FROM sluice.audit_events WHERE account_id = 'a' AND action = 'flow.create' ORDER BY at",
    );
    expect(rows.map((row) => row.target_id)).toEqual(['364', '100', '1']);
    await audit.sealNow();
    expect(await audit.verify(A)).toMatchObject({
      isIntact: true,
      firstSequence: 6,
      lastSequence: 9,
      checked: 4,
    });
    expect(await audit.verify(B)).toMatchObject({ isIntact: true, firstSequence: 1 });
    const { items } = await world.store
      .account(A)
      .audit.list({ action: 'audit.retain' }, { limit: 9 });
    expect(items).toMatchObject([{ actor: 'server', details: { removed: 5 } }]);

    // Once more, from the cut on; and the chain that was removed whole goes on.
    await clean({ clock: hastyClock(NOW + 3_000 * DAY) });
    await audit.sealNow();
    const report = await audit.verify(A);
    expect(report).toMatchObject({ isIntact: true, firstSequence: 10, lastSequence: 10 });
    expect(await world.store.seals.checkpoints(A, 0, 100)).toHaveLength(2);
    await audit.close();
  });

  it('removes nothing that no cut covers: a forged cut is found', async () => {
    const audit = auditOver(world.store);
    await write(A, [3, 2, 1]);
    await audit.sealNow();
    await world.sql(`INSERT INTO sluice.audit_checkpoints
      SELECT account_id, 12, 'cut', mac, at, key_id, signature FROM sluice.audit_checkpoints
      WHERE account_id = 'a' AND sequence = 10 AND kind = 'head'`);
    await world.sql("DELETE FROM sluice.audit_events WHERE account_id = 'a' AND sequence <= 12");
    expect((await audit.verify(A)).isIntact).toBe(false);
    await audit.close();
  });

  it('removes executions after 90 days, batch by batch, and tells how many', async () => {
    const { asked } = await clean({}, [1_000, 1_000, 7]);
    // Three batches and what ends them, and one look at the start of the next turn.
    expect(asked).toEqual(Array.from({ length: 5 }, () => NOW - 90 * DAY));
    const { items } = await world.store
      .account(B)
      .audit.list({ action: 'execution.retain' }, { limit: 9 });
    expect(items[0]).toMatchObject({ details: { removed: 2_007 } });
  });

  it('hands on accounts that are gone, and goes on where one of its parts fails', async () => {
    const gone = ['x', 'y'] as AccountId[];
    const removed: AccountId[] = [];
    const { seals, account } = world.store;
    const turns = [
      { done: false, gone: [] },
      { done: false, gone },
      { done: true, gone: [] },
    ];
    const { log } = await clean({
      store: {
        seals,
        account,
        accounts: {
          removeExecutions: () => Promise.reject(new Error('away')),
          advanceDeletion: async () => turns.shift() ?? { done: true, gone: [] },
        },
      },
      removeFiles: async (one) => void removed.push(one),
    });
    expect(removed.slice(0, 2)).toEqual(gone);
    expect(log.lines.map(({ level }) => level)).toContain('warn');
  });
});
