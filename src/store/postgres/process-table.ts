import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from './failure.ts';
import { findProgram, runProgram } from './program.ts';

const PS_MS = 5_000;

/** False only where there is surely no process of this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/**
 * When a process began, as text that tells two processes of one number apart, or `unknown`;
 * undefined where there is none, or where it has ended and only its parent has not noticed.
 */
export async function beginningOf(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) return isAlive(pid) ? 'unknown' : undefined;
    // The name in brackets may hold anything; fields are counted from behind it (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  }
  return (await askPs(pid, 'lstart=')) ?? 'unknown';
}

/** The words with which a process was started; empty where they cannot be read. */
export async function wordsOf(pid: number): Promise<readonly string[]> {
  if (process.platform === 'linux') {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return text.split('\0').filter((word) => word !== '');
  }
  const line = await askPs(pid, 'command=');
  return line === undefined ? [] : [line];
}

/**
 * The boot and the namespace in which process numbers mean what they mean here. Numbers from
 * another place, such as another container, say nothing.
 */
export async function processPlace(): Promise<string> {
  if (process.platform !== 'linux') return hostname();
  const read = (text: Promise<string>) => text.then((it) => it.trim()).catch(() => 'unknown');
  const boot = await read(readFile('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = await read(readlink('/proc/self/ns/pid'));
  return `${boot}/${namespace.replace(/\D/g, '')}`;
}

async function askPs(pid: number, field: string): Promise<string | undefined> {
  const ps = await findProgram('ps');
  if (ps === undefined) return undefined;
  const { exit, output } = await runProgram([ps, '-ww', '-o', field, '-p', String(pid)], PS_MS);
  const text = output.trim();
  return exit === 0 && text !== '' ? text : undefined;
}
