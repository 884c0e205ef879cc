// Which engine should decide who advances an execution? The candidates of decision 0005, in
// one run on one PostgreSQL: time from asking to starting, throughput, how long after the death of
// a process its executions go on, and whether one account's queue keeps another's from its turn.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DISPATCHERS } from './support/dispatchers.mjs';
import { benchPostgres } from './support/postgres.mjs';

const SLOTS = 50;
const SINGLE = 200;
const MANY = 1_000;
const TAKEN = 50;
const QUEUED = 400;
const self = fileURLToPath(import.meta.url);

const TABLES = `
  create table if not exists executions (
    id text primary key, account text not null, status text not null, owner text,
    epoch int not null default 0, queued_at timestamptz not null default clock_timestamp());
  create index if not exists queued on executions (account, queued_at) where status = 'queued';
  create index if not exists running on executions (account) where status = 'running';
  create table if not exists journal (id text, seq int, entry text, primary key (id, seq));`;

/** One segment: reads where the execution stands, writes a step, ends it. */
function segment(pool, onStart, workMs = 0) {
  return async (id) => {
    onStart?.(id);
    const { rows } = await pool.query({
      name: 'at',
      text: 'select coalesce(max(seq), 0) + 1 as seq from journal where id = $1',
      values: [id],
    });
    if (workMs > 0) await new Promise((done) => setTimeout(done, workMs));
    await pool.query({
      name: 'step',
      text: 'insert into journal values ($1, $2, $3)',
      values: [id, rows[0].seq, '{}'.padEnd(450)],
    });
    await pool.query({
      name: 'end',
      text: `update executions set status = 'completed' where id = $1`,
      values: [id],
    });
  };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** Waits until `count` executions were told, at most a minute. */
function countdown(count) {
  let resolve;
  const done = new Promise((settle) => {
    resolve = settle;
  });
  let left = count;
  return {
    tell: () => {
      left -= 1;
      if (left === 0) resolve();
    },
    done,
    left: () => left,
  };
}

async function measure(name, url) {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on('error', () => undefined); // The database ends before the pool does.
  const started = new Map();
  let ended = countdown(1);
  const work = segment(pool, (id) => started.set(id, performance.now()));
  const advance = async (id) => {
    await work(id);
    ended.tell();
  };
  const dispatcher = await DISPATCHERS[name]({ url, owner: 'survivor', slots: SLOTS, advance });
  const result = {};
  const waits = [];
  for (let index = 0; index < SINGLE; index += 1) {
    const id = randomUUID();
    ended = countdown(1);
    const askedAt = performance.now();
    await dispatcher.enqueue('one', id);
    await ended.done;
    waits.push(started.get(id) - askedAt);
  }
  result['asked to started, ms'] = median(waits);
  ended = countdown(MANY);
  const beganAt = performance.now();
  for (let index = 0; index < MANY; index += 50) {
    await Promise.all(Array.from({ length: 50 }, () => dispatcher.enqueue('one', randomUUID())));
  }
  await ended.done;
  result['a second'] = (MANY / (performance.now() - beganAt)) * 1_000;
  ended = countdown(QUEUED + 1);
  const order = [];
  started.clear();
  await Promise.all(Array.from({ length: QUEUED }, () => dispatcher.enqueue('loud', randomUUID())));
  const quietOne = randomUUID();
  await dispatcher.enqueue('quiet', quietOne);
  await ended.done;
  for (const id of started.keys()) order.push(id);
  result[`behind ${QUEUED} of another account: place`] = order.indexOf(quietOne) + 1;
  await dispatcher.close();
  result['after kill -9, all taken over in ms'] = await takeover(name, url, pool);
  await pool.end();
  return result;
}

/** A child begins executions and is killed; we take over as when its lease has ended. */
async function takeover(name, url, pool) {
  const child = spawn(process.execPath, [self, 'child', name, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((ready) => child.stdout.once('data', ready));
  child.kill('SIGKILL');
  await new Promise((ended) => child.once('exit', ended));
  const survivor = spawn(process.execPath, [self, 'survivor', name, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((ready) => survivor.stdout.once('data', ready));
  const startedAt = performance.now();
  let done = 0;
  for (let wait = 0; wait < 300 && done < TAKEN; wait += 1) {
    await new Promise((settle) => setTimeout(settle, 50));
    const { rows } = await pool.query(
      `select count(distinct id)::int as n from journal where id like 'taken-%'`,
    );
    done = rows[0].n;
  }
  const tookMs = performance.now() - startedAt;
  survivor.kill('SIGKILL');
  return done === TAKEN ? tookMs : `only ${done} of ${TAKEN} after 15 s`;
}

async function survive(name, url) {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on('error', () => undefined); // The database ends before the pool does.
  const dispatcher = await DISPATCHERS[name]({
    url,
    owner: 'survivor',
    slots: SLOTS,
    advance: segment(pool),
  });
  console.log('ready');
  await dispatcher.takeOver('dead');
}

async function child(name, url) {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on('error', () => undefined); // The database ends before the pool does.
  let running = 0;
  const work = segment(pool, undefined, 60_000);
  const advance = (id) => {
    running += 1;
    if (running === TAKEN) console.log('all running');
    return work(id);
  };
  const dispatcher = await DISPATCHERS[name]({ url, owner: 'dead', slots: SLOTS, advance });
  for (let index = 0; index < TAKEN; index += 1) await dispatcher.enqueue('one', `taken-${index}`);
}

if (process.argv[2] === 'child') {
  await child(process.argv[3], process.argv[4]);
} else if (process.argv[2] === 'survivor') {
  await survive(process.argv[3], process.argv[4]);
} else {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(DISPATCHERS);
  for (const name of names) {
    const database = await benchPostgres();
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    await pool.query(TABLES);
    await pool.end();
    const result = await measure(name, database.url);
    console.log(`${name}`);
    for (const [what, amount] of Object.entries(result)) {
      console.log(
        `  ${what.padEnd(44)} ${typeof amount === 'number' ? amount.toFixed(1) : amount}`,
      );
    }
    await database.close();
  }
  process.exit(0);
}
