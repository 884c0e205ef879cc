// Whether the time of a refused sign-in tells if there is such a person: names that are known,
// that are unknown and of people who are switched off, in random order, one at a time, and Welch's
// t over their times. |t| under 4.5 is the bar of ASVS 5.0 6.3.8. Then what a request costs by what
// it is identified with, beside an admin key: in turns, as ratios, and how many share a statement.
import { randomInt } from 'node:crypto';
import pg from 'pg';
import { peer } from './support/peers.mjs';
import { benchPostgres } from './support/postgres.mjs';
import { sluiceServer } from './support/sluice-server.mjs';

const PAIRS = Number(process.env.PAIRS ?? 2_000);
const CONNECTIONS = [20, 200];
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 2);
/** A name must wait after five failures, so each is tried four times. */
const TRIES = 4;
const JSON_BODY = { 'content-type': 'application/json' };
const people = Math.ceil(PAIRS / TRIES);
const PASSWORD = 'violet-anchor-76-spoon'; // not-a-secret

const database = await benchPostgres();
const env = {
  DATABASE_URL: database.url,
  ENABLE_RATE_LIMITING: 'false',
  BCRYPT_ROUNDS: process.env.BCRYPT_ROUNDS ?? '8',
};
const server = await sluiceServer({ env });
try {
  for (let index = 0; index < people; index += 1) {
    const body = { username: `known-${index}`, password: PASSWORD, role: 'user' };
    await server.request('POST', '/api/v1/people', body);
    const other = { ...body, username: `inactive-${index}` };
    const { id } = await server.request('POST', '/api/v1/people', other);
    await server.request('PATCH', `/api/v1/people/${id}`, { isActive: false });
  }
  await compareTimes();
  await compareWays();
} finally {
  await server.close();
  await database.close();
}

async function compareTimes() {
  const times = { known: [], unknown: [], inactive: [] };
  const answers = new Set();
  const order = Object.keys(times).flatMap((kind) =>
    Array.from({ length: PAIRS }, (_, index) => [kind, index % people]),
  );
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [order[index], order[other]] = [order[other], order[index]];
  }
  for (const [kind, index] of order) {
    const body = JSON.stringify({ username: `${kind}-${index}`, password: 'not this one 123' });
    const began = process.hrtime.bigint();
    const response = await fetch(`${server.address}/api/v1/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    times[kind].push(Number(process.hrtime.bigint() - began) / 1e6);
    answers.add(`${response.status} ${text.replace(/"requestId":"[^"]*"/, '')}`);
  }
  const known = summary(times.known);
  console.log(`${PAIRS} of each, BCRYPT_ROUNDS=${env.BCRYPT_ROUNDS}, ${answers.size} answer(s)`);
  for (const [kind, list] of Object.entries(times)) {
    const own = summary(list);
    const t = (own.mean - known.mean) / Math.sqrt(own.variance / own.n + known.variance / known.n);
    const part = (own.mean / known.mean).toFixed(3);
    console.log(`  ${kind.padEnd(9)} ${part} of known, Welch's t ${t.toFixed(2)}`);
  }
}

function summary(values) {
  // The slowest hundredth are pauses of the machine.
  const kept = [...values].sort((a, b) => a - b).slice(0, Math.floor(values.length * 0.99));
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const squares = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n: kept.length, mean, variance: squares / (kept.length - 1) };
}

async function compareWays() {
  const key = await server.request('POST', '/api/v1/keys', {
    name: 'bench',
    // It acts for itself and owns nothing, so it is to see all.
    scopes: ['flows:read', 'accounts:admin'],
  });
  const person = await server.request('POST', '/api/v1/people', {
    username: 'bench-person',
    password: PASSWORD,
    role: 'admin',
  });
  const tokens = await server.request('POST', '/api/v1/auth/sign-in', {
    username: person.username,
    password: PASSWORD,
  });
  const ways = {
    'admin key': server.headers,
    'stored key': { 'x-api-key': key.key },
    'access token': { authorization: `Bearer ${tokens.accessToken}` },
  };
  const { default: autocannon } = await peer('autocannon');
  const counter = new pg.Client({ connectionString: database.url });
  counter.on('error', () => {}); // The database ends before it where something failed.
  await counter.connect();
  const source = 'name: one\nnodes:\n  greet: {type: template, config: {template: Hello}}\n';
  const body = JSON.stringify({ source });
  const { id } = await server.request('POST', '/api/v1/flows', { source });
  // The first asks the database nothing but who it is; the second reads one flow.
  for (const [method, path] of [
    ['POST', '/api/v1/flows/validate'],
    ['GET', `/api/v1/flows/${id}`],
  ]) {
    const sent = method === 'POST' ? { method, body } : { method };
    for (const connections of CONNECTIONS) {
      const found = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [name, headers] of Object.entries(ways)) {
          const before = await statements(counter);
          const url = `${server.address}${path}`;
          const options = { ...sent, url, headers: { ...headers, ...JSON_BODY }, connections };
          const result = await autocannon({ ...options, duration: SECONDS });
          const { non2xx, errors, timeouts, requests } = result;
          if (non2xx + errors + timeouts > 0) throw new Error(`requests by ${name} failed`);
          const asked = (await statements(counter)) - before;
          found[name].push({ rate: requests.average, asked: asked / requests.total });
        }
      }
      tell(`${method} ${path.slice(0, 22)}, ${connections} connections`, found);
    }
  }
  await counter.end();
}

function tell(title, found) {
  console.log(title);
  const first = found['admin key'];
  for (const [name, rounds] of Object.entries(found)) {
    const part = median(rounds.map(({ rate }, round) => rate / first[round].rate)).toFixed(2);
    const asked = median(rounds.map((one) => one.asked)).toFixed(3);
    console.log(`  ${name.padEnd(12)} ${part} of an admin key, ${asked} statements a request`);
  }
}

function median(list) {
  return list.sort((one, other) => one - other)[list.length >> 1];
}

/** Of the whole database, each in a transaction of its own; told by PostgreSQL after a second. */
async function statements(counter) {
  await new Promise((done) => setTimeout(done, 1_200));
  await counter.query('select pg_stat_clear_snapshot()');
  const { rows } = await counter.query(
    'select xact_commit::float8 as count from pg_stat_database where datname = current_database()',
  );
  return rows[0].count;
}
