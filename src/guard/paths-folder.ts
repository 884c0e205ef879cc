/**
 * Threat: a folder or file is swapped for a symbolic link between check and use (TOCTOU). Folders
 * are walked name by name from an open descriptor, never following a link; on Linux the next name
 * is opened below the descriptor itself (`/proc/self/fd/N/name`, which is openat), so that what was
 * checked is what is used. Where there is no such folder, paths are used and the real path is
 * compared after opening.
 */
import { constants, existsSync, readlinkSync } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath } from 'node:fs/promises';
import { codeOf } from './paths-failure.ts';
import { refusedPath } from './paths-text.ts';

/** An open folder; whoever opens it closes `handle`. */
export interface Folder {
  readonly handle: FileHandle;
  /** The real path when it was opened. */
  readonly path: string;
}

const FOLDER_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const FOLDER_MODE = 0o755;

/** Opens a folder by its real path. Rejects with the error of the file system. */
export async function openFolder(path: string): Promise<Folder> {
  return { handle: await open(path, FOLDER_FLAGS), path };
}

/** A path to use in file system calls for a name in an open folder. */
export function pathIn(folder: Folder, name: string): string {
  return hasDescriptorPaths() ? `/proc/self/fd/${folder.handle.fd}/${name}` : join(folder, name);
}

/** The open folder itself, for listing. */
export function pathOf(folder: Folder): string {
  return hasDescriptorPaths() ? `/proc/self/fd/${folder.handle.fd}` : folder.path;
}

/** Opens a folder in a folder; a symbolic link in its place is an error of the file system. */
export async function openChild(folder: Folder, name: string): Promise<Folder> {
  const handle = await open(pathIn(folder, name), FOLDER_FLAGS);
  const child = { handle, path: join(folder, name) };
  if (hasDescriptorPaths() || (await realpath(child.path)) === child.path) return child;
  await handle.close();
  throw Object.assign(new Error('a link took the place of a folder'), { code: 'ELOOP' });
}

/**
 * Opens the folder that `names` lead to below `base`, making the missing ones. Closes all but the
 * last.
 *
 * Errors: PATH_REFUSED where one is a symbolic link; those of the file system.
 */
export async function openFolderBelow(
  base: string,
  names: readonly string[],
  path: string,
): Promise<Folder> {
  let folder = await openFolder(base);
  for (const name of names) {
    try {
      const next = await openOrMake(folder, name, path);
      await folder.handle.close();
      folder = next;
    } catch (error) {
      await folder.handle.close();
      throw error;
    }
  }
  return folder;
}

async function openOrMake(folder: Folder, name: string, path: string): Promise<Folder> {
  try {
    await mkdir(pathIn(folder, name), { mode: FOLDER_MODE });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if ((await lstat(pathIn(folder, name))).isSymbolicLink()) {
      throw refusedPath(path, `leads through the symbolic link ${JSON.stringify(name)}`);
    }
  }
  return openChild(folder, name);
}

/**
 * The real path of an open file. Linux tells it for the descriptor; elsewhere the path that was
 * opened is resolved again and must still lead to the very same file.
 */
export async function pathOfHandle(handle: FileHandle, opened: string): Promise<string> {
  if (hasDescriptorPaths()) return readlinkSync(`/proc/self/fd/${handle.fd}`);
  const path = await realpath(opened);
  const [now, then] = await Promise.all([lstat(path), handle.stat()]);
  if (now.dev === then.dev && now.ino === then.ino) return path;
  throw Object.assign(new Error('the file was swapped'), { code: 'ELOOP' });
}

function join(folder: Folder, name: string): string {
  return folder.path.endsWith('/') ? `${folder.path}${name}` : `${folder.path}/${name}`;
}

/** Whether this system has Linux's folder of descriptors; elsewhere, paths are compared instead. */
function hasDescriptorPaths(): boolean {
  return existsSync('/proc/self/fd');
}
