import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_LIMITS, type ExecutionId, type FlowId, type KeyId } from '../../src/base/index.ts';
import type { KeyDraft, KeyStore } from '../../src/store/index.ts';
import { addPerson, DAY, hashOf, keyDraft, keyId, tally } from './access-rows.ts';
import {
  A,
  auditOf,
  B,
  codeOf,
  executionId,
  NOW,
  type StoreWorld,
  saveFlow,
  startOf,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
let keys: KeyStore;
let flow: FlowId;
beforeAll(async () => {
  world = await storeWorld();
  ({ keys } = world.store.account(A));
  flow = await saveFlow(world.store);
});
afterAll(() => world.close());

const audit = auditOf('key.change');
const recordsOf = (action: string) =>
  world.sql<{ id: string }>('SELECT id FROM sluice.audit_events WHERE action = $1', [action]);

async function made(more: Partial<KeyDraft> = {}): Promise<KeyId> {
  const draft = keyDraft(more);
  await keys.create(draft, auditOf('key.create'));
  return draft.id;
}

/** Writes an execution that has been running since NOW; ended where an end is given. */
async function wrote(execution: ExecutionId, endedAt?: number): Promise<void> {
  const end = endedAt === undefined ? {} : { status: 'failed' as const, endedAt };
  await world.store.journal.write(startOf(flow, { execution, ...end }));
}

describe('a key', () => {
  it('comes back as made, and nothing that could be used comes with it', async () => {
    const { id: person } = await addPerson(world.store);
    const draft = keyDraft({
      person,
      scopes: ['flows:read', 'flows:write'],
      networks: ['192.0.2.0/24'],
      minutesAMonth: 10,
      concurrentExecutions: 2,
      expiresAt: NOW + DAY,
    });
    const { hash, ...record } = draft;
    expect(await keys.create(draft, audit)).toEqual(record);
    expect(await keys.get(draft.id)).toEqual(record);
    const text = JSON.stringify([
      await keys.get(draft.id),
      await keys.list({}, { limit: 50 }),
      await keys.revoke(draft.id, NOW, audit),
    ]);
    expect(text).not.toContain(hash);
  });

  it('changes; null takes a limit away, and what is not named stays', async () => {
    const id = await made({ minutesAMonth: 5, concurrentExecutions: 3, expiresAt: NOW + 5 });
    const change = { name: 'renamed', minutesAMonth: null, expiresAt: NOW + 9, networks: ['::1'] };
    const changed = await keys.update(id, change, auditOf('key.update'));
    expect(changed).toMatchObject({
      name: 'renamed',
      concurrentExecutions: 3,
      expiresAt: NOW + 9,
      networks: ['::1'],
    });
    expect(changed).not.toHaveProperty('minutesAMonth');
    expect(await keys.get(id)).toEqual(changed);
    expect(await recordsOf('key.update')).toHaveLength(1);
  });

  it('that is revoked stays so: no change, no rotation, no second record', async () => {
    const id = await made();
    const revoked = await keys.revoke(id, NOW + 1, auditOf('key.revoke'));
    expect(revoked).toMatchObject({ revokedAt: NOW + 1 });
    expect(await keys.revoke(id, NOW + 2, auditOf('key.revoke'))).toEqual(revoked);
    expect(await recordsOf('key.revoke')).toHaveLength(1);
    expect(await codeOf(keys.update(id, { expiresAt: null }, audit))).toBe('KEY_REVOKED');
    const next = { prefix: 'sk_n', hash: hashOf('next'), at: NOW, graceUntil: NOW + DAY };
    expect(await codeOf(keys.rotate(id, next, audit))).toBe('KEY_REVOKED');
    expect(await codeOf(keys.reserve(id, executionId(), NOW))).toBe('KEY_REVOKED');
  });

  it('is one of so many that are not revoked, for a person and for nobody', async () => {
    const { id: person } = await addPerson(world.store);
    const most = ACCESS_LIMITS.keysAPerson;
    await Promise.all(Array.from({ length: most - 1 }, () => made({ person })));
    const drafts = Array.from({ length: 5 }, () => keyDraft({ person }));
    const answers = await Promise.all(drafts.map((draft) => codeOf(keys.create(draft, audit))));
    expect(tally(answers)).toEqual({ done: 1, LIMIT_REACHED: 4 });
    await made();
    const winner = drafts[answers.indexOf('done')];
    if (winner === undefined) throw new Error('one was made');
    await keys.revoke(winner.id, NOW, audit);
    expect(await codeOf(keys.create(keyDraft({ person }), audit))).toBe('done');
  });

  it('G5.288 is listed by whom it is for, and by age since it was made or rotated', async () => {
    const { id: person } = await addPerson(world.store);
    const old = await made({ person, createdAt: NOW - 91 * DAY });
    const rotated = await made({ person, createdAt: NOW - 92 * DAY });
    const young = await made({ person, createdAt: NOW - DAY });
    const next = { prefix: 'sk_r', hash: hashOf('rotated'), at: NOW - 2 * DAY };
    await keys.rotate(rotated, next, audit);
    const idsOf = async (filter: Parameters<KeyStore['list']>[0]) =>
      (await keys.list(filter, { limit: 200 })).items.map(({ id }) => id);
    expect(await idsOf({ of: person })).toEqual([young, old, rotated]);
    expect(await idsOf({ of: person, before: NOW - 90 * DAY })).toEqual([old]);
    expect(await idsOf({ of: 'nobody' })).not.toContain(old);
    const { items, nextCursor = '' } = await keys.list({ of: person }, { limit: 2 });
    expect(items).toHaveLength(2);
    const rest = await keys.list({ of: person }, { limit: 2, cursor: nextCursor });
    expect(rest.items.map(({ id }) => id)).toEqual([rotated]);
  });

  it('that acts for itself has itself and those of nobody that it made, in full pages', async () => {
    const { id: person } = await addPerson(world.store);
    const robot = await made();
    const createdBy = `key:${robot}`;
    const own = [robot];
    for (let at = 1; at <= 4; at += 1) {
      own.unshift(await made({ createdBy, createdAt: NOW + at }));
      await made({ createdAt: NOW + at });
      await made({ createdBy, person, createdAt: NOW + at });
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 3; pages += 1) {
      const next = cursor === undefined ? {} : { cursor };
      const page = await keys.list({ of: { key: robot } }, { limit: 2, ...next });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      expect(page.items).toHaveLength(pages === 2 ? 1 : 2);
    }
    expect(seen).toEqual(own);
    expect(await keys.list({ of: { key: 'x' as KeyId } }, { limit: 2 })).toEqual({ items: [] });
    const other = world.store.account(B).keys;
    expect(await other.list({ of: { key: robot } }, { limit: 2 })).toEqual({ items: [] });
  });

  it('that is not there, of another account, or no id at all, is told plainly', async () => {
    const id = await made({ concurrentExecutions: 1 });
    const other = world.store.account(B).keys;
    for (const [store, key] of [
      [other, id],
      [keys, keyId()],
      [keys, 'x' as KeyId],
    ] as const) {
      const next = { prefix: 'x', hash: hashOf('x'), at: NOW };
      expect(await store.get(key)).toBeUndefined();
      expect(await store.update(key, { name: 'x' }, audit)).toBeUndefined();
      expect(await store.rotate(key, next, audit)).toBeUndefined();
      expect(await store.revoke(key, NOW, audit)).toBeUndefined();
      expect(await store.usage(key, NOW)).toEqual({ underWay: 0, months: [] });
      expect(await codeOf(store.reserve(key, executionId(), NOW))).toBe('KEY_NOT_FOUND');
    }
  });
});

describe('a place of a key', () => {
  it('that is the last goes to one of 200 that start at once, in two processes', async () => {
    const id = await made({ concurrentExecutions: 3 });
    for (let index = 0; index < 2; index += 1) await keys.reserve(id, executionId(), NOW);
    const another = await world.another();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const store = index % 2 === 0 ? world.store : another;
        return codeOf(store.account(A).keys.reserve(id, executionId(), NOW));
      }),
    );
    expect(tally(answers)).toEqual({ done: 1, KEY_EXHAUSTED: 199 });
    expect(await keys.usage(id, NOW)).toEqual({ underWay: 3, months: [] });
  });

  it('is free when its execution has ended, and not while it runs or waits', async () => {
    const id = await made({ concurrentExecutions: 1 });
    const [first, second] = [executionId(), executionId()];
    await keys.reserve(id, first, NOW);
    await wrote(first);
    const later = NOW + 5 * DAY;
    const refusal = keys.reserve(id, second, later);
    await expect(refusal).rejects.toMatchObject({
      code: 'KEY_EXHAUSTED',
      details: { limit: 'concurrentExecutions', most: 1 },
    });
    await world.sql(
      `UPDATE sluice.executions SET status = 'failed', owner = NULL, ended_at = $2 WHERE id = $1`,
      [first, NOW + 9],
    );
    expect(await codeOf(keys.reserve(id, second, later))).toBe('done');
  });

  it('that was never used is free after a minute, and not before', async () => {
    const id = await made({ concurrentExecutions: 1 });
    await keys.reserve(id, executionId(), NOW);
    expect(await codeOf(keys.reserve(id, executionId(), NOW + 59_999))).toBe('KEY_EXHAUSTED');
    expect(await codeOf(keys.reserve(id, executionId(), NOW + 60_000))).toBe('done');
  });

  it('is not there for 200 when the minutes of the month are used, and is in the next', async () => {
    const id = await made({ minutesAMonth: 2 });
    const [ended, runs] = [executionId(), executionId()];
    await keys.reserve(id, ended, NOW);
    await wrote(ended, NOW + 60_000);
    await keys.reserve(id, runs, NOW);
    await wrote(runs);
    // One minute was used, and another is being used.
    expect(await codeOf(keys.reserve(id, executionId(), NOW + 59_999))).toBe('done');
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => codeOf(keys.reserve(id, executionId(), NOW + 60_000))),
    );
    expect(tally(answers)).toEqual({ KEY_EXHAUSTED: 200 });
    await expect(keys.reserve(id, executionId(), NOW + 60_000)).rejects.toMatchObject({
      details: { limit: 'minutesAMonth', most: 2 },
    });
    expect(await codeOf(keys.reserve(id, executionId(), NOW + 31 * DAY))).toBe('done');
  });

  it('counts for the month also after it was added to the usage', async () => {
    const id = await made({ minutesAMonth: 1 });
    const execution = executionId();
    await keys.reserve(id, execution, NOW);
    await wrote(execution, NOW + 60_000);
    const before = await keys.usage(id, NOW + 1);
    const note = { key: id, requests: 3, at: NOW + 1, address: '192.0.2.7' };
    await world.store.directory.noteKeyUse([note]);
    const ledger = 'SELECT FROM sluice.key_executions WHERE key_id = $1';
    expect(await world.sql(ledger, [id])).toEqual([]);
    const month = { month: '2023-11', requests: 0, executions: 1, durationMs: 60_000 };
    expect(before).toEqual({ underWay: 0, months: [month] });
    const after = { underWay: 0, months: [{ ...month, requests: 3 }] };
    expect(await keys.usage(id, NOW + 1)).toEqual(after);
    expect(await codeOf(keys.reserve(id, executionId(), NOW + 1))).toBe('KEY_EXHAUSTED');
  });

  it('without limits is taken by all, and stands in the usage', async () => {
    const id = await made();
    const executions = Array.from({ length: 20 }, executionId);
    await Promise.all(executions.map((one) => keys.reserve(id, one, NOW)));
    for (const one of executions) await wrote(one);
    expect(await keys.usage(id, NOW + 10)).toEqual({
      underWay: 20,
      months: [{ month: '2023-11', requests: 0, executions: 20, durationMs: 200 }],
    });
  });
});

describe('the use of keys', () => {
  it('is added up by month, and tells when and from where a key was used last', async () => {
    const [one, other] = [await made(), await made()];
    const revoked = await made();
    await keys.revoke(revoked, NOW, audit);
    const use = (key: KeyId, requests: number, at: number, address = '192.0.2.1') => ({
      key,
      requests,
      at,
      address,
    });
    const { directory } = world.store;
    await Promise.all([
      directory.noteKeyUse([use(one, 2, NOW), use(other, 1, NOW), use(keyId(), 9, NOW)]),
      directory.noteKeyUse([use(other, 1, NOW), use(one, 3, NOW + 5, '192.0.2.9')]),
    ]);
    await directory.noteKeyUse([
      use(one, 1, NOW + 31 * DAY),
      use(one, 1, NOW + 1),
      use(other, 0, NOW),
    ]);
    await directory.noteKeyUse([]);
    expect(await keys.usage(one, NOW)).toEqual({
      underWay: 0,
      months: [
        { month: '2023-12', requests: 1, executions: 0, durationMs: 0 },
        { month: '2023-11', requests: 6, executions: 0, durationMs: 0 },
      ],
    });
    expect((await keys.usage(other, NOW)).months).toMatchObject([{ requests: 2 }]);
    const last = { lastUsedAt: NOW + 31 * DAY, lastUsedAddress: '192.0.2.1' };
    expect(await keys.get(one)).toMatchObject(last);
    await directory.noteKeyUse([use(one, 1, NOW + 2, '203.0.113.1')]);
    expect(await keys.get(one)).toMatchObject(last);
  });

  it('forgets starts that never became executions, after an hour', async () => {
    const id = await made();
    await keys.reserve(id, executionId(), NOW);
    const { directory } = world.store;
    const ledger = 'SELECT FROM sluice.key_executions WHERE key_id = $1';
    const note = { key: id, requests: 1, address: '192.0.2.1' };
    await directory.noteKeyUse([{ ...note, at: NOW + 60 * 60_000 }]);
    expect(await world.sql(ledger, [id])).toHaveLength(1);
    await directory.noteKeyUse([{ ...note, at: NOW + 60 * 60_000 + 1 }]);
    expect(await world.sql(ledger, [id])).toHaveLength(0);
    expect((await keys.usage(id, NOW)).months).toMatchObject([{ executions: 0 }]);
  });
});
