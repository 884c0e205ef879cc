import { EVALUATE } from './binary.ts';
import type { Instance } from './instance.ts';

/** A value inside the interpreter: the address of a box that holds it. */
export type Handle = number & { readonly [HANDLE]: true };
declare const HANDLE: unique symbol;

/** Where the interpreter keeps itself in its memory. */
export interface Addresses {
  readonly runtime: number;
  readonly context: number;
}

/** What code, or the interpreter for it, threw. */
export class Thrown extends Error {
  constructor(readonly handle: Handle) {
    super('the code threw');
  }
}

/** There was no memory left to hand something over. */
export class OutOfMemory extends Error {}

/** What became of a value that may be a promise. */
export interface Settled {
  readonly state: 'pending' | 'fulfilled' | 'rejected';
  readonly value: Handle;
}

/**
 * Of the interpreter's own stack: about 1,300 calls deep. Node's stack (launch-node.ts) is much
 * larger than what this needs, so that a script too deep gets an error that it can catch.
 */
const STACK_BYTES = 256 * 1024;

/** Starts QuickJS in a new instance; once, as all later ones begin as a copy of it. */
export function startInterpreter({ exports }: Instance): Addresses {
  exports.construct();
  const runtime = exports.newRuntime();
  exports.setStackBytes(runtime, STACK_BYTES);
  exports.enableInterrupts(runtime);
  return { runtime, context: exports.newContext(runtime, 0) };
}

/**
 * Values go in and out of QuickJS as numbers and texts, nothing else. Addresses come from its
 * memory and are as good as random where code has corrupted it: they are only ever used in there.
 * Boxes are not freed, as the whole memory is put back after the call.
 */
export class Interpreter {
  readonly #instance: Instance;
  readonly #at: Addresses;

  constructor(instance: Instance, at: Addresses) {
    this.#instance = instance;
    this.#at = at;
  }

  /** Runs a program in strict mode and gives its value; throws Thrown. */
  evaluate(code: string, file: string): Handle {
    return this.#evaluate(code, file, EVALUATE.strict);
  }

  /** Only whether it can be compiled; throws Thrown. */
  compile(code: string, file: string): void {
    this.#evaluate(code, file, EVALUATE.strict + EVALUATE.compileOnly);
  }

  /** Throws Thrown. */
  call(fn: Handle, ...items: readonly Handle[]): Handle {
    const { exports } = this.#instance;
    const list = this.#allocate(4 * items.length);
    for (const [index, item] of items.entries()) this.#writeWord(list + 4 * index, item);
    const self = exports.undefinedValue();
    const value = exports.call(this.#at.context, fn, self, items.length, list);
    exports.free(list);
    return this.#valueOf(value);
  }

  property(owner: Handle, name: string): Handle {
    return this.#instance.exports.property(this.#at.context, owner, this.string(name)) as Handle;
  }

  number(value: number): Handle {
    return this.#instance.exports.newNumber(this.#at.context, value) as Handle;
  }

  /** A text, or its UTF-8; it holds no zero. */
  string(text: string | Uint8Array): Handle {
    const { exports } = this.#instance;
    const at = this.#write(text).at;
    const value = exports.newString(this.#at.context, at) as Handle;
    exports.free(at);
    return value;
  }

  /** What `String` makes of the value, up to the first zero; '' where that throws. */
  text(value: Handle): string {
    const { exports } = this.#instance;
    const at = exports.textOf(this.#at.context, value) >>> 0;
    if (at === 0) return '';
    const { bytes } = this.#instance;
    const end = bytes.indexOf(0, at);
    const text = bytes.toString('utf8', at, end === -1 ? bytes.length : end);
    exports.freeText(this.#at.context, at);
    return text;
  }

  settled(value: Handle): Settled {
    const { exports } = this.#instance;
    const state = exports.promiseState(this.#at.context, value);
    if (state < 0) return { state: 'fulfilled', value };
    if (state === 0) return { state: 'pending', value };
    const result = exports.promiseResult(this.#at.context, value) as Handle;
    return { state: state === 1 ? 'fulfilled' : 'rejected', value: result };
  }

  get hasJobs(): boolean {
    return this.#instance.exports.isJobPending(this.#at.runtime) !== 0;
  }

  /** Runs promise jobs, so many at most. A job that throws ends the round, not the rest. */
  runJobs(limit: number): void {
    const { exports } = this.#instance;
    const lastContext = this.#allocate(4);
    exports.runJobs(this.#at.runtime, limit, lastContext);
    exports.free(lastContext);
  }

  #evaluate(code: string, file: string, flags: number): Handle {
    const { exports } = this.#instance;
    const [text, name] = [this.#write(code), this.#write(file)];
    const value = exports.evaluate(this.#at.context, text.at, text.length, name.at, 0, flags);
    for (const { at } of [name, text]) exports.free(at);
    return this.#valueOf(value);
  }

  #valueOf(value: number): Handle {
    const thrown = this.#instance.exports.thrown(this.#at.context, value);
    if (thrown !== 0) throw new Thrown(thrown as Handle);
    return value as Handle;
  }

  #write(text: string | Uint8Array): { readonly at: number; readonly length: number } {
    const data = typeof text === 'string' ? Buffer.from(text) : text;
    const at = this.#allocate(data.length + 1);
    const { bytes } = this.#instance;
    bytes.set(data, at);
    bytes[at + data.length] = 0;
    return { at, length: data.length };
  }

  #writeWord(at: number, word: number): void {
    this.#instance.bytes.writeUInt32LE(word >>> 0, at);
  }

  #allocate(length: number): number {
    const at = this.#instance.exports.allocate(Math.max(1, length)) >>> 0;
    if (at === 0) throw new OutOfMemory('no memory left in the interpreter');
    return at;
  }
}
