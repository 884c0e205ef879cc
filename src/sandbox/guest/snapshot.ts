import { assert } from '../../base/index.ts';
import { PAGE_BYTES } from './binary.ts';
import type { Instance } from './instance.ts';

/**
 * Pages that may have changed for an instance to be worth restoring: what a call has used stays in
 * this process's memory and is read after every later call, so one that used much gets thrown away.
 */
const PAGES_CHANGED_MAX = 48;
const ZEROS = Buffer.alloc(PAGE_BYTES);

/**
 * An instance as it is before any code of a user: all of its memory and the end of its stack, which
 * is all that it has (test/sandbox/guest/binary.test.ts proves it from the file).
 *
 * The threat: code that has corrupted the interpreter leaves something behind for the next call. So
 * nothing that is written in the memory is asked how much of it was used: every byte of it, used or
 * not, is compared, and what differs is written over.
 */
export class Snapshot {
  /** By page; undefined where it is all zeros. */
  readonly #pages: readonly (Buffer | undefined)[];
  readonly #stackPointer: number;

  constructor(instance: Instance) {
    assert(!instance.hasGrown, 'an interpreter without code fits into the memory it starts with');
    const { bytes } = instance;
    const pages: (Buffer | undefined)[] = [];
    for (let start = 0; start < bytes.length; start += PAGE_BYTES) {
      const page = bytes.subarray(start, start + PAGE_BYTES);
      pages.push(page.equals(ZEROS) ? undefined : Buffer.from(page));
    }
    this.#pages = pages;
    this.#stackPointer = instance.exports.stackPointer();
  }

  /**
   * Makes an instance that has not run anything equal to this. Its memory is zeros but for the
   * constants of the file, which lie in pages that are kept here; the same test proves that.
   */
  fill(instance: Instance): void {
    assert(instance.exports.stackPointer() === this.#stackPointer, 'a new instance has no stack');
    const { bytes } = instance;
    for (const [index, kept] of this.#pages.entries()) kept?.copy(bytes, index * PAGE_BYTES);
  }

  /**
   * Makes an instance that has run a call equal to this again, in about 0.2 ms. False where it
   * cannot be, or is not worth it: then it must not be used any more.
   */
  restore(instance: Instance): boolean {
    if (instance.hasGrown || instance.doubt !== undefined) return false;
    if (instance.exports.stackPointer() !== this.#stackPointer) return false;
    const { bytes } = instance;
    let changed = 0;
    for (const [index, kept = ZEROS] of this.#pages.entries()) {
      const start = index * PAGE_BYTES;
      if (kept.compare(bytes, start, start + PAGE_BYTES) === 0) continue;
      changed += 1;
      if (changed > PAGES_CHANGED_MAX) return false;
      kept.copy(bytes, start);
    }
    return true;
  }
}
