import { type Exports, exportsOf, IMPORTS, PAGE_BYTES, PAGES_AT_START } from './binary.ts';

/** A number for `no such function` that the C library knows. */
const NOT_THERE = 52;
/** By how much memory grows at least, as a share of what there is. */
const GROWTH = 1.25;

/**
 * The interpreter's WebAssembly with a memory of its own, and all that it can ask of its host: more
 * memory up to the maximum, and whether to stop. It has no clock, no environment, no files and no
 * functions of ours. Whatever else it calls, or tries to, is noted in `doubt`: QuickJS never does,
 * so something in there is not as it was made.
 */
export class Instance {
  readonly exports: Exports;
  /** Asked every now and then while code runs; true stops the code. */
  isInterrupted: () => boolean = () => false;
  readonly #memory: WebAssembly.Memory;
  readonly #maximum: number;
  #bytes: Buffer;
  #doubt: string | undefined;

  constructor(module: WebAssembly.Module, memoryBytesMax: number) {
    this.#maximum = Math.max(PAGES_AT_START, Math.floor(memoryBytesMax / PAGE_BYTES));
    this.#memory = new WebAssembly.Memory({ initial: PAGES_AT_START, maximum: this.#maximum });
    this.#bytes = Buffer.from(this.#memory.buffer);
    this.exports = exportsOf(new WebAssembly.Instance(module, { a: this.#host() }));
  }

  /** All of the memory as it is now; after code has run, ask again, as memory may have grown. */
  get bytes(): Buffer {
    if (this.#bytes.buffer !== this.#memory.buffer) {
      this.#bytes = Buffer.from(this.#memory.buffer);
    }
    return this.#bytes;
  }

  /** What it did that it never does; undefined as long as there is no such thing. */
  get doubt(): string | undefined {
    return this.#doubt;
  }

  get hasGrown(): boolean {
    return this.bytes.length > PAGES_AT_START * PAGE_BYTES;
  }

  /** True when it has, as good as, all the memory it may have. */
  get isFull(): boolean {
    return this.bytes.length >= this.#maximum * PAGE_BYTES * 0.9;
  }

  #host(): Readonly<Record<string, unknown>> {
    const functions: Record<keyof typeof IMPORTS, unknown> = {
      memory: this.#memory,
      isInterrupted: () => (this.isInterrupted() ? 1 : 0),
      growMemory: (bytes: number) => this.#grow(bytes >>> 0),
      // Time stands still in here, at the beginning of 1970 in UTC.
      milliseconds: () => 0,
      localTime: (seconds: bigint, at: number) => this.#writeTime(Number(seconds), at >>> 0),
      timeZone: (...addresses: readonly number[]) => {
        for (const at of addresses) this.#writeWords(at >>> 0, [0]);
      },
      environment: () => 0,
      environmentSizes: (count: number, bytes: number) => {
        for (const at of [count, bytes]) this.#writeWords(at >>> 0, [0]);
        return 0;
      },
      assertFailed: () => this.#stop('an assertion failed'),
      abort: () => this.#stop('it aborted'),
      exit: () => this.#stop('it exited'),
      write: () => this.#refuse('it wrote'),
      close: () => this.#refuse('it closed a file'),
      seek: () => this.#refuse('it moved in a file'),
      setTimer: () => this.#refuse('it set a timer'),
      forgetExits: () => this.#refuse('it was about to exit'),
      moduleName: () => this.#refuse('it named a module', 0),
      moduleSource: () => this.#refuse('it loaded a module', 0),
      callHost: () => this.#refuse('it called the host', 0),
      freeHost: () => this.#refuse('it freed an object of the host'),
    };
    const entries = Object.entries(IMPORTS).map(([name, letter]) => [
      letter,
      functions[name as keyof typeof IMPORTS],
    ]);
    return Object.fromEntries(entries);
  }

  /** More at a time than was asked for, where there is room, as growing is not cheap. */
  #grow(bytes: number): 0 | 1 {
    const pages = this.#memory.buffer.byteLength / PAGE_BYTES;
    const wanted = Math.ceil(bytes / PAGE_BYTES);
    if (wanted > this.#maximum) return 0;
    const target = Math.max(wanted, Math.min(this.#maximum, Math.ceil(pages * GROWTH)));
    try {
      this.#memory.grow(target - pages);
      return 1;
    } catch {
      // The machine has no more; the interpreter tells the code that memory is at its end.
      return 0;
    }
  }

  /** C's `struct tm` with its offset to UTC, for QuickJS's dates with a local time. */
  #writeTime(seconds: number, at: number): void {
    const date = new Date(seconds * 1_000);
    const startOfYear = Date.UTC(date.getUTCFullYear(), 0, 1);
    const dayOfYear = Math.floor((date.getTime() - startOfYear) / 86_400_000);
    this.#writeWords(at, [
      date.getUTCSeconds(),
      date.getUTCMinutes(),
      date.getUTCHours(),
      date.getUTCDate(),
      date.getUTCMonth(),
      date.getUTCFullYear() - 1900,
      date.getUTCDay(),
      dayOfYear,
      0,
      0,
    ]);
  }

  /** Wherever that is: the interpreter can write to any place of its memory itself. */
  #writeWords(at: number, words: readonly number[]): void {
    if (at + 4 * words.length > this.bytes.length) return;
    new Int32Array(this.#memory.buffer).set(words, at >>> 2);
  }

  #refuse(what: string, answer = NOT_THERE): number {
    this.#doubt ??= what;
    return answer;
  }

  #stop(what: string): never {
    this.#doubt ??= what;
    throw new Error(`the interpreter ended: ${what}`);
  }
}
