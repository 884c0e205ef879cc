import type { CodeProcess } from './code-process.ts';
import type { Payer } from './sandbox.ts';

interface Entry {
  readonly worker: CodeProcess;
  /** Whose code it has run; absent for one that has run none, and where each call has a child. */
  readonly owner: Payer | undefined;
}

/**
 * Processes that wait for a call, the longest idle first. One that ran code of an account is lent
 * to that account alone; the others are fresh, and anyone's. All operations are linear in their
 * number, which the pool bounds.
 */
export class IdleProcesses {
  #entries: readonly Entry[] = [];

  get workers(): readonly CodeProcess[] {
    return this.#entries.map(({ worker }) => worker);
  }

  get hasFresh(): boolean {
    return this.#entries.some(({ owner }) => owner === undefined);
  }

  /** How many are somebody's. */
  get ownedCount(): number {
    return this.#entries.filter(({ owner }) => owner !== undefined).length;
  }

  /** Whether there is one that the payer's call may have. */
  has(payer: Payer): boolean {
    return this.#entries.some(({ owner }) => owner === undefined || owner === payer);
  }

  add(worker: CodeProcess, owner: Payer | undefined): void {
    this.#entries = [...this.#entries, { worker, owner }];
  }

  /**
   * Takes out one for the payer's call: its own before a fresh one, and one that is ready before
   * one that only starts. The longest idle goes first: it is the most likely to have tidied up.
   */
  take(payer: Payer): CodeProcess | undefined {
    const fresh = this.#entries.filter(({ owner }) => owner === undefined);
    const found =
      this.#entries.find(({ owner }) => owner === payer) ??
      fresh.find(({ worker }) => worker.wasReady) ??
      fresh[0];
    if (found !== undefined) this.remove(found.worker);
    return found?.worker;
  }

  /** The one among those that are somebody's that nobody asked for the longest. */
  oldestOwned(): CodeProcess | undefined {
    return this.#entries.find(({ owner }) => owner !== undefined)?.worker;
  }

  remove(worker: CodeProcess): void {
    this.#entries = this.#entries.filter((entry) => entry.worker !== worker);
  }

  clear(): void {
    this.#entries = [];
  }
}
