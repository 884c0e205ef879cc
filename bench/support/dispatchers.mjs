// Three ways to decide who advances an execution, behind one small port:
//   open({ url, owner, slots, advance }) -> { enqueue(account, id), takeOver(deadOwner), close() }
// `advance(id)` does the work of one segment and writes the execution's own rows, the same for all.
import pg from 'pg';
import { peer } from './peers.mjs';

export const DISPATCHERS = { dbos, graphile, table };

const quiet = { info() {}, debug() {}, warn() {}, error: console.error };

/** DBOS: a workflow for each segment in one queue, partitioned by account. */
async function dbos({ url, owner, slots, advance }) {
  const { DBOS } = await peer('@dbos-inc/dbos-sdk');
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    systemDatabaseSchemaName: 'engine',
    applicationVersion: 'v1',
    executorID: owner,
    logger: quiet,
    enableOTLP: false,
  });
  const segment = DBOS.registerWorkflow(
    (id) => DBOS.runStep(() => advance(id), { name: 'advance' }),
    {
      name: 'segment',
    },
  );
  await DBOS.launch();
  await DBOS.registerQueue('segments', {
    partitionConcurrency: slots,
    workerConcurrency: slots,
    minPollingIntervalMs: 20,
  });
  await DBOS.registerQueue('takeover', { workerConcurrency: slots, minPollingIntervalMs: 20 });
  return {
    enqueue: (account, id) =>
      DBOS.startWorkflow(segment, {
        workflowID: id,
        queueName: 'segments',
        enqueueOptions: { queuePartitionKey: account },
      })(id),
    takeOver: async (dead) => {
      const found = await DBOS.listWorkflows({
        executorId: dead,
        status: 'PENDING',
        loadInput: false,
      });
      if (found.length > 0) {
        await DBOS.resumeWorkflows(
          found.map((one) => one.workflowID),
          { queueName: 'takeover' },
        );
      }
      return found.length;
    },
    close: () => DBOS.shutdown(),
  };
}

/** graphile-worker: a job for each segment, told by NOTIFY. */
async function graphile({ url, slots, advance }) {
  const { run, makeWorkerUtils, Logger } = await peer('graphile-worker');
  const pool = new pg.Pool({ connectionString: url, max: 12 });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const logger = new Logger(() => () => {});
  const runner = await run({
    pgPool: pool,
    concurrency: slots,
    noHandleSignals: true,
    pollInterval: 500,
    logger,
    taskList: { advance: ({ id }) => advance(id) },
  });
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  return {
    enqueue: (account, id) =>
      utils.addJob('advance', { id }, { jobKey: id, maxAttempts: 5, flags: [account] }),
    // A job names the worker that holds it; without its own lease table we know a dead one only so.
    takeOver: async () => {
      const { rows } = await pool.query(
        'select distinct locked_by from graphile_worker._private_jobs where locked_by is not null',
      );
      const own = new Set(runner.workerPool?._workers?.map((one) => one.workerId) ?? []);
      const dead = rows.map((row) => row.locked_by).filter((id) => !own.has(id));
      await utils.forceUnlockWorkers(dead);
      return dead.length;
    },
    close: async () => {
      await runner.stop();
      await utils.release();
      await pool.end();
    },
  };
}

/** Ours: the executions themselves are the queue. A claim takes rows that nobody else is taking. */
async function table({ url, owner, slots, advance }) {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const listener = new pg.Client({ connectionString: url });
  await listener.connect();
  let running = 0;
  let isClaiming = false;
  let isAsked = false;
  let isClosed = false;
  const claim = async () => {
    isAsked = true;
    if (isClaiming || isClosed) return;
    isClaiming = true;
    while (isAsked && running < slots && !isClosed) {
      isAsked = false;
      const { rows } = await pool.query({
        name: 'claim',
        text: CLAIM,
        values: [owner, slots - running],
      });
      for (const { id } of rows) {
        running += 1;
        advance(id).finally(() => {
          running -= 1;
          claim();
        });
      }
    }
    isClaiming = false;
  };
  listener.on('notification', claim);
  await listener.query('listen queue');
  const poll = setInterval(claim, 500);
  return {
    enqueue: (account, id) => pool.query({ name: 'put', text: PUT, values: [id, account] }),
    takeOver: async (dead) => {
      const { rowCount } = await pool.query(
        `update executions set status = 'queued', owner = null, epoch = epoch + 1
         where owner = $1 and status = 'running'`,
        [dead],
      );
      await pool.query('notify queue');
      return rowCount;
    },
    close: async () => {
      isClosed = true;
      clearInterval(poll);
      await listener.end();
      await pool.end();
    },
  };
}

const PUT = `with made as (
    insert into executions (id, account, status) values ($1, $2, 'queued')
    on conflict (id) do update set status = 'queued' returning 1)
  select pg_notify('queue', '') from made`;

/** Accounts in turn, the one with the fewest running first. */
const CLAIM = `with recursive waiting(account) as (
    (select account from executions where status = 'queued' order by account limit 1)
    union all
    select (select e.account from executions e
            where e.status = 'queued' and e.account > w.account order by e.account limit 1)
    from waiting w where w.account is not null),
  turns as (
    select e.id, row_number() over (partition by w.account order by e.queued_at)
      + (select count(*) from executions r
         where r.account = w.account and r.status = 'running') as turn
    from waiting w cross join lateral (
      select id, queued_at from executions
      where status = 'queued' and account = w.account
      order by queued_at limit $2 for update skip locked) e
    where w.account is not null
    order by turn limit $2)
  update executions e set status = 'running', owner = $1, epoch = epoch + 1
  from turns where e.id = turns.id returning e.id`;
