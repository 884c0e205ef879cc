import { type AccountId, type Clock, DISPATCH_LIMITS } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { DispatchStore } from '../../store/index.ts';

interface Count {
  /** Those in the store, and those that were let in since. */
  count: number;
  readonly at: number;
}

/**
 * Whether an account may queue one more. The store is asked at most once in queuedCountMs for each
 * account; in between this process counts what it lets in, so several processes together may let
 * in a little more.
 */
export class QueueRoom {
  readonly #store: Pick<DispatchStore, 'queued'>;
  readonly #clock: Clock;
  /** In the order in which they were asked for. */
  readonly #counts = new Map<AccountId, Count>();
  readonly #asking = new Map<AccountId, Promise<Count>>();

  constructor(store: Pick<DispatchStore, 'queued'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Takes a place. Errors: QUEUE_FULL. */
  async take(account: AccountId): Promise<void> {
    const known = this.#known(account) ?? (await this.#ask(account));
    if (known.count >= DISPATCH_LIMITS.queuedAnAccount) throw full();
    known.count += 1;
  }

  #known(account: AccountId): Count | undefined {
    const known = this.#counts.get(account);
    if (known === undefined) return undefined;
    const agoMs = this.#clock.now() - known.at;
    return agoMs >= 0 && agoMs < DISPATCH_LIMITS.queuedCountMs ? known : undefined;
  }

  #ask(account: AccountId): Promise<Count> {
    const asking = this.#asking.get(account) ?? this.#count(account);
    this.#asking.set(account, asking);
    return asking;
  }

  async #count(account: AccountId): Promise<Count> {
    const before = this.#counts.get(account)?.count ?? 0;
    // A store that does not answer refuses the write that follows, or takes it when it is back.
    const asked = this.#store.queued(account, DISPATCH_LIMITS.queuedAnAccount);
    const count = { count: await asked.catch(() => before), at: this.#clock.now() };
    this.#asking.delete(account);
    this.#counts.delete(account);
    this.#counts.set(account, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > DISPATCH_LIMITS.queuedCountsKept && oldest !== undefined) {
      this.#counts.delete(oldest);
    }
    return count;
  }
}

function full(): AppError {
  return new AppError('QUEUE_FULL', {
    message: `${DISPATCH_LIMITS.queuedAnAccount} executions of the account wait to start already`,
  });
}
