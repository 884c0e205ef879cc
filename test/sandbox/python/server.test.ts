import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeFrame } from '../../../src/sandbox/frames.ts';
import type { Program } from '../../../src/sandbox/launch.ts';
import { PythonServer, thisPython, unjailed } from './python-server.ts';

const MEGABYTE = 1024 * 1024;
let program: Program;
let server: PythonServer;

beforeAll(async () => {
  program = (await thisPython()).program('python');
  server = await PythonServer.start(unjailed(program));
});
afterAll(() => server.close());

const descriptors = () => readdirSync(`/proc/${server.process.pid}/fd`).length;
/** The answer comes before the child that gave it is gone; then there are the spare ones. */
const isIdle = () => vi.waitFor(() => expect(childrenOf(server)).toHaveLength(2), 5_000);

describe('the limits of one call', () => {
  it.each([
    ['a loop', 'while True: pass'],
    [
      'a loop that catches everything',
      'while True:\n  try:\n    while True: pass\n  except BaseException: pass',
    ],
    ['a regular expression', 'import re\nre.match(r"(a+)+$", "a" * 40 + "b")'],
    ['a computation in C', 'x = 7 ** (10 ** 8)'],
    [
      'a text of its own error',
      'class E(Exception):\n  def __str__(self):\n    while True: pass\nraise E()',
    ],
  ])('end %s at its time', async (_, code) => {
    expect(await server.ask(code, { timeoutMs: 300 })).toMatchObject({
      reason: 'timeout',
      message: 'interrupted',
    });
    expect((await server.ask('return 1')).value).toBe(1);
  });

  it.each([
    ['a list', 'x = [0] * 10**9'],
    ['many lists', 'x = []\nwhile True: x.append([0] * 1000)'],
    ['a text', 'x = "x" * 10**10'],
    [
      'a text that is caught once',
      'try:\n  x = "x" * 10**10\nexcept MemoryError:\n  x = "x" * 10**10',
    ],
    ['a result', 'x = "x" * (60 * 1024 * 1024)\nreturn [x + x, x + x]'],
  ])('end %s that is too large', async (_, code) => {
    const answer = await server.ask(code, { memoryBytes: 100 * MEGABYTE });
    expect(answer).toMatchObject({ reason: 'memory', message: 'out of memory' });
    expect((await server.ask('return 1')).value).toBe(1);
  });

  it('give what the call asks for, on top of its input', async () => {
    const names = { big: 'x'.repeat(8 * MEGABYTE) };
    const code = 'x = bytearray(50 * 1024 * 1024)\nreturn len(x) + len(big)';
    expect((await server.ask(code, { names, memoryBytes: 60 * MEGABYTE })).value).toBe(
      58 * MEGABYTE,
    );
    expect((await server.ask(code, { names, memoryBytes: 30 * MEGABYTE })).reason).toBe('memory');
  });

  it('reads variables of any shape, however little memory the code itself may have', async () => {
    const names = { rows: Array.from({ length: 400_000 }, () => ({ '': 0 })) };
    const trial = { names, memoryBytes: 16 * MEGABYTE };
    expect((await server.ask('return len(rows)', trial)).value).toBe(400_000);
    const more = await server.ask('return len([dict(row) for row in rows])', trial);
    expect(more.reason).toBe('memory');
  });

  it('end source that is nested too deeply or folds to something huge', async () => {
    for (const code of [
      `x = ${'('.repeat(5_000)}1${')'.repeat(5_000)}`,
      `x = ${'-'.repeat(200_000)}1`,
      `x = ${'['.repeat(100_000)}`,
      `x = ${'1+'.repeat(50_000)}1`,
      `${'if 1:\n '.repeat(1)}${'x.'.repeat(50_000)}y`,
      Array.from({ length: 150 }, (_, n) => `${' '.repeat(n)}if 1:`).join('\n'),
      `x = ${'f"{'.repeat(100)}1`,
      'x = 10**10**10',
      'x = ((("a" * 10**6) * 10**6) * 10**6)',
      `${'lambda: '.repeat(5_000)}1`,
    ]) {
      const { reason, gone } = await server.ask(code, { timeoutMs: 2_000 });
      expect([code.slice(0, 20), gone, typeof reason]).toEqual([
        code.slice(0, 20),
        undefined,
        'string',
      ]);
    }
    expect((await server.ask('return 1')).value).toBe(1);
  });
});

describe('the fork server', () => {
  it('holds no descriptor and no process of calls that are over', async () => {
    await server.ask('return 1');
    await isIdle();
    const before = descriptors();
    for (let count = 0; count < 300; count += 1) {
      await server.ask(['return 1', '1/0', 'print("x")', 'x = = 1'][count % 4] ?? '');
    }
    await isIdle();
    expect(descriptors()).toBe(before);
  });

  it.runIf(process.getuid?.() === 0)(
    'has nothing of one call in the memory from which the next is made',
    async () => {
      const marker = ['mark', 'of', 'call', 'one'].join('-').repeat(3);
      await server.ask(`x = "${marker}"\nprint(x)\nreturn x`, { names: { y: marker } });
      await server.ask(`raise ValueError("${marker}")`);
      await server.ask(`while True: "${marker}"`, { timeoutMs: 200 });
      const [pid = '', spare = ''] = [`${server.process.pid}`, spareOf(server)];
      expect(memoryHolds('a child broke the framing', pid)).toBe(true);
      expect([memoryHolds(marker, pid), memoryHolds(marker, spare)]).toEqual([false, false]);
    },
  );

  it('ends when a job is over its limits, and when nobody is there any more', async () => {
    const other = await PythonServer.start(unjailed(program));
    const frame = encodeFrame({ sequence: 1, note: 1_000 }, {}, '');
    frame.writeUInt32BE(0xffff_ffff, 4);
    other.process.stdin.write(frame);
    expect(await other.next()).toBeUndefined();
    await other.close();
    const orphan = await PythonServer.start(unjailed(program));
    await orphan.close();
    expect(orphan.process.exitCode).toBe(0);
  });

  it('answers for a child that dies', async () => {
    await isIdle();
    const killed = server.ask('while True: pass');
    // The oldest is given the job.
    const first = childrenOf(server)[0];
    const stat = () => readFileSync(`/proc/${first}/stat`, 'utf8');
    await vi.waitFor(() => expect(stat()).toMatch(/\) R /), 5_000);
    process.kill(Number(first), 'SIGSEGV');
    expect(await killed).toMatchObject({
      reason: 'worker',
      message: expect.stringContaining('SEGV'),
    });
    expect((await server.ask('return 1')).value).toBe(1);
  });

  it('gives the next call another child where the spare one was killed', async () => {
    for (const number of [1, 2, 3]) {
      await isIdle();
      const spare = childrenOf(server)[0] ?? '';
      process.kill(Number(spare), 'SIGKILL');
      await vi.waitFor(() => expect(childrenOf(server)).not.toContain(spare), 5_000);
      expect((await server.ask(`return ${number}`)).value).toBe(number);
    }
  });

  it('refuses to start where the filters of system calls are absent', async () => {
    await expect(PythonServer.start(unjailed(program, { lock: true }))).rejects.toThrow(
      'no filter of system calls',
    );
    expect(program.args.join(' ')).not.toContain('"lock"');
  });
});

function childrenOf({ process: { pid } }: PythonServer): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
}

function spareOf(of: PythonServer): string {
  return childrenOf(of).at(-1) ?? '';
}

/** Whether the text is anywhere in what a process can write. Needs to be root: it hides. */
function memoryHolds(text: string, pid: string): boolean {
  const wanted = Buffer.from(text);
  return writableMemory(pid).some((piece) => piece.includes(wanted));
}

function writableMemory(pid: string): readonly Buffer[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
    return [...maps.matchAll(/^(\w+)-(\w+) rw/gm)].map(([, from = '', to = '']) => {
      const start = Number.parseInt(from, 16);
      const piece = Buffer.alloc(Number.parseInt(to, 16) - start);
      readSync(memory, piece, 0, piece.length, start);
      return piece;
    });
  } finally {
    closeSync(memory);
  }
}
