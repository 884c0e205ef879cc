import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PYTHON_LIMITS } from '../../../src/base/index.ts';
import { importsAt, type PythonLevel } from '../../../src/contract/index.ts';
import { encodeFrame, type Frame, FrameReader } from '../../../src/sandbox/frames.ts';
import { pythonFilters } from '../../../src/sandbox/jail/index.ts';
import type { Launch, Program } from '../../../src/sandbox/launch.ts';
import { REPLY_LIMITS } from '../../../src/sandbox/protocol.ts';
import { type FoundPython, findPython } from '../../../src/sandbox/python-program.ts';

export interface Trial {
  readonly level?: PythonLevel;
  readonly imports?: readonly string[];
  readonly names?: Readonly<Record<string, unknown>>;
  readonly function?: string;
  readonly timeoutMs?: number;
  readonly memoryBytes?: number;
  readonly seed?: number;
  readonly outputBytes?: number;
}

export interface Answer {
  /** Of the result; undefined where there is none. */
  readonly value?: unknown;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly place?: { readonly line: number; readonly column: number } | undefined;
  readonly stack?: string | undefined;
  readonly logs: readonly string[];
  /** How the server ended, where it did before it answered. */
  readonly gone?: string;
}

export const NOW = 1_700_000_000_000;

/** The folder of the sources, which is laid out like that of the built programs. */
const PROGRAMS = new URL('../../../src/sandbox/', import.meta.url);

/** This machine's Python; fails the test where there is none. */
export async function thisPython(interpreter?: string): Promise<FoundPython> {
  const found = await findPython({
    programs: PROGRAMS,
    filters: pythonFilters(),
    ...(interpreter === undefined ? {} : { interpreter }),
  });
  if ('why' in found) throw new Error(found.why);
  return found;
}

/** How the program starts without a jail, and with `lock` false, which only tests can ask for. */
export function unjailed(program: Program, options: { readonly lock?: boolean } = {}): Launch {
  const folder = fileURLToPath(new URL('python', PROGRAMS));
  const args = program.args.map((arg) => {
    if (!arg.startsWith('{')) return arg.replace('/app/python', folder);
    return JSON.stringify({ ...JSON.parse(arg), lock: options.lock ?? false });
  });
  const { interpreter: command, environment: env = {} } = program;
  return { command, args, env, cwd: '/' };
}

/** One fork server, asked one question at a time, as the pool does. */
export class PythonServer {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #frames = new FrameReader(REPLY_LIMITS);
  readonly #waiting: Frame[] = [];
  #wake: () => void = () => {};
  #ended: string | undefined;
  #asked = 0;
  #stderr = '';

  constructor(launch: Launch) {
    const descriptors = launch.openDescriptors?.() ?? [];
    const { command, args, cwd, env } = launch;
    const stdio = ['pipe', 'pipe', 'pipe', ...descriptors] as ['pipe', 'pipe', 'pipe'];
    this.process = spawn(command, args, { cwd, env: { ...env }, stdio });
    for (const descriptor of descriptors) closeSync(descriptor);
    if (this.process.pid !== undefined) launch.started?.(this.process.pid);
    this.process.stdout.on('data', (piece: Buffer) => {
      this.#waiting.push(...this.#frames.push(piece));
      this.#wake();
    });
    this.process.stderr.on('data', (piece: Buffer) => {
      this.#stderr += piece.toString();
    });
    this.process.stdin.on('error', () => {});
    this.process.once('close', (code, signal) => {
      this.#ended = `${signal ?? code} ${this.#stderr}`;
      this.#wake();
    });
  }

  /** Starts a server and waits until it is ready. */
  static async start(launch: Launch): Promise<PythonServer> {
    const server = new PythonServer(launch);
    const ready = await server.next();
    if (ready === undefined) throw new Error(`the server ended with ${server.#ended}`);
    return server;
  }

  /** The next frame; undefined when the server is gone. */
  async next(): Promise<Frame | undefined> {
    while (this.#waiting.length === 0 && this.#ended === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#waiting.shift();
  }

  async ask(code: string, trial: Trial = {}): Promise<Answer> {
    const { level = 'normal', names = {}, timeoutMs = 5_000 } = trial;
    this.#asked += 1;
    const job = {
      kind: 'run',
      code,
      names: Object.keys(names),
      timeoutMs,
      memoryBytes: trial.memoryBytes ?? PYTHON_LIMITS.memoryBytes,
      seed: trial.seed ?? 1,
      nowMs: NOW,
      outputBytes: trial.outputBytes ?? PYTHON_LIMITS.outputBytes,
      level,
      imports: importsAt(level, trial.imports ?? []),
      ...(trial.function === undefined ? {} : { function: trial.function }),
    };
    const address = { sequence: this.#asked, note: timeoutMs };
    this.process.stdin.write(encodeFrame(address, job, JSON.stringify(names)));
    return await this.#answer();
  }

  async #answer(): Promise<Answer> {
    const logs: string[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame === undefined) return { logs, gone: this.#ended ?? 'it is gone' };
      if (frame.sequence !== this.#asked) throw new Error('a frame of another job');
      // Written by our own program, which these tests are about.
      const reply = frame.header as Omit<Answer, 'logs'> & { kind: string; logs: LogLines };
      logs.push(...reply.logs.map(({ level, message }) => `${level}: ${message}`));
      if (frame.note === 1) continue;
      const { reason, message, place, stack } = reply;
      if (reply.kind === 'value') return { value: JSON.parse(frame.body.toString()), logs };
      return { reason, message, place, stack, logs };
    }
  }

  async close(): Promise<void> {
    this.process.stdin.end();
    while (this.#ended === undefined) await this.next();
  }
}

type LogLines = readonly { readonly level: string; readonly message: string }[];
