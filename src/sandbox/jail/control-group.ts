import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { CODE_LIMITS, JAIL_LIMITS, PYTHON_LIMITS } from '../../base/index.ts';
import type { Program } from '../launch.ts';
import { type Hierarchy, hierarchiesOf } from './hierarchies.ts';

/** Groups of the kernel that count memory and processes, one for each jailed process. */
export interface ControlGroups {
  /** How many descriptors `ControlGroup.open` gives. */
  readonly descriptorsEach: number;
  /** What they do here, in a few words. */
  readonly detail: string;
  /** Makes a group, and removes those whose process is gone. */
  make(program: Program): ControlGroup;
  /** Removes all groups once nobody is in them; what stays is removed by the next server. */
  close(): Promise<void>;
}

export interface ControlGroup {
  /** The files through which a process enters by writing 0; whoever asks closes them. */
  open(): readonly number[];
  /** The group lasts as long as this process. */
  belongsTo(pid: number): void;
  /** True when it is removed, or was already. */
  remove(): boolean;
  readonly isOver: boolean;
}

const NAME = 'sluice-jail-';
/** One jailed process may have one of these of a machine's memory. */
const SHARES = 4;
const CLOSE_TRIES = 100;
const CLOSE_PAUSE_MS = 10;

/** Where this server may make groups; undefined where it may not. Clears what dead servers left. */
export function findControlGroups(options: {
  readonly root: string;
  readonly isRoot: boolean;
  /** The most that one call may ask for; absent means a quarter of the machine's memory. */
  readonly memoryBytesMax?: number;
  /** Of the machine, or of the container that this server is in. */
  readonly machineBytes?: number;
}): ControlGroups | undefined {
  const hierarchies = hierarchiesOf(options);
  if (hierarchies === undefined) return undefined;
  for (const { folder } of hierarchies) removeLeftovers(folder);
  const { machineBytes = memoryOfMachine() } = options;
  const { memoryBytesMax = Math.floor(machineBytes / SHARES) } = options;
  return groupsIn(hierarchies, memoryBytesMax);
}

/** A container has no more than it was given, whatever its host has. */
function memoryOfMachine(): number {
  const given = process.constrainedMemory();
  return given > 0 ? Math.min(given, totalmem()) : totalmem();
}

function groupsIn(hierarchies: readonly Hierarchy[], memoryBytesMax: number): ControlGroups {
  let groups: ControlGroup[] = [];
  const sweep = () => {
    groups = groups.filter((group) => !(group.isOver && group.remove()));
  };
  return {
    descriptorsEach: hierarchies.length,
    detail: `memory and at most ${JAIL_LIMITS.threadsAGroup} threads for each process`,
    make(program) {
      sweep();
      const memoryBytes = memoryBytesOf(program, memoryBytesMax);
      const group = makeGroup(hierarchies, memoryBytes);
      groups.push(group);
      return group;
    },
    async close() {
      for (let tries = 0; tries < CLOSE_TRIES; tries += 1) {
        groups = groups.filter((group) => !group.remove());
        if (groups.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, CLOSE_PAUSE_MS));
      }
    },
  };
}

function makeGroup(hierarchies: readonly Hierarchy[], memoryBytes: number): ControlGroup {
  // Another jail of this process may make groups at the same place.
  const folders = hierarchies.map(({ folder, settings }) => {
    const made = mkdtempSync(join(folder, `${NAME}${process.pid}-`));
    for (const [file, value] of settings(memoryBytes)) {
      // A kernel without swap accounting has no file for it.
      if (existsSync(join(made, file))) writeFileSync(join(made, file), value);
    }
    return made;
  });
  let owner: number | undefined;
  return {
    open: () => openAll(folders.map((folder) => join(folder, 'cgroup.procs'))),
    belongsTo(pid) {
      owner = pid;
    },
    remove: () => folders.map(removeGroup).every((isGone) => isGone),
    get isOver() {
      return owner !== undefined && !isAlive(owner);
    },
  };
}

/**
 * What a group may hold in all, whatever a call asks for. Twice for JavaScript, as a memory is
 * prepared while the last one may not be collected yet.
 */
function memoryBytesOf({ name }: Program, memoryBytesMax: number): number {
  const most =
    name === 'javascript'
      ? 2 * Math.min(CODE_LIMITS.memoryBytesMax, memoryBytesMax)
      : Math.min(PYTHON_LIMITS.memoryBytesMax, memoryBytesMax);
  return most + JAIL_LIMITS.groupBytesOver;
}

function openAll(paths: readonly string[]): readonly number[] {
  const opened: number[] = [];
  try {
    for (const path of paths) opened.push(openSync(path, 'w'));
    return opened;
  } catch (error) {
    for (const number of opened) closeSync(number);
    throw error;
  }
}

/** Groups of servers that are gone; one that still holds processes stays. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const server = name.startsWith(NAME)
      ? Number.parseInt(name.slice(NAME.length), 10)
      : Number.NaN;
    if (Number.isSafeInteger(server) && !isAlive(server)) removeGroup(join(folder, name));
  }
}

function removeGroup(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
