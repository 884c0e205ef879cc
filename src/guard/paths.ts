/**
 * The only door to files. Threat: a path from a flow, or from data, that reads or writes outside
 * the workspace: traversal, absolute paths, symbolic links, devices, swaps between check and use
 * (guide claims G1.036 to G1.041, G4.249, G4.250). What it cannot see: a hard link to, or a mount
 * of, an outside file looks like any file of the workspace; whoever can make those has access
 * already.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { formatSize } from '../base/index.ts';
import type { FileCapability } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { deniedBy, type IsDenied } from './paths-denied.ts';
import { codeOf, denied, fileFailure, notFile } from './paths-failure.ts';
import { type Folder, openFolderBelow, pathIn, pathOfHandle } from './paths-folder.ts';
import { compileGlob } from './paths-glob.ts';
import { namesOfPath, refusedPath, shown } from './paths-text.ts';
import { walkMatches } from './paths-walk.ts';

export interface WorkspaceOptions {
  /** The folder to which paths are relative. It must exist. */
  readonly root: string;
  /** FILE_SECURITY_DENIED_PATTERNS; what is always denied comes on top (paths-denied.ts). */
  readonly deniedPatterns: readonly string[];
  /** The largest file that is read or written. */
  readonly fileBytesMax: number;
  /** Further folders that absolute paths may name. They must exist. */
  readonly allowedDirs?: readonly string[];
}

/** A folder that may be used, as it was named and as it really is. */
interface Base {
  readonly given: string;
  readonly real: string;
}

interface Workspace {
  /** The workspace first. */
  readonly bases: readonly Base[];
  readonly isDenied: IsDenied;
  readonly bytesMax: number;
  /** Counts temporary names. */
  readonly temporary: { last: number };
}

/** Where a path points, by its text alone. */
interface Located {
  readonly base: Base;
  readonly names: readonly string[];
}

const PIECE_BYTES = 64 * 1024;
const FILE_MODE = 0o644;
/** Names in use, by parallel writers or left by a crash, are passed over. */
const TEMPORARY_TRIES = 10_000;
const READ_FLAGS =
  constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const CREATE_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Opens a workspace. Reading follows a symbolic link only where it stays inside; writing follows
 * none; patterns neither follow nor list them. A denied file is PATH_DENIED when named and absent
 * from patterns. Matches below `allowedDirs` are given as absolute paths.
 *
 * Errors: SETTINGS_INVALID where a folder does not exist. Of its functions: PATH_REFUSED,
 * PATH_DENIED, PATH_NOT_FOUND, PATH_NOT_FILE, FILE_TOO_LARGE, FILE_TOO_MANY, NODE_FAILED where the
 * disk fails.
 */
export async function openWorkspace(options: WorkspaceOptions): Promise<FileCapability> {
  const folders = [options.root, ...(options.allowedDirs ?? [])];
  const workspace: Workspace = {
    bases: await Promise.all(folders.map(baseOf)),
    isDenied: deniedBy(options.deniedPatterns),
    bytesMax: options.fileBytesMax,
    temporary: { last: 0 },
  };
  return {
    read: (path) => guarded(path, () => read(workspace, path)),
    stream: (path) => stream(workspace, path),
    write: (path, data) => guarded(path, () => write(workspace, path, data)),
    glob: (pattern) => guarded(pattern, () => glob(workspace, pattern)),
  };
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(error, path);
  }
}

async function read(workspace: Workspace, path: string): Promise<Uint8Array> {
  const { handle, bytes } = await openFile(workspace, path);
  try {
    const data = Buffer.allocUnsafe(bytes);
    let filled = 0;
    while (filled < bytes) {
      const { bytesRead } = await handle.read(data, filled, bytes - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return data.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

async function* stream(workspace: Workspace, path: string): AsyncGenerator<Uint8Array> {
  const { handle, bytes } = await guarded(path, () => openFile(workspace, path));
  try {
    let position = 0;
    while (position < bytes) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytes - position));
      const at = position;
      const { bytesRead } = await guarded(path, () => handle.read(piece, 0, piece.length, at));
      if (bytesRead === 0) return;
      position += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/**
 * Resolves a path, judges where it really leads, opens that without following a link, and judges
 * what was opened: descriptor and verdict belong together. Reads see the length at this moment.
 */
async function openFile(
  workspace: Workspace,
  path: string,
): Promise<{ handle: FileHandle; bytes: number }> {
  const { base, names } = locate(workspace, path);
  if (workspace.isDenied(names.join('/'))) throw denied(path);
  const real = await realpath([base.real, ...names].join('/'));
  judgeReal(workspace, real, path);
  const handle = await open(real, READ_FLAGS);
  try {
    judgeReal(workspace, await pathOfHandle(handle, real), path);
    const stat = await handle.stat();
    if (stat.isDirectory()) throw notFile(path, 'is a folder');
    if (!stat.isFile()) throw notFile(path, 'is not a regular file');
    checkSize(workspace, stat.size, path);
    return { handle, bytes: stat.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function judgeReal(workspace: Workspace, real: string, path: string): void {
  const base = workspace.bases.find((candidate) => isBelow(real, candidate.real));
  if (base === undefined) throw refusedPath(path, 'leads outside the workspace');
  if (workspace.isDenied(relativeTo(base.real, real))) throw denied(path);
}

/** Writes beside the target and renames, so that no reader ever sees half a file. */
async function write(workspace: Workspace, path: string, data: Uint8Array): Promise<number> {
  checkSize(workspace, data.length, path);
  const { base, names } = locate(workspace, path);
  const name = names.at(-1);
  if (name === undefined || path.endsWith('/')) throw notFile(path, 'is a folder');
  if (workspace.isDenied(names.join('/'))) throw denied(path);
  const folder = await openFolderBelow(base.real, names.slice(0, -1), path);
  try {
    await checkTarget(pathIn(folder, name), path);
    const { handle, temporary } = await openTemporary(workspace, folder);
    try {
      await writeAll(handle, data);
      await rename(temporary, pathIn(folder, name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return data.length;
  } finally {
    await folder.handle.close();
  }
}

async function writeAll(handle: FileHandle, data: Uint8Array): Promise<void> {
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function checkTarget(target: string, path: string): Promise<void> {
  try {
    const stat = await lstat(target);
    if (stat.isSymbolicLink()) throw refusedPath(path, 'is a symbolic link');
    if (stat.isDirectory()) throw notFile(path, 'is a folder');
    if (!stat.isFile()) throw notFile(path, 'is not a regular file');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function openTemporary(
  workspace: Workspace,
  folder: Folder,
): Promise<{ handle: FileHandle; temporary: string }> {
  for (let tries = 1; ; tries += 1) {
    workspace.temporary.last += 1;
    const name = `.sluice-${workspace.temporary.last}.tmp`;
    const temporary = pathIn(folder, name);
    try {
      return { handle: await open(temporary, CREATE_FLAGS, FILE_MODE), temporary };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || tries === TEMPORARY_TRIES) throw error;
    }
  }
}

async function glob(workspace: Workspace, pattern: string): Promise<readonly string[]> {
  const { base, names } = locate(workspace, pattern);
  const found = await walkMatches(base.real, compileGlob(names.join('/')), workspace.isDenied);
  const prefix = base === workspace.bases[0] ? '' : `${base.real}/`;
  return [...found].map((path) => `${prefix}${path}`).sort();
}

/** Which folder a path belongs to and the names below it. Errors: PATH_REFUSED. */
function locate(workspace: Workspace, path: string): Located {
  const names = namesOfPath(path);
  const first = workspace.bases[0];
  if (!path.startsWith('/') && first !== undefined) return { base: first, names };
  const absolute = `/${names.join('/')}`;
  for (const base of workspace.bases) {
    for (const root of [base.real, base.given]) {
      if (!isBelow(absolute, root)) continue;
      return { base, names: relativeTo(root, absolute).split('/').filter(Boolean) };
    }
  }
  throw refusedPath(path, 'leads outside the workspace');
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function relativeTo(folder: string, path: string): string {
  return path.slice(folder.endsWith('/') ? folder.length : folder.length + 1);
}

function checkSize(workspace: Workspace, bytes: number, path: string): void {
  if (bytes <= workspace.bytesMax) return;
  const limit = formatSize(workspace.bytesMax);
  throw new AppError('FILE_TOO_LARGE', {
    message: `the file ${shown(path)} has ${formatSize(bytes)}; at most ${limit} are allowed`,
    retryable: false,
  });
}

async function baseOf(given: string): Promise<Base> {
  try {
    const real = await realpath(given);
    if (!(await lstat(real)).isDirectory()) throw new Error('not a folder');
    return { given: given.length > 1 ? given.replace(/\/+$/, '') : given, real };
  } catch (cause) {
    throw new AppError('SETTINGS_INVALID', {
      message: `the workspace folder ${shown(given)} is not a folder that can be read`,
      cause,
    });
  }
}
