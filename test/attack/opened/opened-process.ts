import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { findJail } from '../../../src/sandbox/jail/index.ts';
import { readWire, type WireFrame, wireFrame } from './wire.ts';

type Launch = ReturnType<
  Extract<Awaited<ReturnType<typeof findJail>>, { launch: unknown }>['launch']
>;

/** How a job of a process with a hole ended. */
export interface Reply {
  /** What it told, as text: result, message and logs, and what it wrote besides. */
  readonly told: string;
  readonly state: 'value' | 'failure' | 'overdue' | 'gone';
}

export interface OpenedProcess {
  readonly pid: number;
  readonly isGone: boolean;
  /** One job after the other; waits for the last frame of the job, or kills the process. */
  ask(header: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<Reply>;
  kill(): Promise<void>;
}

/** Starts a program with a hole as the server starts the real one, and waits until it is ready. */
export async function startOpened(launch: Launch): Promise<OpenedProcess> {
  const more = launch.openDescriptors?.() ?? [];
  const child = spawn(launch.command, [...launch.args], {
    cwd: launch.cwd,
    env: { ...launch.env },
    stdio: ['pipe', 'pipe', 'pipe', ...more],
  });
  for (const descriptor of more) closeSync(descriptor);
  const { pid = 0, stdin, stdout, stderr } = child;
  launch.started?.(pid);
  const wire = listenTo(stdout, stderr);
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      wire.end();
      resolve();
    });
    child.once('error', () => wire.end());
  });
  stdin?.on('error', () => undefined);
  const kill = () => {
    child.kill('SIGKILL');
    return closed;
  };
  if ((await wire.next(0, 10_000)) === undefined) {
    await kill();
    throw new Error(`it was not ready: ${wire.noise()}`);
  }
  const ask = asking({ wire, kill, stdin });
  return {
    pid,
    kill,
    ask,
    get isGone() {
      return wire.isEnded;
    },
  };
}

interface Wire {
  /** The last frame of the job; undefined where time is over, or the process is gone. */
  next(sequence: number, timeoutMs: number): Promise<WireFrame | undefined>;
  /** All that came since `forget`, as text. */
  noise(): string;
  forget(): void;
  end(): void;
  readonly isEnded: boolean;
}

function listenTo(
  stdout: NodeJS.ReadableStream | null,
  stderr: NodeJS.ReadableStream | null,
): Wire {
  let bytes: Buffer = Buffer.alloc(0);
  let noise = '';
  let isEnded = false;
  let look: (() => void) | undefined;
  const frames: WireFrame[] = [];
  stdout?.on('data', (piece: Buffer) => {
    const read = readWire(Buffer.concat([bytes, piece]));
    bytes = read.rest;
    frames.push(...read.frames);
    look?.();
  });
  stderr?.on('data', (piece: Buffer) => {
    noise = (noise + piece.toString()).slice(-4_096);
  });
  const end = () => {
    isEnded = true;
    look?.();
  };
  const next = (sequence: number, timeoutMs: number) =>
    new Promise<WireFrame | undefined>((resolve) => {
      const settle = (frame: WireFrame | undefined) => {
        clearTimeout(timer);
        look = undefined;
        resolve(frame);
      };
      const timer = setTimeout(() => settle(undefined), timeoutMs);
      look = () => {
        const found = frames.find((frame) => frame.sequence === sequence && frame.note === 0);
        if (found !== undefined || isEnded) settle(found);
      };
      look();
    });
  return {
    next,
    end,
    forget() {
      noise = '';
      frames.length = 0;
    },
    noise: () => `${noise}${frames.map(({ header, body }) => JSON.stringify(header) + body)}`,
    get isEnded() {
      return isEnded;
    },
  };
}

interface Parts {
  readonly wire: Wire;
  readonly stdin: Writable | null;
  kill(): Promise<void>;
}

function asking({ wire, stdin, kill }: Parts): OpenedProcess['ask'] {
  let sequence = 0;
  return async (header, timeoutMs) => {
    sequence += 1;
    wire.forget();
    stdin?.write(wireFrame({ sequence, note: timeoutMs, header, body: '{}' }));
    const frame = await wire.next(sequence, timeoutMs + 1_000);
    const told = wire.noise();
    if (frame === undefined) {
      const state = wire.isEnded ? 'gone' : 'overdue';
      await kill();
      return { told, state };
    }
    return { told, state: frame.header.kind === 'value' ? 'value' : 'failure' };
  };
}
