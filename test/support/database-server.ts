import { createServer, type Server, type Socket } from 'node:net';
import { startPostgresServer } from './postgres-server.ts';

/** Where the processes of a run learn the port on which the address of PostgreSQL is asked. */
export const ASK_PORT = 'TESTS_DATABASE_PORT';

const SETTINGS = {
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '500',
  shared_buffers: '64MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '2GB',
  autovacuum_naptime: '15s',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
  jit: 'off',
};

interface Cluster {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * For vitest's globalSetup: one PostgreSQL for a whole run, started when the first test asks for a
 * database and ended with the run, also when the run is killed. It runs in the process that
 * outlives all test files; those ask it over a port of 127.0.0.1.
 */
export async function setup(): Promise<() => Promise<void>> {
  let cluster: Promise<Cluster> | undefined;
  const answer = (socket: Socket) => {
    socket.on('error', () => {});
    cluster ??= startCluster();
    cluster.then(
      ({ url }) => socket.end(url),
      (error: unknown) => socket.end(`! ${String(error)}`),
    );
  };
  const server = createServer(answer);
  process.env[ASK_PORT] = String(await listen(server));
  return async () => {
    server.close();
    await cluster?.then(({ stop }) => stop()).catch(() => {});
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function startCluster(): Promise<Cluster> {
  const { url, close } = await startPostgresServer({ settings: SETTINGS });
  return { url: url(), stop: close };
}
