import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors/index.ts';
import { NO_JAIL, type TestPool, testPool } from './run-code.ts';

let js: TestPool;
beforeAll(async () => {
  js = await testPool({ machine: NO_JAIL, workers: 2 });
});
afterAll(() => js.close());

const LOOP = 'for (;;);';
/** Never polls the interpreter's deadline: only a kill ends it. */
const DEAF = 'return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)';

describe('processes', () => {
  it('starts none before the first call, and leaves none when closed', async () => {
    const own = await testPool({ machine: NO_JAIL, workers: 2 });
    expect(own.sandbox.pids).toEqual([]);
    expect(await own.value('return 1')).toBe(1);
    const pids = [...own.sandbox.pids];
    expect(pids).not.toEqual([]);
    await own.close();
    expect(own.sandbox.pids).toEqual([]);
    for (const pid of pids) expect(isAlive(pid)).toBe(false);
    expect((await own.error('return 1')).code).toBe('CODE_WORKER');
  });

  it('kills what runs when it is closed', async () => {
    const own = await testPool({ machine: NO_JAIL });
    const calls = [own.error(DEAF), own.error('return 1')];
    await own.sandbox.close();
    for (const { code } of await Promise.all(calls)) expect(code).toBe('CODE_WORKER');
    expect(own.sandbox.pids).toEqual([]);
    await own.close();
  });

  it('has an environment with nothing of the server, and none of its descriptors', async () => {
    const secret = openSync(new URL(import.meta.url), 'r');
    const own = await testPool({ machine: NO_JAIL });
    await own.value('return 1');
    const [pid] = own.sandbox.pids;
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('TZ=UTC\0');
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
    expect(open.filter((target) => target.startsWith('/') && target !== '/dev/null')).toEqual([]);
    closeSync(secret);
    await own.close();
  });

  it('is replaced after a doubt', async () => {
    const own = await testPool({ machine: NO_JAIL });
    expect(await own.value('return 1')).toBe(1);
    const before = own.sandbox.pids;
    expect((await own.error('const a = []; for (;;) a.push("x".repeat(1e6))')).code).toBe(
      'CODE_MEMORY',
    );
    expect(await own.value('return 3')).toBe(3);
    const left = () => before.filter((pid) => own.sandbox.pids.includes(pid));
    await expect.poll(left).toHaveLength(before.length - 1);
    await own.close();
  });

  it('leaks no process and no descriptor over 300 hostile calls', async () => {
    const own = await testPool({ machine: NO_JAIL, workers: 2 });
    await own.value('return 1');
    const before = readdirSync('/proc/self/fd').length;
    const hostile = ['throw null', 'return NaN', 'let a = ;', LOOP, DEAF, 'return "x".repeat(2e7)'];
    for (let round = 0; round < 50; round += 1) {
      const calls = hostile.map((code) => own.error(code, { timeoutMs: 20 }));
      for (const { code } of await Promise.all(calls)) expect(code).toMatch(/^CODE_/);
    }
    expect(await own.value('return 1')).toBe(1);
    await own.sandbox.close();
    expect(own.sandbox.pids).toEqual([]);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
    await own.close();
  }, 120_000);
});

describe('calls at the same time', () => {
  it('do not mix', async () => {
    const calls = Array.from({ length: 40 }, (_, index) =>
      js.value('globalThis.mine ??= inputs.n; await null; return [inputs.n, mine, n_twice]', {
        names: { inputs: { n: index }, n_twice: index * 2 },
      }),
    );
    const expected = Array.from({ length: 40 }, (_, index) => [index, index, index * 2]);
    expect(await Promise.all(calls)).toEqual(expected);
  });

  it('do not hold each other up for good when some never end', async () => {
    const calls = Array.from({ length: 12 }, (_, index) =>
      index % 3 === 0 ? js.error(DEAF, { timeoutMs: 50 }) : js.value(`return ${index}`),
    );
    const results = await Promise.all(calls);
    for (const [index, result] of results.entries()) {
      if (index % 3 === 0) expect(result).toMatchObject({ code: 'CODE_TIMEOUT' });
      else expect(result).toBe(index);
    }
  });
});

describe('a signal', () => {
  it('kills the call', async () => {
    const abort = new AbortController();
    const call = js.error(DEAF, { signal: abort.signal, timeoutMs: 60_000 });
    abort.abort(new AppError('NODE_TIMEOUT', { message: 'the node took too long' }));
    expect((await call).code).toBe('NODE_TIMEOUT');
    expect(await js.value('return 1')).toBe(1);
  });

  it('kills a call that is well under way', async () => {
    const abort = new AbortController();
    await js.value('return 1');
    const call = js.error(LOOP, { signal: abort.signal, timeoutMs: 60_000 });
    await new Promise(setImmediate);
    abort.abort();
    expect((await call).code).toBe('EXECUTION_CANCELLED');
    expect(await js.value('return 1')).toBe(1);
  });

  it('takes back a call that waits, without a process for it', async () => {
    const own = await testPool({ machine: NO_JAIL });
    const abort = new AbortController();
    const first = own.error(LOOP, { timeoutMs: 300 });
    const waiting = own.error('return 1', { signal: abort.signal });
    abort.abort();
    expect((await waiting).code).toBe('EXECUTION_CANCELLED');
    expect((await first).code).toBe('CODE_TIMEOUT');
    await own.close();
  });

  it('that is aborted already starts nothing', async () => {
    const own = await testPool({ machine: NO_JAIL });
    const error = await own.error('return 1', { signal: AbortSignal.abort() });
    expect(error.code).toBe('EXECUTION_CANCELLED');
    expect(own.sandbox.pids).toEqual([]);
    await own.close();
  });
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed while the folder was being read.
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
