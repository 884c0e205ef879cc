// What a limiter costs: takes a second of three buckets, in memory beside a bare Map that counts,
// in Redis beside a bare INCR through the same client; in turns, as ratios. Redis is that of
// REDIS_URL, or a `redis-server` that is started for it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@redis/client';
import { build } from 'esbuild';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const ROUND_MS = 300;
const SUBJECTS = 1_000;
const AT_ONCE = 50;
const limit = { amount: 1_000_000_000, windowMs: 60_000 };

const folder = mkdtempSync(join(resolve('node_modules'), '.bench-limits-'));
try {
  const { openMemoryRates, openRedisRates, systemClock } = await bundled();
  const takings = Array.from({ length: SUBJECTS }, (_, index) => [
    { name: 'requests', by: 'address', subject: `192.0.2.${index % 250}`, limit },
    { name: 'api', by: 'key', subject: `key:${index}`, limit },
    { name: 'api', by: 'account', subject: `account-${index % 10}`, limit },
  ]);
  const memory = openMemoryRates({ clock: systemClock });
  const counts = new Map();
  await compare('in memory', {
    'a bare Map': synchronous((index) => {
      for (const { name, by, subject } of takings[index]) {
        const key = `${name}|${by}|${subject}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }),
    'our limiter': synchronous((index) => memory.take(takings[index])),
  });
  await withRedis(async (url) => {
    const log = { info() {}, warn: console.warn };
    const shared = await openRedisRates({ url, clock: systemClock, log, fallback: memory });
    const client = await createClient({ url }).connect();
    await compare(`in Redis, ${AT_ONCE} at once`, {
      'a bare INCR': crowd((index) => client.incr(`bench:${index}`)),
      'our limiter': crowd((index) => shared.take(takings[index])),
    });
    client.destroy();
    await shared.close();
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Prints the first in takes a second, and the others as a part of it. */
async function compare(title, subjects) {
  const rates = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(subjects)) {
      const began = performance.now();
      const count = await run(began + ROUND_MS);
      // The first round warms up and is not counted.
      if (round > 0) rates[name].push((count / (performance.now() - began)) * 1_000);
    }
  }
  console.log(title);
  const [first] = Object.values(rates);
  for (const [name, list] of Object.entries(rates)) {
    const part = median(list.map((rate, round) => rate / first[round])).toFixed(2);
    console.log(`  ${name.padEnd(12)} ${median(list).toFixed(0).padStart(9)}/s  ${part}`);
  }
}

function synchronous(act) {
  return (until) => {
    let count = 0;
    while (performance.now() < until) {
      for (let index = 0; index < SUBJECTS; index += 1) act(index);
      count += SUBJECTS;
    }
    return count;
  };
}

function crowd(act) {
  return async (until) => {
    let count = 0;
    const one = async () => {
      while (performance.now() < until) {
        await act(count % SUBJECTS);
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return count;
  };
}

function median(list) {
  return [...list].sort((one, other) => one - other)[list.length >> 1];
}

async function withRedis(act) {
  if (process.env.REDIS_URL !== undefined) return act(process.env.REDIS_URL);
  const port = await freePort();
  const words = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', words.map(String), { cwd: folder, stdio: 'ignore' });
  const failed = new Promise((done) => child.once('error', () => done(true)));
  const started = new Promise((done) => child.once('spawn', () => done(false)));
  if (await Promise.race([failed, started])) {
    console.log('in Redis: not measured, there is no redis-server and no REDIS_URL');
    return undefined;
  }
  const ended = new Promise((done) => child.once('exit', done));
  try {
    return await act(`redis://127.0.0.1:${port}`);
  } finally {
    child.kill();
    await ended;
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function bundled() {
  const outfile = join(folder, 'limits.mjs');
  const entryPoint = join(folder, 'entry.ts');
  const rooms = ['guard', 'base'].map((room) => resolve('src', room, 'index.ts'));
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
