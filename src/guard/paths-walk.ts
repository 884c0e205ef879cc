import { lstat, opendir } from 'node:fs/promises';
import { FILE_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import { codeOf } from './paths-failure.ts';
import { type Folder, openChild, openFolder, pathIn, pathOf } from './paths-folder.ts';
import { advance, type Glob, type GlobPath, startOf } from './paths-glob.ts';

interface Walk {
  readonly segments: GlobPath;
  readonly found: Set<string>;
  readonly isHidden: (path: string) => boolean;
  readonly budget: { entries: number };
}

/**
 * The regular files below `base` that match, relative to it, in no order. Symbolic links are not
 * followed and not listed; names that begin with a dot only match where the pattern writes the dot.
 * `isHidden` paths are left out as if they were not there. Folders that the server may not read are
 * passed over.
 *
 * Errors: FILE_TOO_MANY beyond FILE_LIMITS (files found, entries looked at, depth).
 */
export async function walkMatches(
  base: string,
  glob: Glob,
  isHidden: (path: string) => boolean,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const budget = { entries: FILE_LIMITS.entriesWalked };
  for (const segments of glob.alternatives) {
    if (segments.length === 0) continue;
    const folder = await openFolder(base);
    const walk = { segments, found, isHidden, budget };
    await visit(walk, folder, { path: '', depth: 0, positions: startOf(segments) });
  }
  return found;
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly positions: readonly number[];
}

/** Looks through one open folder and closes it. */
async function visit(walk: Walk, folder: Folder, place: Place): Promise<void> {
  try {
    for (const entry of await entriesOf(walk, folder, place.positions)) {
      const path = place.path === '' ? entry.name : `${place.path}/${entry.name}`;
      const { matched, next } = advance(walk.segments, place.positions, entry.name, true);
      if (entry.isFile) {
        if (matched && !walk.isHidden(path)) keep(walk, path);
      } else if (next.length > 0) {
        const depth = deeper(place);
        const child = await openUnlessGone(folder, entry.name);
        if (child !== undefined) await visit(walk, child, { path, depth, positions: next });
      }
    }
  } finally {
    await folder.handle.close();
  }
}

interface Entry {
  readonly name: string;
  readonly isFile: boolean;
}

/** The files and folders to look at; a folder where only given names can match is not listed. */
async function entriesOf(
  walk: Walk,
  folder: Folder,
  positions: readonly number[],
): Promise<readonly Entry[]> {
  const names = new Set<string>();
  for (const position of positions) {
    const segment = walk.segments[position];
    if (segment === undefined) continue;
    if (segment.kind !== 'literal') return listed(walk, folder);
    names.add(segment.name);
  }
  const entries: Entry[] = [];
  for (const name of names) {
    spend(walk, 1);
    try {
      const stat = await lstat(pathIn(folder, name));
      if (stat.isFile() || stat.isDirectory()) entries.push({ name, isFile: stat.isFile() });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return entries;
}

/** Entry by entry, so that a folder of millions ends at the limit and not in memory. */
async function listed(walk: Walk, folder: Folder): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of await opendir(pathOf(folder), { bufferSize: 256 })) {
    spend(walk, 1);
    if (!entry.isFile() && !entry.isDirectory()) continue;
    entries.push({ name: entry.name, isFile: entry.isFile() });
  }
  return entries;
}

/**
 * A folder that went away, became a link or may not be read is passed over: it has no files for us.
 */
async function openUnlessGone(folder: Folder, name: string): Promise<Folder | undefined> {
  try {
    return await openChild(folder, name);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENAMETOOLONG'].includes(codeOf(error));
}

function keep(walk: Walk, path: string): void {
  walk.found.add(path);
  if (walk.found.size <= FILE_LIMITS.filesAPattern) return;
  throw tooMany(`matches more than ${FILE_LIMITS.filesAPattern} files`);
}

function spend(walk: Walk, entries: number): void {
  walk.budget.entries -= entries;
  if (walk.budget.entries >= 0) return;
  throw tooMany(`looks at more than ${FILE_LIMITS.entriesWalked} files and folders`);
}

function deeper(place: Place): number {
  const depth = place.depth + 1;
  if (depth <= FILE_LIMITS.walkDepth) return depth;
  throw tooMany(`leads through more than ${FILE_LIMITS.walkDepth} folders`);
}

function tooMany(problem: string): AppError {
  return new AppError('FILE_TOO_MANY', {
    message: `the file pattern ${problem}`,
    retryable: false,
  });
}
