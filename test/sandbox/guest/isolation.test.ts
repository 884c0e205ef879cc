import { describe, expect, it } from 'vitest';
import type { Room } from '../../../src/sandbox/guest/room.ts';
import { openRoom, reasonOf, resultOf, run } from './open-room.ts';

const MARKER = 'a-secret-of-the-first-call-8d1f';

/** Everything that a call could leave for the next, done; each part is looked for by PROBE. */
const SOIL = `
  const seen = [];
  globalThis.left = a;
  Object.prototype.left = a;
  Array.prototype.map = () => a;
  Array.prototype.push = function () { return a; };
  JSON.stringify = () => a;
  Math.random();
  Math.left = a;
  Symbol.for(a).description;
  Symbol[a] = Symbol.for(a);
  /(${MARKER})/.exec(a);
  String.prototype.at = () => a;
  Promise.prototype.then = function () { return a; };
  Error.prepareStackTrace = () => a;
  Error.stackTraceLimit = 1;
  class Kept { #own = a; static #shared = a; static read(k) { return k.#own + Kept.#shared; } }
  globalThis.kept = Kept;
  if (typeof WeakRef === 'function') globalThis.weak = new WeakRef({ a });
  if (typeof FinalizationRegistry === 'function') {
    globalThis.registry = new FinalizationRegistry(() => { globalThis.left = a; });
    globalThis.registry.register({ a }, a);
  }
  console.log = () => a;
  Object.freeze(Date.prototype);
  Object.defineProperty(globalThis, 'undefinable', { value: a });
  const ask = async () => { await null; globalThis.later = a; await new Promise(() => {}); };
  ask(); ask();
  globalThis.iterator = (function* () { yield a; yield a; })();
  globalThis.iterator.next();
`;

const PROBE = `
  const found = [];
  const has = (what, is) => { if (is) found.push(what); };
  has('global', Reflect.ownKeys(globalThis).length !== names);
  has('prototype', 'left' in {});
  has('built-in', [1].map((one) => one + 1)[0] !== 2 || 'left' in Math);
  has('symbol', Symbol[a] !== undefined);
  has('regular expression', 'lastMatch' in RegExp && RegExp.lastMatch !== '');
  has('text', 'abc'.at(1) !== 'b');
  has('error', 'prepareStackTrace' in Error && Error.prepareStackTrace !== undefined);
  has('frozen', Object.isFrozen(Date.prototype));
  has('console', typeof console.log('x') === 'string');
  let settled = 'no';
  await Promise.resolve().then(() => { settled = 'yes'; });
  has('promise', settled !== 'yes' || globalThis.later !== undefined);
  found.push(Math.random());
  return found;
`;

const names = resultOf(openRoom(), 'return Reflect.ownKeys(globalThis).length');
const first = resultOf(openRoom(), PROBE, { names: { a: MARKER, names } }) as readonly unknown[];

function probe(room: Room): void {
  expect(resultOf(room, PROBE, { names: { a: MARKER, names } })).toEqual(first);
}

/** How a call can end, each after all of SOIL. */
const ENDINGS: Readonly<Record<string, readonly [string, string]>> = {
  'a result': ['value', 'return null'],
  'an error': ['error', 'throw new Error(a)'],
  'an error that cannot be told': ['error', 'throw new Proxy({}, { get() { throw a; } })'],
  'the deadline': ['timeout', 'for (;;) globalThis.left += a'],
  'the deadline in a promise': ['timeout', 'for (;;) await null'],
  'a stack that is too deep': ['error', 'const deep = () => deep() + 1; return deep()'],
  'no memory left': [
    'memory',
    'const all = []; for (let i = 0; ; i += 1) all[i] = (a + i).repeat(20_000)',
  ],
  'memory that grew': ['value', 'globalThis.left = new Uint8Array(20e6).fill(7); return 1'],
  'a result that throws': ['output', 'return { get a() { throw new Error(a); } }'],
  'a result that never ends': ['timeout', 'return { toJSON() { for (;;); } }'],
  'a result that changes what reads it': [
    'output',
    'return { toJSON() { Array.isArray = 1; return NaN; } }',
  ],
  'a promise that nothing settles': ['error', 'await new Promise(() => {})'],
  'a result that is no data': ['output', 'return Symbol.for(a)'],
  'a syntax error': ['syntax', ';;; }{'],
  'source that is nested deeply': ['syntax', `return ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  'a module': ['error', "await import('./x.js')"],
};

describe.each(Object.entries(ENDINGS))('after %s', (_name, [reason, ending]) => {
  const options = { memoryBytes: 48 * 1024 * 1024 };
  const job = { names: { a: MARKER }, timeoutMs: reason === 'timeout' ? 150 : 20_000 };

  it('nothing of a call is there in the next', () => {
    const room = openRoom(options);
    const { outcome } = run(room, `${SOIL}${ending}`, job);
    expect('text' in outcome ? 'value' : outcome.reason).toBe(reason);
    room.clean();
    probe(room);
  });

  it('the memory is that of a new room, and holds no word of the call', () => {
    const room = openRoom(options);
    run(room, `${SOIL}${ending}`, job);
    room.clean();
    expect(Buffer.compare(room.memory, openRoom(options).memory)).toBe(0);
    expect(Buffer.from(room.memory.buffer).includes(MARKER)).toBe(false);
  });
});

it('finds the marker while it is there', () => {
  const room = openRoom();
  run(room, SOIL, { names: { a: MARKER } });
  expect(Buffer.from(room.memory.buffer).includes(MARKER)).toBe(true);
});

it('keeps a thousand calls apart, whatever each left behind', () => {
  const room = openRoom();
  for (let index = 0; index < 1_000; index += 1) {
    const text = `globalThis.n = (globalThis.n ?? 0) + 1; const key = Symbol.for('k' + ${index});
      Object.prototype['k${index}'] = ${index}; Math.random();
      return [globalThis.n, Object.keys(Object.prototype).length, typeof key];`;
    expect(resultOf(room, text)).toEqual([1, 1, 'symbol']);
    room.clean();
  }
  probe(room);
});

it('cleans up before a job where nobody did after the one before', () => {
  const room = openRoom();
  run(room, SOIL, { names: { a: MARKER } });
  probe(room);
});

it('starts the random numbers of each call with its own seed', () => {
  const room = openRoom();
  const draw = (seed: number) => {
    const value = resultOf(room, 'return [Math.random(), Math.random()]', { seed });
    room.clean();
    return value;
  };
  const [one, two, again] = [draw(1), draw(2), draw(1)];
  expect(again).toEqual(one);
  expect(two).not.toEqual(one);
});

it('takes the smaller of the limits of a result', () => {
  const room = openRoom();
  expect(reasonOf(room, "return 'x'.repeat(100)", { outputBytes: 101 })).toBe('output');
  expect(resultOf(room, "return 'x'.repeat(99)", { outputBytes: 101 })).toHaveLength(99);
  const large = { outputBytes: 100 * 1024 * 1024 };
  expect(reasonOf(room, "return 'x'.repeat(11e6)", large)).toBe('output');
});

it('keeps the lines of a call that ran into its deadline', () => {
  const { outcome, logs } = run(openRoom(), "console.log('before'); for (;;);", { timeoutMs: 50 });
  expect(outcome).toMatchObject({ reason: 'timeout' });
  expect(logs).toEqual([{ level: 'info', message: 'before' }]);
});
