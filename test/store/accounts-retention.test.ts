import { readdir, rename, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AccountId, type FlowId, RETENTION_LIMITS } from '../../src/base/index.ts';
import type { BlobRef } from '../../src/contract/index.ts';
import { DUE_BLOBS } from '../../src/store/accounts/left-blobs.ts';
import type { JournalUnit, Store } from '../../src/store/index.ts';
import { keyDraft } from './access-rows.ts';
import {
  A,
  auditOf,
  B,
  codeOf,
  ENDED,
  NOW,
  type StoreWorld,
  saveFlow,
  startOf,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
let store: Store;
let flow: FlowId;
beforeAll(async () => {
  world = await storeWorld();
  store = world.store;
  flow = await saveFlow(store);
});
afterAll(() => world.close());
beforeEach(async () => {
  for (const table of ['journal', 'executions', 'left_blobs']) {
    await world.sql(`DELETE FROM sluice.${table}`);
  }
});

const DAY = 24 * 60 * 60 * 1000;
const put = (text: string, account = A) =>
  store.account(account).blobs.put(Buffer.from(text.padEnd(300_000, '.')));
const isThere = async ({ blob }: BlobRef, account = A) =>
  (await codeOf(store.account(account).blobs.get(blob))) === 'done';

type Named = Partial<Pick<JournalUnit, 'outputs' | 'entries' | 'startedAt'>> & {
  readonly inputs?: BlobRef;
};

/** An execution that has ended, and what it names. */
async function ended(endedAt: number, { inputs, ...more }: Named = {}, account = A) {
  const of = account === A ? flow : await saveFlow(store, account);
  const unit = startOf(
    of,
    { account, ...ENDED, endedAt, ...more },
    { createdAt: endedAt - 5, ...(inputs === undefined ? {} : { inputs: { ref: inputs } }) },
  );
  await store.journal.write(unit);
  return unit.execution;
}
const stepWith = (ref: BlobRef, more: object = {}) => ({
  sequence: 1,
  text: JSON.stringify({
    sequence: 1,
    at: NOW,
    kind: 'step.ended',
    step: { node: 'n', valueRef: ref, ...more },
  }),
});

const blobFiles = async () =>
  (await readdir(world.blobFolder, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name));
/** All content was last put before the time that it is kept. */
const age = async () => {
  const old = new Date(Date.now() - 2 * RETENTION_LIMITS.leftBlobMs);
  for (const file of await blobFiles()) await utimes(file, old, old);
};
/** The time that content is kept after its last execution is over. */
const waitIsOver = () => world.sql('UPDATE sluice.left_blobs SET due_at = 0');
const remove = (before = NOW) => store.accounts.removeExecutions(before);
const sweep = async () => {
  await waitIsOver();
  await remove(0);
};
const left = () => world.sql('SELECT * FROM sluice.left_blobs');

describe('executions that ended long ago', () => {
  it('go with their journals, and those that ended since or have not ended stay', async () => {
    const old = await ended(NOW - 91 * DAY);
    const young = await ended(NOW - 89 * DAY);
    const ofOther = await ended(NOW - 91 * DAY, {}, B);
    const open = startOf(flow, {}, { createdAt: NOW - 200 * DAY });
    const queued = startOf(flow, { status: 'queued' }, { createdAt: NOW - 200 * DAY });
    for (const unit of [open, queued]) await store.journal.write(unit);
    expect(await remove(NOW - 90 * DAY)).toBe(2);
    expect(await remove(NOW - 90 * DAY)).toBe(0);
    const { executions } = store.account(A);
    expect(await executions.get(old)).toBeUndefined();
    expect(await executions.entries(old, 0, 10)).toEqual([]);
    expect(await store.account(B).executions.get(ofOther)).toBeUndefined();
    for (const id of [young, open.execution, queued.execution]) {
      expect(await executions.get(id)).toBeDefined();
      expect(await executions.entries(id, 0, 10)).toHaveLength(1);
    }
    expect(await world.sql('SELECT DISTINCT execution_id FROM sluice.journal')).toHaveLength(3);
  });

  it('count for the key that started them, once, also where no key is used for so long', async () => {
    const { keys } = store.account(A);
    const draft = keyDraft();
    await keys.create(draft, auditOf('key.create'));
    const [old, older, young] = [
      await ended(NOW - 91 * DAY, { startedAt: NOW - 91 * DAY - 60_000 }),
      await ended(NOW - 92 * DAY, { startedAt: NOW - 92 * DAY - 30_000 }),
      await ended(NOW, { startedAt: NOW - 10_000 }),
    ];
    await keys.reserve(draft.id, old, NOW - 91 * DAY);
    await keys.reserve(draft.id, older, NOW - 92 * DAY);
    await keys.reserve(draft.id, young, NOW);
    const before = await keys.usage(draft.id, NOW);
    expect(before.months.map(({ durationMs }) => durationMs)).toEqual([10_000, 90_000]);
    const other = await world.another();
    const note = { key: draft.id, requests: 0, at: NOW, address: '192.0.2.1' };
    // Also while a use is noted, which settles the same.
    await Promise.all([
      remove(NOW - 90 * DAY),
      other.accounts.removeExecutions(NOW - 90 * DAY),
      store.directory.noteKeyUse([note]),
    ]);
    await remove(NOW - 90 * DAY);
    expect(await store.account(A).executions.get(old)).toBeUndefined();
    expect((await keys.usage(draft.id, NOW)).months).toEqual(before.months);
    expect(await world.sql('SELECT FROM sluice.key_executions')).toEqual([]);
  });

  it('go some at a time, each once, however many do it', async () => {
    const many = RETENTION_LIMITS.executions + 50;
    await world.sql(
      `INSERT INTO sluice.executions (account_id, id, flow_id, flow_name, version, status, inputs,
        created_at, ended_at, started_by, epoch, last_sequence)
      SELECT 'a', gen_random_uuid(), $1, '', 1, 'completed', '{}', n, n, '', 1, 1
      FROM generate_series(1, $2::int) AS n`,
      [flow, many],
    );
    expect(await remove()).toBe(RETENTION_LIMITS.executions);
    const other = await world.another();
    const both = await Promise.all([remove(), other.accounts.removeExecutions(NOW)]);
    expect(both.reduce((sum, count) => sum + count, 0)).toBe(50);
    expect(await remove()).toBe(0);
  });

  it('go one at a time where their journals are long', async () => {
    const size = RETENTION_LIMITS.entries;
    const add = (at: number) =>
      world.sql(
        `INSERT INTO sluice.executions (account_id, id, flow_id, flow_name, version, status, inputs,
          created_at, ended_at, started_by, epoch, last_sequence)
        VALUES ('a', gen_random_uuid(), $1, '', 1, 'completed', '{}', $2, $2, '', 1, $3)`,
        [flow, at, size],
      );
    for (let at = 0; at < 3; at += 1) await add(at);
    expect([await remove(), await remove(), await remove(), await remove()]).toEqual([1, 1, 1, 0]);
  });
});

describe('content', () => {
  it('goes a day after the last execution that named it, in whatever way it did', async () => {
    const [inputs, outputs, step] = [await put('inputs'), await put('outputs'), await put('step')];
    const untouched = await put('of nobody');
    await ended(NOW - DAY, { inputs, outputs: { ref: outputs }, entries: [stepWith(step)] });
    await age();
    expect(await remove()).toBe(1);
    await remove();
    expect(await left()).toHaveLength(3);
    for (const ref of [inputs, outputs, step]) expect(await isThere(ref)).toBe(true);
    await sweep();
    for (const ref of [inputs, outputs, step]) expect(await isThere(ref)).toBe(false);
    expect(await isThere(untouched)).toBe(true);
    expect(await left()).toEqual([]);
  });

  it.each([
    ['inputs', (ref: BlobRef): Named => ({ inputs: ref })],
    ['outputs', (ref: BlobRef): Named => ({ outputs: { ref } })],
    ['a step', (ref: BlobRef): Named => ({ entries: [stepWith(ref)] })],
    [
      'a step that a retry took over',
      (ref: BlobRef): Named => ({ entries: [stepWith(ref, { reusedFrom: 'x' })] }),
    ],
    [
      'a wait, and its members in another order',
      ({ blob, bytes }: BlobRef): Named => ({
        entries: [{ sequence: 1, text: JSON.stringify({ wait: { valueRef: { bytes, blob } } }) }],
      }),
    ],
  ])('stays while another execution names it as %s', async (name, naming) => {
    const ref = await put(`named as ${name}`);
    await ended(NOW - DAY, { inputs: ref });
    await ended(NOW + 1, naming(ref));
    await age();
    expect(await remove()).toBe(1);
    await sweep();
    expect(await isThere(ref)).toBe(true);
    expect(await left()).toEqual([]);
    // And goes with that one.
    expect(await remove(NOW + 2)).toBe(1);
    await sweep();
    expect(await isThere(ref)).toBe(false);
  });

  it('stays where somebody came to name it after the executions went', async () => {
    const ref = await put('taken over');
    await ended(NOW - DAY, { inputs: ref });
    await age();
    await remove();
    await ended(NOW + 1, { entries: [stepWith(ref)] });
    await sweep();
    expect(await isThere(ref)).toBe(true);
  });

  it('stays where it was put again, though nothing names it yet, and goes a day later', async () => {
    const ref = await put('put again');
    await ended(NOW - DAY, { inputs: ref });
    await age();
    await remove();
    await put('put again');
    await sweep();
    expect(await isThere(ref)).toBe(true);
    expect(await left()).toHaveLength(1);
    await age();
    await sweep();
    expect(await isThere(ref)).toBe(false);
  });

  it('of the same bytes in another account stays', async () => {
    const [ref] = [await put('the same'), await put('the same', B)];
    await ended(NOW - DAY, { inputs: ref });
    await ended(NOW + 1, { inputs: ref }, B);
    await age();
    await remove();
    await sweep();
    expect(await isThere(ref)).toBe(false);
    expect(await isThere(ref, B)).toBe(true);
  });

  it('that a killed process left aside is removed, or put back where it is new', async () => {
    const [old, fresh] = [await put('aside and old'), await put('aside and new')];
    for (const inputs of [old, fresh]) await ended(NOW - DAY, { inputs });
    await age();
    await put('aside and new');
    await remove();
    for (const file of await blobFiles()) {
      const isOne = file.endsWith(old.blob) || file.endsWith(fresh.blob);
      if (isOne) await rename(file, `${file}.going`);
    }
    await sweep();
    expect(await isThere(old)).toBe(false);
    expect(await isThere(fresh)).toBe(true);
    expect((await blobFiles()).filter((file) => file.endsWith('.going'))).toEqual([]);
  });

  it('is never lost by who puts it while it is being removed', async () => {
    for (let round = 0; round < 20; round += 1) {
      const ref = await put(`raced ${round}`);
      await ended(NOW - DAY, { inputs: ref });
      await age();
      await remove();
      await waitIsOver();
      await Promise.all([remove(0), remove(0), put(`raced ${round}`), put(`raced ${round}`)]);
      expect(await isThere(ref)).toBe(true);
    }
  });

  it('is judged by looks into indexes, however many executions there are', async () => {
    await world.sql(
      `INSERT INTO sluice.executions (account_id, id, flow_id, flow_name, version, status,
        inputs_blob, created_at, ended_at, started_by, epoch, last_sequence)
      SELECT 'a', gen_random_uuid(), $1, '', 1, 'completed', md5(n::text) || md5('') || ':5', n, n,
        '', 1, 1
      FROM generate_series(1, 5000) AS n`,
      [flow],
    );
    await world.sql(
      `INSERT INTO sluice.journal SELECT account_id, id, 1, 1, 1,
        CASE WHEN created_at % 20 = 0 THEN '{"blob":"' || left(inputs_blob, 64) || '"}'
          ELSE repeat('x', 500) END FROM sluice.executions`,
    );
    await world.sql(
      `INSERT INTO sluice.left_blobs
      SELECT 'a', md5(n::text) || md5('other'), 0 FROM generate_series(1, 100) AS n`,
    );
    await world.sql('ANALYZE');
    const plan = await world.sql<{ 'QUERY PLAN': string }>(
      `EXPLAIN ${DUE_BLOBS.replace('$1', '100')}`,
    );
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).not.toMatch(/Seq Scan on (?:journal|executions)/);
    expect(text).toMatch(/Index Cond: .*left.*inputs_blob, 64\) = l\.blob/);
    expect(text).toMatch(/Index Cond: .*left.*outputs_blob, 64\) = l\.blob/);
    expect(text).toMatch(/Index Cond: \(sluice\.named_blobs\(entries\) @> ARRAY\[l\.blob\]\)/);
  });

  it('that a flow only speaks of is no file, and does no harm', async () => {
    const hostile = { blob: 'a'.repeat(64), bytes: 1 };
    const path = { blob: '../../../../etc/passwd', bytes: 1 };
    await ended(NOW - DAY, { entries: [stepWith(hostile)] });
    await ended(NOW - DAY, { entries: [stepWith(path)] });
    expect(await remove()).toBe(2);
    expect(await left()).toHaveLength(1);
    await sweep();
    expect(await left()).toEqual([]);
  });

  it('of an account that is being deleted is left to its deletion', async () => {
    const account = 'going' as AccountId;
    await store.ensureAccount(account, 'going');
    await ended(NOW - DAY, {}, account);
    await world.sql("UPDATE sluice.accounts SET status = 'deleting' WHERE id = 'going'");
    expect(await remove()).toBe(0);
  });
});
