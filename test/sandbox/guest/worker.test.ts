import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPrograms } from '../../../scripts/programs.js';
import { encodeFrame, type Frame, FrameReader } from '../../../src/sandbox/frames.ts';
import { launchNode } from '../../../src/sandbox/launch-node.ts';
import { REPLY_LIMITS } from '../../../src/sandbox/protocol.ts';

const MEBIBYTE = 1024 * 1024;
/** Where the memory of a process can be read. */
const onLinux = it.runIf(process.platform === 'linux');

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-guest-'));
  await buildPrograms(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The program of the sandbox in a process of its own, spoken to without anything of the server. */
class Worker {
  readonly #child: ChildProcess;
  readonly #frames = new FrameReader(REPLY_LIMITS);
  #settle: ((frame: Frame) => void) | undefined;
  #sequence = 0;

  constructor(program: string) {
    const { command, args, cwd, env } = launchNode(program);
    this.#child = spawn(command, args, {
      cwd,
      env: { ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on('data', (piece: Buffer) => {
      for (const frame of this.#frames.push(piece)) this.#settle?.(frame);
    });
  }

  next(): Promise<Frame> {
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  run(code: string, memoryBytes = 64 * MEBIBYTE): Promise<Frame> {
    this.#sequence += 1;
    const limits = { timeoutMs: 5_000, memoryBytes, outputBytes: 10 * MEBIBYTE };
    const job = { kind: 'run', code, names: ['a'], seed: 1, nowMs: 0, ...limits };
    const answer = this.next();
    this.#child.stdin?.write(
      encodeFrame({ sequence: this.#sequence, note: 5_000 }, job, '{"a":[1,2,3]}'),
    );
    return answer;
  }

  /** Of physical memory, now and at most. */
  bytes(): { readonly now: number; readonly most: number } {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]);
    return { now: read('VmRSS') * 1024, most: read('VmHWM') * 1024 };
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}

async function withWorker(use: (worker: Worker) => Promise<void>): Promise<void> {
  const worker = new Worker(join(folder, 'javascript-worker.mjs'));
  try {
    expect(await worker.next()).toMatchObject({ sequence: 0, header: { kind: 'ready' } });
    await use(worker);
  } finally {
    await worker.end();
  }
}

it('answers each job with its number, and as the last frame of it', () =>
  withWorker(async (worker) => {
    for (const sequence of [1, 2]) {
      const frame = await worker.run('console.log(1); return a.length');
      const { header, body } = frame;
      expect(frame).toMatchObject({ sequence, note: 0 });
      expect(header).toEqual({
        kind: 'value',
        logs: [{ level: 'info', message: '1' }],
        retire: false,
      });
      expect(body.toString()).toBe('3');
    }
    const { sequence, note, header } = await worker.run('return b');
    expect([sequence, note]).toEqual([3, 0]);
    expect(header).toMatchObject({ kind: 'failure', reason: 'error', retire: false });
  }));

it('takes a job with another limit of memory, and is not to be kept after a full one', () =>
  withWorker(async (worker) => {
    const fill = 'const all = []; for (;;) all.push(new Uint8Array(1e6)); ';
    const full = await worker.run(fill, 32 * MEBIBYTE);
    expect(full.header).toMatchObject({ kind: 'failure', reason: 'memory', retire: true });
    const good = await worker.run('return new Uint8Array(40e6).length', 64 * MEBIBYTE);
    expect(good.header).toMatchObject({ kind: 'value', retire: false });
  }));

onLinux('needs no more memory after 5,000 calls than after 500, whatever they do', () =>
  withWorker(async (worker) => {
    const calls = [
      'return a.map((one) => one * 2)',
      "throw new Error('x'.repeat(1_000))",
      "return Array.from({ length: 1_000 }, (_, i) => ({ i, text: 'y' + i })).length",
      'globalThis.left = new Uint8Array(2e6).fill(1); return left.length',
    ];
    const some = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const code = calls[index % 40 === 39 ? 3 : index % 3] ?? '';
        expect((await worker.run(code)).header).toMatchObject({ retire: false });
      }
    };
    await some(500);
    const { now, most } = worker.bytes();
    await some(4_500);
    expect(worker.bytes().now - now).toBeLessThan(24 * MEBIBYTE);
    expect(worker.bytes().most - most).toBeLessThan(24 * MEBIBYTE);
  }),
);

onLinux('gives memory back that large calls took', () =>
  withWorker(async (worker) => {
    for (let index = 0; index < 60; index += 1) {
      await worker.run('globalThis.left = new Uint8Array(40e6).fill(1); return 1');
    }
    expect(worker.bytes().most).toBeLessThan(400 * MEBIBYTE);
  }),
);
