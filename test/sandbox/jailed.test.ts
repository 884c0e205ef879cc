import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../src/sandbox/open-sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { descendantsOf, hasComputed, isAlive } from './process-tree.ts';
import { errorOf, MEGABYTE, requestOf, sandboxOptions } from './run-code.ts';
import { bundleWorker, type WorkerBundle } from './worker-bundle.ts';

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await bundleWorker();
});
afterAll(() => bundle.remove());

describe.runIf(existsSync('/usr/bin/bwrap'))('processes in the jail', () => {
  it('are all gone when the sandbox is closed, with what runs inside', async () => {
    const sandbox = openSandbox({ ...sandboxOptions(bundle.programs), workers: 2 });
    const calls = [
      errorOf(sandbox.javascript(requestOf('for (;;);', { timeoutMs: 60_000 }), 'payer')),
      errorOf(python(sandbox, 'while True: pass', 60_000)),
    ];
    await expect.poll(() => runningInside(sandbox), { timeout: 20_000 }).toBeGreaterThan(1);
    const inside = descendantsOf(sandbox.pids);
    expect(inside.length).toBeGreaterThan(sandbox.pids.length);
    await sandbox.close();
    expect([...inside].filter(isAlive)).toEqual([]);
    for (const { code } of await Promise.all(calls)) expect(code).toBe('CODE_WORKER');
  });

  it('are gone after a kill, and the next call works', async () => {
    const sandbox = openSandbox(sandboxOptions(bundle.programs));
    const abort = new AbortController();
    await sandbox.javascript(requestOf('return 1'), 'payer');
    const call = requestOf('for (;;);', { signal: abort.signal, timeoutMs: 60_000 });
    const error = errorOf(sandbox.javascript(call, 'payer'));
    await expect.poll(() => runningInside(sandbox), { timeout: 20_000 }).toBe(1);
    const [outer = 0] = sandbox.pids;
    const inside = descendantsOf([outer]);
    expect(inside).toHaveLength(2);
    abort.abort();
    expect((await error).code).toBe('EXECUTION_CANCELLED');
    expect(await sandbox.javascript(requestOf('return 2'), 'payer')).toMatchObject({ value: 2 });
    await expect.poll(() => sandbox.pids).not.toContain(outer);
    // The outer process ends after all that was inside, so nothing needs to be waited for.
    expect(inside.filter(isAlive)).toEqual([]);
    await sandbox.close();
  });

  it('leave no descriptor behind', async () => {
    const once = async () => {
      const sandbox = openSandbox(sandboxOptions(bundle.programs));
      await sandbox.javascript(requestOf('return 1'), 'payer');
      await python(sandbox, 'result = 1', 5_000);
      await sandbox.close();
    };
    await once();
    const before = readdirSync('/proc/self/fd').length;
    await once();
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });
});

function python(sandbox: Sandbox, code: string, timeoutMs: number) {
  const { memoryBytes: _, ...request } = requestOf(code, { timeoutMs });
  return sandbox.python({ ...request, allowedImports: [], outputBytes: MEGABYTE }, 'payer');
}

function runningInside(sandbox: Sandbox): number {
  return descendantsOf(sandbox.pids).filter(hasComputed).length;
}
