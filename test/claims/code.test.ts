import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasJail } from '../support/jail.ts';
import { type ClaimServer, claimServer } from './support.ts';

/** What guide 4 promises of JavaScript, run by the shipped server. */

let server: ClaimServer;
beforeAll(async () => {
  server = await claimServer({ ENABLE_RATE_LIMITING: 'false' });
});
afterAll(() => server?.close());

const flowOf = (code: string, config: object = {}) =>
  JSON.stringify({
    name: 'code',
    inputs: { x: { type: 'integer', default: 2 } },
    nodes: { a: { type: 'javascript', config: { code, ...config } } },
    outputs: { a: 'a' },
  });
const run = (code: string, config: object = {}) => server.run(flowOf(code, config));

describe('JavaScript of a flow', () => {
  it('G4.225 has no require, eval, Function, process or import', async () => {
    for (const code of [
      'return require("fs")',
      'return eval("1")',
      'return (0, eval)("1")',
      'return Function("return 1")()',
      'return new Function("return 1")()',
      'return process.env',
      'return import("fs")',
      'return (async () => {}).constructor("return 1")()',
      'return setTimeout("1")',
    ]) {
      const { status, error } = await run(code);
      expect(status, code).toBe('failed');
      expect(error.code, code).toBe('CODE_ERROR');
    }
    const absent = 'return ["process", "require", "fetch", "setTimeout", "Deno", "Buffer"]';
    const { outputs } = await run(`${absent}.filter((name) => name in globalThis)`);
    expect(outputs).toEqual({ a: [] });
    expect((await run('return inputs.x + 1')).outputs).toEqual({ a: 3 });
  });

  it('G4.230 does not escape by constructors', async () => {
    for (const code of [
      'return "".constructor.constructor("return this")()',
      'return inputs.constructor.constructor("return process")()',
      'return [].map.constructor("return 1")()',
      'return Object.getPrototypeOf(function* () {}).constructor("yield 1")().next()',
      'return Reflect.construct(Object.getPrototypeOf(() => 1).constructor, ["return 1"])()',
    ]) {
      const { status, error } = await run(code);
      expect(status, code).toBe('failed');
      expect(error.code, code).toBe('CODE_ERROR');
    }
    // Nothing that one piece of code leaves behind is there for the next.
    await run('Object.prototype.left = 1; globalThis.left = 1; return 1');
    expect((await run('return [typeof left, typeof ({}).left]')).outputs).toEqual({
      a: ['undefined', 'undefined'],
    });
  });

  it('G4.227 that takes too much memory is ended, and the server lives', async () => {
    const grow = 'const all = []; while (true) all.push("x".repeat(100_000))';
    for (const code of [grow, 'return new Array(1e9).fill(0)', 'return "x".repeat(2 ** 29)']) {
      const { status, error } = await run(code, { timeout: '20s', memory_limit: '32MB' });
      expect(status, code).toBe('failed');
      expect(error.code, code).toMatch(/^CODE_(?:MEMORY|ERROR)$/);
    }
    expect((await server.ask('GET', '/health')).json).toEqual({ status: 'ok' });
    const some =
      'const all = []; for (let i = 0; i < 480; i += 1) all.push("x".repeat(100_000) + i);' +
      'return all.length';
    expect((await run(some, { memory_limit: '32MB' })).error.code).toBe('CODE_MEMORY');
    expect((await run(some, { memory_limit: '256MB' })).outputs).toEqual({ a: 480 });
  });

  it('G4.228 that is busy everywhere does not stall the health', async () => {
    const busy = flowOf('while (true) {}', { timeout: '1s' });
    const saved = await server.ask('POST', '/api/v1/flows', { body: { source: busy } });
    const path = `/api/v1/flows/${saved.json.id}/execute`;
    const start = async () => (await server.ask('POST', path, { body: {} })).json.id;
    const ids: string[] = await Promise.all(Array.from({ length: 4 }, start));
    const isBusy = async () => {
      const states = await server.ask('GET', '/api/v1/executions?status=queued,running');
      return states.json.items.length > 0;
    };
    let asked = 0;
    // As long as one of them is busy, every question gets its answer.
    while (await isBusy()) {
      const health = await server.ask('GET', '/health');
      expect(health.status).toBe(200);
      asked += 1;
    }
    expect(asked).toBeGreaterThan(5);
    for (const id of ids) {
      const ended = await server.ask('GET', `/api/v1/executions/${id}?wait=30s`);
      expect(ended.json.error?.code).toBe('CODE_TIMEOUT');
    }
  });

  it('G4.229 with a mistake is refused when it is saved, with its place', async () => {
    const save = (code: string) =>
      server.ask('POST', '/api/v1/flows', { body: { source: flowOf(code) } });
    for (const code of ['return (', 'const a = ;', 'return 1 }']) {
      const answer = await save(code);
      expect(answer.status, code).toBe(400);
      expect(answer.json.error.details.problems[0], code).toMatchObject({
        code: 'CODE_SYNTAX',
        place: { line: expect.any(Number), column: expect.any(Number) },
      });
    }
    expect((await save('return 1')).status).toBe(201);
  });

  it('G4.231 leaves an event with the hash of its code, and how each run ended', async () => {
    const small = { timeout: '1s', memory_limit: '64MB' };
    const grow = 'const all = []; while (true) all.push("x".repeat(100_000))';
    const runs = [
      ['return "é"', { outcome: 'completed' }],
      ['throw new Error("no")', { outcome: 'CODE_ERROR' }],
      ['while (true) {}', { outcome: 'CODE_TIMEOUT', limit: 'time' }],
      [grow, { outcome: 'CODE_MEMORY', limit: 'memory' }],
      ['return "x".repeat(11_000_000)', { outcome: 'CODE_OUTPUT', limit: 'output' }],
      ['for (let n = 0; n < 2_000; n += 1) console.log(n)', { outcome: 'completed', limit: 'log' }],
    ] as const;
    const jail = hasJail() ? 'kernel' : 'process';
    for (const [code, ending] of runs) {
      const { id } = await run(code, small);
      const { json } = await server.ask('GET', `/api/v1/executions/${id}/steps`);
      const codeHash = createHash('sha256').update(code).digest('hex');
      const known = { kind: 'script', language: 'javascript', codeHash };
      expect(json.items[0].events, code).toEqual([
        { ...known, ...ending, jail, durationMs: expect.any(Number) },
      ]);
    }
  });
});
