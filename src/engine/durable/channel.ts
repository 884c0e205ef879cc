import { type AccountId, DISPATCH_LIMITS, type ExecutionId } from '../../base/index.ts';
import type { JournalEntry } from '../../store/index.ts';

/** Reads entries after a sequence number from the store. */
export type ReadEntries = (after: number) => Promise<readonly JournalEntry[]>;

/**
 * One execution that somebody follows: how far its journal goes, and its last entries where it runs
 * here. Followers pull from it, each at its own place, so a slow one costs nothing. What is not in
 * memory is read from the store, once for all who are at the same place at that time.
 */
export class Channel {
  readonly account: AccountId;
  readonly execution: ExecutionId;
  followers = 0;
  #last = 0;
  #isOver = false;
  /** The newest entries, without gaps. */
  #recent: JournalEntry[] = [];
  #recentBytes = 0;
  #learned: Promise<void> | undefined;
  #waiting = new Set<() => void>();
  readonly #read: ReadEntries;
  readonly #reads = new Map<number, Promise<readonly JournalEntry[]>>();

  constructor(account: AccountId, execution: ExecutionId, read: ReadEntries) {
    this.account = account;
    this.execution = execution;
    this.#read = read;
  }

  /** The last entry that is known to be durable. */
  get last(): number {
    return this.#last;
  }

  /** Nothing comes after `last`. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Asks how far the journal goes, once for all who come; later it is told. */
  learn(ask: () => Promise<void>): Promise<void> {
    this.#learned ??= ask().catch((error: unknown) => {
      this.#learned = undefined;
      throw error;
    });
    return this.#learned;
  }

  /** Takes entries that became durable here. */
  publish(entries: readonly JournalEntry[], isEnd: boolean): void {
    const newest = this.#recent.at(-1)?.sequence;
    const first = entries[0]?.sequence;
    if (newest !== undefined && first !== newest + 1) this.#forget();
    for (const entry of entries) {
      this.#recent.push(entry);
      this.#recentBytes += entry.text.length;
    }
    this.#trim();
    this.advance(entries.at(-1)?.sequence ?? 0, isEnd);
  }

  /** Learns how far the journal goes. What was known further stays. */
  advance(last: number, isOver: boolean): void {
    if (last <= this.#last && isOver === this.#isOver) return;
    this.#last = Math.max(this.#last, last);
    this.#isOver ||= isOver;
    this.wake();
  }

  /** Entries after a place that `last` lies behind; at least one. */
  async after(at: number): Promise<readonly JournalEntry[]> {
    const first = this.#recent[0]?.sequence;
    const kept = first === undefined ? [] : this.#recent.slice(Math.max(0, at + 1 - first));
    // None where the execution went on elsewhere after it had run here.
    if (kept[0]?.sequence === at + 1) return kept;
    const known = this.#reads.get(at);
    if (known !== undefined) return known;
    const read = this.#read(at).finally(() => this.#reads.delete(at));
    this.#reads.set(at, read);
    return read;
  }

  /** Resolves when something was learned, when `wake` is called, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', go);
        this.#waiting.delete(go);
        resolve();
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', go, { once: true });
    });
  }

  wake(): void {
    const waiting = [...this.#waiting];
    for (const go of waiting) go();
  }

  #trim(): void {
    const { recentEntries, recentBytes } = DISPATCH_LIMITS;
    let drop = Math.max(0, this.#recent.length - recentEntries);
    for (let index = 0; index < this.#recent.length; index += 1) {
      if (index >= drop && this.#recentBytes <= recentBytes) break;
      this.#recentBytes -= this.#recent[index]?.text.length ?? 0;
      drop = Math.max(drop, index + 1);
    }
    if (drop > 0) this.#recent.splice(0, drop);
  }

  #forget(): void {
    this.#recent = [];
    this.#recentBytes = 0;
  }
}
