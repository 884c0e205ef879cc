import { setTimeout as sleep } from 'node:timers/promises';
import { POSTGRES_LIMITS } from '../../base/index.ts';
import type { Postmaster } from './postmaster.ts';

/** Where the database tells what happened to it; a Log fits. */
export interface DatabaseLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface SupervisorOptions {
  readonly postmaster: Postmaster;
  /** Starts PostgreSQL again, with the port that it had: pools then find it by themselves. */
  readonly start: () => Promise<Postmaster>;
  readonly log: DatabaseLog;
}

/**
 * Keeps PostgreSQL running until it is stopped. It is started again at once, then, if it keeps
 * dying, after waits that double up to POSTGRES_LIMITS.restartMsMax.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;
  #postmaster: Postmaster;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#postmaster = options.postmaster;
    this.#watching = this.#watch();
  }

  /** Stops PostgreSQL, also in the middle of a restart. Errors: STORE_SETUP where it stays. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#postmaster.stop();
    await this.#watching;
    // A restart may have been under way.
    await this.#postmaster.stop();
  }

  async #watch(): Promise<void> {
    let waitMs = 0;
    while (!this.#isStopping) {
      const startedAt = Date.now();
      await this.#postmaster.ended;
      if (this.#isStopping) return;
      if (Date.now() - startedAt >= POSTGRES_LIMITS.stableMs) waitMs = 0;
      this.#options.log.warn('the embedded database ended and is started again');
      waitMs = await this.#restart(waitMs);
    }
  }

  /** Tries until it runs or is to stop; returns how long to wait should it die again. */
  async #restart(firstWaitMs: number): Promise<number> {
    const { signal } = this.#stopping;
    let waitMs = firstWaitMs;
    while (!this.#isStopping) {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
      waitMs = Math.min(
        Math.max(2 * waitMs, POSTGRES_LIMITS.restartMs),
        POSTGRES_LIMITS.restartMsMax,
      );
      if (this.#isStopping) break;
      try {
        this.#postmaster = await this.#options.start();
        this.#options.log.info('the embedded database runs again');
        break;
      } catch (error) {
        this.#options.log.warn('the embedded database did not start', { error });
      }
    }
    return waitMs;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}
