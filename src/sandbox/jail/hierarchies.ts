import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { JAIL_LIMITS } from '../../base/index.ts';

/** One tree of control groups: where groups may be made, and what is written into each. */
export interface Hierarchy {
  readonly folder: string;
  settings(memoryBytes: number): readonly (readonly [file: string, value: string])[];
}

const THREADS = ['pids.max', `${JAIL_LIMITS.threadsAGroup}`] as const;

/**
 * The trees that count memory and processes for this server: one (version 2, where a part of it
 * was delegated to the server's user) or two (version 1, as root). Undefined where groups cannot
 * be made.
 *
 * Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
 */
export function hierarchiesOf(options: {
  readonly root: string;
  readonly isRoot: boolean;
}): readonly Hierarchy[] | undefined {
  const places = placesOf(read(join(options.root, 'proc/self/cgroup')));
  const mounted = join(options.root, 'sys/fs/cgroup');
  return (
    secondVersion(mounted, places, options.isRoot) ??
    (options.isRoot ? firstVersion(mounted, places) : undefined)
  );
}

/** Path of this process by controller; '' is version 2. */
function placesOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    return controllers.split(',').map((controller) => [controller, path] as const);
  });
  return new Map(lines);
}

/**
 * Either the server's own group or, where it was put into a group of its own inside a delegated
 * one, that one: a group with processes in it can have no groups that count memory. Root could
 * write to any group; the one above is root's to use only under the name that deploy/README.md
 * gives the inner one.
 */
function secondVersion(
  mounted: string,
  places: ReadonlyMap<string, string>,
  isRoot: boolean,
): readonly Hierarchy[] | undefined {
  const place = places.get('');
  if (place === undefined) return undefined;
  const own = join(mounted, place);
  const isOuterOurs = own !== mounted && (!isRoot || basename(own) === 'server');
  const candidates = isOuterOurs ? [dirname(own), own] : [own];
  const folder = candidates.find(canCount);
  if (folder === undefined) return undefined;
  return [
    {
      folder,
      settings: (memoryBytes) => [
        ['memory.max', `${memoryBytes}`],
        ['memory.swap.max', '0'],
        ['memory.oom.group', '1'],
        THREADS,
      ],
    },
  ];
}

function canCount(folder: string): boolean {
  const control = join(folder, 'cgroup.subtree_control');
  const has = (name: string) => read(control).trim().split(/\s+/).includes(name);
  try {
    accessSync(folder, constants.W_OK);
    accessSync(join(folder, 'cgroup.procs'), constants.W_OK);
    if (!has('memory') || !has('pids')) writeFileSync(control, '+memory +pids');
    return has('memory') && has('pids');
  } catch {
    return false;
  }
}

function firstVersion(
  mounted: string,
  places: ReadonlyMap<string, string>,
): readonly Hierarchy[] | undefined {
  const memory = firstFolder(mounted, 'memory', places);
  const pids = firstFolder(mounted, 'pids', places);
  if (memory === undefined || pids === undefined) return undefined;
  return [
    {
      folder: memory,
      settings: (memoryBytes) => [
        ['memory.limit_in_bytes', `${memoryBytes}`],
        ['memory.memsw.limit_in_bytes', `${memoryBytes}`],
      ],
    },
    { folder: pids, settings: () => [THREADS] },
  ];
}

/** In a container the path may be the host's, which is not there: then the tree's root is ours. */
function firstFolder(
  mounted: string,
  controller: string,
  places: ReadonlyMap<string, string>,
): string | undefined {
  const place = places.get(controller);
  const tree = join(mounted, controller);
  if (place === undefined) return undefined;
  return [join(tree, place), tree].find((folder) => {
    return existsSync(join(folder, 'cgroup.procs')) && isWritable(folder);
  });
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
