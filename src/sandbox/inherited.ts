import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { CODE_LIMITS } from '../base/index.ts';

/** O_CLOEXEC of Linux, as /proc shows it. */
const CLOSED_ON_START = 0o2000000;

/**
 * What a process is started with besides its own descriptors, so that it gets none of those that
 * this server inherited: each that would pass on is replaced by the null device. Node marks what it
 * opens itself, but leaves open what it was started with, such as by `exec 9<file` in a shell.
 */
export interface Covered {
  /** For `child_process.spawn`, from descriptor 3 on. */
  readonly stdio: readonly (number | 'ignore')[];
  /** Closes what was opened for it. */
  close(): void;
}

/** Throws where there are more of them than there can be by mistake. Reads /proc; Linux only. */
export function coverInherited(own: readonly number[]): Covered {
  const first = 3 + own.length;
  const inherited = inheritedFrom(first);
  if (inherited.length > CODE_LIMITS.inheritedDescriptors) {
    throw new Error(`the server was started with ${inherited.length} open descriptors`);
  }
  const last = Math.max(0, ...inherited);
  if (last > CODE_LIMITS.inheritedHighest) {
    throw new Error(`the server was started with descriptor ${last} open`);
  }
  if (inherited.length === 0) return { stdio: own, close: () => undefined };
  const nothing = openSync('/dev/null', 'r');
  const stdio: (number | 'ignore')[] = [...own];
  for (let at = first; at <= last; at += 1) stdio.push('ignore');
  for (const at of inherited) stdio[at - 3] = nothing;
  return { stdio, close: () => closeSync(nothing) };
}

/** Descriptors of this server that a process started by it would have as well. */
function inheritedFrom(first: number): readonly number[] {
  return namesIn('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => descriptor >= first && passesOn(descriptor));
}

function passesOn(descriptor: number): boolean {
  try {
    const text = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
    const [, flags] = /^flags:\s*([0-7]+)$/m.exec(text) ?? [];
    return flags === undefined || (Number.parseInt(flags, 8) & CLOSED_ON_START) === 0;
  } catch {
    // It is closed by now, such as the one that read the folder.
    return false;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No Linux: there is no jail either, and no way to see them.
    return [];
  }
}
