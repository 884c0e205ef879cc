import { readdirSync, readFileSync } from 'node:fs';

/** The processes and all below them. */
export function descendantsOf(pids: readonly number[]): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = Number(statOf(Number(name))?.[1]);
    if (parent > 0) parents.set(Number(name), parent);
  }
  const found = new Set(pids);
  for (let grown = 0; grown !== found.size; ) {
    grown = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Whether the process has used the processor for so long that it must be at its code. */
export function hasComputed(pid: number): boolean {
  const stat = statOf(pid);
  return Number(stat?.[11] ?? 0) + Number(stat?.[12] ?? 0) > 40;
}

export function isAlive(pid: number): boolean {
  return statOf(pid) !== undefined;
}

/** The fields of /proc/PID/stat from the state on. */
function statOf(pid: number): readonly string[] | undefined {
  if (!Number.isInteger(pid)) return undefined;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
