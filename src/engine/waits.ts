import type { StepWait } from '../contract/index.ts';
import { stepKey } from './memory-journal.ts';
import type { Cell } from './scopes.ts';

/** A visit that has its result and whose step ends when its time comes. */
export interface Waiting {
  readonly cell: Cell;
  readonly wait: StepWait;
}

/**
 * The visits of an execution that wait, earliest first; those that wait for the same moment in the
 * order in which they began to. Of a resumed execution it also holds the waits whose visit is not
 * due again yet, as inside a foreach that has to read its list first.
 *
 * A binary heap: a wait costs the logarithm of how many there are.
 */
export class Waits {
  readonly #heap: (Waiting & { readonly order: number })[] = [];
  readonly #recalled = new Map<string, StepWait>();
  #added = 0;

  constructor(recalled: readonly StepWait[] = []) {
    for (const wait of recalled) this.#recalled.set(stepKey(wait), wait);
  }

  /** Visits that wait here and now. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the first of them goes on, in milliseconds since 1970; infinity where none waits. */
  get next(): number {
    return this.#heap[0]?.wait.until ?? Number.POSITIVE_INFINITY;
  }

  add(cell: Cell, wait: StepWait): void {
    this.#added += 1;
    this.#heap.push({ cell, wait, order: this.#added });
    this.#rise(this.#heap.length - 1);
  }

  /** Takes up the wait that the visit had before the execution was resumed, if it had one. */
  resume(cell: Cell): boolean {
    if (this.#recalled.size === 0) return false;
    const key = stepKey({ node: cell.node.plan.name, path: cell.scope.path });
    const wait = this.#recalled.get(key);
    if (wait === undefined) return false;
    this.#recalled.delete(key);
    this.add(cell, wait);
    return true;
  }

  /** The earliest, when its time has come. */
  takeDue(now: number): Waiting | undefined {
    return this.next <= now ? this.#take() : undefined;
  }

  /** Takes all of them, recalled ones last: the execution goes on without them. */
  drain(): readonly StepWait[] {
    const drained: StepWait[] = [];
    for (let each = this.#take(); each !== undefined; each = this.#take()) drained.push(each.wait);
    drained.push(...this.#recalled.values());
    this.#recalled.clear();
    return drained;
  }

  #take(): Waiting | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || last === first) return first;
    this.#heap[0] = last;
    this.#sink();
    return first;
  }

  #rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(): void {
    for (let place = 0; ; ) {
      const left = 2 * place + 1;
      const first = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(first, place)) return;
      this.#swap(first, place);
      place = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [left, right] = [this.#heap[one], this.#heap[other]];
    if (left === undefined || right === undefined) return false;
    if (left.wait.until !== right.wait.until) return left.wait.until < right.wait.until;
    return left.order < right.order;
  }

  #swap(one: number, other: number): void {
    const [left, right] = [this.#heap[one], this.#heap[other]];
    if (left === undefined || right === undefined) return;
    this.#heap[one] = right;
    this.#heap[other] = left;
  }
}
