import { afterEach, describe, expect, it } from 'vitest';
import type { CodeProcess } from '../../src/sandbox/code-process.ts';
import type { ProcessPool } from '../../src/sandbox/process-pool.ts';
import { endOf, fakeCall, fakePool } from './fake-process.ts';

/** Each process answers with its own number, so that a test sees who was given which. */
const NUMBERED =
  "send(READY); onJob((sequence) => send(VALUE, { sequence, body: '' + process.pid }))";
const SILENT = 'send(READY); process.stdin.resume()';
/** Of CODE_LIMITS.idleOwned. */
const IDLE = 8;

let pool: ProcessPool;
afterEach(() => pool.close());

/** The number of the process that ran a call of the account. */
async function run(payer: string): Promise<unknown> {
  const end = await endOf(pool, fakeCall({ payer, timeoutMs: 10_000 }));
  return (end as { readonly value: unknown }).value;
}

function take(payer: string): Promise<CodeProcess> {
  const stopped = () => new Error('stopped') as never;
  return pool.take({ payer, signal: new AbortController().signal, stopped });
}

describe('a process that ran code of one account', () => {
  it('never runs that of another, and stays with its own', async () => {
    pool = fakePool(NUMBERED, 2);
    const owners = new Map<unknown, string>();
    const inTurns = Array.from({ length: 200 }, (_, index) => `account ${index % 3}`);
    for (const payer of inTurns) {
      const pid = await run(payer);
      expect(owners.get(pid) ?? payer).toBe(payer);
      owners.set(pid, payer);
    }
    expect(owners.size).toBe(3);
  });

  it('never does so when twenty accounts call at once, and none waits for ever', async () => {
    pool = fakePool(NUMBERED, 2);
    const owners = new Map<unknown, string>();
    const calls = Array.from({ length: 100 }, async (_, index) => {
      const payer = `account ${index % 20}`;
      const pid = await run(payer);
      expect(pid).toBeTypeOf('number');
      expect(owners.get(pid) ?? payer).toBe(payer);
      owners.set(pid, payer);
    });
    await Promise.all(calls);
    // Those that work, a spare, and those that wait for their accounts; besides what is ending.
    const most = IDLE + 3;
    await expect.poll(() => pool.pids.length).toBeLessThanOrEqual(most);
  });

  it('is ended when others are asked for, the longest idle first', async () => {
    pool = fakePool(NUMBERED);
    const first = await run('first');
    const second = await run('second');
    for (let index = 3; index <= IDLE; index += 1) await run(`number ${index}`);
    expect(await run('first')).toBe(first);
    await run('one more');
    await expect.poll(() => pool.pids).not.toContain(second);
    expect(await run('first')).toBe(first);
    expect(await run('second')).not.toBe(second);
  });

  it('is not the spare that waits for whoever comes', async () => {
    pool = fakePool(NUMBERED);
    const mine = await run('mine');
    const other = await run('other');
    const third = await run('third');
    expect(new Set([mine, other, third]).size).toBe(3);
  });
});

describe('a process that was never given a job', () => {
  it('is anyones, whoever it was lent to', async () => {
    pool = fakePool(SILENT);
    const lent = await take('first');
    pool.giveBack(lent, false);
    expect(await take('second')).toBe(lent);
  });
});

describe('processes whose calls have children of their own', () => {
  it('serve all accounts', async () => {
    pool = fakePool(NUMBERED, 1, { forksCalls: true, spareAfterMs: 60_000 });
    const pids = [await run('first'), await run('second'), await run('third')];
    expect(new Set(pids).size).toBe(1);
  });

  it.each([
    ['memory', true, 1],
    ['memory', false, 2],
    ['worker', true, 2],
    ['worker', false, 2],
  ])('that end with %s, forked: %s, leave %i', async (reason, forksCalls, processes) => {
    const failure = `{ kind: 'failure', reason: '${reason}', message: process.pid + '', retire: false, logs: [] }`;
    pool = fakePool(`send(READY); onJob((sequence) => send(${failure}, { sequence }))`, 1, {
      forksCalls,
    });
    await endOf(pool, fakeCall());
    const [first] = pool.pids;
    await endOf(pool, fakeCall());
    await expect.poll(() => pool.pids.includes(first ?? 0)).toBe(processes === 1);
  });
});

describe('a process that ends while nobody uses it', () => {
  it('costs no call, even when that is seen only after the call was given to it', async () => {
    pool = fakePool(`send(READY); onJob((sequence) => {
      if (sequence === 2) process.kill(process.pid, 'SIGKILL');
      else send(VALUE, { sequence, body: '' + process.pid });
    })`);
    const first = await run('payer');
    const second = await run('payer');
    expect(second).toBeTypeOf('number');
    expect(second).not.toBe(first);
  });

  it('is not tried a third time', async () => {
    pool = fakePool('send(READY); onJob(() => process.exit(1))');
    expect(await endOf(pool, fakeCall())).toMatchObject({ code: 'CODE_WORKER' });
  });
});
