import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { POSTGRES_LIMITS } from '../../base/index.ts';

/** Where the programs of the system are looked for; the environment is not asked. */
const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin', '/usr/sbin', '/run/current-system/sw/bin'];

/**
 * The whole environment of PostgreSQL's programs: none of the server's own secrets is inherited.
 */
export const PROGRAM_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: FOLDERS.join(':'),
  LC_ALL: 'C',
  TZ: 'UTC',
};

export interface ProgramEnd {
  /** Absent when a signal ended it, or when it could not be started. */
  readonly exit?: number;
  /** The end of what it wrote, both streams, at most POSTGRES_LIMITS.outputBytes. */
  readonly output: string;
}

/** The path of a program of the system, if it is there. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of FOLDERS) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** Runs a program to its end, killing it after `timeoutMs`. Never rejects. */
export function runProgram(words: readonly string[], timeoutMs: number): Promise<ProgramEnd> {
  const [command = '', ...args] = words;
  return new Promise((resolve) => {
    let output = '';
    const keep = (text: string) => {
      output = (output + text).slice(-POSTGRES_LIMITS.outputBytes);
    };
    const child = spawn(command, args, {
      env: PROGRAM_ENVIRONMENT,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => resolve({ output: error.message }));
    child.once('close', (exit) => resolve(exit === null ? { output } : { exit, output }));
  });
}

/** The last lines that say something, as one line for the message of an error. */
export function lastLines(output: string, count = 3): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-count)
    .map((line) => line.trim())
    .join(' | ');
}
