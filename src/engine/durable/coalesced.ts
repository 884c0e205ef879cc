/**
 * Work that is done once at a time. What is asked for while it is under way is done once more after
 * it, however often it was asked for.
 */
export class Coalesced {
  readonly #work: () => Promise<void>;
  #isDue = false;
  #running: Promise<void> | undefined;

  /** `work` never rejects. */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  soon(): void {
    this.#isDue = true;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is under way. */
  quiet(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      await this.#work();
    }
    // Here and not later: what is asked for from now on begins anew.
    this.#running = undefined;
  }
}
