import { readFileSync } from 'node:fs';

/**
 * Kills what lies inside a jail's own process, which waits for it and then ends by itself: so the
 * end of the one tells that all is gone, memory included. False where there is nothing inside, or
 * it cannot be seen; then the process itself is what to kill.
 */
export function killInside(pid: number): boolean {
  let isKilled = false;
  for (const inner of childrenOf(pid)) {
    try {
      process.kill(inner, 'SIGKILL');
      isKilled = true;
    } catch {
      // It ended first, or is not ours to kill: then killing its parent is what ends it.
    }
  }
  return isKilled;
}

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    // The process is gone, or this system has no such file.
    return [];
  }
}
