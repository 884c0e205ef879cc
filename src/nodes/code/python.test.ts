import { describe, expect, it } from 'vitest';
import type { CodeCapability, PythonRequest, ScriptEvent } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { stubCapabilities } from '../kit/stub-capabilities.ts';
import { trialVisit } from '../kit/trial-visit.ts';
import { pythonNode } from './python.ts';

/** Answers as told and keeps the request; the real jail is tried under test/. */
function fakeCode(answer: CodeCapability['python'], texts: Readonly<Record<string, string>> = {}) {
  const requests: PythonRequest[] = [];
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const files = new Map(Object.entries(texts).map(([path, text]) => [path, bytes(text)]));
  const stub = stubCapabilities(files);
  const python: CodeCapability['python'] = (request) => {
    requests.push(request);
    return answer(request);
  };
  return { requests, capabilities: { ...stub, code: { ...stub.code, python } } };
}

const nothing = async () => ({ value: null, logs: [] });

describe('python', () => {
  it('gives what the code made, and hands it all names and its limits', async () => {
    const { requests, capabilities } = fakeCode(async () => ({ value: { n: 1 }, logs: [] }));
    const config = {
      code: 'result = 1',
      function: 'main',
      timeout: 2_000,
      memory_limit: 8_388_608,
      allowed_imports: ['decimal'],
      max_output_size: 1_024,
      security_level: 'trusted',
    };
    const names = { inputs: { a: 1 }, rows: [1] };
    expect(await trialVisit(pythonNode, { config, names, capabilities })).toEqual({
      value: { n: 1 },
    });
    expect(requests).toMatchObject([
      {
        code: 'result = 1',
        names,
        function: 'main',
        timeoutMs: 2_000,
        memoryBytes: 8_388_608,
        allowedImports: ['decimal'],
        outputBytes: 1_024,
        level: 'trusted',
        nowMs: 1_700_000_000_000,
      },
    ]);
  });

  it('leaves to the operator what the node does not say', async () => {
    const { requests, capabilities } = fakeCode(nothing);
    await trialVisit(pythonNode, { config: { code: 'x' }, capabilities });
    expect(requests[0]).not.toHaveProperty('level');
    expect(requests[0]).not.toHaveProperty('timeoutMs');
    expect(requests[0]).not.toHaveProperty('memoryBytes');
    expect(requests[0]).toMatchObject({ allowedImports: [], outputBytes: 10_485_760 });
  });

  it('takes the code from a file of the workspace', async () => {
    const { requests, capabilities } = fakeCode(nothing, { 'lib/main.py': 'result = 7\n' });
    await trialVisit(pythonNode, { config: { file: 'lib/main.py' }, capabilities });
    expect(requests[0]?.code).toBe('result = 7\n');
  });

  it('names the place of an error in such a file', async () => {
    const details = { line: 2, column: 12 };
    const { capabilities } = fakeCode(
      async () => {
        throw new AppError('CODE_ERROR', { message: "KeyError: 'price'", details });
      },
      { 'lib/main.py': 'x = 1\nresult = {}["price"]\n' },
    );
    const visit = trialVisit(pythonNode, { config: { file: 'lib/main.py' }, capabilities });
    await expect(visit).rejects.toMatchObject({
      code: 'CODE_ERROR',
      message: "lib/main.py, line 2, column 12: KeyError: 'price'",
      details,
    });
  });

  it('says what is wrong with such a file', async () => {
    const { requests, capabilities } = fakeCode(nothing, {
      'latin.py': 'x = "\u00e9"',
      'half.py': 'x = "\u00c3',
      'large.py': 'x'.repeat(256 * 1024 + 1),
    });
    const visit = (file: string) => trialVisit(pythonNode, { config: { file }, capabilities });
    await expect(visit('latin.py')).rejects.toMatchObject({ code: 'FILE_ENCODING' });
    await expect(visit('half.py')).rejects.toMatchObject({
      code: 'FILE_ENCODING',
      message: 'the code in half.py is not UTF-8',
    });
    await expect(visit('large.py')).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      message: 'the code in large.py is longer than 262144 bytes',
    });
    await expect(visit('none.py')).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    expect(requests).toEqual([]);
  });

  it('passes on the error of the code, and what is told of its run', async () => {
    const thrown = new AppError('CODE_ERROR', { message: 'ZeroDivisionError: division by zero' });
    const event: ScriptEvent = {
      kind: 'script',
      language: 'python',
      level: 'normal',
      codeHash: 'a'.repeat(64),
      outcome: 'CODE_ERROR',
      durationMs: 1,
      jail: 'kernel',
    };
    const { capabilities } = fakeCode(async ({ report }) => {
      report(event);
      throw thrown;
    });
    const told: unknown[] = [];
    const run: typeof pythonNode.run = (context, config, input) =>
      pythonNode.run({ ...context, report: (one) => told.push(one) }, config, input);
    const visit = trialVisit({ ...pythonNode, run }, { config: { code: 'x' }, capabilities });
    await expect(visit).rejects.toBe(thrown);
    expect(told).toEqual([event]);
  });

  const check = (config: Parameters<NonNullable<typeof pythonNode.check>>[0]) =>
    pythonNode
      .check?.(config)
      ?.map(({ code, field, severity = 'error' }) => [code, field, severity]);

  it('asks for code or a file, and not for both', () => {
    expect(check({})).toEqual([['MISSING_KEY', 'code', 'error']]);
    expect(check({ code: 'result = 1', file: 'a.py' })).toEqual([
      ['CONFLICTING_KEYS', 'file', 'error'],
    ]);
    expect(check({ file: 'a.py' })).toEqual([]);
    expect(check({ code: 'result = 1' })).toEqual([]);
  });

  it('refuses empty and endless code before it runs', () => {
    expect(check({ code: ' \n ' })).toEqual([['WRONG_VALUE', 'code', 'error']]);
    expect(check({ code: 'x'.repeat(256 * 1024 + 1) })).toEqual([['WRONG_VALUE', 'code', 'error']]);
    expect(check({ code: '\u00e9'.repeat(128 * 1024 + 1) })).toEqual([
      ['WRONG_VALUE', 'code', 'error'],
    ]);
  });

  it('warns where the code leaves no value', () => {
    const lost = [['WRONG_VALUE', 'code', 'warning']];
    expect(check({ code: 'total = 1' })).toEqual(lost);
    expect(check({ code: 'Result = 1' })).toEqual(lost);
    expect(check({ code: 'def main():\n    return 1\nmain()' })).toEqual(lost);
    expect(check({ code: 'def main():\n    return 1', function: 'main' })).toEqual([]);
    expect(check({ code: 'for x in [1]:\n    return x' })).toEqual([]);
    expect(check({ code: 'assert inputs["x"] > 1' })).toEqual([]);
    expect(check({ code: 'def f():\n    global result\n    result = 1\nf()' })).toEqual([]);
  });

  it('refuses functions that cannot be called', () => {
    const code = 'def main(context): return 1';
    expect(check({ code, function: 'main' })).toEqual([]);
    expect(check({ code, function: 'mian' })).toEqual([['WRONG_VALUE', 'function', 'error']]);
    expect(check({ code, function: 'main()' })).toEqual([['INVALID_NAME', 'function', 'error']]);
    expect(check({ code, function: '' })).toEqual([['INVALID_NAME', 'function', 'error']]);
    expect(check({ file: 'a.py', function: 'main' })).toEqual([]);
  });

  it('refuses modules that cannot be allowed', () => {
    const allow = (modules: string[], level?: string) =>
      check({
        code: 'result = 1',
        allowed_imports: modules,
        ...(level === undefined ? {} : { security_level: level }),
      });
    expect(allow(['decimal', 'struct'], 'normal')).toEqual([]);
    expect(allow(['decimal', 'os'])).toEqual([['WRONG_VALUE', 'allowed_imports[1]', 'error']]);
    expect(allow(['numpy'], 'normal')).toEqual([['WRONG_VALUE', 'allowed_imports[0]', 'error']]);
    expect(allow(['numpy'])).toEqual([['WRONG_VALUE', 'allowed_imports[0]', 'warning']]);
    expect(allow(['numpy'], 'trusted')).toEqual([]);
    expect(allow(['math'], 'strict')).toEqual([
      ['CONFLICTING_KEYS', 'allowed_imports[0]', 'error'],
    ]);
    expect(allow(['subprocess'], 'trusted')).toEqual([
      ['WRONG_VALUE', 'allowed_imports[0]', 'error'],
    ]);
  });

  it('declares the bounds of its limits', () => {
    expect(pythonNode.config).toMatchObject({
      timeout: { min: 1_000, max: 300_000 },
      max_output_size: { default: 10_485_760, min: 1_024, max: 104_857_600 },
      security_level: { choices: ['strict', 'normal', 'trusted'] },
    });
  });
});
