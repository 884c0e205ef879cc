import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PythonRequest, ScriptEvent } from '../../src/contract/index.ts';
import { openSandbox } from '../../src/sandbox/open-sandbox.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { errorOf, MEGABYTE, requestOf, sandboxOptions, type Trial } from './run-code.ts';
import { bundleWorker, type WorkerBundle } from './worker-bundle.ts';

const HAS_JAIL = existsSync('/usr/bin/bwrap') && existsSync('/usr/bin/python3');

let bundle: WorkerBundle;
let sandbox: Sandbox;
beforeAll(async () => {
  bundle = await bundleWorker();
  sandbox = openSandbox(sandboxOptions(bundle.programs));
});
afterAll(async () => {
  await sandbox.close();
  bundle.remove();
});

type PythonTrial = Trial & Partial<Omit<PythonRequest, 'names' | 'log' | 'report'>>;

function run(code: string, trial: PythonTrial = {}) {
  const { memoryBytes: _, ...request } = requestOf(code, trial);
  const memory = trial.memoryBytes === undefined ? {} : { memoryBytes: trial.memoryBytes };
  const python = { allowedImports: [], outputBytes: 10 * MEGABYTE, ...trial };
  return sandbox.python({ ...python, ...request, ...memory }, trial.payer ?? 'payer');
}

async function value(code: string, trial?: PythonTrial): Promise<unknown> {
  return (await run(code, trial)).value;
}

describe.runIf(HAS_JAIL)('Python in its jail', () => {
  it('gives the value of result, of a return and of a function', async () => {
    expect(await value('result = 1 + 1')).toBe(2);
    expect(await value('return [context["n"], n]', { names: { n: 3 } })).toEqual([3, 3]);
    const code = 'def double(context):\n    return context["n"] * 2';
    expect(await value(code, { names: { n: 3 }, function: 'double' })).toBe(6);
    expect(await value('x = 1')).toBeNull();
  });

  it('tells what it prints, also when it fails then', async () => {
    const lines: string[] = [];
    const log = (level: string, message: string) => lines.push(`${level} ${message}`);
    const error = await errorOf(run('print("before")\nraise ValueError("x")', { log }));
    expect(error).toMatchObject({ code: 'CODE_ERROR', message: 'ValueError: x' });
    expect(error.details).toMatchObject({ line: 2 });
    expect(lines).toEqual(['info before']);
  });

  it('says in its event that the log was cut', async () => {
    const events: ScriptEvent[] = [];
    const report = (event: ScriptEvent) => events.push(event);
    const { logs } = await run('for n in range(5000): print(n)', { report });
    expect(logs.length).toBeLessThanOrEqual(1_001);
    expect(logs.at(-1)).toEqual({ level: 'warn', message: '… 4000 more lines dropped' });
    expect(events).toMatchObject([
      { language: 'python', level: 'normal', outcome: 'completed', limit: 'log', jail: 'kernel' },
    ]);
  });

  it('tells lines while it runs', async () => {
    const abort = new AbortController();
    const log = () => abort.abort();
    const call = run('print("now")\nwhile True: pass', { log, signal: abort.signal });
    expect((await errorOf(call)).code).toBe('EXECUTION_CANCELLED');
    expect(await value('result = 1')).toBe(1);
  });

  it('shows where the syntax is wrong, and what is refused', async () => {
    const broken = await errorOf(run('x = 1\ny = ('));
    expect(broken).toMatchObject({ code: 'CODE_SYNTAX', retryable: false, details: { line: 2 } });
    const refused = await errorOf(run('x = 1\nimport os'));
    expect(refused).toMatchObject({ code: 'CODE_REFUSED', retryable: false, details: { line: 2 } });
    expect(refused.message).toContain('os');
  });

  it('ends at its deadline, and the next call works', async () => {
    const error = await errorOf(run('while True: pass', { timeoutMs: 300 }));
    expect(error).toMatchObject({
      code: 'CODE_TIMEOUT',
      message: 'the code took longer than 300 ms',
    });
    const deaf = await errorOf(run('result = 7 ** (10 ** 9)', { timeoutMs: 300 }));
    expect(deaf.code).toBe('CODE_TIMEOUT');
    expect(await value('result = 2')).toBe(2);
  });

  it('ends at its memory limit, and the next call works', async () => {
    const code = 'x = []\nwhile True: x.append("y" * 1000000 + str(len(x)))';
    const error = await errorOf(run(code, { memoryBytes: 32 * MEGABYTE, timeoutMs: 20_000 }));
    expect(error).toMatchObject({
      code: 'CODE_MEMORY',
      message: 'the code used more memory than 32 MB',
    });
    expect(await value('result = 3')).toBe(3);
  });

  it('refuses to ask for more memory than the operator allows', async () => {
    const error = await errorOf(run('result = 1', { memoryBytes: 2048 * MEGABYTE }));
    expect(error).toMatchObject({
      code: 'CODE_REFUSED',
      message: 'memory_limit is 2 GB; the most that is allowed here is 1 GB',
    });
    expect(error.remedy).toContain('CODE_MEMORY_SIZE');
  });

  it('names the limit that a result is over: the node’s or the setting’s', async () => {
    const code = 'result = "x" * 200000';
    expect(await errorOf(run(code, { outputBytes: 100_000 }))).toMatchObject({
      code: 'CODE_OUTPUT',
      message: 'the result is larger than 97.7 KB, which max_output_size of the node allows',
    });
    const large = 'result = "x" * 11000000';
    expect(await errorOf(run(large, { outputBytes: 50 * MEGABYTE }))).toMatchObject({
      code: 'CODE_OUTPUT',
      message: 'the result is larger than 10 MB, which the setting CODE_OUTPUT_SIZE allows',
    });
  });

  it('refuses modules that no level may add, without running anything', async () => {
    const events: ScriptEvent[] = [];
    const report = (event: ScriptEvent) => events.push(event);
    const error = await errorOf(run('result = 1', { allowedImports: ['json', 'os'], report }));
    expect(error).toMatchObject({
      code: 'CODE_REFUSED',
      message: 'allowed_imports cannot name os: it is not one of those that can be allowed',
    });
    expect(events).toMatchObject([{ outcome: 'CODE_REFUSED', durationMs: 0, level: 'normal' }]);
    const tables = await errorOf(run('result = 1', { allowedImports: ['numpy.linalg'] }));
    expect(tables.message).toContain('it needs the level trusted');
    const strict = await errorOf(run('result = 1', { allowedImports: ['re'], level: 'strict' }));
    expect(strict.message).toContain('the level strict imports nothing');
  });

  it('runs tables of numbers at the level trusted', async () => {
    const posture = await sandbox.posture();
    if (posture.languages.python.modules?.numpy === undefined) return;
    const code = 'import numpy as np\nresult = int(np.arange(5).sum())';
    expect(await value(code, { level: 'trusted' })).toBe(10);
    expect((await errorOf(run(code))).code).toBe('CODE_REFUSED');
  });

  it('keeps calls apart', async () => {
    const code = 'import math\nmath.mine = context["n"]\nresult = math.mine';
    const calls = Array.from({ length: 8 }, (_, n) => value(code, { names: { n } }).catch(() => n));
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await value('import math\nresult = hasattr(math, "mine")')).toBe(false);
  });
});

describe('the level of Python', () => {
  it('over the most that the operator allows is refused, naming the setting', async () => {
    const options = sandboxOptions(bundle.programs);
    const own = openSandbox({ ...options, python: { ...options.python, levelMax: 'strict' } });
    const request = { ...requestOf('result = 1'), allowedImports: [], outputBytes: MEGABYTE };
    const error = await errorOf(own.python({ ...request, level: 'normal' }, 'payer'));
    expect(error).toMatchObject({
      code: 'CODE_REFUSED',
      message: 'the level normal is not allowed here: the highest is strict',
    });
    expect(error.remedy).toContain('PYTHON_SECURITY_LEVEL_MAX');
    await own.close();
  });
});
