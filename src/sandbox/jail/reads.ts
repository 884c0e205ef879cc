import { accessSync, constants, lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { assert, JAIL_LIMITS } from '../../base/index.ts';

/** What must be in the jail so that some paths of this machine lead to the same content there. */
export interface Reads {
  /** Links on the way, each with the text it holds. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Files and folders behind all links; none is inside another. */
  readonly mounts: readonly string[];
}

/**
 * Follows each path link by link, as a loader in the jail will: `/lib64/ld-linux-x86-64.so.2` may
 * be two links and one file, and all three must be there. Throws where a path leads nowhere.
 */
export function resolveReads(paths: readonly string[]): Reads {
  const links = new Map<string, string>();
  const ends = new Set(paths.map((path) => follow(resolve(path), links)));
  const mounts = outermost([...ends].sort());
  const isInside = (path: string) => mounts.some((mount) => path.startsWith(`${mount}/`));
  return {
    links: [...links]
      .map(([path, target]) => ({ path, target }))
      .filter(({ path }) => !isInside(path)),
    mounts,
  };
}

/** Whether the user nobody can open the path: each folder on the way, and the file itself. */
export function isOpenToAll(path: string): boolean {
  const { mode } = statSync(path);
  if ((mode & 0o004) === 0) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Whether this very process can open the path. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path behind all links; each link met is noted. */
function follow(path: string, links: Map<string, string>): string {
  let current = path;
  for (let count = 0; ; count += 1) {
    assert(count <= JAIL_LIMITS.links, 'links lead to an end');
    const link = firstLink(current);
    if (link === undefined) return current;
    const target = readlinkSync(link);
    links.set(link, target);
    const rest = current.slice(link.length + 1);
    const base = isAbsolute(target) ? target : join(dirname(link), target);
    current = rest === '' ? resolve(base) : join(base, rest);
  }
}

function firstLink(path: string): string | undefined {
  const parts = path.split('/').slice(1);
  let prefix = '';
  for (const part of parts) {
    prefix += `/${part}`;
    if (lstatSync(prefix).isSymbolicLink()) return prefix;
  }
  return undefined;
}

/** Takes sorted paths; a folder comes before what is inside it. */
function outermost(sorted: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const path of sorted) {
    if (!kept.some((outer) => path.startsWith(`${outer}/`))) kept.push(path);
  }
  return kept;
}
