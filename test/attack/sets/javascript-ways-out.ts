// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of attackers
import type { AttackSet, Layer } from '../attack.ts';

/** Every way to a constructor of functions, in plain, async and generator form. */
const FUNCTIONS = [
  'look(Function("return this")())',
  'look(new Function("return process")())',
  'look((() => {}).constructor("return this")())',
  'look((async () => {}).constructor("return this")())',
  'look((function* () {}).constructor("return this")().next().value)',
  'look((async function* () {}).constructor("return this")())',
  'look([].at.constructor("return this")())',
  'look("".at.call.constructor("return this")())',
  'look(inputs.constructor.constructor("return this")())',
  'look(context.constructor.constructor("return this")())',
  'look(console.log.constructor("return this")())',
  'look(console.constructor.constructor("return this")())',
  'look(Math.random.constructor("return this")())',
  'look(Date.now.constructor("return this")())',
  'look(new Date().constructor.constructor("return this")())',
  'look(JSON.stringify.constructor("return this")())',
  'look(Symbol.prototype.constructor.constructor("return this")())',
  'look(1n.constructor.constructor("return this")())',
  'look(new Error().constructor.constructor("return this")())',
  'look(Reflect.construct(Function, ["return this"])())',
  'look(Reflect.construct(Object.getPrototypeOf(async () => {}).constructor, ["return this"])())',
  'look(Reflect.apply(Function, null, ["return this"])())',
  'look(new (class extends Function {})("return this")())',
  'look(Function.prototype.constructor.prototype.constructor("return this")())',
  'look(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(look), "constructor").value("return this")())',
  'look(new Proxy(Function, { apply: Reflect.apply })("return this")())',
  'look(Function.bind(null, "return this")()())',
  'look([Function].map((f) => f("return this"))[0]())',
  'look(Function`return this```)',
  'look(look["const" + "ructor"]("return this")())',
  'look(look["\\x63onstructor"]("return this")())',
  'look(look.\\u0063onstructor("return this")())',
  'const { constructor: f } = look; look(f("return this")())',
  'look(Array.from({ length: 1 }, () => look.constructor)[0]("return this")())',
];

const EVALS = [
  'look(eval("this"))',
  'look((0, eval)("this"))',
  'look(globalThis.eval("this"))',
  'look(eval?.("this"))',
  'const e = eval; return look(e("process"))',
  'look(Reflect.get(globalThis, "ev" + "al")("this"))',
  'look([eval].pop()("this"))',
  'setTimeout("look(process)", 0)',
  'look(Reflect.apply(eval, null, ["globalThis"]))',
];

const STATEMENTS = [
  'with (globalThis) { return look(process); }',
  'return look(arguments.callee.caller)',
  'return look((function f() { return f.caller; })())',
  'return look((function () { return this; })())',
  'return look(new (class { constructor() { return new.target.constructor; } })()("return this")())',
  'var process = undefined; delete globalThis.process; return look(globalThis)',
  'return look(this)',
  'return look(globalThis)',
  'function f() {} f.call.call(look, null, globalThis); return f.call.call(look, null, globalThis)',
  '} return look(globalThis); {',
  '}}; look(globalThis); ({ code() {',
  '}, process: 1 }).code; }); globalThis.x = 1; (function () { return { code() {',
  '*/ return look(globalThis) /*',
  '`${look(globalThis)}`',
  '\u2028return look(globalThis)',
  '//\u2029return look(globalThis)',
  '<!-- html comment\nreturn look(globalThis)',
  '#!/usr/bin/env node\nreturn look(globalThis)',
  '"use strip"; \0 return look(globalThis)',
  'label: { break label; } return look(Object.getPrototypeOf(globalThis))',
];

const MODULES = [
  'look(await import("node:fs"))',
  'look(await import("fs"))',
  'look(await import("os"))',
  'look(await import("std"))',
  'look(await import("qjs:std"))',
  'look(await import("bjson"))',
  'look(await import("node:child_process"))',
  'look(await import("/etc/passwd"))',
  'look(await import("file:///etc/passwd"))',
  'look(await import("data:text/javascript,export default globalThis"))',
  'look(await import("./javascript-worker.mjs"))',
  'look(await import("./emscripten-module.wasm"))',
  'look(await import({ toString: () => "os" }))',
  'look(await import("os", { with: { type: "json" } }))',
  'look(import.meta)',
  'look(require("fs"))',
  'look(module.constructor._load("fs"))',
  'look(process.binding("fs"))',
  'look(process.mainModule.require("child_process"))',
  'look(globalThis.process.getBuiltinModule("fs"))',
  'look(std.loadFile("/etc/passwd"))',
  'look(os.readdir("/"))',
  'look(scriptArgs)',
  'look(new Worker("x.js"))',
  'look(importScripts("x.js"))',
];

const SHARED = [
  'look(new WebAssembly.Memory({ initial: 1 }))',
  'look(await WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])))',
  'look(WebAssembly.Module.exports(0))',
  'look(new SharedArrayBuffer(8))',
  'look(Atomics.wait(new Int32Array(8), 0, 0, 1e9))',
  'look(new Uint8Array(64).buffer.constructor.constructor("return this")())',
  'const b = new ArrayBuffer(8, { maxByteLength: 2 ** 40 }); return look(b.resize(2 ** 40))',
  'const t = new Uint8Array(8); return look(new DataView(t.buffer, 2 ** 31))',
  'const t = new Float64Array(4); t.sort(() => { t.buffer.transfer?.(); return 1; }); return look(t)',
  'const t = new Uint8Array(1e6); return look(t.subarray(-(2 ** 31), 2 ** 53).set(t, 2 ** 31))',
  'const t = new Uint8Array(9); t.constructor = { [Symbol.species]: Array }; return look(t.map(() => globalThis)[0])',
  'return look(new Uint8Array(new ArrayBuffer(8), 4, 2 ** 32))',
];

const SCHEDULING = [
  'setTimeout(() => 0)',
  'setInterval(() => 0)',
  'setImmediate(() => 0)',
  'queueMicrotask(() => 0)',
  'look(performance.now())',
  'look(structuredClone({}))',
  'look(fetch("http://127.0.0.1"))',
  'look(new XMLHttpRequest())',
  'look(new WebSocket("ws://127.0.0.1"))',
  'look(navigator.userAgent)',
  'look(crypto.getRandomValues(new Uint8Array(8)))',
  'look(Buffer.from(""))',
  'look(new TextDecoder())',
  'look(print("x"))',
  'look(__loadScript("/etc/passwd"))',
  'look(gc())',
];

function withReturn(code: string): string {
  return /^(?:return|const|var|let|with|function|throw|class|for|label|\W)/.test(code)
    ? code
    : `return ${code}`;
}

const INSIDE: readonly Layer[] = ['interpreter'];

function set(name: string, tries: string, codes: readonly string[]): AttackSet {
  return {
    name: `javascript/${name}`,
    class: 'A3',
    door: 'javascript',
    tries,
    accept: INSIDE,
    payloads: () => codes.map(withReturn),
  };
}

/** Class A3: names, constructors and statements that lead out of the interpreter. */
export const JAVASCRIPT_WAYS_OUT: readonly AttackSet[] = [
  set('constructors', 'code from text through every constructor of functions', FUNCTIONS),
  set('eval', 'direct and indirect eval', EVALS),
  set('statements', 'with, callers, and texts that close the function around them', STATEMENTS),
  set('modules', 'import, require and the modules of QuickJS itself', MODULES),
  set('shared-memory', 'WebAssembly, shared memory and buffers out of bounds', SHARED),
  set('host-functions', 'timers, network, randomness and other functions of a host', SCHEDULING),
];
