/**
 * Kill -9 of server, worker or PostgreSQL at random moments under load. What must hold is what the
 * server promises with a 202 or an answer: each accepted execution ends exactly once, nothing that
 * was recorded changes, no effect has another key, nothing is lost. CHAOS_ROUNDS makes it longer,
 * CHAOS_SEED repeats one.
 */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../src/base/index.ts';
import { freePort } from '../support/postgres-server.ts';
import { CHAOS_FLOWS, type ChaosFlow } from './flows.ts';
import { type MortalPostgres, mortalPostgres } from './postgres.ts';
import { CHAOS_KEY, type Effects, effectsService, Sluice } from './processes.ts';

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 50);
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const EXECUTIONS = 200;
const CLIENTS = 20;
const ROUNDS_AT_ONCE = 4;
const ROUND_MS = 60_000;

let postgres: MortalPostgres;
let effects: Effects;
let server: Sluice;
let worker: Sluice;
let address: string;
const flowIds = new Map<string, string>();

beforeAll(async () => {
  [postgres, effects] = await Promise.all([mortalPostgres(), effectsService()]);
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  const shared = { DATABASE_URL: postgres.url, EGRESS_ALLOW: '127.0.0.1', LOG_LEVEL: 'warn' };
  server = new Sluice('start', { ...shared, PORT: String(port) });
  worker = new Sluice('worker', shared);
  await server.start();
  await worker.start();
  for (const flow of CHAOS_FLOWS) {
    const body = { source: flow.source(effects.url) };
    const { status, json } = await ask('/api/v1/flows', { body });
    expect({ status, json }).toMatchObject({ status: 201 });
    flowIds.set(flow.name, json.id);
  }
}, ROUND_MS);

afterAll(async () => {
  await server?.close();
  await worker?.close();
  await postgres?.close();
  await effects?.close();
}, ROUND_MS);

test(`${ROUNDS} rounds of ${EXECUTIONS} executions and a kill -9 lose nothing (seed ${SEED})`, {
  timeout: ROUNDS * ROUND_MS,
}, async () => {
  const random = seededRandom(SEED);
  const accepted = new Map<string, ChaosFlow>();
  const snapshots: JournalRow[] = [];
  const loads: Promise<void>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const load = submitAll(round, random, accepted);
    load.catch(() => undefined); // Awaited below, once other rounds have begun.
    loads.push(load);
    await pause(random.next() * 500);
    snapshots.push(...(await someOfTheJournal(random)));
    await killOne(random);
    await loads[round - ROUNDS_AT_ONCE];
  }
  await Promise.all(loads);
  expect(accepted.size).toBe(ROUNDS * EXECUTIONS);
  await allOver();
  await checkExecutions(accepted);
  await checkSnapshots(snapshots);
  await checkEffects(accepted);
});

/** Clients that ask until their execution is accepted, whatever dies meanwhile. */
async function submitAll(
  round: number,
  random: Random,
  accepted: Map<string, ChaosFlow>,
): Promise<void> {
  const wanted = Array.from({ length: EXECUTIONS }, (_, index) => ({
    key: `round-${round}-${index}`,
    flow: CHAOS_FLOWS[Math.floor(random.next() * CHAOS_FLOWS.length)],
    wait: random.next() < 0.3 ? '?wait=20s' : '',
    n: index,
  }));
  const client = async () => {
    for (let one = wanted.pop(); one !== undefined; one = wanted.pop()) {
      if (one.flow === undefined) throw new Error('a flow');
      const path = `/api/v1/flows/${flowIds.get(one.flow.name)}/execute${one.wait}`;
      const id = await untilAccepted(path, one.key, one.n);
      accepted.set(id, one.flow);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

async function untilAccepted(path: string, key: string, n: number): Promise<string> {
  const startedAt = Date.now();
  let last = '';
  while (Date.now() - startedAt < ROUND_MS) {
    try {
      const { status, json } = await ask(path, { body: { inputs: { n } }, key });
      if (status === 200 || status === 202) return json.id;
      last = `${status} ${JSON.stringify(json)}`;
      // Only what says that it passes may be asked again.
      if (status !== 503 && status !== 429) throw new Refused(last);
    } catch (error) {
      if (error instanceof Refused) throw error;
      last = String(error);
    }
    await pause(50);
  }
  throw new Refused(`not accepted in ${ROUND_MS} ms: ${last}`);
}

class Refused extends Error {}

async function killOne(random: Random): Promise<void> {
  const victim = random.next();
  if (victim < 0.4) {
    await server.kill();
    await server.start();
  } else if (victim < 0.7) {
    await worker.kill();
    await worker.start();
  } else await postgres.killAndRestart();
}

interface JournalRow {
  readonly id: string;
  readonly first: number;
  readonly last: number;
  readonly entries: string;
}

const JOURNAL = `select execution_id as id, first_sequence as first, last_sequence as last, entries
  from sluice.journal`;

/** Rows as they are now; none of them may ever read otherwise. */
async function someOfTheJournal(random: Random): Promise<readonly JournalRow[]> {
  const sample = `${JOURNAL} order by execution_id desc limit ${50 + Math.floor(random.next() * 100)}`;
  return query<JournalRow>(sample);
}

async function allOver(): Promise<void> {
  const open = `select status, count(*)::int as n from sluice.executions
    where ended_at is null group by status`;
  let left: unknown[] = [];
  for (let waited = 0; waited < ROUND_MS; waited += 200) {
    left = await query(open);
    if (left.length === 0) return;
    await pause(200);
  }
  throw new Error(`never ended: ${JSON.stringify(left)}\n${server.log}\n${worker.log}`);
}

async function checkExecutions(accepted: ReadonlyMap<string, ChaosFlow>): Promise<void> {
  const rows = await query<{ id: string; status: string; error: string | null; last: number }>(
    'select id, status, error, last_sequence as last from sluice.executions',
  );
  const notCompleted = rows.filter(({ status }) => status !== 'completed');
  expect(notCompleted).toEqual([]);
  const known = new Set(rows.map(({ id }) => id));
  expect([...accepted.keys()].filter((id) => !known.has(id))).toEqual([]);
  // One execution for each key, however often it was asked for.
  expect(rows.length).toBe(accepted.size);
  const chunks = grouped(await query<JournalRow>(`${JOURNAL} order by 1, 2`));
  for (const { id, last } of rows) {
    const entries = (chunks.get(id) ?? []).flatMap((chunk) => parse(chunk.entries));
    expect(entries.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    );
    expect(entries.filter(({ kind }) => kind === 'execution.ended')).toHaveLength(1);
    expect(entries.at(-1)?.kind).toBe('execution.ended');
    const steps = entries.flatMap(({ step }) => (step === undefined ? [] : [step]));
    expect(new Set(steps.map(({ node, path }) => `${node} ${path}`)).size).toBe(steps.length);
  }
}

async function checkSnapshots(snapshots: readonly JournalRow[]): Promise<void> {
  const now = grouped(await query<JournalRow>(JOURNAL));
  for (const row of snapshots) expect(now.get(row.id)).toContainEqual(row);
  expect(snapshots.length).toBeGreaterThan(0);
}

async function checkEffects(accepted: ReadonlyMap<string, ChaosFlow>): Promise<void> {
  expect(effects.wrong).toEqual([]);
  const keys = new Map<string, number>();
  for (const key of effects.byKey.keys()) {
    const [execution = ''] = key.split('/');
    keys.set(execution, (keys.get(execution) ?? 0) + 1);
  }
  for (const [id, flow] of accepted) expect([id, keys.get(id) ?? 0]).toEqual([id, flow.effects]);
  expect([...keys.keys()].filter((id) => !accepted.has(id))).toEqual([]);
}

interface Entry {
  readonly sequence: number;
  readonly kind: string;
  readonly step?: { readonly node: string; readonly path: string };
}

/** Entries of a chunk, whatever stands between them. */
function parse(entries: string): readonly Entry[] {
  const text = entries.trim();
  if (text.startsWith('[')) return JSON.parse(text);
  return text.split('\n').map((line) => JSON.parse(line));
}

function grouped(rows: readonly JournalRow[]): Map<string, JournalRow[]> {
  const groups = new Map<string, JournalRow[]>();
  for (const row of rows) {
    const group = groups.get(row.id) ?? [];
    group.push(row);
    groups.set(row.id, group);
  }
  return groups;
}

async function query<Row>(text: string): Promise<Row[]> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query(text);
      return rows;
    } catch (error) {
      if (attempt === 100) throw error;
      await pause(100);
    } finally {
      client.end().catch(() => undefined);
    }
  }
}

async function ask(
  path: string,
  { body, key }: { readonly body: unknown; readonly key?: string },
): Promise<{ status: number; json: { id: string } }> {
  const answer = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: {
      'x-api-key': CHAOS_KEY,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(40_000),
  });
  return { status: answer.status, json: (await answer.json()) as { id: string } };
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
