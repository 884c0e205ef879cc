// What the store alone can do on one PostgreSQL, fsync on: whole executions in one unit (made and
// ended), executions of three units, and claims out of 10,000 queued ones. `node bench/store.mjs`.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { benchPostgres } from './support/postgres.mjs';

const ROUND_MS = 2_000;
const ROUNDS = 3;
const IN_FLIGHT = 200;
const QUEUED = 10_000;
const ACCOUNTS = 20;

const folder = mkdtempSync(join(resolve('node_modules'), '.bench-store-'));
const server = await benchPostgres();
try {
  await measure(await bundled());
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ openStore }) {
  const config = { connectionString: server.url };
  const pool = new pg.Pool({ ...config, max: 8 });
  const database = {
    kind: 'external',
    serverVersion: '18',
    pool,
    readPool: pool,
    migrationConfig: config,
    listenConfig: config,
    close: () => pool.end(),
  };
  const store = await openStore({ database, blobFolder: join(tmpdir(), 'unused') });
  const flows = new Map();
  for (let index = 0; index < ACCOUNTS; index += 1) {
    const account = randomUUID();
    await store.ensureAccount(account, 'bench');
    const flow = randomUUID();
    const draft = {
      name: 'f',
      description: '',
      tags: [],
      format: 'yaml',
      source: 's',
      hash: 'h',
      by: 'b',
      at: Date.now(),
    };
    await store.account(account).flows.create(flow, draft, audit());
    flows.set(account, flow);
  }
  const [account] = flows.keys();
  const whole = async () => {
    await store.journal.write(
      unit(account, flows.get(account), { entries: entries(1, 8), ...ended(), audit: audit() }),
    );
  };
  const inThree = async () => {
    const first = unit(account, flows.get(account), { entries: entries(1, 3), audit: audit() });
    await store.journal.write(first);
    const { header, ...next } = first;
    await store.journal.write({ ...next, audit: undefined, entries: entries(4, 3) });
    await store.journal.write({ ...next, audit: undefined, entries: entries(7, 2), ...ended() });
  };
  for (const [name, act] of [
    ['made and ended in one unit', whole],
    ['of three units', inThree],
  ]) {
    for (let round = 0; round < ROUNDS; round += 1) await report(name, act);
  }
  await claims(store, flows);
  await store.close();
}

async function report(name, act) {
  const times = [];
  const until = performance.now() + ROUND_MS;
  const startedAt = performance.now();
  const worker = async () => {
    while (performance.now() < until) {
      const at = performance.now();
      await act();
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)].toFixed(1);
  console.log(
    `${name}: ${Math.round(times.length / seconds)}/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
}

async function claims(store, flows) {
  const accounts = [...flows.keys()];
  const units = Array.from({ length: QUEUED }, (_, index) => {
    const account = accounts[index % ACCOUNTS];
    return {
      ...unit(account, flows.get(account), { entries: [], status: 'queued' }),
      owner: undefined,
    };
  });
  await Promise.all(units.map((one) => store.journal.write(one)));
  await store.dispatch.renewLease('claimer', 'server');
  const times = [];
  let taken = 0;
  for (;;) {
    const at = performance.now();
    const got = await store.dispatch.claim({ owner: 'claimer', limit: 64, running: new Map() });
    times.push(performance.now() - at);
    taken += got.length;
    if (got.length === 0) break;
  }
  times.sort((a, b) => a - b);
  const total = times.reduce((sum, one) => sum + one, 0);
  console.log(
    `claims of 64 out of ${QUEUED} queued: ${taken} in ${total.toFixed(0)} ms, median ${times[times.length >> 1].toFixed(1)} ms, worst ${times.at(-1).toFixed(1)} ms`,
  );
}

function unit(account, flowId, more) {
  return {
    account,
    execution: randomUUID(),
    owner: 'bench',
    epoch: 1,
    status: 'running',
    startedAt: Date.now(),
    header: {
      flowId,
      flowName: 'f',
      version: 1,
      inputs: { json: '{"x":1}' },
      createdAt: Date.now(),
      startedBy: 'key:bench',
    },
    ...more,
  };
}
function entries(from, count) {
  return Array.from({ length: count }, (_, index) => {
    const sequence = from + index;
    const step = {
      node: `node_${index}`,
      path: '',
      status: 'completed',
      attempts: 1,
      startedAt: 1700000000000,
      endedAt: 1700000000001,
      value: { x: index },
    };
    return {
      sequence,
      text: JSON.stringify({ sequence, at: 1700000000000, kind: 'step.ended', step }),
    };
  });
}
function ended() {
  return { status: 'completed', endedAt: Date.now(), outputs: { json: '{"y":2}' } };
}
function audit() {
  return {
    at: Date.now(),
    actor: 'key:bench',
    action: 'execution.start',
    targetKind: 'execution',
    targetId: 'x',
    outcome: 'done',
    requestId: randomUUID(),
    address: '127.0.0.1',
  };
}

async function bundled() {
  const outfile = join(folder, 'store.mjs');
  await build({
    entryPoints: ['src/store/index.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'silent',
  });
  return await import(pathToFileURL(outfile).href);
}
