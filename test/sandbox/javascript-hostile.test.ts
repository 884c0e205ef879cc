import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MEGABYTE, type TestPool, testPool } from './run-code.ts';

let js: TestPool;
beforeAll(async () => {
  js = await testPool();
});
afterAll(() => js.close());

/** Whatever a test did, the next call works and finds its world as new. */
afterEach(async () => {
  const code = `
    return [1, 2].map((n) => n + inputs.a).concat(
      Object.keys(globalThis).length, typeof leaked, {}.polluted === undefined,
      JSON.stringify([1]))`;
  const value = await js.value(code, { names: { inputs: { a: 1 } } });
  expect(value).toEqual([2, 3, 0, 'undefined', true, '[1]']);
});

describe('time', () => {
  const timeoutMs = 150;
  it.each([
    'while (true);',
    'for (;;) { try { for (;;); } catch { continue; } finally { continue; } }',
    'return /^(a+)+$/.test("a".repeat(40) + "!")',
    'const a = []; a.length = 4e9; return a.join()',
    'const a = []; a.length = 4e9; return a.indexOf(1)',
    'return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)',
    'return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)',
    'const a = new Uint8Array(4e7); for (;;) a.fill(1)',
    '(function again() { Promise.resolve().then(again); })(); return 1',
    'const loop = async () => { for (;;) await null; }; return loop()',
    'for (;;) await 1',
    'async function f() { for (;;); } await f()',
    'return { get a() { for (;;); } }',
    'return { toJSON() { for (;;); } }',
    'return new Proxy({}, { ownKeys() { for (;;); } })',
    'throw { get message() { for (;;); } }',
    'throw new Proxy({}, { get() { for (;;); } })',
    'console.log({ toJSON() { for (;;); } })',
    'return { then() { for (;;); } }.then()',
    'class A { static [Symbol.hasInstance]() { for (;;); } } return 1 instanceof A',
    'function* g() { for (;;) yield 1; } return [...g()].length > 0 || g',
    'return "x".repeat(1e7).split("").map((c) => c.repeat(100)).join("").length',
  ])('ends %s', async (code) => {
    const error = await js.error(code, { timeoutMs });
    expect(['CODE_TIMEOUT', 'CODE_MEMORY']).toContain(error.code);
    if (error.code === 'CODE_TIMEOUT') {
      expect(error.message).toBe('the code took longer than 150 ms');
    }
  });
});

describe('memory', () => {
  it.each([
    'const a = []; for (;;) a.push("x".repeat(1e6) + a.length)',
    'const a = []; for (;;) a.push([1, 2, 3])',
    'const a = []; for (;;) a.push(new Uint8Array(1e6))',
    'const a = {}; for (let i = 0; ; i++) a["key" + i] = i',
    'const a = new Map(); for (let i = 0; ; i++) a.set(i, {})',
    'let s = "x"; for (;;) s += s',
    'return new Uint8Array(2e9)',
    'return new ArrayBuffer(1e9)',
    'const a = []; for (;;) { try { a.push(new Array(1e5).fill({})); } catch (e) { throw e; } }',
  ])('ends %s', async (code) => {
    const error = await js.error(code, { timeoutMs: 20_000 });
    expect(['CODE_MEMORY', 'CODE_ERROR']).toContain(error.code);
    if (error.code === 'CODE_ERROR') expect(error.message).toMatch(/RangeError|InternalError/);
  });

  it('names the limit that was given, and gives more where more is allowed', async () => {
    const code =
      'const a = []; for (let i = 0; i < 60; i++) a.push("x".repeat(1e6) + i); return a.length';
    const small = await js.error(code, { memoryBytes: 32 * MEGABYTE, timeoutMs: 20_000 });
    expect(small).toMatchObject({
      code: 'CODE_MEMORY',
      message: 'the code used more memory than 32 MB',
      retryable: true,
    });
    expect(await js.value(code, { memoryBytes: 128 * MEGABYTE, timeoutMs: 20_000 })).toBe(60);
  });

  it('bounds what a call may return, log and throw', async () => {
    const flood = 'return Array.from({ length: 2e6 }, () => "01234567")';
    const trial = { timeoutMs: 20_000, memoryBytes: 256 * MEGABYTE };
    expect((await js.error(flood, trial)).code).toBe('CODE_OUTPUT');
    const error = await js.error('throw new Error("x".repeat(1e6))');
    expect(error.message.length).toBeLessThan(2_100);
    const named = await js.error('return { ["k".repeat(1e6)]: NaN }');
    expect(named.code).toBe('CODE_OUTPUT');
    expect(named.message).toMatch(/^result\.k{199} is NaN, which JSON cannot hold$/);
    const deep = 'let a = 1; for (let i = 0; i < 101; i++) a = { ["k".repeat(1e4)]: a }; return a';
    expect((await js.error(deep)).message).toMatch(
      /^the result is not usable: k{200} is nested too deeply/,
    );
    const { logs } = await js.run('for (let i = 0; i < 1e5; i++) console.log("line", i)');
    expect(logs.length).toBeLessThanOrEqual(1_001);
    expect(logs.at(-1)).toEqual({ level: 'warn', message: '… 99000 more lines dropped' });
    const wide = await js.run('console.log("é".repeat(1e6)); console.log("dropped")');
    expect(Buffer.byteLength(wide.logs[0]?.message ?? '')).toBe(64 * 1024);
    expect(wide.logs[1]?.message).toBe('… 1 more line dropped');
  });
});

describe('the stack', () => {
  it.each([
    '(function f() { f(); })()',
    'return JSON.parse("[".repeat(200000) + "]".repeat(200000))',
    'return JSON.parse(\'{"a":\'.repeat(200000) + "1" + "}".repeat(200000))',
    'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a',
    'let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; return JSON.stringify(a)',
    'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return String(a)',
    'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x',
    'let p = function () {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return new p()',
    'return new RegExp("(?:".repeat(1e5) + ")".repeat(1e5)).test("a")',
    '(function f() { [1].map(f); })()',
    '(function f() { "a".replace("a", f); })()',
    'const o = { toJSON() { return JSON.stringify(o); } }; return o',
    'const o = { toString() { return "" + o; } }; return "" + o',
    'const o = { get a() { return this.a; } }; return o',
    'class A { constructor() { new A(); } } new A()',
    'async function f() { await f(); } return f()',
    'let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); return f()',
  ])('ends %s', async (code) => {
    const error = await js.error(code, { timeoutMs: 20_000 });
    expect(['CODE_ERROR', 'CODE_OUTPUT', 'CODE_MEMORY']).toContain(error.code);
  });

  it('can be caught by the code', async () => {
    const code = 'try { (function f() { f(); })(); } catch (error) { return error.message }';
    expect(await js.value(code)).toBe('stack overflow');
  });

  it('is deep enough for ordinary recursion', async () => {
    const code = 'const sum = (n) => (n === 0 ? 0 : n + sum(n - 1)); return sum(1000)';
    expect(await js.value(code)).toBe(500_500);
  });
});

describe('ways out', () => {
  it.each([
    'eval("1")',
    '(0, eval)("1")',
    'globalThis.eval("1")',
    'new Function("return 1")()',
    'Function("return 1")()',
    '(() => {}).constructor("return 1")()',
    '(async () => {}).constructor("return 1")()',
    '(function* () {}).constructor("return 1")()',
    '(async function* () {}).constructor("return 1")()',
    '[].map.constructor("return 1")()',
    'console.log.constructor("return 1")()',
    'Date.constructor("return 1")()',
    'inputs.constructor.constructor("return 1")()',
    'Object.getPrototypeOf(async () => {}).constructor("return 1")()',
    'Reflect.construct(Function, ["return 1"])()',
    'Reflect.construct(Object.getPrototypeOf(function* () {}).constructor, ["return 1"])()',
    'new (class extends Function {})("return 1")()',
    'new (class extends (async () => {}).constructor {})("return 1")()',
    'Function.prototype.constructor.call(null, "return 1")()',
    'Function.prototype.constructor.prototype.constructor("return 1")()',
    'new Error().constructor.constructor("return 1")()',
    'Promise.resolve().then.constructor("return 1")()',
    'new (Object.getOwnPropertyDescriptor(Function.prototype, "constructor").value)("return 1")()',
  ])('refuses %s', async (code) => {
    expect(await js.error(`return ${code}`)).toMatchObject({
      code: 'CODE_ERROR',
      message: 'EvalError: code cannot be made from text here',
    });
  });

  it('has nothing of a host', async () => {
    const names =
      'process require module exports global window self fetch setTimeout setInterval Buffer ' +
      'queueMicrotask WebAssembly SharedArrayBuffer Atomics XMLHttpRequest Worker Deno Bun std ' +
      'os setImmediate performance navigator crypto print scriptArgs structuredClone';
    const code = `return inputs.names.filter((name) => name in globalThis)`;
    expect(await js.value(code, { names: { inputs: { names: names.split(' ') } } })).toEqual([]);
  });

  it.each(['import("os")', 'import("std")', 'import("node:fs")', 'import("/etc/passwd")'])(
    'finds no module with %s',
    async (code) => {
      expect((await js.error(`return (await ${code}).default`)).code).toBe('CODE_ERROR');
    },
  );

  it('cannot reach its own wrapper or the harness', async () => {
    expect(await js.value('return [typeof arguments, arguments.length, typeof code]')).toEqual([
      'object',
      0,
      'undefined',
    ]);
    expect((await js.error('return arguments.callee')).message).toMatch(/^TypeError/);
    const stack = await js.value('return new Error().stack');
    expect(stack).toContain('javascript:2');
    const code = 'Error.prepareStackTrace = (e, frames) => frames; return typeof new Error().stack';
    expect(await js.value(code)).toBe('string');
  });
});

describe('tampering', () => {
  it.each([
    ['JSON.stringify = () => "hacked"; JSON.parse = null; return { a: 1 }', { a: 1 }],
    ['globalThis.JSON = null; globalThis.Object = null; globalThis.Array = null; return [1]', [1]],
    ['Object.defineProperty(Object.prototype, "polluted", { value: 1 }); return {}', {}],
    ['Object.prototype.toJSON = () => "mine"; return { a: 1 }', 'mine'],
    ['Array.prototype.toJSON = () => "mine"; return [1]', 'mine'],
    ['String.prototype.toJSON = () => "mine"; return ["a", null]', ['a', null]],
    ['String.prototype.slice = String.prototype.includes = null; return [null]', [null]],
    ['Array.prototype.push = Array.prototype[Symbol.iterator] = null; return [null]', [null]],
    ['Promise.prototype.then = () => 1; return Promise.resolve(2)', 2],
    ['Promise = null; return 3', 3],
    ['Symbol.iterator; delete Array.prototype[Symbol.iterator]; console.log(1, 2); return 4', 4],
    ['globalThis.leaked = 1; return leaked', 1],
    [
      'Number.isFinite = () => true; Array.isArray = () => true; return { a: null, b: 1 }',
      { a: null, b: 1 },
    ],
    ['Reflect.apply = () => "="; return [null]', [null]],
    ['Object.freeze(Object.prototype); return { a: [null] }', { a: [null] }],
    ['return new Proxy([1, 2], {})', [1, 2]],
    ['return new Proxy({ a: 1 }, { ownKeys: () => ["a"] })', { a: 1 }],
    ['return Object.create({ inherited: 1 })', {}],
    ['return new (class A { x = 1; #y = 2; get z() { return 3; } })()', { x: 1 }],
    ['return Object.fromEntries(new Map([[1, 2]]))', { 1: 2 }],
    ['return Object.assign(() => 1, { toJSON: () => 1 }) && 5', 5],
  ])('%s', async (code, value) => {
    expect(await js.value(code)).toEqual(value);
  });

  it('still refuses what is no JSON data after tampering', async () => {
    const tampered =
      'Number.isFinite = () => true; Array.isArray = null; return [{ a: NaN, b: null }]';
    expect((await js.error(tampered)).message).toBe('result[0].a is NaN, which JSON cannot hold');
  });

  it('gives a result with the key __proto__ as data without a prototype', async () => {
    const value = await js.value('return JSON.parse(\'{"__proto__": {"polluted": 1}, "a": 2}\')');
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":1},"a":2}');
    expect(Reflect.get(Object(value), 'polluted')).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBeNull();
  });
});

describe('throwing odd things', () => {
  it.each([
    ['throw new Error()', 'Error'],
    ['throw null', 'the code threw null'],
    ['throw undefined', 'the code threw undefined'],
    ['throw 0', 'the code threw 0'],
    ['throw "text"', 'the code threw text'],
    ['throw 5n', 'the code threw 5n'],
    ['throw Symbol("s")', 'the code threw Symbol(s)'],
    ['throw { a: 1 }', 'the code threw {"a":1}'],
    ['throw []', 'the code threw []'],
    ['throw () => 1', 'code'],
    ['throw { name: "N", message: "m" }', 'N: m'],
    [
      'throw { name: 1, message: { toString: null } }',
      'the code threw {"name":1,"message":{"toString":null}}',
    ],
    ['throw new Proxy({}, { get() { throw 1 } })', 'the code threw [object that cannot be shown]'],
    ['throw new Proxy(new Error("p"), {})', 'Error: p'],
    [
      'throw { toString() { throw 1 }, get name() { throw 2 } }',
      'the code threw [object that cannot',
    ],
    ['throw { toString: null, get stack() { return {}; } }', 'the code threw {'],
    ['const e = new Error("x"); e.stack = { toString() { throw 1 } }; throw e', 'Error: x'],
    ['return Promise.reject(new TypeError("late"))', 'TypeError: late'],
    ['return Promise.reject(null)', 'the code threw null'],
    ['await Promise.reject("awaited")', 'the code threw awaited'],
    ['JSON.stringify = null; throw new Error("still")', 'Error: still'],
    ['Object.prototype.name = "N"; throw {}', 'N'],
    ['throw new AggregateError([new Error("inner")], "outer")', 'AggregateError: outer'],
  ])('%s', async (code, message) => {
    const error = await js.error(code);
    expect(error.code).toBe('CODE_ERROR');
    expect(error.message).toContain(message);
  });

  it('keeps a forged place inside the code', async () => {
    const forged =
      'const e = new Error("x"); e.stack = "at javascript:999999999:999999999"; throw e';
    expect((await js.error(forged)).details).toMatchObject({ line: 1, column: forged.length + 1 });
    const none =
      'const e = new Error("x"); e.stack = "at javascript:0:0\\nat sandbox:9:9"; throw e';
    expect((await js.error(none)).details).toBeUndefined();
  });

  it('says memory and time only as the code says them itself', async () => {
    const fake = await js.error('throw new InternalError("out of memory")');
    expect(fake.code).toBe('CODE_MEMORY');
    expect((await js.error('throw new InternalError("interrupted")')).code).toBe('CODE_ERROR');
  });
});
