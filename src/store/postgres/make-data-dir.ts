import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { POSTGRES_LIMITS } from '../../base/index.ts';
import { codeOf, setupError } from './failure.ts';

/** PostgreSQL and the system's calls take paths of 1,023 bytes; below ours are names of its own. */
const PATH_BYTES_MAX = 900;

/**
 * Makes DATA_DIR, an absolute path, and the folders above it, for our user alone. Node's own
 * recursive `mkdir` is not used: where a folder can never be made, such as in /proc, it tries
 * for ever. Errors: STORE_SETUP with the reason in words.
 */
export async function makeDataDir(dataDir: string): Promise<void> {
  if (Buffer.byteLength(join(dataDir, 'postgres')) > PATH_BYTES_MAX) {
    throw setupError(
      `The path of the data folder is too long: it begins with ${dataDir.slice(0, SHOWN)}`,
      `Set DATA_DIR to a path of less than ${PATH_BYTES_MAX} bytes.`,
    );
  }
  try {
    await makeWithParents(dataDir, POSTGRES_LIMITS.folderDepth);
  } catch (error) {
    throw setupError(
      `The data folder ${dataDir} cannot be made (${reasonOf(error)})`,
      'Check who may write to the folder above it, or set DATA_DIR to another folder.',
      error,
    );
  }
}

const SHOWN = 60;

async function makeWithParents(folder: string, depth: number): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (await isFolder(folder)) return;
    const parent = dirname(folder);
    if (codeOf(error) !== 'ENOENT' || parent === folder || depth === 0) throw error;
    await makeWithParents(parent, depth - 1);
    // Another process may have made it in between, which is as good.
    await mkdir(folder, { mode: 0o700 }).catch(async (again: unknown) => {
      if (!(await isFolder(folder))) throw again;
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EEXIST', 'something that is no folder has this name'],
  ['ENOTDIR', 'a part of the path is no folder'],
  ['ENOENT', 'no folder can be made there'],
  ['ENAMETOOLONG', 'a name in it is too long'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'that file system is read-only'],
  ['ENOSPC', 'the disk is full'],
]);

function reasonOf(error: unknown): string {
  const code = codeOf(error) ?? 'unknown reason';
  return REASONS.get(code) ?? code;
}
