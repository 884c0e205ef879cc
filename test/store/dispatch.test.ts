import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountId, ExecutionId, ProcessId } from '../../src/base/index.ts';
import { CLAIM } from '../../src/store/dispatch/dispatch-sql.ts';
import type { JournalUnit, ReleasedExecutions, Store } from '../../src/store/index.ts';
import {
  A,
  auditOf,
  B,
  codeOf,
  ENDED,
  entryOf,
  executionId,
  NOW,
  nextOf,
  processId,
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

const [P1, P2, P3] = ['p1', 'p2', 'p3'].map(processId) as [ProcessId, ProcessId, ProcessId];
const flows = new Map<AccountId, Awaited<ReturnType<typeof saveFlow>>>();
beforeEach(async () => {
  for (const account of [A, B]) {
    if (!flows.has(account)) flows.set(account, await saveFlow(world.store, account));
  }
  for (const owner of [P1, P2, P3]) await world.store.dispatch.renewLease(owner, 'server');
});
afterEach(() => world.sql('TRUNCATE sluice.executions, sluice.journal, sluice.processes'));

const unitOf = (more: Partial<JournalUnit> & { createdAt?: number } = {}): JournalUnit => {
  const flow = flows.get(more.account ?? A);
  if (flow === undefined) throw new Error('the account has a flow');
  const { createdAt = NOW, ...unit } = more;
  return startOf(flow, unit, { createdAt });
};
const queue = async (count: number, more: Parameters<typeof unitOf>[0] = {}) => {
  const units = Array.from({ length: count }, () => unitOf({ ...more, status: 'queued' }));
  await Promise.all(units.map((unit) => world.store.journal.write(unit)));
  return units.map(({ execution }) => execution);
};
const claim = (
  owner: ProcessId,
  limit: number,
  { store = world.store, running = new Map<AccountId, number>() } = {},
) => store.dispatch.claim({ owner, limit, running });
const die = (owner: ProcessId) =>
  world.sql('UPDATE sluice.processes SET lease_until = 0 WHERE id = $1', [owner]);
const stateOf = async (id: ExecutionId) =>
  (await world.sql('SELECT status, owner, epoch FROM sluice.executions WHERE id = $1', [id]))[0];

describe('claims', () => {
  it('are disjoint and complete when several processes race', async () => {
    const ids = [...(await queue(150)), ...(await queue(50, { account: B }))];
    const stores = [world.store, await world.another(), await world.another()];
    const takeAll = async (store: Store, owner: ProcessId) => {
      const taken: ExecutionId[] = [];
      for (let empty = 0; empty < 3; ) {
        const claimed = await claim(owner, 7, { store });
        taken.push(...claimed.map(({ id }) => id));
        empty = claimed.length === 0 ? empty + 1 : 0;
      }
      return taken;
    };
    const taken = await Promise.all(
      stores.map((store, at) => takeAll(store, [P1, P2, P3][at] ?? P3)),
    );
    expect(taken.flat().sort()).toEqual(ids.sort());
  });

  it('take nothing for a process without a lease', async () => {
    await queue(2);
    expect(await claim(processId('ghost'), 2)).toEqual([]);
    await die(P1);
    expect(await claim(P1, 2)).toEqual([]);
    expect(await claim(P2, 2)).toHaveLength(2);
  });

  it('give what an execution needs to go on, under a new epoch', async () => {
    const [id] = await queue(1, { entries: [entryOf(1), entryOf(2)], startedAt: NOW + 1 });
    expect(await claim(P2, 5)).toEqual([
      {
        id,
        account: A,
        flowId: flows.get(A),
        flowName: 'first',
        version: 1,
        inputs: { json: '{"x":1}' },
        epoch: 2,
        createdAt: NOW,
        startedAt: NOW + 1,
        lastSequence: 2,
        isCancelRequested: false,
        reason: 'queue',
        takeovers: 0,
        startedBy: 'key:admin-1',
      },
    ]);
    expect(await claim(P1, 5)).toEqual([]);
    expect(await claim(P1, 0)).toEqual([]);
  });

  it('leave a start accepted whose answer was lost before they came', async () => {
    const start = unitOf({ status: 'queued', entries: [] });
    await world.store.journal.write(start);
    expect(await claim(P1, 5)).toMatchObject([{ id: start.execution, epoch: 2 }]);
    // As the journal does when the first answer was lost.
    expect(await codeOf(world.store.journal.write(start))).toBe('done');
    expect(await stateOf(start.execution)).toEqual({ status: 'running', owner: P1, epoch: 2 });
  });

  it('take what was abandoned, then what is due, then what is queued', async () => {
    const [queued] = await queue(1);
    const due = unitOf({ status: 'waiting', wakeAt: NOW });
    const later = unitOf({ status: 'waiting', wakeAt: 9_000_000_000_000 });
    const abandoned = unitOf({ owner: P2 });
    const running = unitOf({ owner: P1 });
    for (const unit of [due, later, abandoned, running]) await world.store.journal.write(unit);
    await die(P2);
    const claimed = [...(await claim(P3, 1)), ...(await claim(P3, 9))];
    expect(claimed.map(({ id, reason }) => [id, reason])).toEqual([
      [abandoned.execution, 'takeover'],
      [due.execution, 'wake'],
      [queued, 'queue'],
    ]);
  });

  it('take over from a process that never had a lease, and not from one that holds it', async () => {
    const [strange, alive] = [unitOf({ owner: processId('ghost') }), unitOf({ owner: P1 })];
    for (const unit of [strange, alive]) await world.store.journal.write(unit);
    expect((await claim(P2, 9)).map(({ id }) => id)).toEqual([strange.execution]);
    await die(P1);
    await world.store.dispatch.renewLease(P1, 'server');
    expect(await claim(P2, 9)).toEqual([]);
  });

  it('go to accounts in turn, so that a long queue keeps nobody from its turn', async () => {
    await queue(300);
    const late = await queue(2, { account: B, createdAt: NOW + 1_000 });
    const claimed = await claim(P1, 4);
    expect(claimed.map(({ account }) => account).sort()).toEqual([A, A, B, B]);
    expect(claimed.map(({ id }) => id)).toEqual(expect.arrayContaining(late));
  });

  it('go to those with the fewest running first, the oldest of each first', async () => {
    const old = await queue(1, { createdAt: NOW - 5 });
    await queue(3);
    await queue(3, { account: B });
    const first = await claim(P1, 3, { running: new Map([[B, 3]]) });
    expect(first.map(({ account }) => account)).toEqual([A, A, A]);
    expect(first[0]?.id).toBe(old[0]);
    const second = await claim(P1, 3, { running: new Map([[A, 3]]) });
    expect(second.map(({ account }) => account)).toEqual([B, B, B]);
  });

  it('do not wait for a row that another is taking', async () => {
    const ids = await queue(3);
    const holder = new pg.Client({ connectionString: world.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM sluice.executions WHERE id = $1 FOR UPDATE', [ids[0]]);
    const claimed = await claim(P1, 3);
    await holder.query('ROLLBACK');
    await holder.end();
    expect(claimed.map(({ id }) => id).sort()).toEqual(ids.slice(1).sort());
  });

  it('find their rows by index among ten thousand open executions', async () => {
    await world.sql(
      `INSERT INTO sluice.executions (account_id, id, flow_id, flow_name, version, status, inputs,
        created_at, started_by, epoch, last_sequence, wake_at, owner)
      SELECT 'a', gen_random_uuid(), $1, 'f', 1, kind, '{}', n, 'x', 1, 0,
        CASE kind WHEN 'waiting' THEN 9000000000000 END, CASE kind WHEN 'running' THEN 'p1' END
      FROM generate_series(1, 5000) AS n, unnest(ARRAY['queued', 'waiting', 'running']) AS kind`,
      [flows.get(A)],
    );
    await world.sql(
      `INSERT INTO sluice.executions (account_id, id, flow_id, flow_name, version, status, inputs,
        created_at, started_by, epoch, last_sequence, ended_at)
      SELECT 'a', gen_random_uuid(), $1, 'f', 1, 'completed', '{}', n, 'x', 1, 0, n
      FROM generate_series(1, 60000) AS n`,
      [flows.get(A)],
    );
    await world.sql('ANALYZE sluice.executions');
    const values = ["'p2'", '64', '256', "'{}'", '99'];
    const text = CLAIM.replaceAll(/\$([1-5])/g, (_, at) => values[Number(at) - 1] ?? '');
    const plan = await world.sql<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`);
    const lines = plan.map((row) => row['QUERY PLAN']).filter((line) => /executions/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => /Seq Scan/.test(line))).toEqual([]);
    const dues = lines.filter((line) => /executions_waking/.test(line));
    expect(dues.length).toBeGreaterThan(0);
    expect(plan.some((row) => /Index Cond:.*wake_at <= /.test(row['QUERY PLAN']))).toBe(true);
    // Making so many rows may have taken longer than a lease.
    await world.store.dispatch.renewLease(P2, 'server');
    expect(await claim(P2, 64)).toHaveLength(64);
  });
});

describe('takeovers', () => {
  const takeOver = async (from: ProcessId, to: ProcessId) => {
    await die(from);
    await world.store.dispatch.renewLease(to, 'server');
    const [claimed] = await claim(to, 9);
    if (claimed === undefined) throw new Error('nothing was taken over');
    return claimed;
  };

  it('are counted while no step ends in between, whatever else is written', async () => {
    const start = unitOf({ owner: P1 });
    await world.store.journal.write(start);
    const first = await takeOver(P1, P2);
    expect(first.takeovers).toBe(1);
    const resumed = { ...start, owner: P2, epoch: first.epoch };
    const entries = [entryOf(2, 'execution.resumed'), entryOf(3, 'step.started')];
    await world.store.journal.write({ ...nextOf(resumed, []), entries });
    const second = await takeOver(P2, P1);
    expect(second).toMatchObject({ takeovers: 2, lastSequence: 3, epoch: 3 });
    await world.store.journal.write(nextOf({ ...start, owner: P1, epoch: 3 }, [4]));
    expect((await takeOver(P1, P2)).takeovers).toBe(1);
    expect((await takeOver(P2, P1)).takeovers).toBe(2);
    const record = await world.store.account(A).executions.get(start.execution);
    expect(record?.takeovers).toBe(4);
  });

  it('fence the process that comes back, also when its write is under way', async () => {
    for (let round = 0; round < 20; round += 1) {
      const start = unitOf({ owner: P1 });
      await world.store.journal.write(start);
      await die(P1);
      const write = () => codeOf(world.store.journal.write(nextOf(start, [2, 3], ENDED)));
      const [late, claimed] = await Promise.all(
        round % 2 === 0 ? [write(), claim(P2, 9)] : [claim(P2, 9).then(write), claim(P3, 9)],
      );
      const entries = await world.store.account(A).executions.entries(start.execution, 0, 10);
      const isWritten = late === 'done';
      expect(entries).toHaveLength(isWritten ? 3 : 1);
      if (round % 2 === 1) expect(late).toBe('EXECUTION_FENCED');
      else expect(claimed).toHaveLength(isWritten ? 0 : 1);
      const again = await codeOf(world.store.journal.write(nextOf(start, [2])));
      expect(again).toBe('EXECUTION_FENCED');
      await world.store.dispatch.renewLease(P1, 'server');
    }
  });
});

describe('a process that leaves', () => {
  it('hands back what it holds, and can write none of it any more', async () => {
    const [mine, other] = [unitOf({ owner: P1 }), unitOf({ owner: P2 })];
    for (const unit of [mine, other]) await world.store.journal.write(unit);
    await world.store.dispatch.leave(P1);
    expect(await stateOf(mine.execution)).toEqual({ status: 'queued', owner: null, epoch: 1 });
    expect(await stateOf(other.execution)).toMatchObject({ status: 'running', owner: 'p2' });
    expect(await codeOf(world.store.journal.write(nextOf(mine, [2])))).toBe('EXECUTION_FENCED');
    expect(await world.sql('SELECT FROM sluice.processes WHERE id = $1', [P1])).toEqual([]);
    expect(await claim(P2, 9)).toMatchObject([{ reason: 'queue', takeovers: 0, epoch: 2 }]);
  });
});

describe('a process that lost what it holds', () => {
  const unheld = (holding: readonly ExecutionId[]) => world.store.dispatch.unheld(P1, holding);
  const release = (released: Partial<ReleasedExecutions>) =>
    world.store.dispatch.release(P1, { queued: [], abandoned: [], ...released });

  it('is told what it holds besides, and nothing of others or of what nobody runs', async () => {
    const [known, lost] = [unitOf({ owner: P1 }), unitOf({ owner: P1, account: B })];
    const rest = [
      unitOf({ owner: P2 }),
      unitOf({ status: 'queued' }),
      unitOf({ status: 'waiting', wakeAt: NOW }),
      unitOf({ owner: P1, ...ENDED }),
    ];
    for (const unit of [known, lost, ...rest]) await world.store.journal.write(unit);
    expect(await unheld([known.execution])).toEqual([lost.execution]);
    const many = Array.from({ length: 10_000 }, executionId);
    expect(await unheld([...many, known.execution, lost.execution])).toEqual([]);
    expect((await unheld([])).toSorted()).toEqual([known.execution, lost.execution].toSorted());
  });

  it('queues it again, without a takeover, and a late write of it does not count', async () => {
    const [lost, kept] = [unitOf({ owner: P1 }), unitOf({ owner: P1 })];
    for (const unit of [lost, kept]) await world.store.journal.write(unit);
    await release({ queued: [lost.execution] });
    expect(await stateOf(lost.execution)).toEqual({ status: 'queued', owner: null, epoch: 1 });
    expect(await stateOf(kept.execution)).toMatchObject({ status: 'running', owner: P1 });
    expect(await codeOf(world.store.journal.write(nextOf(lost, [2])))).toBe('EXECUTION_FENCED');
    expect(await claim(P1, 9)).toMatchObject([{ reason: 'queue', takeovers: 0, epoch: 2 }]);
    expect(await codeOf(world.store.journal.write(nextOf(lost, [2])))).toBe('EXECUTION_FENCED');
  });

  it('gives up what none of its writes counts for as if it had died', async () => {
    const start = unitOf({ owner: P1 });
    await world.store.journal.write(start);
    for (const takeovers of [1, 2, 3]) {
      await release({ abandoned: [start.execution] });
      expect(await codeOf(world.store.journal.write(nextOf(start, [2])))).toBe('EXECUTION_FENCED');
      expect(await claim(P1, 9)).toMatchObject([{ reason: 'takeover', takeovers }]);
    }
  });

  it('releases nothing that is over, waits, or belongs to another', async () => {
    const units = [
      unitOf({ owner: P2 }),
      unitOf({ status: 'waiting', wakeAt: NOW }),
      unitOf({ owner: P1, ...ENDED }),
    ];
    for (const unit of units) await world.store.journal.write(unit);
    const ids = units.map(({ execution }) => execution);
    const before = await Promise.all(ids.map(stateOf));
    await release({ queued: ids });
    await release({ abandoned: ids });
    expect(await Promise.all(ids.map(stateOf))).toEqual(before);
  });
});

describe('the count of a queue', () => {
  it('is that of one account, up to a bound', async () => {
    await queue(30);
    await queue(2, { account: B });
    const units = [unitOf({ owner: P1 }), unitOf({ status: 'waiting', wakeAt: NOW })];
    for (const unit of units) await world.store.journal.write(unit);
    const { dispatch } = world.store;
    expect(await Promise.all([dispatch.queued(A, 100), dispatch.queued(B, 100)])).toEqual([30, 2]);
    expect(await dispatch.queued(A, 7)).toBe(7);
    expect(await dispatch.queued("x' OR 1=1" as AccountId, 7)).toBe(0);
  });
});

describe('cancelling', () => {
  const cancel = (id: ExecutionId) =>
    world.store.account(A).executions.cancel(id, auditOf('execution.cancel', { at: NOW + 9 }));

  it('ends what nobody runs, with its last entry and its record', async () => {
    const waiting = unitOf({ status: 'waiting', wakeAt: NOW });
    await world.store.journal.write(waiting);
    expect(await cancel(waiting.execution)).toBe('cancelled');
    const { executions, audit } = world.store.account(A);
    expect(await executions.get(waiting.execution)).toMatchObject({
      status: 'cancelled',
      endedAt: NOW + 9,
      lastSequence: 2,
      error: { code: 'EXECUTION_CANCELLED' },
    });
    const [, ended] = await executions.entries(waiting.execution, 0, 10);
    expect(JSON.parse(ended?.text ?? '')).toMatchObject({
      sequence: 2,
      at: NOW + 9,
      kind: 'execution.ended',
      status: 'cancelled',
      error: { code: 'EXECUTION_CANCELLED' },
    });
    const ends = () => audit.list({ action: 'execution.cancel' }, { limit: 10 });
    expect((await ends()).items).toHaveLength(1);
    expect(await cancel(waiting.execution)).toBe('already over');
    expect(await claim(P1, 9)).toEqual([]);
    expect((await ends()).items).toHaveLength(1);
  });

  it('tells the owner of what runs', async () => {
    const [mine, other] = [unitOf({ owner: P1 }), unitOf({ owner: P1 })];
    for (const unit of [mine, other]) await world.store.journal.write(unit);
    expect(await cancel(mine.execution)).toBe('asked');
    expect(await world.store.dispatch.cancelRequested(P1)).toEqual([mine.execution]);
    expect(await world.store.dispatch.cancelRequested(P2)).toEqual([]);
    await die(P1);
    const claimed = await claim(P2, 9);
    expect(claimed.find(({ id }) => id === mine.execution)?.isCancelRequested).toBe(true);
  });

  it('wakes at once what begins to wait before its owner has heard of it', async () => {
    const later = { status: 'waiting', wakeAt: 9_000_000_000_000 } as const;
    const [start, other] = [unitOf({ owner: P1 }), unitOf({ owner: P1 })];
    for (const unit of [start, other]) await world.store.journal.write(unit);
    expect(await cancel(start.execution)).toBe('asked');
    // What goes on meanwhile is not due.
    await world.store.journal.write(nextOf(start, [2]));
    const { executions } = world.store.account(A);
    expect((await executions.get(start.execution))?.wakeAt).toBeUndefined();
    for (const unit of [start, other]) {
      await world.store.journal.write(nextOf(unit, [unit === start ? 3 : 2], later));
    }
    const claimed = await claim(P2, 9);
    expect(claimed).toMatchObject([
      { id: start.execution, reason: 'wake', isCancelRequested: true, lastSequence: 3 },
    ]);
    expect((await executions.get(other.execution))?.wakeAt).toBe(later.wakeAt);
  });

  it('and claiming at once give the execution to one of both', async () => {
    for (let round = 0; round < 20; round += 1) {
      const [id = executionId()] = await queue(1);
      const [answer, claimed] = await Promise.all([cancel(id), claim(P1, 9)]);
      const entries = await world.store.account(A).executions.entries(id, 0, 10);
      const isClaimed = claimed.some((one) => one.id === id);
      expect([answer, entries.length]).toEqual(isClaimed ? ['asked', 1] : ['cancelled', 2]);
    }
  });

  it('knows no execution of that id', async () => {
    expect(await cancel(executionId())).toBeUndefined();
    expect(await cancel("x' OR 1=1" as ExecutionId)).toBeUndefined();
  });
});

describe('announcements', () => {
  it('reach other processes, also after their connection was lost', async () => {
    const other = await world.another();
    let tell = () => {};
    const heard = () => new Promise<void>((resolve) => (tell = resolve));
    const first = heard();
    const stop = other.dispatch.onAnnounced(() => tell());
    await first;
    const second = heard();
    await queue(1);
    await second;
    const third = heard();
    await world.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    await third;
    const fourth = heard();
    await world.store.dispatch.announce();
    await fourth;
    stop();
  });
});
