import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, ProcessId } from '../../src/base/index.ts';
import type { JournalUnit } from '../../src/store/index.ts';
import {
  auditOf,
  draftOf,
  executionId,
  flowId,
  NOW,
  type StoreWorld,
  saveFlow,
  startOf,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
afterAll(() => world.close());

const accountOf = async (name: string) => {
  const account = name as AccountId;
  await world.store.ensureAccount(account, name);
  await world.store.ensureAccount(account, name);
  return { account, ...world.store.account(account) };
};

describe('lists of executions', () => {
  it('are narrowed by status, flow and time', async () => {
    const { account, executions } = await accountOf('filtered');
    const [one, two] = [await saveFlow(world.store, account), await saveFlow(world.store, account)];
    const make = async (flow: typeof one, createdAt: number, more: Partial<JournalUnit> = {}) => {
      const unit = startOf(flow, { account, ...more }, { createdAt });
      await world.store.journal.write(unit);
      return unit.execution;
    };
    const failed = await make(one, NOW, {
      status: 'failed',
      endedAt: NOW + 1,
      error: { code: 'NODE_FAILED', message: 'm', remedy: 'r', node: 'n', path: '' },
    });
    const completed = await make(two, NOW + 10, { status: 'completed', endedAt: NOW + 11 });
    const queued = await make(one, NOW + 20, { status: 'queued' });
    const found = async (filter: Parameters<typeof executions.list>[0]) =>
      (await executions.list(filter, { limit: 10 })).items.map(({ id }) => id);
    expect(await found({})).toEqual([queued, completed, failed]);
    expect(await found({ status: ['failed', 'queued'] })).toEqual([queued, failed]);
    expect(await found({ status: ['completed'] })).toEqual([completed]);
    expect(await found({ status: [] })).toEqual([]);
    expect(await found({ flowId: one })).toEqual([queued, failed]);
    expect(await found({ flowId: flowId() })).toEqual([]);
    expect(await found({ flowId: "' OR 1=1" as typeof one })).toEqual([]);
    expect(await found({ from: NOW + 10, to: NOW + 20 })).toEqual([completed]);
    const { items } = await executions.list({ status: ['failed'] }, { limit: 1 });
    expect(items[0]).not.toHaveProperty('inputs');
    expect(items[0]?.error).toEqual({
      code: 'NODE_FAILED',
      message: 'm',
      remedy: 'r',
      node: 'n',
      path: '',
    });
  });

  it('come in pages without a gap or a double', async () => {
    const { account, executions } = await accountOf('paged');
    const flow = await saveFlow(world.store, account);
    const units = Array.from({ length: 23 }, (_, at) =>
      startOf(flow, { account }, { createdAt: NOW + Math.floor(at / 4) }),
    );
    await Promise.all(units.map((unit) => world.store.journal.write(unit)));
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 10; pages += 1) {
      const next = cursor === undefined ? {} : { cursor };
      const page = await executions.list({ status: ['running'] }, { limit: 5, ...next });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (cursor === undefined) break;
    }
    expect(seen.toSorted()).toEqual(units.map(({ execution }) => execution).sort());
  });
});

describe('executions', () => {
  it('that are asked for by ids that are none are not there', async () => {
    const { executions } = await accountOf('none');
    for (const id of [executionId(), "'; DROP TABLE sluice.executions", '', '\0']) {
      const asked = id as ReturnType<typeof executionId>;
      expect(await executions.get(asked)).toBeUndefined();
      expect(await executions.entries(asked, 0, 10)).toEqual([]);
      expect(await executions.progress([asked])).toEqual(new Map());
    }
  });

  it('tell how far they are, many at a time', async () => {
    const { account, executions } = await accountOf('progress');
    const flow = await saveFlow(world.store, account);
    const units = Array.from({ length: 3 }, () => startOf(flow, { account }));
    await Promise.all(units.map((unit) => world.store.journal.write(unit)));
    const ids = units.map(({ execution }) => execution);
    const progress = await executions.progress([...ids, executionId()]);
    const running = { status: 'running', lastSequence: 1 };
    expect(progress).toEqual(new Map(ids.map((id) => [id, running])));
  });

  it('are found by their idempotency key in their flow only', async () => {
    const { account, executions } = await accountOf('keys');
    const flow = await saveFlow(world.store, account);
    const header = { idempotencyKey: 'order', requestHash: 'abc' };
    const unit = startOf(flow, { account }, header);
    await world.store.journal.write(unit);
    expect(await executions.findByIdempotencyKey(flow, 'order')).toEqual({
      id: unit.execution,
      requestHash: 'abc',
    });
    expect(await executions.findByIdempotencyKey(flow, 'Order')).toBeUndefined();
    const other = await saveFlow(world.store, account);
    expect(await executions.findByIdempotencyKey(other, 'order')).toBeUndefined();
  });
});

describe('what waits for its turn', () => {
  it('is told by who started it, and ended for one of them with entries and records', async () => {
    const { account, executions, audit } = await accountOf('waiting');
    const flow = await saveFlow(world.store, account);
    const make = async (startedBy: string, more: Partial<JournalUnit> = { status: 'queued' }) => {
      const unit = startOf(flow, { account, ...more }, { startedBy });
      await world.store.journal.write(unit);
      return unit.execution;
    };
    const many = 230;
    await Promise.all(Array.from({ length: many }, () => make('person:gone')));
    const waiting = await make('person:gone', { status: 'waiting', wakeAt: NOW });
    const running = await make('person:gone', {});
    const ended = await make('person:gone', { status: 'completed', endedAt: NOW });
    const kept = await make('person:stays');
    await make('key:runs', {});
    const entry = {
      at: NOW + 1,
      actor: 'server',
      action: 'execution.cancel',
      targetKind: 'execution',
      outcome: 'done',
    } as const;
    const twice = await Promise.all([
      executions.cancelWaiting({ startedBy: 'person:gone' }, entry),
      executions.cancelWaiting({ startedBy: 'person:gone' }, entry),
    ]);
    expect(twice.reduce((sum, count) => sum + count, 0)).toBe(many + 1);
    expect(await executions.cancelWaiting({ startedBy: "' OR true --" }, entry)).toBe(0);
    const cancelled = await executions.get(waiting);
    expect(cancelled).toMatchObject({ status: 'cancelled', endedAt: NOW + 1, lastSequence: 2 });
    expect(cancelled?.error?.code).toBe('EXECUTION_CANCELLED');
    const [last] = await executions.entries(waiting, 1, 10);
    expect(JSON.parse(last?.text ?? '')).toMatchObject({ sequence: 2, kind: 'execution.ended' });
    expect(await executions.get(running)).toMatchObject({ status: 'running' });
    expect(await executions.get(ended)).toMatchObject({ status: 'completed' });
    expect(await executions.get(kept)).toMatchObject({ status: 'queued' });
    const records = await audit.list({ action: 'execution.cancel' }, { limit: 200 });
    expect(records.nextCursor).toBeDefined();
    const one = await audit.list({ targetId: waiting }, { limit: 5 });
    expect(one.items).toMatchObject([{ actor: 'server', action: 'execution.cancel' }]);
  });

  it('tells who takes it by whom it was started', async () => {
    const { account } = await accountOf('claimed');
    const flow = await saveFlow(world.store, account);
    const unit = startOf(flow, { account, status: 'queued' }, { startedBy: 'person:\0' });
    await world.store.journal.write(unit);
    const owner = 'claims' as ProcessId;
    await world.store.dispatch.renewLease(owner, 'server');
    const claimed = await world.store.dispatch.claim({ owner, limit: 50, running: new Map() });
    const mine = claimed.find(({ id }) => id === unit.execution);
    expect(mine).toMatchObject({ startedBy: 'person:\0', reason: 'queue' });
  });
});

describe('the record', () => {
  it('takes many entries at once, and is narrowed by every column and by a beginning', async () => {
    const { audit } = await accountOf('many records');
    await audit.appendAll([]);
    await audit.appendAll([
      auditOf('flow.read', { targetKind: 'flow', targetId: '1' }),
      auditOf('flow.delete', { targetKind: 'flow', outcome: 'denied', targetId: '2' }),
      auditOf('flow%', { targetKind: 'key', address: '::1', targetId: '3' }),
      auditOf('flows.read', { targetKind: 'key', outcome: 'failed', targetId: '4' }),
    ]);
    const found = async (filter: Parameters<typeof audit.list>[0]) =>
      (await audit.list(filter, { limit: 10 })).items.map(({ targetId }) => targetId).sort();
    expect(await found({ action: 'flow.*' })).toEqual(['1', '2']);
    expect(await found({ action: 'flow*' })).toEqual(['1', '2', '3', '4']);
    expect(await found({ action: 'flow%*' })).toEqual(['3']);
    expect(await found({ action: '*' })).toEqual(['1', '2', '3', '4']);
    expect(await found({ action: 'flow' })).toEqual([]);
    expect(await found({ action: '*.read' })).toEqual([]);
    expect(await found({ targetKind: 'key' })).toEqual(['3', '4']);
    expect(await found({ outcome: 'denied' })).toEqual(['2']);
    expect(await found({ address: '::1' })).toEqual(['3']);
    expect(await found({ action: 'flow.*', outcome: 'done', targetKind: 'flow' })).toEqual(['1']);
  });

  it('is not written where it is switched off, and the changes are made all the same', async () => {
    const { account } = await accountOf('unrecorded');
    const silent = await world.another({ isAuditOn: false });
    const { flows, executions, audit } = silent.account(account);
    const flow = await saveFlow(silent, account);
    await flows.update(flow, draftOf({ source: 'two' }), { audit: auditOf('flow.update') });
    const unit = startOf(flow, { account, status: 'queued', audit: auditOf('execution.start') });
    await silent.journal.write(unit);
    await executions.cancel(unit.execution, auditOf('execution.cancel'));
    await audit.append(auditOf('a'));
    await audit.appendAll([auditOf('b'), auditOf('c')]);
    const change = { entry: auditOf('account.update'), auditIn: account };
    await silent.accounts.update(account, { name: 'renamed' }, change);
    expect(await flows.get(flow)).toMatchObject({ version: 2 });
    expect(await executions.get(unit.execution)).toMatchObject({ status: 'cancelled' });
    expect(await silent.accounts.get(account)).toMatchObject({ name: 'renamed' });
    const rows = await world.sql('SELECT FROM sluice.audit_events WHERE account_id = $1', [
      account,
    ]);
    expect(rows).toEqual([]);
  });

  it('is narrowed by who, what, on what and when, newest first, in pages', async () => {
    const { audit } = await accountOf('recorded');
    for (let at = 0; at < 6; at += 1) {
      const actor = at % 2 === 0 ? 'key:even' : 'key:odd';
      await audit.append(
        auditOf(at < 3 ? 'flow.read' : 'flow.create', {
          at: NOW + at,
          actor,
          targetId: `t${at}`,
          outcome: 'denied',
          requestId: `r${at}`,
          address: '::1',
        }),
      );
    }
    const found = async (filter: Parameters<typeof audit.list>[0]) =>
      (await audit.list(filter, { limit: 10 })).items.map(({ targetId }) => targetId);
    expect(await found({})).toEqual(['t5', 't4', 't3', 't2', 't1', 't0']);
    expect(await found({ actor: 'key:odd' })).toEqual(['t5', 't3', 't1']);
    expect(await found({ action: 'flow.read', actor: 'key:even' })).toEqual(['t2', 't0']);
    expect(await found({ targetId: 't4' })).toEqual(['t4']);
    expect(await found({ from: NOW + 2, to: NOW + 4 })).toEqual(['t3', 't2']);
    const first = await audit.list({}, { limit: 4 });
    const cursor = first.nextCursor ?? '';
    expect((await audit.list({}, { limit: 4, cursor })).items).toHaveLength(2);
    expect(first.items[0]).toEqual({
      id: expect.any(String),
      at: NOW + 5,
      actor: 'key:odd',
      action: 'flow.create',
      targetKind: 'flow',
      targetId: 't5',
      outcome: 'denied',
      requestId: 'r5',
      address: '::1',
    });
  });
});
