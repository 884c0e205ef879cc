// 40 light nodes one after the other, durable, one execution at a time: a Sluice execution over
// HTTP with its whole history, beside DBOS with 40 steps and graphile-worker with 40 chained jobs
// called in process. One PostgreSQL, in turn. Pure nodes share a commit here; a commit for each is
// what the others do, and what our own `read` and `write` nodes do.
import pg from 'pg';
import { peer } from './support/peers.mjs';
import { benchPostgres } from './support/postgres.mjs';
import { sluiceServer } from './support/sluice-server.mjs';

const STEPS = 40;
const RUNS = Number(process.env.RUNS ?? 60);

const database = await benchPostgres();
const subjects = {};
const closers = [];

const sluice = await sluiceServer({ env: { DATABASE_URL: database.url } });
closers.push(() => sluice.close());
const lines = ['name: forty', 'inputs: {n: {type: integer, required: true}}', 'nodes:'];
for (let step = 0; step < STEPS; step += 1) {
  const before = step === 0 ? 'inputs.n' : `s${step - 1}`;
  const after = step === 0 ? '' : `depends_on: [s${step - 1}], `;
  lines.push(`  s${step}: {type: template, ${after}config: {template: "{{ ${before} + 1 }}"}}`);
}
lines.push(`outputs: {n: s${STEPS - 1}}`);
const flow = await sluice.request('POST', '/api/v1/flows', { source: lines.join('\n') });
subjects.sluice = async (n) => {
  const path = `/api/v1/flows/${flow.id}/execute?wait=30s`;
  const { outputs } = await sluice.request('POST', path, { inputs: { n } });
  if (outputs.n !== n + STEPS) throw new Error(`wrong: ${JSON.stringify(outputs)}`);
};

const { DBOS } = await peer('@dbos-inc/dbos-sdk');
const quiet = { info() {}, debug() {}, warn() {}, error: console.error };
DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: database.url,
  systemDatabaseSchemaName: 'engine',
  logger: quiet,
  enableOTLP: false,
});
const forty = DBOS.registerWorkflow(
  async (n) => {
    let value = n;
    for (let step = 0; step < STEPS; step += 1) {
      value = await DBOS.runStep(async () => value + 1, { name: `s${step}` });
    }
    return value;
  },
  { name: 'forty' },
);
await DBOS.launch();
closers.push(() => DBOS.shutdown());
subjects['DBOS, 40 steps'] = async (n) => {
  const handle = await DBOS.startWorkflow(forty)(n);
  if ((await handle.getResult()) !== n + STEPS) throw new Error('wrong');
};

const { run, makeWorkerUtils, Logger } = await peer('graphile-worker');
const pool = new pg.Pool({ connectionString: database.url, max: 8 });
pool.on('error', () => undefined);
pool.on('connect', (client) => client.on('error', () => undefined));
const logger = new Logger(() => () => undefined);
const waiting = new Map();
const runner = await run({
  pgPool: pool,
  concurrency: 4,
  noHandleSignals: true,
  logger,
  taskList: {
    step: async ({ run: id, n, left }, helpers) => {
      if (left === 0) waiting.get(id)(n);
      else await helpers.addJob('step', { run: id, n: n + 1, left: left - 1 });
    },
  },
});
const utils = await makeWorkerUtils({ pgPool: pool, logger });
closers.push(async () => {
  await runner.stop();
  await utils.release();
  await pool.end();
});
subjects['graphile-worker, 40 jobs'] = async (n) => {
  const ended = new Promise((resolve) => waiting.set(n, resolve));
  await utils.addJob('step', { run: n, n, left: STEPS });
  if ((await ended) !== n + STEPS) throw new Error('wrong');
};

const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
for (let index = 0; index < RUNS + 10; index += 1) {
  for (const [name, once] of Object.entries(subjects)) {
    const startedAt = performance.now();
    await once(index);
    if (index >= 10) times[name].push(performance.now() - startedAt);
  }
}
const at = (list, part) => list.sort((a, b) => a - b)[Math.floor(list.length * part)];
const ours = at(times.sluice, 0.5);
console.log(`${STEPS} steps, ${RUNS} runs in turn`);
for (const [name, list] of Object.entries(times)) {
  const median = at(list, 0.5);
  console.log(
    `  ${name.padEnd(26)} p50 ${median.toFixed(1).padStart(6)} ms  p95 ${at(list, 0.95).toFixed(1).padStart(6)} ms  ${(median / ours).toFixed(1)} x ours`,
  );
}
for (const close of closers) await close();
await database.close();
process.exit(0);
