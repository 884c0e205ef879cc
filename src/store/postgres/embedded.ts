import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { assert, POSTGRES_LIMITS } from '../../base/index.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { BoundedLog } from './bounded-log.ts';
import { createCluster } from './cluster.ts';
import { type DatabaseFolder, ownerOf, prepareFolder } from './data-folder.ts';
import { setupError } from './failure.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { freePort } from './free-port.ts';
import { findIdentity, type Identity } from './identity.ts';
import { makeDataDir } from './make-data-dir.ts';
import { endOrphan } from './orphan.ts';
import { type Postmaster, StartError, startPostmaster } from './postmaster.ts';
import { type DatabaseLog, Supervisor } from './supervisor.ts';

/** The embedded database, running. */
export interface Embedded {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Ends it cleanly and gives the data folder back. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** DATA_DIR; made where it is missing. */
  readonly dataDir: string;
  readonly log: DatabaseLog;
}

const HOST = '127.0.0.1';
/** Owns the cluster and is used by nothing but the first steps below. */
const SUPERUSER = 'postgres';
/** What the server works as: it owns its database, and no more than that. */
const NAME = 'sluice';

/**
 * How PostgreSQL is run for us. What was committed is on the disk: fsync, synchronous_commit and
 * full_page_writes keep their default, on. There is no replica, so the log of changes carries no
 * more than recovery needs. Its text log never shows statements or values of rows.
 */
const SETTINGS = {
  max_connections: '200',
  shared_buffers: '128MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  autovacuum_naptime: '15s',
  random_page_cost: '1.1',
  jit: 'off',
  io_method: 'sync',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/**
 * Starts the PostgreSQL that is installed with us on DATA_DIR/postgres, makes it there first where
 * there is none, and starts it again with the same port whenever it dies, until it is stopped.
 * Must be called from the main thread: the kernel ends PostgreSQL with the thread that started it.
 * Errors: DATA_DIR_TAKEN, STORE_SETUP.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = resolve(options.dataDir);
  await makeDataDir(dataDir);
  const lock = await lockFolder(dataDir);
  const undo: (() => Promise<void>)[] = [() => lock.release()];
  try {
    return await startLocked(dataDir, options.log, lock, undo);
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => {});
    throw error;
  }
}

async function startLocked(
  dataDir: string,
  log: DatabaseLog,
  lock: FolderLock,
  undo: (() => Promise<void>)[],
): Promise<Embedded> {
  const binaries = await findBinaries();
  const identity = await findIdentity(binaries, await ownerOf(dataDir));
  const folder = await prepareFolder(dataDir, identity);
  const { dataFolder, password } = folder;
  if (!folder.hasData) {
    log.info('making the embedded database', { folder: dataFolder });
    await createCluster({ binaries, identity, dataFolder, superuser: SUPERUSER, password });
  }
  const textLog = new BoundedLog(folder.logFile, POSTGRES_LIMITS.logBytes);
  const start = (port: number) => startOn(port, { binaries, identity, folder, textLog });
  const { postmaster, port } = await startAnywhere(start, folder);
  const supervisor = new Supervisor({ postmaster, start: () => start(port), log });
  undo.push(() => supervisor.stop());
  await makeDatabase(port, password);
  const stop = async () => {
    await supervisor.stop();
    textLog.close();
    await lock.release();
  };
  return { host: HOST, port, user: NAME, password, database: NAME, stop };
}

interface StartParts {
  readonly binaries: Binaries;
  readonly identity: Identity;
  readonly folder: DatabaseFolder;
  readonly textLog: BoundedLog;
}

async function startOn(port: number, parts: StartParts): Promise<Postmaster> {
  const { binaries, identity, folder, textLog } = parts;
  const { dataFolder } = folder;
  await endOrphan(dataFolder);
  const onLog = (text: string) => textLog.write(text);
  return startPostmaster({ binaries, identity, dataFolder, port, settings: SETTINGS, onLog });
}

/**
 * On a port of its choice. Backends of a database that was killed may hold its shared memory for a
 * moment longer, and another program may take the port before we do; both pass.
 */
async function startAnywhere(
  start: (port: number) => Promise<Postmaster>,
  folder: DatabaseFolder,
): Promise<{ readonly postmaster: Postmaster; readonly port: number }> {
  let last: unknown;
  let waitMs: number = POSTGRES_LIMITS.restartMs;
  for (let attempt = 0; attempt < POSTGRES_LIMITS.startAttempts; attempt += 1) {
    const port = await freePort();
    try {
      return { postmaster: await start(port), port };
    } catch (error) {
      last = error;
      if (!(error instanceof StartError) || error.kind === 'other') break;
      await sleep(waitMs);
      waitMs = Math.min(2 * waitMs, POSTGRES_LIMITS.restartMsMax);
    }
  }
  if (!(last instanceof StartError)) throw last;
  throw setupError(
    `The embedded database does not start: ${last.message}`,
    `See ${folder.logFile} for what PostgreSQL says.`,
    last,
  );
}

/** The first connection, which shows that it answers, makes what is missing. */
async function makeDatabase(port: number, password: string): Promise<void> {
  assert(/^[0-9a-f]+$/.test(password), 'the password can stand in a statement');
  const client = new pg.Client({
    host: HOST,
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: POSTGRES_LIMITS.startMs,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const role = await client.query('select from pg_roles where rolname = $1', [NAME]);
    if (role.rowCount === 0) {
      await client.query(`create role ${NAME} login password '${password}'`);
    }
    const database = await client.query('select from pg_database where datname = $1', [NAME]);
    if (database.rowCount === 0) await client.query(`create database ${NAME} owner ${NAME}`);
  } catch (error) {
    throw setupError(
      'The embedded database starts but cannot be used with the password kept beside it',
      'Restore DATA_DIR/postgres whole, data and password, from one backup.',
      error,
    );
  } finally {
    await client.end().catch(() => {});
  }
}
