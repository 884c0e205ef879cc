import { openSync, readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../src/errors/index.ts';
import type { CodeProcess } from '../../src/sandbox/code-process.ts';
import type { Launch } from '../../src/sandbox/launch.ts';
import { ProcessPool } from '../../src/sandbox/process-pool.ts';
import { endOf, fakeCall, fakePool, poolWithoutSpare } from './fake-process.ts';

let pool: ProcessPool;
afterEach(() => pool.close());

const ONE = { workers: 1, forksCalls: false };
const GOOD = "send(READY); onJob((sequence) => send(VALUE, { sequence, body: '1' }))";
const SILENT = 'send(READY); process.stdin.resume()';

describe('a spare process', () => {
  it('is there when a call was killed, so that the next finds it', async () => {
    pool = fakePool(SILENT);
    const calls = [0, 1, 2].map(() => endOf(pool, fakeCall({ timeoutMs: 400 })));
    await expect.poll(() => pool.pids.length).toBe(2);
    const [, spare] = pool.pids;
    expect(await calls[0]).toMatchObject({ code: 'CODE_TIMEOUT' });
    expect(pool.pids).toContain(spare);
    await calls[1];
    await expect.poll(() => pool.pids).not.toContain(spare);
    await calls[2];
  });

  it('is one, however many calls work and wait', async () => {
    pool = fakePool(SILENT, 2);
    const calls = Array.from({ length: 6 }, () => endOf(pool, fakeCall({ timeoutMs: 150 })));
    await expect.poll(() => pool.pids.length).toBe(3);
    let most = 0;
    for (const call of calls) {
      await call;
      most = Math.max(most, pool.pids.length);
    }
    // Two that work and a spare; those that were just killed may not be gone yet.
    expect(most).toBeLessThanOrEqual(6);
  });

  it('is not started for calls that are over before it is time', async () => {
    pool = poolWithoutSpare(GOOD);
    for (let call = 0; call < 50; call += 1) await endOf(pool, fakeCall());
    expect(pool.pids).toHaveLength(1);
  });

  it('is ready when a process has done its share of calls', async () => {
    pool = poolWithoutSpare(GOOD);
    for (let call = 0; call < 4_999; call += 1) await endOf(pool, fakeCall());
    expect(pool.pids).toHaveLength(2);
    const [first, second] = pool.pids;
    for (let call = 0; call < 60; call += 1) await endOf(pool, fakeCall());
    await expect.poll(() => pool.pids).not.toContain(first);
    expect(pool.pids).toContain(second);
  });
});

describe('starting', () => {
  it('is tried a few times for those that wait, and then given up for all of them', async () => {
    let starts = 0;
    const counted: Launch = {
      ...{ command: process.execPath, args: ['-e', 'process.exit(1)'], env: {}, cwd: '/' },
      started: () => {
        starts += 1;
      },
    };
    pool = new ProcessPool(counted, ONE);
    const calls = Array.from({ length: 50 }, () => endOf(pool, fakeCall()));
    for (const end of await Promise.all(calls)) expect(end).toMatchObject({ code: 'CODE_WORKER' });
    expect(starts).toBeLessThanOrEqual(4);
    expect(await endOf(pool, fakeCall())).toMatchObject({ code: 'CODE_WORKER' });
    expect(starts).toBeLessThanOrEqual(5);
  });

  it('does not run code that could not be held', async () => {
    const launch: Launch = {
      ...{ command: process.execPath, args: ['-e', ''], env: {}, cwd: '/' },
      started: () => {
        throw new Error('no group for it');
      },
    };
    pool = new ProcessPool(launch, ONE);
    const end = (await endOf(pool, fakeCall())) as AppError;
    expect(end).toMatchObject({ code: 'CODE_WORKER' });
    expect(String(end.cause)).toContain('no group for it');
  });

  it('goes on when the call that asked for it is taken back', async () => {
    pool = poolWithoutSpare(GOOD);
    const abort = new AbortController();
    const call = endOf(pool, fakeCall({ signal: abort.signal }));
    await new Promise(setImmediate);
    const [starting] = pool.pids;
    abort.abort();
    expect(await call).toMatchObject({ code: 'EXECUTION_CANCELLED' });
    expect(await endOf(pool, fakeCall())).toMatchObject({ value: 1 });
    expect(pool.pids).toEqual([starting]);
  });

  it.each([
    ['starts', process.execPath],
    ['cannot be started', '/nowhere/at/all'],
  ])('leaves none of our descriptors open when a process %s', async (_, command) => {
    const launch: Launch = {
      ...{ command, args: ['-e', 'process.exit(1)'], env: {}, cwd: '/' },
      openDescriptors: () => [0, 1, 2].map(() => openSync(import.meta.filename, 'r')),
    };
    pool = new ProcessPool(launch, ONE);
    await endOf(pool, fakeCall());
    await pool.close();
    const before = readdirSync('/proc/self/fd').length;
    for (let call = 0; call < 20; call += 1) {
      pool = new ProcessPool(launch, ONE);
      await endOf(pool, fakeCall());
      await pool.close();
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });

  it('hands over what was opened, as descriptor 3 and up', async () => {
    const read = "require('node:fs').readFileSync(4, 'utf8')";
    const script = `const text = ${read}; process.stderr.write(text.slice(0, 20)); process.exit(1)`;
    const launch: Launch = {
      ...{ command: process.execPath, args: ['-e', script], env: {}, cwd: '/' },
      openDescriptors: () => ['/dev/null', import.meta.filename].map((path) => openSync(path, 'r')),
    };
    pool = new ProcessPool(launch, ONE);
    const end = (await endOf(pool, fakeCall())) as AppError;
    expect(String(end.cause)).toContain('import { openSync');
  });
});

describe('turns', () => {
  const stopped = () => new Error('stopped') as AppError;
  const take = (payer: string): Promise<CodeProcess> =>
    pool.take({ payer, signal: new AbortController().signal, stopped });

  it('go to who has the fewest running, then to who came first', async () => {
    pool = fakePool(SILENT, 2);
    const order: string[] = [];
    const lent: CodeProcess[] = [await take('flood'), await take('flood')];
    const wait = (payer: string) => {
      void take(payer).then((worker) => {
        order.push(payer);
        lent.push(worker);
      });
    };
    for (let call = 0; call < 4; call += 1) wait('flood');
    wait('second');
    wait('third');
    for (let turn = 0; turn < 6; turn += 1) {
      const worker = lent.shift();
      if (worker !== undefined) pool.giveBack(worker, false);
      await new Promise(setImmediate);
    }
    // One is kept for who has none running: the second need not wait for the flood.
    expect(order).toEqual(['second', 'third', 'flood', 'flood', 'flood', 'flood']);
  });

  it('never give out a process that died while nobody used it', async () => {
    pool = fakePool(SILENT);
    const worker = await take('payer');
    pool.giveBack(worker, false);
    worker.kill('it ended by itself');
    expect((await take('payer')).isDead).toBe(false);
  });

  it('refuse one payer more than half of all that may wait, and others not', async () => {
    pool = fakePool(SILENT, 1);
    await take('flood');
    const waiting = Array.from({ length: 5_001 }, () => take('flood').catch(() => 'refused'));
    expect(await waiting.at(-1)).toBe('refused');
    const other = take('other').catch(() => 'refused');
    expect(await Promise.race([other, Promise.resolve('waits')])).toBe('waits');
    await pool.close();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 'refused'));
  });
});
