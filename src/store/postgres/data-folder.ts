import {
  chmod,
  lchown,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import { join } from 'node:path';
import { randomToken } from '../../crypto/index.ts';
import { AppError } from '../../errors/index.ts';
import { LEFTOVERS } from './cluster.ts';
import { codeOf, setupError, USE_ANOTHER_DATABASE } from './failure.ts';
import type { Identity, Owner } from './identity.ts';

/** The version of the data that our PostgreSQL can read. */
const MAJOR = '18';
const PASSWORD_BYTES = 24;
/** An initdb whose parent was killed ends a moment later, and writes until then: 10 s in all. */
const WHILE_IT_DIES = { maxRetries: 20, retryDelay: 50 };

/** Where the embedded database keeps what it needs: DATA_DIR/postgres, for its user alone. */
export interface DatabaseFolder {
  readonly dataFolder: string;
  readonly logFile: string;
  /** False where the cluster has still to be made. */
  readonly hasData: boolean;
  readonly password: string;
}

/**
 * Makes the folder ready: owner and mode, no leftovers of a run that was killed, data of the right
 * version or none, and the password. Whoever calls holds the lock of DATA_DIR. Errors: STORE_SETUP.
 */
export async function prepareFolder(dataDir: string, identity: Identity): Promise<DatabaseFolder> {
  const folder = join(dataDir, 'postgres');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await ensureOwner(folder, identity);
    await chmod(folder, 0o700);
    await removeLeftovers(folder);
    const dataFolder = join(folder, 'data');
    const hasData = await isCluster(dataFolder);
    const password = await ensurePassword(folder, hasData);
    if (identity.owner !== undefined) await letOwnerIn(dataDir, identity.owner);
    return { dataFolder, logFile: join(folder, 'log'), hasData, password };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw setupError(
      `The data folder ${folder} cannot be used (${codeOf(error) ?? 'unknown reason'})`,
      'Check who owns it and who may write to it, or set DATA_DIR to another folder.',
      error,
    );
  }
}

/** Who owns the data, or the folder in which it will be; undefined where there is neither. */
export async function ownerOf(dataDir: string): Promise<Owner | undefined> {
  for (const folder of [join(dataDir, 'postgres'), dataDir]) {
    const found = await stat(folder).catch(absent);
    if (found !== undefined) return { uid: found.uid, gid: found.gid };
  }
  return undefined;
}

/** Only root can hand files over; anybody else can only use what is its own. */
async function ensureOwner(folder: string, { owner }: Identity): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const wanted = owner ?? { uid: 0, gid: 0 };
  if ((await stat(folder)).uid !== wanted.uid) await handOver(folder, wanted);
}

/** Links are handed over themselves, never what they lead to. The folder itself comes last. */
async function handOver(folder: string, owner: Owner): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await handOver(path, owner);
    else await lchown(path, owner.uid, owner.gid);
  }
  await lchown(folder, owner.uid, owner.gid);
}

/** The password is for whoever owns the data, and a folder of root's may be passed through. */
async function letOwnerIn(dataDir: string, owner: Owner): Promise<void> {
  await lchown(join(dataDir, 'postgres', 'password'), owner.uid, owner.gid);
  const { mode, uid } = await stat(dataDir);
  if (uid !== owner.uid) await chmod(dataDir, (mode & 0o7777) | 0o011);
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!LEFTOVERS.some((beginning) => name.startsWith(beginning))) continue;
    await rm(join(folder, name), { recursive: true, force: true, ...WHILE_IT_DIES });
  }
}

/** Data is made elsewhere and renamed, so it is whole, or not ours. */
async function isCluster(dataFolder: string): Promise<boolean> {
  const version = await readFile(join(dataFolder, 'PG_VERSION'), 'utf8').catch(absent);
  if (version === undefined) {
    // An empty folder, such as a fresh volume, is in the way of a rename on some systems.
    await rmdir(dataFolder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return;
      throw setupError(
        `${dataFolder} holds something that is no database of ours`,
        'Move it away, or set DATA_DIR to another folder.',
        error,
      );
    });
    return false;
  }
  if (version.trim() === MAJOR) return true;
  throw setupError(
    `${dataFolder} was made by PostgreSQL ${version.trim()}; this version reads ${MAJOR}`,
    `Dump it with the version of Sluice that made it and restore it here. ${USE_ANOTHER_DATABASE}`,
  );
}

/** Written beside its place, synced and renamed: a cluster whose password is lost is lost too. */
async function ensurePassword(folder: string, hasData: boolean): Promise<string> {
  const file = join(folder, 'password');
  const kept = (await readFile(file, 'utf8').catch(absent))?.trim();
  if (kept !== undefined && /^[0-9a-f]{32,}$/.test(kept)) {
    await chmod(file, 0o600);
    return kept;
  }
  if (hasData) {
    throw setupError(
      `The password of the embedded database is missing or damaged: ${file}`,
      'Restore this file from the backup that the data is from.',
    );
  }
  const password = randomToken(PASSWORD_BYTES);
  const temporary = join(folder, `pwfile-${randomToken(16)}`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${password}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  return password;
}

function absent(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
  throw error;
}
