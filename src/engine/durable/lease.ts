import { type Clock, DISPATCH_LIMITS, type ProcessId } from '../../base/index.ts';
import type { Log } from '../../log/index.ts';
import type { DispatchStore } from '../../store/index.ts';

export interface LeaseOptions {
  readonly store: DispatchStore;
  readonly process: ProcessId;
  readonly kind: 'server' | 'worker';
  readonly clock: Clock;
  /** Milliseconds that no change of the machine's date moves. */
  readonly monotonicMs: () => number;
  readonly log: Log;
  /** The lease ended and was had again: others may have taken what ran here. */
  readonly onLapse: () => void;
}

/**
 * The right of this process to hold executions. The store ends it leaseMs after its last renewal by
 * the store's clock; here it ends earlier, since it is counted from before the renewal was asked.
 *
 * A process that was stopped (SIGSTOP, a sleeping machine) wakes with timers that are late. So
 * nothing here relies on a timer: whoever asks whether the lease holds compares the clocks then and
 * there, and of the two clocks the one counts that says that more time has passed.
 */
export class Lease {
  readonly #options: LeaseOptions;
  #renewedAt: { readonly monotonicMs: number; readonly now: number } | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  isHeld(): boolean {
    if (this.#renewedAt === undefined) return false;
    const { clock, monotonicMs } = this.#options;
    const passedMs = Math.max(
      monotonicMs() - this.#renewedAt.monotonicMs,
      clock.now() - this.#renewedAt.now,
    );
    return passedMs < DISPATCH_LIMITS.leaseMs - DISPATCH_LIMITS.leaseMarginMs;
  }

  /** Rejects with STORE_UNAVAILABLE; then the lease is what it was. */
  async renew(): Promise<void> {
    const { store, process, kind, clock, monotonicMs, log, onLapse } = this.#options;
    const asked = { monotonicMs: monotonicMs(), now: clock.now() };
    await store.renewLease(process, kind);
    const hasLapsed = this.#renewedAt !== undefined && !this.isHeld();
    this.#renewedAt = asked;
    if (!this.isHeld()) return;
    if (hasLapsed) {
      log.warn('the lease had ended and is renewed', { process });
      onLapse();
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** Resolves at the next renewal. Those who wait are visits, so concurrency bounds them. */
  renewed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Nothing is held from now on, until it is renewed. */
  drop(): void {
    this.#renewedAt = undefined;
  }
}
