import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createCluster,
  findBinaries,
  findIdentity,
  startPostmaster,
} from '../../src/store/postgres/index.ts';
import { freePort } from '../support/postgres-server.ts';

/** A PostgreSQL that a campaign may kill: durable, as one in production. */
export interface MortalPostgres {
  readonly url: string;
  /** Kill -9 of the postmaster, then a new one on the same data and port. */
  killAndRestart(): Promise<void>;
  close(): Promise<void>;
}

const RESTARTS = 100;
const RESTART_WAIT_MS = 50;

/** A new cluster on a free port of loopback. */
export async function mortalPostgres(): Promise<MortalPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-chaos-pg-'));
  const dataFolder = join(folder, 'data');
  const binaries = await findBinaries();
  const identity = await findIdentity(binaries);
  const password = 'chaos-only-0123456789abcdef'; // not-a-secret
  const made = { binaries, identity, dataFolder, superuser: 'chaos', password };
  await createCluster({ ...made, isSynced: false });
  const port = await freePort();
  const start = () =>
    startPostmaster({ binaries, identity, dataFolder, port, settings: { max_connections: '200' } });
  let postmaster = await start();
  return {
    url: `postgres://chaos:${password}@127.0.0.1:${port}/postgres`,
    killAndRestart: async () => {
      process.kill(postmaster.pid, 'SIGKILL');
      await postmaster.ended;
      postmaster = await again(start);
    },
    close: async () => {
      await postmaster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Until the children of the killed one are gone, they hold its memory, and a start is refused. */
async function again<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === RESTARTS) throw error;
      await new Promise((done) => setTimeout(done, RESTART_WAIT_MS));
    }
  }
}
