import { type Clock, DISPATCH_LIMITS, type ExecutionId, type ProcessId } from '../../base/index.ts';
import { asAppError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import type { ClaimedExecution, DispatchStore } from '../../store/index.ts';
import { Coalesced } from './coalesced.ts';
import type { Lease } from './lease.ts';
import type { Slots } from './slots.ts';

export interface ClaimsOptions {
  readonly store: DispatchStore;
  readonly process: ProcessId;
  readonly clock: Clock;
  readonly log: Log;
  readonly lease: Lease;
  readonly slots: Slots;
  /** What this process runs. */
  readonly held: ReadonlyMap<ExecutionId, unknown>;
  readonly advance: (claimed: ClaimedExecution) => void;
}

/**
 * Takes executions from the queue, one question at a time. A claim whose answer does not come may
 * have been granted all the same, and a write may arrive after its process gave it up: then the
 * store says that this process holds what it does not know of. So from time to time, and at once
 * where there is a reason, both are compared, and what only the store knows is released.
 */
export class Claims {
  readonly #options: ClaimsOptions;
  readonly #work: Coalesced;
  /** Dropped after a write that the store refused. */
  readonly #dropped = new Set<ExecutionId>();
  #lookedAt: number | undefined;
  #isFailing = false;
  #isStopped = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    this.#work = new Coalesced(() => this.#round());
  }

  soon(): void {
    this.#work.soon();
  }

  /** Something may be held that nobody here knows of. */
  doubt(): void {
    this.#lookedAt = undefined;
    this.soon();
  }

  /**
   * An execution was dropped, since the store takes none of its writes: it is given up as by a
   * process that died, so that it is parked when that happens again and again. Not at once, so that
   * one that cannot even be parked does not keep everybody busy.
   */
  drop(execution: ExecutionId): void {
    this.#dropped.add(execution);
  }

  /** Takes nothing from now on. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work.quiet();
  }

  async #round(): Promise<void> {
    const { lease, slots, log } = this.#options;
    if (this.#isStopped || !lease.isHeld()) return;
    try {
      await this.#lookBack();
      if (slots.free > 0 && !this.#isStopped) await this.#claim();
      this.#isFailing = false;
    } catch (error) {
      this.#lookedAt = undefined;
      // Once for each outage; while the database is away, the renewal of the lease says so.
      if (!this.#isFailing && asAppError(error).code !== 'STORE_UNAVAILABLE')
        log.warn('executions could not be claimed; it is tried again', { error });
      this.#isFailing = true;
    }
  }

  async #claim(): Promise<void> {
    const { store, process: owner, slots, advance } = this.#options;
    const limit = slots.free;
    const claimed = await store.claim({ owner, limit, running: slots.held });
    slots.noteClaimed(claimed.length, limit);
    for (const execution of claimed) advance(execution);
  }

  /**
   * What the store names and is not held when the answer is here was not held when it was asked: it
   * is no execution that began meanwhile. None comes to be held before it is released either, as
   * claims come one after the other.
   */
  async #lookBack(): Promise<void> {
    const { store, process: owner, clock, held, log } = this.#options;
    const now = clock.now();
    const agoMs = this.#lookedAt === undefined ? undefined : now - this.#lookedAt;
    if (agoMs !== undefined && agoMs >= 0 && agoMs < DISPATCH_LIMITS.lookBackMs) return;
    this.#lookedAt = now;
    const dropped = new Set(this.#dropped);
    const unheld = (await store.unheld(owner, [...held.keys()])).filter((id) => !held.has(id));
    if (unheld.length > 0) {
      const abandoned = unheld.filter((id) => dropped.has(id));
      const queued = unheld.filter((id) => !dropped.has(id));
      await store.release(owner, { queued, abandoned });
      log.info('executions are released that this process did not know of', {
        queued: queued.length,
        abandoned: abandoned.length,
      });
    }
    for (const id of dropped) this.#dropped.delete(id);
  }
}
