import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice } from '../cli/spawn-command.ts';
import { hasJail, hasPandas } from '../support/jail.ts';
import { type Answer, type ClaimServer, claimServer, SECRETS } from './support.ts';

/** What guide 1 promises of Python, run by the shipped server in the jail of this machine. */

type Config = Readonly<Record<string, unknown>>;

const LEVELS = ['strict', 'normal', 'trusted'] as const;
/** Modules that reach out of the code: none of them can be had at any level. */
const REACHING = ['os', 'sys', 'subprocess', 'socket', 'importlib', 'ctypes', 'pickle', 'builtins'];

let folder: string;
let files = 0;
let server: ClaimServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-claims-python-'));
  const settings = { FILE_SECURITY_ALLOWED_DIRS: folder, PYTHON_EXECUTION_TIMEOUT: '3s' };
  server = await claimServer({ ENABLE_RATE_LIMITING: 'false', ...settings });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const flowOf = (config: Config) =>
  JSON.stringify({
    name: 'code',
    inputs: { x: { type: 'integer', default: 2 } },
    nodes: { a: { type: 'python', config } },
    outputs: { a: 'a' },
  });
const save = (code: string, config: Config = {}): Promise<Answer> =>
  server.ask('POST', '/api/v1/flows', { body: { source: flowOf({ code, ...config }) } });
const run = (code: string, config: Config = {}) => server.run(flowOf({ code, ...config }));

/** From a file, which nothing reads when the flow is saved: only the jail sees what it holds. */
function runFile(code: string, config: Config = {}): ReturnType<typeof run> {
  files += 1;
  const file = join(folder, `${files}.py`);
  writeFileSync(file, code);
  return server.run(flowOf({ file, ...config }));
}

async function stepOf(id: string) {
  const { json } = await server.ask('GET', `/api/v1/executions/${id}/steps`);
  return json.items[0];
}

/** Refused when it is saved, at a place, and once more by the jail, before any of it runs. */
async function expectRefused(code: string, config: Config = {}): Promise<void> {
  const { status, json } = await save(code, config);
  expect(status, code).toBe(400);
  const [problem] = json.error.details.problems;
  expect(problem, code).toMatchObject({
    code: 'CODE_REFUSED',
    place: { line: expect.any(Number), column: expect.any(Number) },
  });
  await expectRefusedInside(code, config);
}

async function expectRefusedInside(code: string, config: Config = {}): Promise<void> {
  const { id, status, error } = await runFile(`print("ran")\n${code}`, config);
  expect(status, code).toBe('failed');
  expect(error, code).toMatchObject({
    code: 'CODE_REFUSED',
    details: { line: expect.any(Number), column: expect.any(Number) },
  });
  expect((await stepOf(id)).logs ?? [], code).toEqual([]);
}

/** Which of the names mean anything where nothing was assigned to them. */
async function namesAt(security_level: string, names: readonly string[]): Promise<unknown> {
  const tries = names.map(
    (name) => `try:\n  ${name}\n  found.append("${name}")\nexcept NameError:\n  pass`,
  );
  const code = ['found = []', ...tries, 'result = found'].join('\n');
  return (await runFile(code, { security_level })).outputs.a;
}

describe.skipIf(!hasJail())('Python of a flow', () => {
  it('G1.028 has three levels, and no other', async () => {
    const snippets = [
      'result = inputs["x"] + 1',
      'result = object is not None',
      'import base64\nresult = 1',
    ];
    const outcomes: Readonly<Record<(typeof LEVELS)[number], readonly string[]>> = {
      strict: ['completed', 'CODE_ERROR', 'CODE_REFUSED'],
      normal: ['completed', 'completed', 'CODE_REFUSED'],
      trusted: ['completed', 'completed', 'completed'],
    };
    for (const security_level of LEVELS) {
      for (const [index, code] of snippets.entries()) {
        const { id } = await runFile(code, { security_level });
        expect((await stepOf(id)).events, `${security_level}: ${code}`).toMatchObject([
          { level: security_level, outcome: outcomes[security_level][index] },
        ]);
      }
    }
    for (const security_level of ['unsafe', 'STRICT ', '', 'root']) {
      const { status, json } = await save('result = 1', { security_level });
      expect(status, security_level).toBe(400);
      const [problem] = json.error.details.problems;
      expect(problem).toMatchObject({
        code: 'WRONG_VALUE',
        place: { path: 'nodes.a.config.security_level', line: expect.any(Number) },
      });
    }
    const env = { ...SECRETS, PYTHON_SECURITY_LEVEL: 'root' };
    const { exit, err } = await sluice(['start'], { cwd: folder, env });
    expect(exit).not.toBe(0);
    expect(err).toMatch(/PYTHON_SECURITY_LEVEL.*strict.*normal.*trusted/s);
  });

  it('G1.029 imports nothing at strict, and has few built-ins', async () => {
    const security_level = 'strict';
    for (const module of ['math', 'json', 'datetime', 'os', 'sys']) {
      await expectRefused(`import ${module}\nresult = 1`, { security_level });
      await expectRefused(`from ${module} import x\nresult = 1`, { security_level });
    }
    const named = await save('result = 1', { security_level, allowed_imports: ['math'] });
    expect(named.status).toBe(400);
    expect((await run('result = len([1, 2, 3])', { security_level })).outputs).toEqual({ a: 3 });
    const few = ['len', 'sum', 'range', 'sorted', 'dict', 'print'];
    const more = ['object', 'getattr', 'setattr', 'super', 'property', 'id', 'bytearray'];
    expect(await namesAt('strict', [...few, ...more])).toEqual(few);
    expect(await namesAt('normal', [...few, ...more])).toEqual([...few, ...more]);
  });

  it('G1.030 imports math, json and datetime at normal, and not os', async () => {
    const code =
      'import math, json\nfrom datetime import date\n' +
      "return [math.floor(2.5), json.loads('[1]'), date(2026, 1, 2).isoformat()]";
    for (const ran of [await run(code), await runFile(code)]) {
      expect(ran.outputs).toEqual({ a: [2, [1], '2026-01-02'] });
    }
    for (const module of REACHING) await expectRefused(`import ${module}\nresult = 1`);
    await expectRefused('from os import environ\nresult = 1');
    await expectRefused('import json, os.path as json\nresult = 1');
  });

  it.skipIf(!hasPandas())('G1.031 has numpy and pandas at trusted alone', async () => {
    const code =
      'import numpy as np\nimport pandas as pd\n' +
      "frame = pd.DataFrame({'n': np.arange(4)})\nresult = int(frame['n'].sum())";
    expect((await run(code, { security_level: 'trusted' })).outputs).toEqual({ a: 6 });
    for (const security_level of ['strict', 'normal']) {
      await expectRefused(code, { security_level });
      const allowed_imports = ['numpy', 'pandas'];
      const named = await save('result = 1', { security_level, allowed_imports });
      expect(named.status, security_level).toBe(400);
    }
    const security_level = 'trusted';
    await expectRefused('import os', { security_level });
    // pandas leads to modules that reach out: from there on it is the kernel that refuses.
    const out = 'import pandas\nos = pandas.io.common.os\n';
    expect((await run(`${out}result = os.name`, { security_level })).outputs).toEqual({
      a: 'posix',
    });
    for (const call of ['os.kill(1, 9)', 'os.fork()', 'os.sys.modules["socket"].socketpair()']) {
      const { error } = await run(out + call, { security_level });
      expect(error?.code, call).toBe('CODE_ERROR');
      expect(error.message, call).toMatch(/^PermissionError/);
    }
  });

  it('G1.032 is checked as a syntax tree before anything of it runs', async () => {
    for (const security_level of LEVELS) {
      for (const call of ['eval("1")', 'exec("x = 1")', 'compile("1", "", "eval")']) {
        await expectRefused(`result = 1\nif result > 1:\n  result = ${call}`, { security_level });
      }
    }
    for (const code of [
      'result = ().__class__.__bases__[0].__subclasses__()',
      'def f():\n  yield 1\nresult = f().gi_frame.f_builtins',
      'try:\n  1 / 0\nexcept Exception as e:\n  result = e.__traceback__.tb_frame.f_globals',
      'calls = [eval]\nresult = calls[0]("1")',
    ]) {
      await expectRefused(code);
    }
    // What it is to Python counts, not how it is spelled; and a text is no call.
    await expectRefusedInside('result = \uff45val("1")');
    const text = 'result = "eval(1)"  # exec("x")';
    expect((await run(text)).outputs).toEqual({ a: 'eval(1)' });
  });

  it('G1.033 imports besides only what allowed_imports names, and never os', async () => {
    const code = 'import textwrap\nresult = textwrap.shorten("a b c", 5)';
    const security_level = 'normal';
    const allowing = { security_level, allowed_imports: ['textwrap'] };
    await expectRefused(code, { security_level });
    expect((await run(code, allowing)).outputs).toEqual({ a: 'a b c' });
    expect((await runFile(code, allowing)).outputs).toEqual({ a: 'a b c' });
    await expectRefused('import base64\nresult = 1', allowing);
    for (const level of ['normal', 'trusted']) {
      for (const module of [...REACHING, 'urllib', 'xml', '', '*']) {
        const config = { security_level: level, allowed_imports: [module] };
        const { status, json } = await save('result = 1', config);
        expect(status, module).toBe(400);
        expect(JSON.stringify(json), module).toContain('allowed_imports');
      }
    }
  });

  it('G1.034 reaches no open, __import__ or globals at normal', async () => {
    for (const code of [
      'result = callable(open)',
      'result = callable(__import__)',
      'result = callable(globals)',
      'result = callable(locals)',
      'result = str(__builtins__)',
      'result = str((lambda: 1).__globals__)',
      'import json\nresult = str(json.loads.__globals__)',
    ]) {
      await expectRefused(code);
    }
    // Each of these would give something of the interpreter if it were not for what it meets.
    for (const code of [
      'if False:\n  vars = dir = None\nresult = callable(vars)',
      'result = str(getattr(len, "__self__"))',
      'result = hasattr(len, "__se" + "lf__") or 1 / 0',
      'result = "{0.__class__.__base__}".format(1)',
      'result = str.format("{0.__class__.__base__}", 1)',
      'result = getattr("{0.__class__}", "for" + "mat")(1)',
      'import json\nresult = str(json.codecs)',
      'import operator\nresult = str(operator.attrgetter("__class__.__base__")(1))',
      'import string\nresult = string.Formatter().format("{0.__class__}", 1)',
    ]) {
      const { status, error } = await run(code);
      expect(status, code).toBe('failed');
      expect(error.code, code).toBe('CODE_ERROR');
    }
    expect((await run('result = "{0.real}".format(getattr(1, "real"))')).outputs).toEqual({
      a: '1',
    });
  });

  it('G1.035 ends an endless loop at its timeout', async () => {
    const loop = 'while True: pass';
    for (const code of [
      loop,
      'result = sum(range(10 ** 13))',
      'while True:\n  try:\n    while True: pass\n  except BaseException: pass',
    ]) {
      const { id, error } = await run(code, { timeout: 1 });
      expect(error, code).toMatchObject({
        code: 'CODE_TIMEOUT',
        message: expect.stringContaining('longer than 1 s'),
      });
      const [event] = (await stepOf(id)).events;
      expect(event.durationMs, code).toBeGreaterThanOrEqual(1_000);
      expect(event.durationMs, code).toBeLessThan(2_000);
    }
    // Where the node sets none, the setting counts.
    expect((await run(loop)).error.message).toContain('longer than 3 s');
    expect((await run('result = 1')).outputs).toEqual({ a: 1 });
  });

  it('G4.231 leaves an event with the hash of its code, and how each run ended', async () => {
    const small = { max_output_size: '1KB', memory_limit: '32MB', timeout: 1 };
    const runs = [
      ['result = "é"', { outcome: 'completed' }],
      ['result = 1 / 0', { outcome: 'CODE_ERROR' }],
      ['while True: pass', { outcome: 'CODE_TIMEOUT', limit: 'time' }],
      ['result = len([0] * 10 ** 9)', { outcome: 'CODE_MEMORY', limit: 'memory' }],
      ['result = "x" * 5_000', { outcome: 'CODE_OUTPUT', limit: 'output' }],
      ['for n in range(2_000): print(n)', { outcome: 'completed', limit: 'log' }],
    ] as const;
    for (const [code, ending] of runs) {
      const { id } = await run(code, { security_level: 'strict', ...small });
      const codeHash = createHash('sha256').update(code).digest('hex');
      const known = { kind: 'script', language: 'python', level: 'strict', codeHash };
      expect((await stepOf(id)).events, code).toEqual([
        { ...known, ...ending, jail: 'kernel', durationMs: expect.any(Number) },
      ]);
    }
  });
});
