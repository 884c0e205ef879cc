import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesUsed } from './names-used.ts';

const NAMES = { inputs: {}, rows: [], 'a-b': 1, __proto__x: 2 };
const ALL = Object.keys(NAMES);

describe('the names that JavaScript is given', () => {
  it.each([
    ['return 1', []],
    ['return rows', ['rows']],
    ['// rows', ['rows']],
    ['return inputs.rows', ['inputs', 'rows']],
    ['return context["a-b"]', ['a-b']],
    ["return context['a-b'] + context.rows.length", ['rows', 'a-b']],
    ['return context?.rows?.map((row) => row.x)', ['rows']],
    ['return context?.["a-b"]', ['a-b']],
    ['return context [ "a-b" ]', ['a-b']],
    ['const contexts = 1, mycontext = 2; return contexts', []],
  ])('of %j are those that it can reach', (code, expected) => {
    expect(namesUsed('javascript', code, NAMES)).toEqual(expected);
  });

  it.each([
    'return context',
    'return Object.keys(context)',
    'return context[rows]',
    'return context["a" + "-b"]',
    'return context[`rows`]',
    'return context["a\\x2db"]',
    'return context["missing"]',
    'return context.missing',
    'return context.valueOf()',
    'return context.constructor',
    'return context.__proto__',
    'return { context }',
    'return ((context) => context.rows)(1)',
    'return \\u0072ows',
    'return \\u{72}ows',
    'context.rows = {}.valueOf; return Object.keys(context.rows())',
    'context.rows = {}.valueOf; return Object.keys((context.rows)())',
    'context.rows = {}.valueOf; return Object.keys(context.rows?.())',
    'context.rows = {}.valueOf; return Object.keys(context.rows``)',
    'context.rows = {}.valueOf; return Object.keys(context.rows/**/())',
    'context.rows = {}.valueOf; return Object.keys(context.rows//\n())',
    'delete context.rows; return context.rows',
    'return context.rowsé',
    'return context\\u002erows',
    'return context ?.5:1',
  ])('are all of them for %j', (code) => {
    expect(namesUsed('javascript', code, NAMES)).toEqual(ALL);
  });

  it('are at least those that it reads, whatever the code', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...JAVASCRIPT), { maxLength: 7 }), (pieces) => {
        const code = pieces.join('');
        const read = readByJavascript(code);
        if (read === undefined) return;
        const sent = namesUsed('javascript', code, DATA);
        expect([...read].filter((name) => !sent.includes(name))).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('the names that Python is given', () => {
  it.each([
    ['result = 1', []],
    ['result = rows', ['rows']],
    ['result = context["a-b"]', ['a-b']],
    ["result = context['rows'] + context.get('a-b', [])", ['rows', 'a-b']],
    ['result = f"{context[\'rows\']}"', ['rows']],
    ['context["rows"] = 1', ['rows']],
  ])('of %j are those that it can reach', (code, expected) => {
    expect(namesUsed('python', code, NAMES)).toEqual(expected);
  });

  it.each([
    'result = context',
    'result = list(context)',
    'result = context[rows]',
    'result = context.items()',
    'result = context.rows',
    'result = context["a" "-b"]',
    'result = context[f"rows"]',
    'result = context["a\\x2db"]',
    'result = context["missing"]',
    'result = context.get("rows" + "")',
    'x = context\n["rows"]',
    'x = context \\\n["rows"]',
    'def f(context): return context["rows"]',
    'result = ｒows',
    'result = ｃontext',
  ])('are all of them for %j', (code) => {
    expect(namesUsed('python', code, NAMES)).toEqual(ALL);
  });

  it('are at least those that it reads, whatever the code', () => {
    const codes = fc
      .sample(fc.array(fc.constantFrom(...PYTHON), { maxLength: 7 }), 5_000)
      .map((pieces) => pieces.join(''));
    for (const [index, read] of readByPython(codes).entries()) {
      const code = codes[index] ?? '';
      const sent = namesUsed('python', code, DATA);
      expect({ code, missing: read.filter((name) => !sent.includes(name)) }).toEqual({
        code,
        missing: [],
      });
    }
  });
});

const DATA = { a: [1, 2], b: { a: 3 }, 'a-b': 4, c: null };
const COMMON = ['context', 'context', '["a"]', "['a-b']", '["b', '"]', '[', ']', 'a', 'b', '.a'];
const SIGNS = ['.', ',', '(', ')', '=', ' ', '\n', ';', '+', ':', '"', "'", '{', '}', '#', '/**/'];
const JAVASCRIPT = [
  ...[...COMMON, ...SIGNS, 'context.a', 'context["a"]', 'context?.', '?.', '`', '//', '!', '...'],
  ...['{}.valueOf', '()', 'delete ', 'var x=', 'x', ';x.b', ';x["c"]', '.b', '=>', '[0]', '${'],
  ...['Object.keys(', 'for(x in ', 'for(x of ', 'new ', 'void ', 'typeof ', '\\u', 'this', '?'],
];
const PYTHON = [
  ...[...COMMON, ...SIGNS, '.get("a")', '.get(', '.get("b",', 'context["a"]', 'context.get("c")'],
  ...['list(', 'x=', 'x', '\nx["b"]', '\nx.get("c")', 'for x in ', ' if ', ' else ', '\\\n', 'f"{'],
  ...['del ', '**', '*', '"""', '.items()', 'lambda x:', 'ａ', 'ｃontext', '[x]', '("c")', 'str('],
];

/** Runs the code over values that note which of them are looked at; undefined where it is none. */
function readByJavascript(code: string): ReadonlySet<string> | undefined {
  const read = new Set<string>();
  const note = (key: PropertyKey) => {
    if (typeof key === 'string' && Object.hasOwn(DATA, key)) read.add(key);
  };
  const context = new Proxy(
    { ...DATA },
    {
      get: (target, key, receiver) => {
        note(key);
        return Reflect.get(target, key, receiver);
      },
      has: (target, key) => {
        note(key);
        return Reflect.has(target, key);
      },
      getOwnPropertyDescriptor: (target, key) => {
        note(key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      ownKeys: (target) => {
        for (const key of Object.keys(DATA)) note(key);
        return Reflect.ownKeys(target);
      },
    },
  );
  let run: (...values: readonly unknown[]) => unknown;
  try {
    run = Function('context', 'a', 'b', 'c', `'use strict';${code}`) as typeof run;
  } catch {
    return undefined;
  }
  try {
    run(context, DATA.a, DATA.b, DATA.c);
  } catch {
    // What it looked at before it failed counts.
  }
  return read;
}

/** The same for many pieces of Python, in one process: values that note what is asked of them. */
function readByPython(codes: readonly string[]): readonly (readonly string[])[] {
  const script = `
import json, sys
codes, data = json.load(sys.stdin)
answers = []
class Context(dict):
    def note(self, key):
        if isinstance(key, str) and key in data: self.read.add(key)
    def __getitem__(self, key):
        self.note(key); return dict.__getitem__(self, key)
    def get(self, key, default=None):
        self.note(key); return dict.get(self, key, default)
    def __contains__(self, key):
        self.note(key); return dict.__contains__(self, key)
    def every(self):
        self.read.update(data)
    def keys(self): self.every(); return dict.keys(self)
    def values(self): self.every(); return dict.values(self)
    def items(self): self.every(); return dict.items(self)
    def __iter__(self): self.every(); return dict.__iter__(self)
    def __repr__(self): self.every(); return dict.__repr__(self)
    def __eq__(self, other): self.every(); return dict.__eq__(self, other)
    __hash__ = None
import warnings
warnings.simplefilter('ignore')
for code in codes:
    context = Context(data)
    context.read = set()
    scope = {'context': context, **{k: data[k] for k in 'abc'}}
    try:
        exec(compile(code, 'code', 'exec'), scope)
    except (Exception, SystemExit):
        pass
    answers.append(sorted(context.read))
json.dump(answers, sys.stderr)
`;
  const ran = spawnSync('python3', ['-I', '-c', script], {
    input: JSON.stringify([codes, DATA]),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  // A machine without Python has no oracle for it.
  return ran.error === undefined ? JSON.parse(ran.stderr) : [];
}

describe('code made to be slow to look at', () => {
  it.each([
    ['marks in a row', `a${'\u0300\u0316'.repeat(65_000)}`],
    ['marks that only appear in the normal form', '\uff9e'.repeat(130_000)],
    ['many kinds of characters', String.fromCodePoint(...range(0xac00, 0xd7a3))],
    ['blanks after context', `context${' '.repeat(260_000)}`],
    ['context in a row', 'context . '.repeat(26_000)],
  ])('is looked at in a moment: %s', (_, code) => {
    // What grows with the square of the length takes ten seconds here, and the test its timeout.
    for (let round = 0; round < 20; round += 1) {
      namesUsed('python', code, { a: 1 });
      namesUsed('javascript', code, { a: 1 });
    }
  });

  it('is given all where marks may join what stands before them', () => {
    expect(namesUsed('python', 'e\u0301 = 1', { é: 1, other: 2 })).toEqual(['é', 'other']);
    expect(namesUsed('python', '\u1100\u1161', { 가: 1 })).toEqual(['가']);
    expect(namesUsed('python', 'print("é, 🎉")', { other: 2 })).toEqual([]);
  });
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
