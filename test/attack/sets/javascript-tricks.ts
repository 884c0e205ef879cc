// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of attackers
import type { AttackSet, Layer } from '../attack.ts';

const PROXIES = [
  'return look(new Proxy({}, { get: (t, p, r) => r.constructor.constructor }).x("return this")())',
  'return new Proxy({}, { ownKeys: () => ["a", "process"], getOwnPropertyDescriptor: () => ({ value: globalThis.process, enumerable: true, configurable: true }) })',
  'return new Proxy(() => {}, { apply: (f, self, args) => look(self), get: () => look })',
  'return new Proxy([], { get(t, p) { return p === "length" ? 2 ** 32 : t[p]; } })',
  'throw new Proxy(new Error(), { get: (t, p, r) => look(r) })',
  'throw new Proxy({}, { get(t, p) { return p === Symbol.toPrimitive ? (h) => look(this) : look(globalThis); } })',
  'console.log(new Proxy({}, { get: (t, p, r) => look(r), ownKeys: () => { throw look; } })); return look(1)',
  'return look(Proxy.revocable({}, { get: (t, p, r) => r }).proxy.x)',
  'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy',
  'const p = new Proxy(Object.prototype, { set: () => true }); p.polluted = 1; return look({}.polluted)',
  'Object.setPrototypeOf(globalThis, new Proxy({}, { get: (t, p, r) => r, has: () => true })); return look(process)',
  'return new Proxy({}, { getPrototypeOf: (t) => look(new Error().stack) })',
];

const GETTERS = [
  'return { get a() { return look(globalThis); } }',
  'return { toJSON(key) { return look(this); } }',
  'return { toJSON: (key) => look(arguments) }',
  'return [{ get 0() { return look(new Error().stack); } }]',
  'return { then(resolve, reject) { resolve(look(resolve.constructor("return this")())); } }',
  'return { then(resolve, reject) { reject(look(reject.constructor("return this")())); } }',
  'return { get then() { return (f) => f.constructor("return process")(); } }',
  'return Object.defineProperty({}, "x", { enumerable: true, get() { return look(this.constructor.constructor("return this")()); } })',
  'class A { get [Symbol.toStringTag]() { return look(globalThis); } } return String(new A())',
  'return { __proto__: { get a() { return look(globalThis); } }, b: 1 }',
];

const PROTO_KEYS = [
  'return JSON.parse(\'{"__proto__": {"polluted": 1}}\')',
  'return { ["__proto__"]: { polluted: 1 } }',
  'return { constructor: { prototype: { polluted: 1 } } }',
  'return { prototype: 1, constructor: 1, toString: 1, valueOf: 1, hasOwnProperty: 1, then: 1 }',
  'return Object.fromEntries([["__proto__", { toJSON: 1, polluted: 1 }]])',
  'return [JSON.parse(\'{"a": {"__proto__": {"shell": "sh", "env": {"NODE_OPTIONS": "-r x"}}}}\')]',
  'Object.prototype.polluted = 1; Array.prototype.polluted = 1; return {}',
  '({}).__proto__.polluted = 1; return [].concat({})',
  '({}).constructor.prototype.polluted = 1; return {}',
  'Reflect.setPrototypeOf(Object.prototype, null); Object.prototype.__defineGetter__("polluted", () => 1); return {}',
  'inputs.__proto__.polluted = 1; return inputs',
  'context.__proto__ = { polluted: 1 }; return context',
  'return JSON.parse(\'{"__proto__": 1, "__proto__": {"polluted": 2}}\')',
  'return { ["__proto__".normalize("NFKC")]: { polluted: 1 }, ["__pr\\u006fto__"]: { polluted: 1 } }',
  'return { __defineGetter__: 1, __lookupSetter__: 2, isPrototypeOf: 3 }',
];

const ERRORS = [
  'Error.prepareStackTrace = (e, frames) => frames; return look(new Error().stack[0].getThis())',
  'Error.prepareStackTrace = (e, frames) => frames.map((f) => look(f.getFunction())); return new Error().stack',
  'Error.stackTraceLimit = 1e9; return look(new Error().stack)',
  'Error.captureStackTrace?.(globalThis); return look(globalThis.stack)',
  'try { null.x } catch (e) { return look(e.constructor.constructor("return this")()) }',
  'try { null.x } catch (e) { return look(e.__proto__.__proto__.constructor) }',
  'const e = new Error(); e.name = Symbol(); return look(e.stack)',
  'const e = new Error(); e.name = { toString: () => look(new Error().stack) }; return e.stack',
  'throw { name: "TypeError", get stack() { return look(globalThis); } }',
  'throw Object.assign(new Error("x"), { code: "ERR_HOST", cause: globalThis, errno: 1 })',
  'throw globalThis',
  'throw Symbol("x")',
  'throw undefined',
  'throw new AggregateError([globalThis, new Error()], "x")',
  'throw { toString() { throw { toString() { throw 1 } } } }',
  'const e = new Error("x"); delete e.stack; e.message = { length: 2 ** 53 }; throw e',
  'function f() { f(); } try { f(); } catch (e) { return look(e.constructor.constructor("return this")()) }',
  'const f = () => { try { f(); } catch (e) { return look(e.constructor.constructor("return this")()); } }; return f()',
  'const r = () => { try { r(); } finally { look; } }; try { r(); } catch (e) { return look(e); }',
  'let e; try { JSON.parse("[".repeat(1e5)); } catch (x) { e = x; } return look(e.constructor.constructor("return this")())',
];

const ASYNC = [
  'return look((await Promise.reject(1).catch((e) => Promise.constructor("return this")())))',
  'return Promise.resolve().then(() => look(Promise.prototype.then.constructor("return this")()))',
  'Promise.prototype.then = function (a, b) { return look(this.constructor.constructor("return this")()); }; await 1; return 1',
  'Promise.prototype.then = function (a, b) { return look(a); }; return (async () => 1)()',
  'const p = Promise.resolve(); p.constructor = { [Symbol.species]: function (e) { e((v) => look(v), look); } }; return p.then()',
  'class P extends Promise { static get [Symbol.species]() { return look; } } return P.resolve(1).then((x) => x)',
  'return (async function* () { try { yield; } catch (e) { look(e.constructor.constructor("return this")()); } })().next().then(look)',
  'const g = (async function* () { yield* { [Symbol.asyncIterator]: () => ({ next: () => ({ then: (r) => r(look(r.constructor("return this")())) }) }) }; })(); return g.next()',
  'async function f() { const e = new Error(); e.name = Symbol(); return e.stack; } return f().catch((e) => look(e.constructor.constructor("return this")()))',
  'for await (const x of (async function* () { yield look; })()) return x(globalThis)',
  'return new Promise((resolve) => { look(resolve.constructor("return this")()); })',
  'return Promise.all({ [Symbol.iterator]() { return { next: () => look(this) }; } })',
  'return Promise.try?.(() => look(globalThis)) ?? look(globalThis)',
  'const w = new WeakRef(look); new FinalizationRegistry((x) => look(x)).register({}, globalThis); return look(w.deref())',
  'return new Promise(() => {})',
  'return Promise.resolve({ then: look })',
];

const COERCIONS = [
  'return { [{ toString: () => look(globalThis) }]: 1 }',
  'return inputs[{ toString() { return look(this); } }]',
  'return [1, 2].join({ toString: () => look(globalThis) })',
  'return "x".replace("x", (...a) => look(a.at(-1)))',
  'return "x".replace({ [Symbol.replace]: (...a) => look(a) }, "")',
  'return look(String.raw({ raw: { length: 1, get 0() { return look(globalThis); } } }))',
  'return look((function (strings) { return strings.raw.constructor.constructor; })`x`("return this")())',
  'return JSON.parse("[1]", function (key, value) { return look(this); })',
  'return JSON.parse("[1]", (k, v) => look(v.constructor.constructor("return this")()))',
  'return JSON.stringify({ a: 1 }, function () { return look(this); })',
  'return JSON.stringify({ a: 1 }, { get length() { return look(globalThis); } })',
  'return JSON.stringify({}, null, { valueOf: () => look(globalThis) })',
  'return Array.from({ length: { valueOf: () => look(globalThis) } })',
  'const a = [1, 2, 3]; a.constructor = { [Symbol.species]: function () { return look(this); } }; return a.map((x) => x)',
  'const a = [1]; a.constructor = { [Symbol.species]: function () { return new Proxy([], { defineProperty: (t, k, d) => look(d.value) }); } }; return a.concat(1)',
  'return [3, 1].sort(() => look(this))',
  'return 1 instanceof { [Symbol.hasInstance]: () => look(globalThis) }',
  'return Object.assign({}, { get a() { return look(globalThis); } })',
  'return Reflect.ownKeys(look(Reflect.getPrototypeOf(globalThis)))',
  'return Reflect.construct(Array, [], look)',
  'return look(Reflect.get({ get x() { return this; } }, "x", globalThis))',
  'Symbol.prototype[Symbol.toPrimitive] = look; return `${Symbol()}`',
  'return look(Symbol.for("nodejs.util.inspect.custom"))',
  'return { [Symbol.for("nodejs.util.inspect.custom")]: (d, o) => look(o.constructor.constructor("return this")()) }',
  'console.log({ [Symbol.for("nodejs.util.inspect.custom")]: (d, o) => look(o) }); return look(1)',
  'console.log.call({ write: look }, "x"); return look(console._stdout)',
  'console.__proto__ = globalThis; return look(console.process)',
  'return "x".normalize({ toString: () => look(globalThis) })',
  'return new Intl.DateTimeFormat().format.constructor("return this")()',
];

function set(name: string, tries: string, codes: readonly string[]): AttackSet {
  const accept: readonly Layer[] = ['interpreter', 'limit'];
  return {
    name: `javascript/${name}`,
    class: name === 'proto-keys' ? 'E2' : 'A3',
    door: 'javascript',
    tries,
    accept,
    payloads: () => codes,
  };
}

/** Class A3, and E2 for keys: what the interpreter's objects could do to whoever reads them. */
export const JAVASCRIPT_TRICKS: readonly AttackSet[] = [
  set('proxies', 'proxies where the host reads, and as ways to other objects', PROXIES),
  set('getters', 'getters, toJSON and then on the result', GETTERS),
  set('proto-keys', 'keys that change what other objects have', PROTO_KEYS),
  set('errors', 'stack traces, thrown things and errors of deep recursion', ERRORS),
  set('async', 'promises, async generators and what their hooks are given', ASYNC),
  set('coercions', 'conversions, revivers, species and symbols', COERCIONS),
];
