import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountId, ExecutionId, FlowId, KeyId } from '../../src/base/index.ts';
import { WAITING } from '../../src/store/accounts/waiting.ts';
import type { JournalUnit, Store, WaitingGroup } from '../../src/store/index.ts';
import { keyDraft, keyId } from './access-rows.ts';
import {
  A,
  auditOf,
  B,
  executionId,
  flowId,
  NOW,
  type StoreWorld,
  saveFlow,
  savePerson,
  startOf,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
let store: Store;
let flow: FlowId;
beforeAll(async () => {
  world = await storeWorld();
  store = world.store;
  flow = await saveFlow(store, A, { by: 'key:owner' });
});
afterAll(() => world.close());
beforeEach(async () => {
  for (const table of ['journal', 'executions', 'key_executions']) {
    await world.sql(`DELETE FROM sluice.${table}`);
  }
  await world.sql("UPDATE sluice.accounts SET status = 'active'");
});

/** What waits, started by somebody. */
async function waits(
  startedBy: string,
  more: Partial<JournalUnit> & { readonly of?: FlowId } = {},
): Promise<ExecutionId> {
  const { of = flow, ...unit } = more;
  const start = startOf(of, { status: 'queued', ...unit }, { startedBy });
  await store.journal.write(start);
  return start.execution;
}

async function byKey(key: KeyId, startedBy: string): Promise<ExecutionId> {
  const id = executionId();
  await store.account(A).keys.reserve(key, id, NOW);
  return waits(startedBy, { execution: id });
}

async function madeKey(): Promise<KeyId> {
  const draft = keyDraft();
  await store.account(A).keys.create(draft, auditOf('key.create'));
  return draft.id;
}

const OWNER = { owner: 'key:owner', isPublic: false, isDeleted: false };
const statusOf = async (id: ExecutionId) => (await store.account(A).executions.get(id))?.status;
const { targetId: _, ...ENTRY } = auditOf('execution.cancel', { actor: 'server' });

describe('what waits, over all accounts', () => {
  it('is nothing where nothing is queued or waits, by one look into an empty index', async () => {
    await waits('person:x', { status: 'running' });
    await waits('person:x', { status: 'completed', endedAt: NOW });
    expect(await store.accounts.waiting(NOW)).toEqual([]);
    await world.sql(
      `INSERT INTO sluice.executions (account_id, id, flow_id, flow_name, version, status, inputs,
        created_at, ended_at, started_by, epoch, last_sequence)
      SELECT 'a', gen_random_uuid(), $1, '', 1, 'completed', '{}', n, n, 'person:x', 1, 1
      FROM generate_series(1, 20000) AS n`,
      [flow],
    );
    await world.sql('ANALYZE sluice.executions');
    const nil = '00000000-0000-0000-0000-000000000000';
    const values = [NOW, "''", "''", `'${nil}'`, `'${nil}'`, 100];
    const text = WAITING.replaceAll(/\$(\d)/g, (_all, place) => String(values[Number(place) - 1]));
    const plan = await world.sql<{ 'QUERY PLAN': string }>(`EXPLAIN ANALYZE ${text}`);
    const lines = plan.map((line) => line['QUERY PLAN']);
    const looked = lines.filter((line) => /\bexecutions\b|executions_/.test(line));
    expect(looked.join('\n')).toMatch(/executions_(waiting_starters|queued|waking)/);
    expect(looked.join('\n')).not.toMatch(/Seq Scan on executions/);
    expect(lines.filter((line) => /never executed/.test(line)).length).toBeGreaterThan(2);
  });

  it('is told once for each starter, flow and key, with what decides', async () => {
    const person = await savePerson(store, 'shared-with');
    const share = { flow, person, level: 'edit', createdBy: 'key:owner', createdAt: NOW } as const;
    await store.account(A).sharing.putShare(share, auditOf('flow.share'));
    const key = await madeKey();
    const starter = `person:${person}`;
    for (let count = 0; count < 3; count += 1) await waits(starter);
    await waits(starter, { status: 'waiting', wakeAt: NOW });
    for (let count = 0; count < 2; count += 1) await byKey(key, starter);
    const deleted = await saveFlow(store, B, { by: 'person:\0' });
    await store.account(B).flows.remove(deleted, auditOf('flow.delete'));
    await waits('server', { account: B, of: deleted });
    const group = { account: A, flowId: flow, startedBy: starter, status: 'active', flow: OWNER };
    expect(await store.accounts.waiting(NOW)).toEqual([
      { ...group, share: 'edit' },
      { ...group, share: 'edit', key },
      {
        account: B,
        flowId: deleted,
        startedBy: 'server',
        status: 'active',
        flow: { owner: 'person:\0', isPublic: false, isDeleted: true },
      },
    ]);
  });

  it('goes on behind a group, and nothing is left out or doubled', async () => {
    const key = await madeKey();
    const flows = [flow, await saveFlow(store), await saveFlow(store)];
    for (const of of flows) {
      for (const starter of ['person:\0', 'person:b', 'link:c']) await waits(starter, { of });
    }
    await byKey(key, 'person:b');
    const all = await store.accounts.waiting(NOW);
    expect(all).toHaveLength(10);
    for (const [at, group] of all.entries()) {
      expect(await store.accounts.waiting(NOW, group)).toEqual(all.slice(at + 1));
    }
  });

  it('says where an account is suspended, and leaves out what is being deleted', async () => {
    await waits('person:x');
    const of = await saveFlow(store, B);
    await waits('person:x', { account: B, of });
    await world.sql("UPDATE sluice.accounts SET status = 'suspended' WHERE id = 'a'");
    await world.sql("UPDATE sluice.accounts SET status = 'deleting' WHERE id = 'b'");
    expect(await store.accounts.waiting(NOW)).toMatchObject([{ account: A, status: 'suspended' }]);
    const one = { account: B, startedBy: 'person:x', flowId: of };
    expect(await store.accounts.waitingFacts(one, NOW)).toMatchObject({ status: 'deleting' });
  });

  it('knows a link while it is good, for its own flow and to execute alone', async () => {
    const { sharing } = store.account(A);
    const link = async (level: 'view' | 'execute', expiresAt = NOW + 10) => {
      const id = keyId();
      const made = { id, flow, level, createdBy: 'person:m', createdAt: NOW, expiresAt };
      await sharing.createLink({ ...made, tokenHash: `hash of ${id}` }, auditOf('flow.link'));
      return id;
    };
    const [good, toView, over] = [
      await link('execute'),
      await link('view'),
      await link('execute', NOW + 1),
    ];
    const other = await saveFlow(store);
    const by = async (id: string, flowOf = flow) => {
      const of = { account: A, startedBy: `link:${id}`, flowId: flowOf };
      return (await store.accounts.waitingFacts(of, NOW + 5))?.link;
    };
    expect(await by(good)).toEqual({ createdBy: 'person:m' });
    expect([await by(toView), await by(over), await by(good, other)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await sharing.revokeLink(flow, good, auditOf('flow.unlink'));
    expect(await by(good)).toBeUndefined();
  });

  it('takes any text for who started it, and asks of one execution by its id', async () => {
    const key = await madeKey();
    const id = await byKey(key, 'person:x');
    const of = { account: A, startedBy: 'person:x', flowId: flow };
    expect(await store.accounts.waitingFacts({ ...of, id }, NOW)).toMatchObject({
      key,
      flow: OWNER,
    });
    for (const none of [undefined, executionId(), "'--" as ExecutionId]) {
      const asked = none === undefined ? of : { ...of, id: none };
      expect(await store.accounts.waitingFacts(asked, NOW)).not.toHaveProperty('key');
    }
    const hyphens = '-'.repeat(36);
    for (const startedBy of [
      '',
      'link:',
      `person:${hyphens}`,
      `link:${hyphens}x`,
      "person:' OR 1",
    ]) {
      expect(await store.accounts.waitingFacts({ ...of, startedBy }, NOW)).toMatchObject({
        startedBy,
      });
    }
    expect(await store.accounts.waitingFacts({ ...of, flowId: flowId() }, NOW)).not.toHaveProperty(
      'flow',
    );
    const nowhere = { ...of, account: 'nowhere' as AccountId };
    expect(await store.accounts.waitingFacts(nowhere, NOW)).toBeUndefined();
    const inB = { ...of, account: B, id };
    expect(await store.accounts.waitingFacts(inB, NOW)).not.toHaveProperty('key');
    expect(await store.accounts.waitingFacts(inB, NOW)).not.toHaveProperty('flow');
  });
});

describe('what is cancelled', () => {
  it('is of the flow and the key that are named, and nothing else', async () => {
    const [key, another] = [await madeKey(), await madeKey()];
    const other = await saveFlow(store);
    const starter = 'person:x';
    const [own, ofOther, byThis, byAnother, byOne] = [
      await waits(starter),
      await waits(starter, { of: other }),
      await byKey(key, starter),
      await byKey(another, starter),
      await waits('person:y'),
    ];
    const cancel = (of: Partial<WaitingGroup>) =>
      store.account(A).executions.cancelWaiting({ startedBy: starter, ...of }, ENTRY);
    expect(await cancel({ key: keyId() })).toBe(0);
    expect(await cancel({ key: "' OR true --" as KeyId })).toBe(0);
    expect(await cancel({ flowId: flowId() })).toBe(0);
    expect(await cancel({ key, flowId: other })).toBe(0);
    expect(await cancel({ key })).toBe(1);
    expect(await statusOf(byThis)).toBe('cancelled');
    expect(await cancel({ flowId: flow })).toBe(2);
    expect([await statusOf(own), await statusOf(byAnother)]).toEqual(['cancelled', 'cancelled']);
    expect([await statusOf(ofOther), await statusOf(byOne)]).toEqual(['queued', 'queued']);
    expect(await cancel({})).toBe(1);
    expect(await statusOf(byOne)).toBe('queued');
  });

  it('ends each at its own place in its journal', async () => {
    const fresh = await waits('person:x');
    const later = await waits('person:x', { status: 'waiting', wakeAt: NOW });
    await world.sql('UPDATE sluice.executions SET epoch = 3, last_sequence = 7 WHERE id = $1', [
      later,
    ]);
    const { executions, audit } = store.account(A);
    expect(await executions.cancelWaiting({ startedBy: 'person:x' }, ENTRY)).toBe(2);
    for (const [id, sequence, epoch] of [
      [fresh, 2, 2],
      [later, 8, 4],
    ] as const) {
      expect(await executions.get(id)).toMatchObject({
        status: 'cancelled',
        lastSequence: sequence,
      });
      const [row] = await world.sql(
        'SELECT epoch FROM sluice.journal WHERE execution_id = $1 AND first_sequence = $2',
        [id, sequence],
      );
      expect(row).toEqual({ epoch });
      expect((await audit.list({ targetId: id }, { limit: 5 })).items).toHaveLength(1);
    }
  });
});

describe('an account that is suspended', () => {
  it('has what runs asked to end, and no other account has', async () => {
    const mine = await waits('person:x', { status: 'running' });
    const of = await saveFlow(store, B);
    const theirs = startOf(of, { account: B });
    await store.journal.write(theirs);
    const change = { entry: auditOf('account.update'), auditIn: B };
    await store.accounts.update(A, { name: 'renamed' }, change);
    expect(await store.account(A).executions.get(mine)).toMatchObject({ isCancelRequested: false });
    await store.accounts.update(A, { status: 'suspended' }, change);
    expect(await store.account(A).executions.get(mine)).toMatchObject({ isCancelRequested: true });
    const untouched = await store.account(B).executions.get(theirs.execution);
    expect(untouched).toMatchObject({ isCancelRequested: false });
  });
});

describe('a flow that was deleted', () => {
  it('is there for who asks for it with those, and for nobody else', async () => {
    const of = await saveFlow(store);
    const { flows } = store.account(A);
    await flows.setAccess(
      of,
      { isPublic: true, owner: 'person:o', at: NOW },
      auditOf('flow.access'),
    );
    await flows.remove(of, auditOf('flow.delete'));
    expect(await flows.get(of)).toBeUndefined();
    expect(await flows.get(of, { withDeleted: false })).toBeUndefined();
    const found = await flows.get(of, { withDeleted: true });
    expect(found).toMatchObject({ id: of, owner: 'person:o', isPublic: true });
    expect(await store.account(B).flows.get(of, { withDeleted: true })).toBeUndefined();
  });
});
