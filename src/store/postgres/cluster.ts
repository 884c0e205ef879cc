import { chown, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { POSTGRES_LIMITS } from '../../base/index.ts';
import { randomToken } from '../../crypto/index.ts';
import type { Binaries } from './binaries.ts';
import { setupError } from './failure.ts';
import type { Identity } from './identity.ts';
import { lastLines, runProgram } from './program.ts';

export interface NewCluster {
  readonly binaries: Binaries;
  readonly identity: Identity;
  /** Where the cluster will be; its parent folder exists. */
  readonly dataFolder: string;
  readonly superuser: string;
  readonly password: string;
  /** False for a cluster that need not survive a crash of the machine. Default true. */
  readonly isSynced?: boolean;
}

/** Beginnings of the names of what an interrupted run leaves beside the data. */
export const LEFTOVERS = ['initdb-', 'pwfile-'] as const;

/**
 * Makes a cluster beside its place and then renames it, so that `dataFolder` is there whole or not
 * at all, wherever we are killed. Text is UTF-8, compared by code point, with case rules of Unicode
 * that come from PostgreSQL itself and so do not change with the system. Errors: STORE_SETUP.
 */
export async function createCluster(options: NewCluster): Promise<void> {
  const { identity, dataFolder, isSynced = true } = options;
  const parent = dirname(dataFolder);
  const token = randomToken(16);
  const building = join(parent, `initdb-${token}`);
  const passwordFile = join(parent, `pwfile-${token}`);
  try {
    await mkdir(building, { mode: 0o700 });
    await writeFile(passwordFile, `${options.password}\n`, { flag: 'wx', mode: 0o600 });
    if (identity.owner !== undefined) {
      const { uid, gid } = identity.owner;
      await Promise.all([building, passwordFile].map((path) => chown(path, uid, gid)));
    }
    await runInitdb(options, building, passwordFile);
    await rename(building, dataFolder);
    if (isSynced) await syncFolder(parent);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(building, { recursive: true, force: true });
  }
}

async function runInitdb(options: NewCluster, folder: string, passwordFile: string) {
  const words = [
    ...options.identity.prefix,
    options.binaries.initdb,
    ...['-D', folder, '-U', options.superuser, `--pwfile=${passwordFile}`],
    ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(options.isSynced === false ? ['--no-sync'] : []),
  ];
  const { exit, output } = await runProgram(words, POSTGRES_LIMITS.initMs);
  if (exit === 0) return;
  const why = lastLines(output);
  throw setupError(
    `A new database could not be made in ${dirname(folder)}: ${why}`,
    'Check the space on the disk and who may write to DATA_DIR and the folders above it.',
  );
}

/** A new name in a folder survives a power cut only once the folder itself is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
