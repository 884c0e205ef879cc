import { existsSync, statSync } from 'node:fs';
import { AppError } from '../../errors/index.ts';
import { isOpenToAll, isReadable, type Reads } from './reads.ts';
import { findTool } from './tools.ts';

/** A file or folder that the jail's user cannot reach by its path, and where it is put instead. */
export interface Sheltered {
  readonly path: string;
  readonly isFolder: boolean;
  /** A path that every user can reach, in the one process that is started. */
  readonly reachable: string;
}

/** What root needs to put something elsewhere for one process. */
export interface ShelterTools {
  readonly unshare: string;
  readonly shell: string;
  readonly mount: string;
  readonly mkdir: string;
}

/** Empty folders of every system; one that holds nothing of the program is hidden for a moment. */
const PLACES = ['/mnt', '/media', '/srv'];

/** Undefined where a tool is missing. */
export function findShelterTools(folders: readonly string[]): ShelterTools | undefined {
  const [unshare, shell, mount, mkdir] = ['unshare', 'sh', 'mount', 'mkdir'].map((name) =>
    findTool(name, folders),
  );
  if (!unshare || !shell || !mount || !mkdir) return undefined;
  return { unshare, shell, mount, mkdir };
}

/**
 * What of the program nobody could reach, such as a Node in the home of root: bwrap looks paths up
 * as the user that it runs as, also those of open descriptors. Errors: CODE_JAIL_ABSENT where there
 * is no way to it.
 */
export function shelter(
  { mounts }: Reads,
  { isRoot, tools }: { readonly isRoot: boolean; readonly tools: ShelterTools | undefined },
): readonly Sheltered[] {
  const canReach = isRoot ? isOpenToAll : isReadable;
  const paths = mounts.filter((path) => !canReach(path));
  if (paths.length === 0) return [];
  const place = PLACES.find((folder) => existsSync(folder) && !mounts.some(isBelow(folder)));
  if (!isRoot || tools === undefined || place === undefined) throw unreachable(paths[0] ?? '');
  return paths.map((path, index) => {
    return { path, isFolder: statSync(path).isDirectory(), reachable: `${place}/${index}` };
  });
}

function isBelow(folder: string): (path: string) => boolean {
  return (path) => path === folder || path.startsWith(`${folder}/`);
}

function unreachable(path: string): AppError {
  return new AppError('CODE_JAIL_ABSENT', {
    message: `${path} cannot be read by the user as whom code runs`,
    remedy: 'Install the interpreter where every user can read it, such as /usr or /opt.',
  });
}

/**
 * Words in front of a command: mounts of its own, in which the folder of the places is another that
 * holds what is sheltered. Nothing is left when the process is gone.
 */
export function shelterWords(
  tools: ShelterTools | undefined,
  sheltered: readonly Sheltered[],
): readonly string[] {
  const [first] = sheltered;
  if (tools === undefined || first === undefined) return [];
  const { unshare, shell, mount, mkdir } = tools;
  const place = first.reachable.replace(/\/\d+$/, '');
  const steps = sheltered.flatMap(({ isFolder, reachable }) => [
    isFolder ? `${mkdir} ${reachable}` : `: > ${reachable}`,
    `${mount} --bind "$1" ${reachable}`,
    'shift',
  ]);
  const script = [`${mount} -t tmpfs -o mode=755,size=64k none ${place}`, ...steps, 'exec "$@"'];
  return [
    ...[unshare, '--mount', '--propagation', 'private', '--'],
    ...[shell, '-c', script.join(' && '), 'jail'],
    ...sheltered.map(({ path }) => path),
  ];
}
