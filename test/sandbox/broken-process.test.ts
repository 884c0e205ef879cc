import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../src/errors/index.ts';
import type { ProcessPool } from '../../src/sandbox/process-pool.ts';
import { endOf, fakeCall, fakePool, newRecord, poolWithoutSpare } from './fake-process.ts';

/**
 * What the server does when the process for code is not what it should be: it cannot be started, it
 * dies, or someone has taken it over and answers as they like.
 */
let pool: ProcessPool | undefined;
afterEach(async () => {
  await pool?.close();
  expect(pool?.pids).toEqual([]);
});

const FLOOD = `
  function flood(write) {
    for (let count = 0; count < 1_000; count += 1) write();
    setImmediate(flood, write);
  }
`;

async function errorOf(
  script: string,
  { timeoutMs = 20_000, command = process.execPath } = {},
): Promise<AppError | unknown> {
  pool = fakePool(FLOOD + script, 1, { command });
  const error = await endOf(pool, fakeCall({ timeoutMs }));
  // A second call meets the same fate: nothing hangs, nothing is left half open.
  expect(await endOf(pool, fakeCall({ timeoutMs }))).toBeInstanceOf(AppError);
  return error;
}

describe('a process for code', () => {
  it.each([
    ['ends before it is ready', 'process.exit(3)'],
    ['ends in the call', 'send(READY); onJob(() => process.exit(1))'],
    ['is killed in the call', 'send(READY); onJob(() => process.kill(process.pid, 9))'],
    ['writes what is no frame', "process.stdout.write('hello, this is not a frame at all')"],
    ['announces a header of 4 GB', "send('{}', { length: 0xffffffff })"],
    ['sends a header that is not JSON', "send('{oops')"],
    ['sends a header of another shape', "send('[]')"],
    ['is ready twice', 'send(READY); send(READY)'],
    ['is ready with a number', 'send(READY, { sequence: 1 })'],
    ['answers before it is ready', "send(VALUE, { sequence: 1, body: '1' }); send(READY)"],
    [
      'answers the next question',
      "send(READY); onJob((sequence) => send(VALUE, { sequence: sequence + 1, body: '1' }))",
    ],
    ['answers under number 0', "send(READY); onJob(() => send(VALUE, { sequence: 0, body: '1' }))"],
    [
      'tells lines of another question',
      "send(READY); onJob(() => send(line('x'), { sequence: 7, note: 1 }))",
    ],
    [
      'answers with broken JSON',
      "send(READY); onJob((sequence) => send(VALUE, { sequence, body: '{oops' }))",
    ],
    ['answers with no body', 'send(READY); onJob((sequence) => send(VALUE, { sequence }))'],
    [
      'answers and promises more',
      "send(READY); onJob((sequence) => send(VALUE, { sequence, note: 1, body: '1' }))",
    ],
    [
      'sends logs of another shape',
      "send(READY); onJob((sequence) => send({ ...VALUE, logs: [{ level: 'x' }] }, " +
        "{ sequence, body: '1' }))",
    ],
    [
      'sends a body over what was asked for',
      'send(READY); onJob((sequence) => ' +
        "send(VALUE, { sequence, body: '\"' + 'x'.repeat(1024 * 1024) + '\"' }))",
    ],
    [
      'announces a result before it was asked',
      "send(READY); send(VALUE, { sequence: 1, body: 'x'.repeat(2_000_000) })",
    ],
    [
      'never stops telling lines',
      "send(READY); onJob((sequence) => flood(() => send(line('x'), { sequence, note: 1 })))",
    ],
    [
      'never stops telling nothing',
      'send(READY); onJob((sequence) => ' +
        "flood(() => send({ kind: 'logs', logs: [] }, { sequence, note: 1 })))",
    ],
    [
      'never stops writing to standard error',
      "send(READY); onJob(() => flood(() => process.stderr.write('x'.repeat(6_000))))",
    ],
  ])('that %s gives CODE_WORKER', async (_, script) => {
    expect(await errorOf(script)).toMatchObject({ code: 'CODE_WORKER', retryable: true });
  });

  it('that does not exist gives CODE_WORKER', async () => {
    expect(await errorOf('', { command: '/nowhere/at/all' })).toMatchObject({
      code: 'CODE_WORKER',
    });
  });

  it('that never answers is killed at the deadline', async () => {
    expect(await errorOf('send(READY); process.stdin.resume()', { timeoutMs: 200 })).toMatchObject({
      code: 'CODE_TIMEOUT',
    });
  });

  it.each([
    ['answers twice', 'answer()'],
    ['begins another frame after its answer', "process.stdout.write('half a frame')"],
  ])('that %s is not asked again', async (_, more) => {
    // All in one write, so that no other question is asked in between.
    pool = poolWithoutSpare(`send(READY); onJob((sequence) => {
      const answer = () => send(VALUE, { sequence, body: String(process.pid) });
      process.stdout.cork();
      answer();
      ${more};
      process.stdout.uncork();
    })`);
    const first = await endOf(pool, fakeCall({ timeoutMs: 20_000 }));
    const second = await endOf(pool, fakeCall({ timeoutMs: 20_000 }));
    expect(first).toMatchObject({ value: expect.any(Number) });
    expect(second).toMatchObject({ value: expect.any(Number) });
    expect(second).not.toMatchObject({ value: (first as { readonly value: number }).value });
  });

  it('keeps what it wrote to standard error out of the message', async () => {
    const error = await errorOf("console.error('SECRET in a crash'); process.exit(1)");
    expect(error).toMatchObject({ code: 'CODE_WORKER' });
    expect(String(error)).not.toContain('SECRET');
  });

  it('cannot hand over more than plain data', async () => {
    const deep = `'['.repeat(1000) + ']'.repeat(1000)`;
    const script = `send(READY); onJob((sequence) => send(VALUE, { sequence, body: ${deep} }))`;
    expect(await errorOf(script)).toMatchObject({ code: 'CODE_OUTPUT' });
  });
});

describe('lines that a process tells while code runs', () => {
  it('arrive before the call is over', async () => {
    pool = fakePool("send(READY); onJob((sequence) => send(line('early'), { sequence, note: 1 }))");
    const abort = new AbortController();
    const log = () => abort.abort(new AppError('NODE_TIMEOUT', { message: 'enough' }));
    // Nothing but the line ends this call in time.
    const call = fakeCall({ signal: abort.signal, log, timeoutMs: 100_000 });
    expect(await endOf(pool, call)).toMatchObject({ code: 'NODE_TIMEOUT' });
  });

  it('are kept in order, with those of the answer at the end', async () => {
    const lines: string[] = [];
    pool = fakePool(`send(READY); onJob((sequence) => {
      send(line('a'), { sequence, note: 1 });
      send(line('b'), { sequence, note: 1 });
      send({ ...VALUE, logs: line('c').logs }, { sequence, body: '1' });
    })`);
    const log = (_: string, message: string) => lines.push(message);
    const result = await endOf(pool, fakeCall({ log }));
    expect(lines).toEqual(['a', 'b', 'c']);
    expect(result).toMatchObject({ logs: ['a', 'b', 'c'].map((message) => ({ message })) });
  });

  it.each([
    ['too many', "{ level: 'info', message: 'x' }", 3_000, 1_001, 1_999],
    ['too long', "{ level: 'info', message: 'x'.repeat(40_000) }", 3, 1, 2],
  ])(
    'are cut where they are %s, whatever the process promised',
    async (_, one, sent, kept, lost) => {
      const lines: string[] = [];
      const record = newRecord();
      pool = fakePool(`send(READY); onJob((sequence) => {
      const logs = Array.from({ length: ${sent} }, () => (${one}));
      send({ ...VALUE, logs }, { sequence, body: '1' });
    })`);
      const log = (_: string, message: string) => lines.push(message);
      const result = await endOf(pool, fakeCall({ log }), record);
      expect(lines).toHaveLength(kept + 1);
      expect(lines.at(-1)).toBe(`… ${lost} more lines dropped`);
      expect(result).toMatchObject({ value: 1 });
      expect(record.isLogCut).toBe(true);
    },
  );
});

describe('half a frame', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('does not hold a call up until its deadline', async () => {
    pool = poolWithoutSpare(`send(READY); onJob((sequence) => {
      if (sequence === 2) process.stdout.write('half a frame');
      else send(VALUE, { sequence, body: '1' });
    })`);
    // The process is up after a first call: from now on, time is the test's own.
    expect(await endOf(pool, fakeCall({ timeoutMs: 20_000 }))).toMatchObject({ value: 1 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let end: unknown;
    void endOf(pool, fakeCall({ timeoutMs: 300_000 })).then((ended) => {
      end = ended;
    });
    await expect
      .poll(
        () => {
          vi.advanceTimersByTime(1_000);
          return end;
        },
        { timeout: 14_000 },
      )
      .toMatchObject({ code: 'CODE_WORKER' });
  });
});
