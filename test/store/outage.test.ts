import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openStore, type Store } from '../../src/store/index.ts';
import {
  A,
  auditOf,
  codeOf,
  databaseOver,
  ENDED,
  nextOf,
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

const lost = () => new Error('Connection terminated unexpectedly');

/** A store whose statements of the journal pass through `answer`, as over a bad line. */
async function storeOver(
  answer: (ask: () => Promise<unknown>, name: string) => Promise<unknown>,
  outageMs = 30_000,
): Promise<Store> {
  const database: Database = databaseOver(world.url);
  const query = database.pool.query.bind(database.pool) as (
    ...given: unknown[]
  ) => Promise<unknown>;
  const through = (...given: unknown[]) => {
    const [statement] = given;
    const isNamed = typeof statement === 'object' && statement !== null && 'name' in statement;
    const ask = () => query(...given);
    return isNamed ? answer(ask, String(statement.name)) : ask();
  };
  Object.assign(database.pool, { query: through });
  const store = await openStore({ database, blobFolder: world.blobFolder, outageMs });
  opened.push(store);
  return store;
}
const opened: Store[] = [];

const cannotConnect = () =>
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** A store whose pools get no connection where `refuse` gives why. */
async function storeWhoseConnections(
  refuse: () => Error | undefined,
  askAgainMs?: number,
): Promise<Store> {
  const database = databaseOver(world.url);
  const more = askAgainMs === undefined ? {} : { askAgainMs };
  const store = await openStore({ database, blobFolder: world.blobFolder, ...more });
  opened.push(store);
  for (const pool of [database.pool, database.readPool]) {
    const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
    const through = () => {
      const why = refuse();
      return why === undefined ? connect() : Promise.reject(why);
    };
    Object.assign(pool, { connect: through });
  }
  return store;
}

/** A store whose connections break at some statements of a transaction. */
async function storeWithStatements(
  judge: (text: string) => 'ask' | 'lose the connection' | 'lose the answer',
): Promise<Store> {
  const database = databaseOver(world.url);
  const store = await openStore({ database, blobFolder: world.blobFolder });
  opened.push(store);
  const connect = database.pool.connect.bind(database.pool) as () => Promise<PoolClient>;
  const through = async () => {
    const client = await connect();
    client.on('error', () => undefined);
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
    Object.assign(client, {
      query: async (text: string, ...rest: unknown[]) => {
        const verdict = judge(text);
        if (verdict === 'ask') return query(text, ...rest);
        const kill = 'SELECT pg_terminate_backend(pg_backend_pid())';
        if (verdict === 'lose the connection') return query(kill);
        await query(text, ...rest);
        return query(kill);
      },
    });
    return client;
  };
  Object.assign(database.pool, { connect: through });
  return store;
}

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function expectWhole(ids: readonly string[], sequences: number): Promise<void> {
  const rows = await world.sql<{ id: string; status: string; seen: number[] }>(
    `SELECT e.id, e.status, array_agg(s.n ORDER BY s.n) AS seen
    FROM sluice.executions AS e JOIN sluice.journal AS j ON j.execution_id = e.id,
    LATERAL generate_series(j.first_sequence, j.last_sequence) AS s (n)
    WHERE e.id = ANY ($1) GROUP BY e.account_id, e.id`,
    [ids],
  );
  expect(rows).toHaveLength(ids.length);
  const expected = Array.from({ length: sequences }, (_, at) => at + 1);
  for (const row of rows) expect(row).toMatchObject({ status: 'completed', seen: expected });
}

/** Executions of four units each, every unit awaited like a dispatcher does. */
async function runMany(store: Store, count: number): Promise<readonly string[]> {
  const flow = await saveFlow(world.store);
  const starts = Array.from({ length: count }, () => startOf(flow));
  await Promise.all(
    starts.map(async (start) => {
      await store.journal.write(start);
      await store.journal.write(nextOf(start, [2, 3]));
      await store.journal.write(nextOf(start, []));
      await store.journal.write(nextOf(start, [4], ENDED));
    }),
  );
  return starts.map(({ execution }) => execution);
}

describe('while connections are lost', () => {
  it('nothing is lost and nothing is written twice', async () => {
    let isOver = false;
    let cuts = 0;
    const cut = async () => {
      for (let times = 0; times < 200 && !isOver; times += 1) {
        const killed = await world.sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND query LIKE 'WITH unit%'`,
        );
        cuts += killed.length;
      }
    };
    const cutting = cut();
    const ids: string[] = [];
    for (let round = 0; round < 10; round += 1) ids.push(...(await runMany(world.store, 100)));
    isOver = true;
    await cutting;
    await expectWhole(ids, 4);
    expect(cuts).toBeGreaterThan(0);
  });

  it('a commit whose answer was lost is recognised, not repeated', async () => {
    let asked = 0;
    const store = await storeOver(async (ask) => {
      const answer = await ask();
      asked += 1;
      if (asked % 2 === 1) throw lost();
      return answer;
    });
    await expectWhole(await runMany(store, 30), 4);
    // Four groups, each asked for twice.
    expect(asked).toBeGreaterThanOrEqual(8);
  });

  it('a commit whose answer was lost stays with the start that made it, also by its key', async () => {
    let isFirst = true;
    const store = await storeOver(async (ask) => {
      const answer = await ask();
      if (!isFirst) return answer;
      isFirst = false;
      throw lost();
    });
    const start = startOf(await saveFlow(world.store), ENDED, { idempotencyKey: 'k' });
    await store.journal.write(start);
    await expectWhole([start.execution], 1);
  });

  it('a lost answer is not taken for a commit when another process has it by now', async () => {
    const start = startOf(await saveFlow(world.store));
    await world.store.journal.write(start);
    const store = await storeOver(async () => {
      await world.sql('UPDATE sluice.executions SET epoch = 2, owner = $2 WHERE id = $1', [
        start.execution,
        'p2',
      ]);
      return await Promise.reject(lost());
    }, 60);
    expect(await codeOf(store.journal.write(nextOf(start, [2])))).toBe('STORE_UNAVAILABLE');
    const entries = await world.store.account(A).executions.entries(start.execution, 0, 10);
    expect(entries).toHaveLength(1);
  });
});

describe('while the database does not answer', () => {
  it('writes fail when the time for it is over, and go on with the next when it is back', async () => {
    let isDown = true;
    const store = await storeOver((ask) => (isDown ? Promise.reject(lost()) : ask()), 100);
    const flow = await saveFlow(world.store);
    expect(await codeOf(store.journal.write(startOf(flow)))).toBe('STORE_UNAVAILABLE');
    isDown = false;
    expect(await codeOf(store.journal.write(startOf(flow)))).toBe('done');
  });

  it.each([
    [
      'reads',
      async (store: Store) => [(await store.account(A).flows.list({}, { limit: 1 })).items],
    ],
    ['a saved flow', (store: Store) => saveFlow(store)],
    ['a denial', (store: Store) => store.account(A).audit.append(auditOf('auth.denied'))],
  ])('a database that restarts is waited for: %s', async (_what, act) => {
    let refused = 0;
    const store = await storeWhoseConnections(() => {
      refused += 1;
      return refused <= 3 ? cannotConnect() : undefined;
    });
    await act(store);
    expect(refused).toBe(4);
  });

  it('no longer than for askAgainMs', async () => {
    const store = await storeWhoseConnections(cannotConnect, 60);
    expect(await codeOf(store.account(A).flows.list({}, { limit: 1 }))).toBe('STORE_UNAVAILABLE');
    expect(await codeOf(saveFlow(store))).toBe('STORE_UNAVAILABLE');
  });

  it('a question that was too slow is not asked again', async () => {
    let asked = 0;
    const store = await storeWhoseConnections(() => {
      asked += 1;
      return new Error('timeout exceeded when trying to connect');
    });
    expect(await codeOf(store.account(A).flows.list({}, { limit: 1 }))).toBe('STORE_UNAVAILABLE');
    expect(asked).toBe(1);
  });

  it('a flow is saved once, whose connection was lost in the middle of it', async () => {
    let times = 0;
    const store = await storeWithStatements((text) => {
      if (!text.startsWith('insert into "sluice"."audit_events"')) return 'ask';
      times += 1;
      return times === 1 ? 'lose the connection' : 'ask';
    });
    const flow = await saveFlow(store);
    expect(times).toBe(2);
    const audit = await world.sql('SELECT FROM sluice.flow_versions WHERE flow_id = $1', [flow]);
    expect(audit).toHaveLength(1);
  });

  it('what may have been committed is not done again', async () => {
    let commits = 0;
    const store = await storeWithStatements((text) => {
      if (text !== 'commit') return 'ask';
      commits += 1;
      return 'lose the answer';
    });
    expect(await codeOf(saveFlow(store))).toBe('STORE_UNAVAILABLE');
    expect(commits).toBe(1);
  });

  it('a closed store takes nothing, and settles what it was given', async () => {
    const store = await storeOver((ask) => ask());
    const flow = await saveFlow(world.store);
    const writes = Array.from({ length: 20 }, () => codeOf(store.journal.write(startOf(flow))));
    const closing = store.close();
    expect(await codeOf(store.journal.write(startOf(flow)))).toBe('STORE_UNAVAILABLE');
    expect(new Set(await Promise.all(writes))).toEqual(new Set(['done']));
    await closing;
    expect(await codeOf(store.account(A).flows.list({}, { limit: 1 }))).toBe('STORE_UNAVAILABLE');
  });

  it('the question after its health is answered in bounded time', async () => {
    expect(await world.store.check()).toMatchObject({ kind: 'external' });
    const database = databaseOver(world.url);
    const store = await openStore({ database, blobFolder: world.blobFolder });
    const { query } = database.pool;
    Object.assign(database.pool, { query: () => new Promise(() => undefined) });
    expect(await codeOf(store.check())).toBe('STORE_UNAVAILABLE');
    Object.assign(database.pool, { query });
    await store.close();
  });

  it('a store does not open', async () => {
    const database = databaseOver('postgres://nobody@127.0.0.1:1/none');
    const opening = openStore({ database, blobFolder: world.blobFolder });
    expect(await codeOf(opening)).toBe('STORE_UNAVAILABLE');
  });
});
