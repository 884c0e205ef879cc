interface Line<T> {
  /** How many of the payer's items are taken and not given back. */
  running: number;
  /** In order of arrival, each with its number over all payers. */
  readonly waiting: Map<T, number>;
}

/**
 * What waits, by who pays for it. Whoever has the fewest running goes first, then who came first:
 * so one payer's thousand calls hold up another's one call by no more than those that run.
 */
export class FairQueue<T> {
  readonly #lines = new Map<string, Line<T>>();
  #arrived = 0;
  #size = 0;

  /** Items that wait. */
  get size(): number {
    return this.#size;
  }

  /** Items of one payer that wait. */
  sizeOf(payer: string): number {
    return this.#lines.get(payer)?.waiting.size ?? 0;
  }

  /** Items of one payer that are taken and not given back. */
  runningOf(payer: string): number {
    return this.#lines.get(payer)?.running ?? 0;
  }

  add(payer: string, item: T): void {
    this.#line(payer).waiting.set(item, this.#arrived);
    this.#arrived += 1;
    this.#size += 1;
  }

  /** Takes back an item that waits. */
  remove(payer: string, item: T): void {
    if (this.#lines.get(payer)?.waiting.delete(item)) this.#size -= 1;
    this.#forget(payer);
  }

  /** Whose turn it is. Linear in payers that wait or run. */
  turn(): string | undefined {
    let best: { readonly payer: string; readonly running: number; readonly at: number } | undefined;
    for (const [payer, { running, waiting }] of this.#lines) {
      const [at] = waiting.values();
      if (at === undefined) continue;
      const before = running - (best?.running ?? 0);
      if (best === undefined || before < 0 || (before === 0 && at < best.at)) {
        best = { payer, running, at };
      }
    }
    return best?.payer;
  }

  /** Takes out the first item of whose turn it is; the count of its running ones goes up. */
  next(): T | undefined {
    const payer = this.turn();
    const [item] = (payer === undefined ? undefined : this.#lines.get(payer))?.waiting.keys() ?? [];
    if (payer === undefined || item === undefined) return undefined;
    this.remove(payer, item);
    this.began(payer);
    return item;
  }

  /** Something of the payer runs, without having waited. */
  began(payer: string): void {
    this.#line(payer).running += 1;
  }

  /** Something of the payer that ran has ended. */
  ended(payer: string): void {
    this.#line(payer).running -= 1;
    this.#forget(payer);
  }

  /** Takes out all that waits, in no order that matters. */
  drain(): readonly T[] {
    const items: T[] = [];
    for (const [payer, line] of this.#lines) {
      items.push(...line.waiting.keys());
      line.waiting.clear();
      this.#forget(payer);
    }
    this.#size = 0;
    return items;
  }

  #line(payer: string): Line<T> {
    const known = this.#lines.get(payer);
    if (known !== undefined) return known;
    const line: Line<T> = { running: 0, waiting: new Map() };
    this.#lines.set(payer, line);
    return line;
  }

  #forget(payer: string): void {
    const line = this.#lines.get(payer);
    if (line?.running === 0 && line.waiting.size === 0) this.#lines.delete(payer);
  }
}
