import type { AttackSet, Payload } from '../attack.ts';

const TIME = [
  'while (true);',
  'for (;;) { try { for (;;); } catch { continue; } finally { continue; } }',
  'for (;;) await 1',
  '(function f() { Promise.resolve().then(f); })(); return new Promise(() => {})',
  'throw { get message() { for (;;); } }',
  'return { toJSON() { for (;;); } }',
  'console.log({ toString() { for (;;); }, toJSON() { for (;;); } })',
  'return new Proxy({}, { ownKeys() { for (;;); } })',
  'return { then() { for (;;); } }',
];

const REGEX = [
  'return /^(a+)+$/.test("a".repeat(60) + "!")',
  'return /(a|aa)+$/.test("a".repeat(60) + "!")',
  'return /(a|a?)+$/.test("a".repeat(60) + "!")',
  'return /(.*a){30}/.test("a".repeat(60) + "!")',
  'return /([a-zA-Z]+)*$/.test("a".repeat(60) + "!")',
  'return new RegExp("(?:".repeat(3e4) + ")".repeat(3e4) + "*".repeat(9)).test("a")',
  'return /(?=(a+))\\1*b(?<=(a*)*)$/.test("a".repeat(3e4))',
  'return "x".repeat(1e6).replace(/x*x*x*x*y/g, "")',
  'return /(x+x+)+y/u.exec("x".repeat(60))',
];

const SPARSE = [
  'const a = []; a.length = 4e9; return a.join()',
  'const a = []; a.length = 4e9; return a.indexOf(1)',
  'const a = []; a.length = 4e9; return a.reverse()',
  'const a = []; a[4e9] = 1; return a.sort()',
  'return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)',
  'return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)',
  'return Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 1)',
  'return Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1)',
  'return Array.from({ length: 2 ** 32 - 1 })',
  'const a = new Uint8Array(4e7); for (;;) a.fill(1)',
  'return "x".repeat(2 ** 28).indexOf("y".repeat(99))',
];

const MEMORY = [
  'const a = []; for (;;) a.push("x".repeat(1e6) + a.length)',
  'const a = []; for (;;) a.push(new Uint8Array(1e6))',
  'let s = "x"; for (;;) s += s',
  'return new ArrayBuffer(2 ** 31 - 1)',
  'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })',
  'return "x".repeat(2 ** 30 - 1)',
  'return new Array(2 ** 26).fill(0)',
  'let n = 2n; for (;;) n *= n',
  'let f = () => 1; for (;;) { const g = f; f = () => g(); }',
];

const DEEP = [
  'return JSON.parse("[".repeat(200000) + "]".repeat(200000))',
  'return JSON.parse(\'{"a":\'.repeat(200000) + "1" + "}".repeat(200000))',
  'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a',
  'let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; return JSON.stringify(a)',
  '(function f() { f(); })()',
  '(function f() { try { f(); } finally { f(); } })()',
  'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x',
  'const a = []; a[0] = a; return a',
  'const o = { toString() { return "" + o; } }; return "" + o',
  'class A { constructor() { new A(); } } new A()',
];

const OUTPUT = [
  'return "x".repeat(12 * 1024 * 1024)',
  'return Array.from({ length: 2e6 }, () => "01234567")',
  'return { ["k".repeat(12 * 1024 * 1024)]: 1 }',
  'return "\\u0000".repeat(4e6)',
  'return new Array(3e6).fill(null)',
];

const LOG = [
  'for (let i = 0; i < 1e5; i++) console.log("line", i)',
  'console.log("x".repeat(1e7))',
  'const o = {}; o.o = o; console.log(o); for (let i = 0; i < 3000; i++) console.error("\\u0000\\n\\r")',
  'throw new Error("x".repeat(1e7))',
  'console.log("\\u001b[2J\\u001b]0;title\\u0007")',
];

interface Flood {
  readonly name: string;
  readonly tries: string;
  readonly codes: readonly string[];
  readonly timeoutMs?: number;
}

function flood({ name, tries, codes, timeoutMs = 150 }: Flood): AttackSet {
  return {
    name: `javascript/${name}`,
    class: 'E5',
    door: 'javascript',
    tries,
    accept: ['limit', 'interpreter', 'kill'],
    payloads: () => codes.map((text): Payload => ({ text, timeoutMs })),
  };
}

/** Class E5 in JavaScript. */
export const JAVASCRIPT_FLOODS: readonly AttackSet[] = [
  flood({ name: 'endless', tries: 'to run for ever', codes: TIME }),
  flood({ name: 'regex', tries: 'regular expressions that never end', codes: REGEX }),
  flood({ name: 'sparse', tries: 'built-ins over lengths without elements', codes: SPARSE }),
  flood({ name: 'memory', tries: 'to take all memory', codes: MEMORY, timeoutMs: 2_000 }),
  flood({ name: 'deep', tries: 'nesting deeper than any stack', codes: DEEP, timeoutMs: 2_000 }),
  flood({ name: 'output', tries: 'results without end', codes: OUTPUT, timeoutMs: 2_000 }),
  flood({ name: 'log', tries: 'logs and messages without end', codes: LOG, timeoutMs: 2_000 }),
];
