import { dirname } from 'node:path';
import { assert, JAIL_LIMITS } from '../../base/index.ts';
import type { Program } from '../launch.ts';
import type { Reads } from './reads.ts';
import { type Sheltered, type ShelterTools, shelterWords } from './shelter.ts';

/** The programs that the jail is made of, by their paths, and what they know. */
export interface Tools {
  readonly bwrap: string;
  readonly prlimit: string;
  /** Only where this process is root: it becomes nobody before anything else. */
  readonly setpriv?: string;
  /** Before anything else it writes itself into control groups and to the front of who is ended. */
  readonly shell?: string;
  /** Only where this process is root. */
  readonly shelter?: ShelterTools;
  /** Turns user namespaces off inside; needs a bwrap and a /proc/sys that let it. */
  readonly canDisableUserNamespaces: boolean;
}

/** What is handed to bwrap as an open descriptor, in the order of the descriptors from 3. */
export type Descriptor =
  | { readonly kind: 'group' }
  | { readonly kind: 'filter' }
  | { readonly kind: 'content'; readonly inside: string; readonly index: number };

export interface Layout {
  readonly reads: Reads;
  /** Of `reads.mounts`, those that the jail's user cannot reach by their path. */
  readonly sheltered: readonly Sheltered[];
  /** How many control groups the process enters. */
  readonly groups: number;
}

export interface Plan {
  readonly command: string;
  readonly args: readonly string[];
  readonly descriptors: readonly Descriptor[];
}

/** The user that code runs as where the server is root: nobody, on all systems we know. */
const NOBODY = 65_534;
const FIRST_DESCRIPTOR = 3;
/** The highest there is. */
const ENDED_FIRST = '{ echo 1000 > /proc/self/oom_score_adj; } 2>&-';

/**
 * The whole command that starts a program in the jail. Pure. From the outside in: control groups,
 * the user nobody, limits, namespaces with a sealed file system of a few files, the filter of
 * system calls, the interpreter.
 */
export function planLaunch(tools: Tools, program: Program, layout: Layout): Plan {
  const descriptors = describe(program, layout);
  const words = [
    ...firstWords(tools, layout.groups),
    ...shelterWords(tools.shelter, layout.sheltered),
    ...userWords(tools),
    ...limitWords(tools, program, descriptors.length),
    tools.bwrap,
    ...namespaceWords(tools),
    ...environmentWords(program),
    ...fileWords(layout, descriptors),
    ...[
      '--seccomp',
      `${FIRST_DESCRIPTOR + descriptors.findIndex(({ kind }) => kind === 'filter')}`,
    ],
    ...['--', program.interpreter, ...program.args],
  ];
  const [command = tools.bwrap, ...args] = words;
  return { command, args, descriptors };
}

function describe(program: Program, { groups }: Layout): readonly Descriptor[] {
  return [
    ...Array.from({ length: groups }, () => ({ kind: 'group' }) as const),
    { kind: 'filter' },
    ...program.files.map(({ inside }, index) => ({ kind: 'content', inside, index }) as const),
  ];
}

/**
 * Where memory runs out, the kernel ends code before it ends the server or a neighbour of it; this
 * needs no right, and a system that refuses it has a jail all the same. A group must be entered
 * before there is a second process, or that one stays outside. Both pass on to all that follows.
 *
 * Source: proc_pid_oom_score_adj(5).
 */
function firstWords({ shell }: Tools, groups: number): readonly string[] {
  assert(shell !== undefined || groups === 0, 'control groups are entered by a shell');
  if (shell === undefined) return [];
  const numbers = Array.from({ length: groups }, (_, index) => FIRST_DESCRIPTOR + index);
  const enter = numbers.map((number) => `echo 0 >&${number} && exec ${number}>&- && `).join('');
  return [shell, '-c', `${ENDED_FIRST}; ${enter}exec "$@"`, 'jail'];
}

function userWords({ setpriv }: Tools): readonly string[] {
  if (setpriv === undefined) return [];
  return [setpriv, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
}

/** The number of processes counts for a host user: as root's nobody, all others are jails too. */
function limitWords(
  { prlimit, setpriv }: Tools,
  { addressBytes }: Program,
  handedOver: number,
): readonly string[] {
  return [
    prlimit,
    ...(addressBytes === undefined ? [] : [`--as=${addressBytes}`]),
    ...(setpriv === undefined ? [] : [`--nproc=${JAIL_LIMITS.threads}`]),
    '--core=0',
    `--nofile=${JAIL_LIMITS.descriptors + handedOver}`,
    `--fsize=${JAIL_LIMITS.fileBytes}`,
    '--memlock=0',
    '--',
  ];
}

function namespaceWords({ canDisableUserNamespaces }: Tools): readonly string[] {
  return [
    '--unshare-all',
    '--unshare-user',
    ...(canDisableUserNamespaces ? ['--disable-userns'] : []),
    '--new-session',
    '--die-with-parent',
    '--as-pid-1',
    ...['--cap-drop', 'ALL'],
  ];
}

function environmentWords({ environment = {} }: Program): readonly string[] {
  const all = Object.entries({ TZ: 'UTC', ...environment });
  return ['--clearenv', ...all.flatMap((entry) => ['--setenv', ...entry]), '--chdir', '/'];
}

function fileWords(layout: Layout, descriptors: readonly Descriptor[]): readonly string[] {
  const { reads, sheltered } = layout;
  const mounts = reads.mounts.flatMap((path) => {
    const instead = sheltered.find((one) => one.path === path);
    return ['--ro-bind', instead?.reachable ?? path, path];
  });
  const contents = descriptors.flatMap((one, index) =>
    one.kind === 'content' ? ['--ro-bind-data', `${FIRST_DESCRIPTOR + index}`, one.inside] : [],
  );
  const folders = reads.links.flatMap(({ path }) => ['--dir', dirname(path)]);
  const links = reads.links.flatMap(({ path, target }) => ['--symlink', target, path]);
  return [...mounts, ...folders, ...links, ...contents, '--remount-ro', '/'];
}
