import { type AccountId, assert } from '../../base/index.ts';

/**
 * How many executions this process advances, and whose. A start may run at once where it arrived,
 * which saves it the way through the queue; this class sees to it that it does not take the turn of
 * another account by that.
 *
 * Who waits is only known by hints: what was queued here, and claims that brought all that was
 * asked for, so that more may be there. While another account is known to wait, a start runs here
 * only where its account holds less than an equal share of the slots. The queue itself is fair by
 * `DispatchStore.claim`.
 */
export class Slots {
  readonly total: number;
  #used = 0;
  readonly #held = new Map<AccountId, number>();
  /** Accounts that have queued something here since a claim took all there was. */
  readonly #queued = new Set<AccountId>();
  /** The last claim brought as many as it could: others may wait whom nobody here knows. */
  #isCut = false;

  constructor(total: number) {
    this.total = total;
  }

  get free(): number {
    return this.total - this.#used;
  }

  get used(): number {
    return this.#used;
  }

  /** Executions here by account. */
  get held(): ReadonlyMap<AccountId, number> {
    return this.#held;
  }

  /** True where the next free slot has somebody who waits for it. */
  get isAwaited(): boolean {
    return this.#isCut || this.#queued.size > 0;
  }

  mayStart(account: AccountId): boolean {
    if (this.free <= 0) return false;
    const isAlone =
      this.#queued.size === 0 || (this.#queued.size === 1 && this.#queued.has(account));
    if (isAlone && !this.#isCut) return true;
    const accounts = new Set([...this.#held.keys(), ...this.#queued, account]);
    const share = this.total / (accounts.size + (this.#isCut ? 1 : 0));
    return (this.#held.get(account) ?? 0) < Math.max(1, Math.floor(share));
  }

  take(account: AccountId): void {
    this.#used += 1;
    this.#held.set(account, (this.#held.get(account) ?? 0) + 1);
  }

  release(account: AccountId): void {
    const held = this.#held.get(account);
    assert(held !== undefined, 'a slot is released by who took it');
    this.#used -= 1;
    if (held === 1) this.#held.delete(account);
    else this.#held.set(account, held - 1);
  }

  noteQueued(account: AccountId): void {
    this.#queued.add(account);
  }

  /** After a claim: what it brought, and what it had room for. */
  noteClaimed(count: number, limit: number): void {
    this.#isCut = count >= limit;
    if (!this.#isCut) this.#queued.clear();
  }
}
