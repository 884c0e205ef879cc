/**
 * What runs inside QuickJS before the user's code, in the same language and at its mercy
 * afterwards: so everything is captured first, kept in closures that user code cannot name, and
 * used without going through a prototype that user code can change. The server gets text from it,
 * never objects.
 *
 * The expression gives a function of the limits, and that the harness:
 * - `begin(seed, nowMs)`: starts the random numbers and stops the clock
 * - `start(factory, names)`: parses the variables and runs the code
 * - `render(value)`: `=` and the value as JSON; `?` and the same where a null in it may have been a
 *   number that JSON cannot hold (report.ts tells); `!` and why the value is no JSON data
 * - `logs()`: `[dropped, [[level, message], ...]]` as JSON, put together from texts only
 * - `tools`: what report.ts needs, as it was before the user's code
 *
 * A string, because no build step may rewrite it: a helper that a bundler adds is not there inside.
 * It runs once a process: every call begins with a copy of the memory as it was then.
 */
export const PRELUDE = `
(function (limits) {
  const { apply, construct, defineProperty, deleteProperty, getPrototypeOf } = Reflect;
  const { parse, stringify } = JSON;
  const { isFinite } = Number;
  const { isArray } = Array;
  const { imul } = Math;
  const slice = String.prototype.slice;
  const includes = String.prototype.includes;
  const symbolText = Symbol.prototype.toString;
  const { getOwnPropertyDescriptor } = Reflect;
  const plain = Object.prototype;
  const mapSize = getOwnPropertyDescriptor(Map.prototype, 'size').get;
  const setSize = getOwnPropertyDescriptor(Set.prototype, 'size').get;
  const NativeError = Error;
  const NativeDate = Date;
  const hide = (target, name, value) =>
    defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });

  // Code from text: every way to it is a constructor that some function's prototype names.
  const refusing = () => function () { throw new EvalError('code cannot be made from text here'); };
  const kinds = [function () {}, async function () {}, function* () {}, async function* () {}];
  for (let index = 0; index < 4; index += 1) {
    const prototype = getPrototypeOf(kinds[index]);
    const stand = refusing();
    defineProperty(stand, 'prototype', { value: prototype, writable: false });
    defineProperty(prototype, 'constructor', { value: stand, writable: false });
    defineProperty(prototype, 'constructor', { configurable: false });
    if (index === 0) hide(globalThis, 'Function', stand);
  }
  hide(globalThis, 'eval', refusing());
  for (const name of ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'performance', 'navigator']) {
    deleteProperty(globalThis, name);
  }

  let state = 0;
  let now = 0;
  hide(Math, 'random', function random() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  });
  function FrozenDate(...parts) {
    if (new.target === undefined) return new FrozenDate(now).toString();
    return construct(NativeDate, parts.length === 0 ? [now] : parts, new.target);
  }
  defineProperty(FrozenDate, 'prototype', { value: NativeDate.prototype, writable: false });
  defineProperty(FrozenDate, 'name', { value: 'Date' });
  defineProperty(FrozenDate, 'length', { value: 7 });
  hide(FrozenDate, 'now', () => now);
  hide(FrozenDate, 'parse', NativeDate.parse);
  hide(FrozenDate, 'UTC', NativeDate.UTC);
  hide(NativeDate.prototype, 'constructor', FrozenDate);
  hide(globalThis, 'Date', FrozenDate);

  const isObject = (value) =>
    value !== null && (typeof value === 'object' || typeof value === 'function');
  function show(value) {
    if (typeof value === 'string') return value;
    if (typeof value === 'bigint') return value + 'n';
    if (typeof value === 'symbol') return apply(symbolText, value, []);
    if (typeof value === 'function') return '[function]';
    if (!isObject(value)) return '' + value;
    if (value instanceof NativeError) return value.name + ': ' + value.message;
    const text = stringify(value);
    return text === undefined ? '[object]' : text;
  }
  function tryShow(value) {
    try {
      const text = show(value);
      return typeof text === 'string' ? text : '[object]';
    } catch {
      return '[object that cannot be shown]';
    }
  }

  let lines = '';
  let lineCount = 0;
  let dropped = 0;
  let charactersLeft = limits.logCharacters;
  function log(level, items) {
    if (charactersLeft <= 0 || lineCount >= limits.logLines) {
      dropped += 1;
      return;
    }
    let message = '';
    for (let index = 0; index < items.length; index += 1) {
      const text = apply(slice, tryShow(items[index]), [0, charactersLeft]);
      message += index === 0 ? text : ' ' + text;
      if (message.length > charactersLeft) break;
    }
    message = apply(slice, message, [0, charactersLeft]);
    charactersLeft -= message.length + 1;
    lines += (lineCount === 0 ? '' : ',') + '["' + level + '",' + stringify(message) + ']';
    lineCount += 1;
  }
  const console = {};
  const levels = {
    debug: 'debug', trace: 'debug', log: 'info', info: 'info', dir: 'info', table: 'info',
    warn: 'warn', error: 'error',
  };
  for (const name in levels) hide(console, name, (...items) => log(levels[name], items));
  hide(globalThis, 'console', console);

  return {
    begin(seed, nowMs) {
      state = seed >>> 0;
      now = nowMs;
    },
    start(factory, names) {
      const context = parse(names);
      const code = factory(context, context);
      return code();
    },
    render(value) {
      if (value === undefined) return '=null';
      if (typeof value === 'function' || typeof value === 'symbol') {
        return '!the code returned a ' + typeof value + ', which is not JSON data';
      }
      const text = stringify(value);
      if (text === undefined) return '=null';
      if (text.length > limits.resultCharacters) return '!the result is too large';
      const isSuspect = apply(includes, text, ['null']) || apply(includes, text, ['{}']);
      return (isSuspect ? '?' : '=') + text;
    },
    logs: () => '[' + dropped + ',[' + lines + ']]',
    tools: {
      apply, getPrototypeOf, isArray, isFinite, isObject, mapSize, plain, setSize, slice, stringify,
      tryShow,
    },
  };
})
`;
