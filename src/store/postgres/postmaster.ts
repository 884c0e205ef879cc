import { type ChildProcess, spawn } from 'node:child_process';
import { assert, POSTGRES_LIMITS } from '../../base/index.ts';
import type { Binaries } from './binaries.ts';
import { setupError } from './failure.ts';
import type { Identity } from './identity.ts';
import { lastLines, PROGRAM_ENVIRONMENT } from './program.ts';
import { STOP_STEPS } from './stop-steps.ts';

export interface PostmasterOptions {
  readonly binaries: Binaries;
  readonly identity: Identity;
  readonly dataFolder: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Takes what PostgreSQL writes to its log. */
  readonly onLog?: (text: string) => void;
}

/** A running PostgreSQL. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it: sessions first, then by force; every wait is bounded. */
  stop(): Promise<void>;
}

/** What a start may fail for that another attempt can mend. */
export type StartFailure = 'port' | 'locked' | 'other';

/** A start that failed; `kind` says what may mend it. */
export class StartError extends Error {
  readonly kind: StartFailure;

  constructor(output: string, cause?: unknown) {
    super(lastLines(output), { cause });
    this.name = 'StartError';
    this.kind = kindOf(output);
  }
}

const READY = 'database system is ready to accept connections';

/**
 * Starts PostgreSQL on 127.0.0.1, without a socket file, in a session of its own: a Ctrl-C at our
 * terminal must reach us alone. Resolves when it says that it is ready. Errors: StartError.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { identity, binaries } = options;
  const [command = '', ...args] = [...identity.prefix, binaries.postgres, ...wordsOf(options)];
  const child = spawn(command, args, {
    env: PROGRAM_ENVIRONMENT,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  await untilReady(child, options.onLog ?? (() => {}));
  assert(child.pid !== undefined, 'a process that wrote something has a pid');
  const { pid } = child;
  return { pid, ended, stop: () => stopChild(child, ended) };
}

function wordsOf(options: PostmasterOptions): readonly string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    ...options.settings,
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', options.dataFolder, ...words];
}

function untilReady(child: ChildProcess, onLog: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    let isReady = false;
    const timer = setTimeout(() => {
      child.kill('SIGQUIT');
      reject(new StartError(`${output}\nnot ready after ${POSTGRES_LIMITS.startMs} ms`));
    }, POSTGRES_LIMITS.startMs);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      onLog(text);
      if (isReady) return;
      output = (output + text).slice(-POSTGRES_LIMITS.outputBytes);
      if (!output.includes(READY)) return;
      isReady = true;
      clearTimeout(timer);
      resolve();
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new StartError(error.message, error));
    });
    child.once('close', () => {
      clearTimeout(timer);
      reject(new StartError(output));
    });
  });
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  for (const [signal, ms] of STOP_STEPS) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (await endsWithin(ended, ms)) return;
  }
  const message = `PostgreSQL (process ${child.pid}) does not end`;
  throw setupError(message, 'End it by hand, then start again.');
}

async function endsWithin(ended: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isOver = await Promise.race([ended.then(() => true), late]);
  clearTimeout(timer);
  return isOver;
}

function kindOf(output: string): StartFailure {
  if (/could not bind|could not create any TCP\/IP sockets/.test(output)) return 'port';
  if (/lock file "[^"]*" already exists|shared memory block .* still in use/.test(output)) {
    return 'locked';
  }
  return 'other';
}
