// A server as far as its database goes, for tests that kill it: opens the database of a data folder
// and prints one line of JSON, then lives until its input ends.
import { openDatabase } from '../../../src/store/postgres/index.ts';

const [, , dataDir = ''] = process.argv;

try {
  const database = await openDatabase({ dataDir });
  const { rows } = await database.pool.query('select pg_backend_pid() as pid');
  const pidFile = await database.pool.query('select pg_postmaster_start_time()::text as started');
  const { port } = database.place;
  const found = { pid: process.pid, port, backend: rows[0].pid, ...pidFile.rows[0] };
  process.stdout.write(`${JSON.stringify(found)}\n`);
  process.stdin.resume().once('end', async () => {
    await database.close();
    process.exit(0);
  });
} catch (error) {
  const { code, message } = error as Error & { code?: string };
  process.stdout.write(`${JSON.stringify({ code, message })}\n`);
}
