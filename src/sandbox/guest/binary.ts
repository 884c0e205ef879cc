/**
 * What the file of WebAssembly that we pin gives and asks for. Its build shortened all names, so
 * here are ours and its letters; test/sandbox/guest/binary.test.ts compares them with the loader of
 * the package, and proves from the file's own bytes what snapshot.ts rests on.
 */

/** In pages of 64 KiB; a memory that starts with another size is refused. */
export const PAGES_AT_START = 256;
export const PAGE_BYTES = 64 * 1024;

type Call = (...items: readonly number[]) => number;

/** What the file gives, all of them functions of numbers. */
export const EXPORTS = {
  /** Runs the constructors of the C library; once, before all else. */
  construct: 'u',
  /** () where the stack ends now: the one thing besides the memory that changes. */
  stackPointer: 'Oa',
  /** (bytes) an address, or 0 where there is no memory left. */
  allocate: 'v',
  /** (address) */
  free: 'M',
  /** () a runtime. */
  newRuntime: 'K',
  /** (runtime, bytes) */
  setStackBytes: 'D',
  /** (runtime) */
  enableInterrupts: 'Fa',
  /** (runtime, 0) a context with all built-ins. */
  newContext: 'N',
  /** () the value `undefined`. */
  undefinedValue: 'E',
  /** (context, number) a value; all values are addresses of boxes that hold them. */
  newNumber: 'Y',
  /** (context, address of UTF-8 that ends in 0) a value. */
  newString: '_',
  /** (context, value) the address of UTF-8 that ends in 0, or 0 where it threw. */
  textOf: '$',
  /** (context, address) */
  freeText: 'S',
  /** (context, owner, key) a value. */
  property: 'ha',
  /** (context, function, this, count, address of so many values) a value, maybe an exception. */
  call: 'ma',
  /** (context, text, bytes, file, 0, flags) a value, maybe an exception. */
  evaluate: 'pa',
  /** (context, value) what was thrown, or 0 where the value is no exception. */
  thrown: 'na',
  /** (context, value) 0 pending, 1 fulfilled, 2 rejected, less for what is no promise. */
  promiseState: 'wa',
  /** (context, promise) a value. */
  promiseResult: 'xa',
  /** (runtime) 1 where promise jobs wait. */
  isJobPending: 'fa',
  /** (runtime, how many at most, address of a word for the last context) a value. */
  runJobs: 'ga',
} as const;

export type Exports = Readonly<Record<keyof typeof EXPORTS, Call>>;

/** For `evaluate`; they add up. */
export const EVALUATE = { strict: 8, compileOnly: 32 } as const;

/** What the file asks of its host; all are functions but the memory. */
export const IMPORTS = {
  memory: 'a',
  assertFailed: 'b',
  write: 'c',
  close: 'd',
  environment: 'e',
  environmentSizes: 'f',
  moduleName: 'g',
  moduleSource: 'h',
  /** (runtime) 1 stops the code. */
  isInterrupted: 'i',
  setTimer: 'j',
  /** (bytes wanted) 1 where there are so many now. */
  growMemory: 'k',
  forgetExits: 'l',
  localTime: 'm',
  timeZone: 'n',
  seek: 'o',
  milliseconds: 'p',
  abort: 'q',
  exit: 'r',
  callHost: 's',
  freeHost: 't',
} as const;

/** The instance's functions under our names; throws where the file is not the one we know. */
export function exportsOf(instance: WebAssembly.Instance): Exports {
  const found: Record<string, Call> = {};
  for (const [name, letter] of Object.entries(EXPORTS)) {
    const given = instance.exports[letter];
    if (typeof given !== 'function') throw new Error(`the interpreter's file has no ${name}`);
    // What WebAssembly exports takes and gives numbers: no function above has another type.
    found[name] = given as Call;
  }
  return found as Exports;
}
