// A synchronous execution of three pure nodes, stored, beside bare fastify with one insert:
// requests a second and latency, on one PostgreSQL, in turn. Load generator, servers and database
// share the machine, so read the ratio.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { peer } from './support/peers.mjs';
import { benchPostgres } from './support/postgres.mjs';
import { sluiceServer } from './support/sluice-server.mjs';

const SECONDS = Number(process.env.SECONDS ?? 5);
const ROUNDS = Number(process.env.ROUNDS ?? 2);
const CONNECTIONS = (process.env.CONNECTIONS ?? '10,50,200').split(',').map(Number);
const PORT = 18_433;

const FLOW = `name: three
inputs:
  name: {type: string, required: true}
nodes:
  greet: {type: template, config: {template: "Hello {{ inputs.name }}"}}
  loud: {type: template, depends_on: [greet], config: {template: "{{ greet | upper }}"}}
  both: {type: template, depends_on: [greet, loud], config: {template: "{{ greet }}, {{ loud }}!"}}
outputs: {text: both}
`;

const { default: autocannon } = await peer('autocannon');
const body = JSON.stringify({ inputs: { name: 'widget' } });

async function load(url, headers, connections) {
  const options = { url, method: 'POST', headers, body, connections, duration: SECONDS };
  const result = await autocannon(options);
  const bad = result.non2xx + result.errors + result.timeouts;
  if (bad > 0) throw new Error(`${bad} requests of ${url} failed`);
  return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

const database = await benchPostgres();
const file = fileURLToPath(new URL('support/bare-fastify.mjs', import.meta.url));
const bare = spawn(process.execPath, [file], {
  env: { ...process.env, PORT: String(PORT), DATABASE_URL: database.url },
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise((ready) => bare.stdout.once('data', ready));
const sluice = await sluiceServer({ env: { DATABASE_URL: database.url } });
try {
  const flow = await sluice.request('POST', '/api/v1/flows', { source: FLOW });
  const ours = `${sluice.address}/api/v1/flows/${flow.id}/execute?wait=30s`;
  const first = await sluice.request('POST', `/api/v1/flows/${flow.id}/execute?wait=30s`, {
    inputs: { name: 'widget' },
  });
  if (first.outputs?.text !== 'Hello widget, HELLO WIDGET!') throw new Error(JSON.stringify(first));
  const subjects = {
    'bare fastify, one insert': (connections) =>
      load(`http://127.0.0.1:${PORT}/insert`, { 'content-type': 'application/json' }, connections),
    'sluice, three nodes, stored': (connections) => load(ours, sluice.headers, connections),
  };
  for (const warm of Object.values(subjects)) await warm(50);
  for (const connections of CONNECTIONS) {
    const rates = {};
    for (const [name, run] of Object.entries(subjects)) {
      const rounds = [];
      for (let round = 0; round < ROUNDS; round += 1) rounds.push(await run(connections));
      const best = rounds.sort((a, b) => b.rate - a.rate)[0];
      rates[name] = best.rate;
      const { rate, p50, p99 } = best;
      console.log(
        `${String(connections).padStart(4)} connections  ${name.padEnd(28)} ${rate.toFixed(0).padStart(7)}/s  p50 ${p50} ms  p99 ${p99} ms`,
      );
    }
    const [peerRate, ourRate] = Object.values(rates);
    console.log(`                  ours is ${(ourRate / peerRate).toFixed(2)} of bare fastify`);
  }
} finally {
  bare.kill();
  await sluice.close();
  await database.close();
}
