import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { JAIL_LIMITS } from '../../base/index.ts';
import { coverInherited } from '../inherited.ts';
import type { Launch } from '../launch.ts';

/** How a process that was started once and asked nothing has ended. */
export interface Ending {
  readonly code: number | null;
  /** It was cut off, by the end of its time or by a SIGKILL: what it was asked stays open. */
  readonly isCut?: true;
  readonly stdout: string;
  readonly stderr: string;
  /** It could not be started, took too long or said too much. */
  readonly problem?: string;
}

/** As which bwrap passes on that what it started was killed. */
const CODE_OF_SIGKILL = 137;

/** Starts a process with an empty standard input and waits until it is gone. Never rejects. */
export function runOnce(launch: Launch): Promise<Ending> {
  const { command, args, cwd, env } = launch;
  let descriptors: readonly number[] = [];
  let covered: ReturnType<typeof coverInherited> | undefined;
  try {
    descriptors = launch.openDescriptors?.() ?? [];
    covered = coverInherited(descriptors);
    const child = spawn(command, args, {
      cwd,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...covered.stdio],
    });
    if (child.pid !== undefined) launch.started?.(child.pid);
    return gather(child);
  } catch (error) {
    return Promise.resolve({ code: null, stdout: '', stderr: '', problem: textOf(error) });
  } finally {
    covered?.close();
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

function gather(child: ReturnType<typeof spawn>): Promise<Ending> {
  const texts = { stdout: '', stderr: '' };
  let problem: string | undefined;
  let isLate = false;
  const stop = (why: string) => {
    problem ??= why;
    child.kill('SIGKILL');
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (piece: Buffer) => {
      texts[name] += piece.toString();
      if (texts[name].length > JAIL_LIMITS.trialBytes) stop('it printed too much');
    });
  }
  const timer = setTimeout(() => {
    isLate = true;
    stop('it did not end in time');
  }, JAIL_LIMITS.trialMs);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      problem ??= textOf(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const wasKilled = signal === 'SIGKILL' || code === CODE_OF_SIGKILL;
      const isCut = isLate || (wasKilled && problem === undefined);
      if (isCut) problem ??= 'it was killed';
      const more = problem === undefined ? {} : { problem };
      resolve({ code, ...texts, ...more, ...(isCut ? { isCut } : {}) });
    });
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it could not be started';
}
