import { readdirSync, readFileSync } from 'node:fs';

/**
 * Every process below this one, by the kernel's own list, but for the compiler that made the
 * programs. Linux only; elsewhere it gives none.
 */
export function descendants(): readonly number[] {
  if (process.platform !== 'linux') return [];
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined;
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  const open = [process.pid];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const children = parents.get(pid) ?? [];
    found.push(...children);
    open.push(...children);
  }
  return found;
}

/** The parent of a process that is alive: it stands behind a name that may hold anything. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || stat.includes('(esbuild)') ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
