/** Two workers on one database: what one leaves the other takes up, and never do both write. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/postgres-server.ts';
import { type MortalPostgres, mortalPostgres } from './postgres.ts';
import { CHAOS_KEY, type Effects, effectsService, Sluice } from './processes.ts';

/** 30,000 is what the promise says; less makes the same happen, once it is over the lease. */
const STOPPED_MS = Number(process.env.CHAOS_STOPPED_MS ?? 12_000);
const TAKEN_OVER_MS = 10_000;
const EXECUTIONS = 24;
const ITEMS = 60;
const TEST_MS = STOPPED_MS + 120_000;

let postgres: MortalPostgres;
let effects: Effects;
let door: Sluice;
let first: Sluice;
let second: Sluice;
let address: string;
let flow: string;

beforeAll(async () => {
  [postgres, effects] = await Promise.all([mortalPostgres(), effectsService(40)]);
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  const shared = { DATABASE_URL: postgres.url, EGRESS_ALLOW: '127.0.0.1', LOG_LEVEL: 'info' };
  // A door that accepts and runs nothing itself.
  door = new Sluice('start', { ...shared, PORT: String(port), EXECUTION_SLOTS: '0' });
  const half = { ...shared, EXECUTION_SLOTS: String(EXECUTIONS / 2) };
  first = new Sluice('worker', half);
  second = new Sluice('worker', half);
  await Promise.all([door.start(), first.start(), second.start()]);
  const { id } = await post('/api/v1/flows', { source: longFlow(effects.url) });
  flow = id;
}, TEST_MS);

afterAll(async () => {
  for (const process of [door, first, second]) await process?.close();
  await postgres?.close();
  await effects?.close();
}, TEST_MS);

/** One request after the other, so that an execution is under way for seconds. */
function longFlow(service: string): string {
  return `name: long
inputs:
  list: {type: array, required: true}
nodes:
  each:
    type: foreach
    config: {array_field: inputs.list, item_name: one, parallel: false, subgraph_nodes: [send]}
  send:
    type: http
    retry: {attempts: 5, backoff: 100ms}
    config: {url: "${service}", method: POST, body: {one: "{{ one }}", in: "{{ execution_id }}"}}
outputs: {all: each}
`;
}

test('kill -9 of a worker: the other goes on with its executions within 10 s', {
  timeout: TEST_MS,
}, async () => {
  const ids = await startAll();
  const held = await untilBothHold(ids);
  const killedAt = Date.now();
  await first.kill();
  await allCompleted(ids);
  const owner = held.ofFirst;
  expect(owner.length).toBeGreaterThan(0);
  for (const id of owner) {
    // One that was claimed and had written nothing begins anew, without `execution.resumed`.
    const next = (await entriesOf(id)).find(({ at }) => at > killedAt);
    expect((next?.at ?? Number.POSITIVE_INFINITY) - killedAt).toBeLessThan(TAKEN_OVER_MS);
  }
  const [{ taken = 0 } = {}] = await query<{ taken: number }>(
    'select count(*)::int as taken from sluice.executions where takeovers = 1 and id = any($1)',
    [owner],
  );
  expect(taken).toBe(owner.length);
  await checkEffects(ids);
  await first.start();
});

test('a worker that is stopped for long and goes on writes nothing that is not its own', {
  timeout: TEST_MS,
}, async () => {
  const ids = await startAll();
  await untilBothHold(ids);
  await pause(500); // So that it is stopped in the middle of what it does.
  first.signal('SIGSTOP');
  await pause(STOPPED_MS);
  first.signal('SIGCONT');
  await allCompleted(ids);
  await pause(1_000);
  let takenOver = 0;
  for (const id of ids) {
    const entries = await entriesOf(id);
    takenOver += entries.some(({ kind }) => kind === 'execution.resumed') ? 1 : 0;
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.filter(({ kind }) => kind === 'execution.ended')).toHaveLength(1);
    const epochs = await epochsOf(id);
    expect(epochs).toEqual([...epochs].sort((left, right) => left - right));
  }
  expect(takenOver).toBeGreaterThan(0);
  await checkEffects(ids);
  // The one that was stopped is of use again.
  const again = await startAll();
  await untilBothHold(again);
  await allCompleted(again);
});

async function startAll(): Promise<readonly string[]> {
  const list = Array.from({ length: ITEMS }, (_, index) => index);
  const path = `/api/v1/flows/${flow}/execute`;
  return Promise.all(
    Array.from({ length: EXECUTIONS }, async () => (await post(path, { inputs: { list } })).id),
  );
}

/** Waits until two processes hold some of them; the first worker is the one that began first. */
async function untilBothHold(
  ids: readonly string[],
): Promise<{ readonly ofFirst: readonly string[] }> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const rows = await query<{ id: string; owner: string }>(
      `select id, owner from sluice.executions where owner is not null and id = any($1)`,
      [ids],
    );
    const owners = [...new Set(rows.map(({ owner }) => owner))];
    if (owners.length === 2) {
      const names = owners.filter((owner) => first.log.includes(owner));
      return { ofFirst: rows.filter(({ owner }) => names.includes(owner)).map(({ id }) => id) };
    }
    await pause(50);
  }
  throw new Error(`one worker holds all\n${first.log}\n${second.log}`);
}

async function allCompleted(ids: readonly string[]): Promise<void> {
  for (let waited = 0; waited < 90_000; waited += 100) {
    const rows = await query<{ status: string }>(
      'select status from sluice.executions where id = any($1)',
      [ids],
    );
    if (rows.every(({ status }) => status === 'completed')) return;
    expect(rows.filter(({ status }) => ['failed', 'cancelled'].includes(status))).toEqual([]);
    await pause(100);
  }
  throw new Error(`not all ended\n${first.log}\n${second.log}`);
}

async function checkEffects(ids: readonly string[]): Promise<void> {
  expect(effects.wrong).toEqual([]);
  for (const id of ids) {
    const keys = [...effects.byKey.keys()].filter((key) => key.startsWith(`${id}/`));
    expect(keys).toHaveLength(ITEMS);
  }
}

interface Entry {
  readonly sequence: number;
  readonly kind: string;
  readonly at: number;
}

async function entriesOf(id: string): Promise<readonly Entry[]> {
  const chunks = await query<{ entries: string }>(
    'select entries from sluice.journal where execution_id = $1 order by first_sequence',
    [id],
  );
  return chunks.flatMap(({ entries }) => entries.split('\n').map((line) => JSON.parse(line)));
}

async function epochsOf(id: string): Promise<readonly number[]> {
  const rows = await query<{ epoch: number }>(
    'select epoch from sluice.journal where execution_id = $1 order by first_sequence',
    [id],
  );
  return rows.map(({ epoch }) => epoch);
}

async function query<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function post(path: string, body: unknown): Promise<{ id: string }> {
  const answer = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'x-api-key': CHAOS_KEY, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const json = (await answer.json()) as { id: string };
  expect({ status: answer.status, json }).toMatchObject({ json: { id: expect.any(String) } });
  return json;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
