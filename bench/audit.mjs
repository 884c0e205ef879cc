// What seals cost: rows of the audit written by 50 writers without and with a sealer beside them,
// in turns, as a ratio; how fast a chain is sealed and verified. `node bench/audit.mjs`.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { benchPostgres } from './support/postgres.mjs';

const ROUND_MS = 2_000;
const ROUNDS = 3;
const WRITERS = 50;

const folder = mkdtempSync(join(resolve('node_modules'), '.bench-audit-'));
const server = await benchPostgres();
try {
  await measure(await bundled());
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ openStore, openAudit, sealKeys, systemClock }) {
  const config = { connectionString: server.url };
  const pool = new pg.Pool({ ...config, max: 10 });
  pool.on('error', () => undefined); // The server ends before its last connections do.
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
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error, with: () => log };
  const open = () =>
    openAudit({
      store,
      keys: sealKeys({ current: new Uint8Array(32).fill(7), previous: [] }),
      clock: systemClock,
      log,
      rules: { failures: 10, bulkReads: 1e9, newNetwork: false, windowMs: 60_000 },
      operator: 'default',
    });
  const ratios = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const plain = await write(store, randomUUID());
    const audit = open();
    const sealed = await write(store, randomUUID());
    await audit.close();
    ratios.push(sealed / plain);
    console.log(`written: ${rate(plain)} alone, ${rate(sealed)} beside a sealer`);
  }
  ratios.sort((one, other) => one - other);
  console.log(`ratio, median: ${ratios[ratios.length >> 1].toFixed(2)}`);

  const account = randomUUID();
  await write(store, account);
  const audit = open();
  const sealMs = await timed(() => audit.sealNow());
  const { checked, isIntact } = await audit.verify(account);
  console.log(`sealed what waited in ${sealMs.toFixed(0)} ms (${checked} rows of the account)`);
  const verifyMs = await timed(() => audit.verify(account));
  console.log(`verified: ${rate((checked / verifyMs) * 1000)}, intact: ${isIntact}`);
  await audit.close();
  await store.close();
}

async function write(store, account) {
  await store.ensureAccount(account, 'bench');
  const { audit } = store.account(account);
  let count = 0;
  const startedAt = performance.now();
  const until = startedAt + ROUND_MS;
  const writer = async () => {
    while (performance.now() < until) {
      await audit.append(entry());
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return (count / (performance.now() - startedAt)) * 1000;
}

function entry() {
  return {
    at: Date.now(),
    actor: 'key:bench',
    action: 'execution.start',
    targetKind: 'execution',
    targetId: randomUUID(),
    outcome: 'done',
    requestId: randomUUID(),
    address: '127.0.0.1',
    details: { flow: 'bench', version: 1 },
  };
}

async function timed(act) {
  const at = performance.now();
  await act();
  return performance.now() - at;
}

function rate(perSecond) {
  return `${Math.round(perSecond)} rows/s`;
}

async function bundled() {
  const outfile = join(folder, 'audit.mjs');
  const entryPoint = join(folder, 'entry.ts');
  const rooms = ['store', 'audit', 'base'].map((room) => resolve('src', room, 'index.ts'));
  writeFileSync(entryPoint, rooms.map((room) => `export * from ${JSON.stringify(room)};`).join(''));
  await build({
    entryPoints: [entryPoint],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'silent',
  });
  return import(pathToFileURL(outfile).href);
}
