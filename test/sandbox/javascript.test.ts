import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPool, testPool } from './run-code.ts';

let js: TestPool;
beforeAll(async () => {
  js = await testPool();
});
afterAll(() => js.close());

describe('what code sees', () => {
  it('sees the inputs, each name that can be a variable, and all of them in context', async () => {
    const names = { inputs: { x: 1 }, fetch: [{ n: 2 }], 'a-b': 3 };
    const code = 'return [inputs.x, fetch[0].n, context["a-b"], Object.keys(context)]';
    expect(await js.value(code, { names })).toEqual([1, 2, 3, ['inputs', 'fetch', 'a-b']]);
  });

  it('may declare the same names again', async () => {
    const names = { inputs: { x: 1 }, data: 2 };
    const code = 'let inputs = 5; const data = inputs + 1; var context = data + 1; return context';
    expect(await js.value(code, { names })).toBe(7);
  });

  it('keeps its built-ins when a node has the name of one', async () => {
    const names = { Math: 1, JSON: 2, console: 3, undefined: 4, eval: 5, class: 6, context: 7 };
    const code =
      'return [Math.max(1, 2), typeof console, undefined, context.class, context.context]';
    expect(await js.value(code, { names })).toEqual([2, 'object', null, 6, 7]);
  });

  it('sees empty inputs where there are none', async () => {
    expect(await js.value('return Object.keys(inputs).length')).toBe(0);
  });

  it('gets every text and key as it is', async () => {
    const text = '\u0000\ud800\u2028é😀"\\ </script> $\u007bx} `';
    const names = { data: { [text]: text, __proto__x: 1 } };
    expect(await js.value('return data', { names })).toEqual(names.data);
  });

  it('gets a key called __proto__ as plain data and gives it back as such', async () => {
    const names = { data: JSON.parse('{"__proto__": {"admin": true}}') };
    const code = 'return [data, data.admin === undefined, Object.keys(data)]';
    const value = await js.value(code, { names });
    expect(JSON.stringify(value)).toBe('[{"__proto__":{"admin":true}},true,["__proto__"]]');
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  it('runs in strict mode', async () => {
    expect((await js.error('undeclared = 1')).message).toBe(
      "ReferenceError: 'undeclared' is not defined",
    );
    expect(await js.value('return this === undefined')).toBe(true);
  });
});

describe('what code gives', () => {
  it.each([
    ['return 1.5', 1.5],
    ['return "x"', 'x'],
    ['return [1, [2, {a: null}]]', [1, [2, { a: null }]]],
    ['return', null],
    ['', null],
    ['// only a comment', null],
    ['return {a: undefined, b: [undefined], c() {}}', { b: [null] }],
    ['return new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['return [-0, 1e308, 5e-324, 2 ** 53]', [0, 1e308, 5e-324, 9007199254740992]],
    ['return {toJSON: () => 7}', 7],
    ['return {toJSON: () => undefined}', null],
    ['return "\\ud800"', '\ud800'],
    ['return "null"', 'null'],
  ])('%s', async (code, value) => {
    expect(await js.value(code)).toEqual(value);
  });

  it.each([
    ['return NaN', 'result is NaN, which JSON cannot hold'],
    ['return {a: [1, {b: 1 / 0}]}', 'result.a[1].b is Infinity, which JSON cannot hold'],
    [
      'return [[], {x: 1}, {a: [[1], [-1 / 0]]}]',
      'result[2].a[1][0] is -Infinity, which JSON cannot hold',
    ],
    ['return () => 1', 'the code returned a function, which is not JSON data'],
    ['return Symbol("x")', 'the code returned a symbol, which is not JSON data'],
    ['return 10n', 'the result is not JSON data: TypeError: Do not know how to serialize a BigInt'],
    [
      'const a = {}; a.a = a; return a',
      'the result is not JSON data: TypeError: circular reference',
    ],
    ['return {toJSON() { throw new Error("no") }}', 'the result is not JSON data: Error: no'],
    ['return {get a() { throw null }}', 'the result is not JSON data: the code threw null'],
    ['return "x".repeat(10 * 1024 * 1024 - 1)', 'the result is larger than 10 MB'],
    ['return "é".repeat(6 * 1024 * 1024)', 'the result is larger than 10 MB'],
    [
      'let a = []; for (let i = 0; i < 150; i++) a = [a]; return a',
      /^the result is not usable: .* is nested too deeply/,
    ],
  ])('refuses %s', async (code, message) => {
    expect(await js.error(code)).toMatchObject({
      code: 'CODE_OUTPUT',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      retryable: true,
    });
  });

  it('takes the value of a promise, and awaits', async () => {
    expect(await js.value('return Promise.resolve(3)')).toBe(3);
    expect(await js.value('return (async () => 4)()')).toBe(4);
    const code = 'const all = await Promise.all([1, 2].map(async (n) => n * 2)); return all';
    expect(await js.value(code)).toEqual([2, 4]);
  });

  it('refuses a promise that nothing will settle', async () => {
    expect(await js.error('return new Promise(() => {})')).toMatchObject({
      code: 'CODE_ERROR',
      message: 'the code waits for a promise that nothing will ever settle',
    });
    expect((await js.error('await new Promise(() => {})')).code).toBe('CODE_ERROR');
  });
});

describe('what code says', () => {
  it('collects its log lines by level', async () => {
    const { logs } = await js.run(
      'console.log("a", 1, {b: [2]}, null, undefined, 3n, Symbol("s"), () => 1);' +
        'console.debug("d"); console.info(); console.warn(new TypeError("t")); console.error("e");',
    );
    expect(logs).toEqual([
      { level: 'info', message: 'a 1 {"b":[2]} null undefined 3n Symbol(s) [function]' },
      { level: 'debug', message: 'd' },
      { level: 'info', message: '' },
      { level: 'warn', message: 'TypeError: t' },
      { level: 'error', message: 'e' },
    ]);
  });

  it('tells its log lines also when it fails, and when it is interrupted', async () => {
    const lines: string[] = [];
    const log = (level: string, message: string) => lines.push(`${level} ${message}`);
    await js.error('console.log("before"); throw 1', { log });
    await js.error('console.warn("loop"); for (;;);', { log, timeoutMs: 100 });
    expect(lines).toEqual(['info before', 'warn loop']);
  });
});

describe('errors', () => {
  it('shows where the code threw, in lines and columns of the code', async () => {
    const code = 'const a = 1;\nfunction inner() {\n  throw new RangeError("far");\n}\n  inner();';
    expect(await js.error(code)).toMatchObject({
      code: 'CODE_ERROR',
      message: 'RangeError: far',
      retryable: true,
      details: {
        line: 3,
        column: 23,
        stack: 'at inner (line 3, column 23)\nat line 5, column 8',
      },
    });
  });

  it('shows where an awaited error was made', async () => {
    expect(await js.error('const a = await 1;\n\n  null.x')).toMatchObject({
      message: "TypeError: cannot read property 'x' of null",
      details: { line: 3, column: 7 },
    });
  });

  it('counts columns as editors do, in UTF-16 units', async () => {
    expect((await js.error('const a = "😀é"; nothing')).details).toMatchObject({ column: 18 });
  });

  it.each([
    ['let a = ;', { line: 1, column: 9 }],
    ['const a = 1;\n\n  a b', { line: 3, column: 5 }],
    ['if (true) {\n  return 1;\n', { line: 3, column: 1 }],
    ['}', { line: 1, column: 2 }],
    ['return `${', undefined],
    ['/* open', undefined],
    ['import x from "y"', undefined],
    ['export const x = 1', undefined],
    ['with (a) {}', undefined],
    ['super.x', undefined],
    ['yield 1', undefined],
    ['('.repeat(100_000), undefined],
    ['['.repeat(100_000), undefined],
    ['a\u0000b', undefined],
  ])('refuses %.60j with its place', async (code, place) => {
    const error = await js.error(code);
    expect(error).toMatchObject({ code: 'CODE_SYNTAX', retryable: false });
    if (place !== undefined) expect(error.details).toMatchObject(place);
  });

  it.each([
    '}\n{',
    '}, function () {',
    '}, other() {',
    '} * function () {',
    '}[x] = function () {',
    '} x = () => {',
    '} code() {',
    '}}.code; }); console.log("ran"); (function () { return { code() {',
    '} console.log("ran"); {',
    '} } ; (() => { ({',
    '} /*',
    '} //',
    '} `${ {',
  ])('refuses %j, which ends the function that it is the body of', async (body) => {
    const lines: string[] = [];
    const log = (_: string, message: string) => lines.push(message);
    expect((await js.error(`console.log("ran");${body}`, { log })).code).toBe('CODE_SYNTAX');
    expect(lines).toEqual([]);
  });

  it.each([
    'return await 1',
    'const x = 1; // comment',
    '<!-- an old comment',
    'label: for (;;) break label;',
    'class A { #x = 1; static { this.y = 2; } } return A.y;',
    "'use strict'; return 1",
  ])('finds nothing wrong with %j', async (code) => {
    await js.run(code);
  });

  it('refuses more code, and more data, than the limits', async () => {
    expect((await js.error(`return 1;${' '.repeat(256 * 1024)}`)).code).toBe('CODE_INPUT');
    const names = { big: 'x'.repeat(33 * 1024 * 1024) };
    expect((await js.error('return big.length', { names })).code).toBe('CODE_INPUT');
    expect(await js.value('return 1', { names })).toBe(1);
  });
});

describe('the same call again', () => {
  it('has the same clock and the same random numbers', async () => {
    const code =
      'return [Date.now(), new Date().toISOString(), Date(), Math.random(), Math.random()]';
    const first = await js.value(code);
    expect(first).toEqual(await js.value(code));
    expect(first).toEqual([
      1_700_000_000_000,
      '2023-11-14T22:13:20.000Z',
      'Tue Nov 14 2023 22:13:20 GMT+0000',
      0.6270739405881613,
      0.002735721180215478,
    ]);
    expect(await js.value(code, { seed: 2 })).not.toEqual(first);
  });

  it('has a Date that is otherwise whole', async () => {
    const code = `
      class Mine extends Date {}
      return [
        new Date(5).getTime(), new Date(2020, 1).getMonth(), Date.UTC(1970, 0),
        Date.parse('1970-01-01'),
        new Date() instanceof Date, new Date().constructor === Date, new Mine(3).getTime(),
        Date.name, Date.length, new Date(2000, 0).getTimezoneOffset(), typeof Date(),
      ]`;
    expect(await js.value(code)).toEqual([5, 1, 0, 0, true, true, 3, 'Date', 7, 0, 'string']);
  });
});
