// Recovery with many open executions: a server is killed with 10,000 of them queued and under way;
// how soon is the next one ready, how soon does it take up the first, and when is all done? Beside
// it, how long the same work takes without a crash.
import pg from 'pg';
import { benchPostgres } from './support/postgres.mjs';
import { sluiceServer } from './support/sluice-server.mjs';

const OPEN = Number(process.env.OPEN ?? 10_000);
const CLIENTS = 100;
const FLOW = `name: waits
inputs: {n: {type: integer, required: true}, pause: {type: string, required: true}}
nodes:
  before: {type: template, config: {template: "{{ inputs.n }}"}}
  pause: {type: delay, depends_on: [before], config: {duration: "{{ inputs.pause }}"}}
  after: {type: template, depends_on: [pause], config: {template: "{{ pause }}!"}}
outputs: {text: after}
`;

const database = await benchPostgres();
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const env = { DATABASE_URL: database.url };

async function submit(server, flow, pause) {
  let left = OPEN;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      await server.request('POST', `/api/v1/flows/${flow.id}/execute`, {
        inputs: { n: left, pause },
      });
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
}

const counts = async () => {
  const { rows } = await client.query(
    `select count(*) filter (where ended_at is not null)::int as ended, count(*)::int as all_of
     from sluice.executions`,
  );
  return rows[0];
};

async function untilEnded(count) {
  for (let wait = 0; wait < 2_400; wait += 1) {
    if ((await counts()).ended >= count) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`only ${(await counts()).ended} of ${count} ended`);
}

const first = await sluiceServer({ env });
const flow = await first.request('POST', '/api/v1/flows', { source: FLOW });
const calmAt = performance.now();
await submit(first, flow, '1200ms');
const acceptedMs = performance.now() - calmAt;
await untilEnded(OPEN);
const calmMs = performance.now() - calmAt;

// So long that all of them are open at the kill; those that are due by then wait to be taken up.
const pauseMs = 8_000;
const { rows: clock } = await client.query(`select extract(epoch from now()) * 1000 as now`);
await submit(first, flow, `${pauseMs}ms`);
const before = await counts();
first.kill('SIGKILL');
await first.ended;
const killedAt = performance.now();
const second = await sluiceServer({ env });
const readyMs = performance.now() - killedAt;
const open = before.all_of - before.ended;
await untilEnded(before.ended + 1);
const firstMs = performance.now() - killedAt;
await untilEnded(before.all_of);
const allMs = performance.now() - killedAt;

// How long after its pause each one ended; what the killed server would have done at once.
const { rows: late } = await client.query(
  `select percentile_disc(0.5) within group (order by ended_at - created_at - $1::int) as median,
     max(ended_at - created_at - $1::int) as most
   from sluice.executions where created_at >= $2::numeric`,
  [pauseMs, clock[0].now],
);

console.log(
  `accepted ${OPEN} in ${(acceptedMs / 1000).toFixed(1)} s, all ended after ${(calmMs / 1000).toFixed(1)} s without a crash`,
);
console.log(`killed with ${open} open: the next server ready after ${readyMs.toFixed(0)} ms,`);
console.log(
  `  another one ended after ${(firstMs / 1000).toFixed(1)} s, all after ${(allMs / 1000).toFixed(1)} s`,
);
console.log(
  `  after its pause each ended ${late[0].median} ms later in the median, ${late[0].most} ms at most`,
);
await second.close();
await client.end();
await database.close();
