import { CODE_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import { CodeProcess } from './code-process.ts';
import { FairQueue } from './fair-queue.ts';
import { IdleProcesses } from './idle-processes.ts';
import type { Launch } from './launch.ts';
import type { Payer } from './sandbox.ts';

interface Waiting {
  resolve(worker: CodeProcess): void;
  reject(error: AppError): void;
}

/** Who takes a process. */
export interface Taker {
  readonly payer: Payer;
  readonly signal: AbortSignal;
  /** The error for when the signal aborts. */
  stopped(): AppError;
}

/** Processes kept for accounts that have no call running, so that no other can take them all. */
const RESERVE = 1;

export interface PoolOptions {
  /** Calls of one account that work at a time; of all together, one more. */
  readonly workers: number;
  /**
   * Each call has a child of its own, which ends with it: then processes serve all accounts, and
   * outlive a call without memory. Else a process serves the account of its first call alone, so
   * that whoever takes it over meets no call of others.
   */
  readonly forksCalls: boolean;
  /** Default CODE_LIMITS.spareAfterMs. */
  readonly spareAfterMs?: number;
}

/**
 * A few processes for code, each lent to one call at a time, and one spare that is started while
 * they work, so that a call after a kill finds a warm one. Calls beyond that wait, fairly by payer.
 * `close` leaves no process behind.
 */
export class ProcessPool {
  readonly forksCalls: boolean;
  readonly #launch: Launch;
  readonly #workersMax: number;
  readonly #spareAfterMs: number;
  /** Those that calls can be given to, or are given to. */
  readonly #workers = new Set<CodeProcess>();
  readonly #lent = new Map<CodeProcess, Payer>();
  /** Those and the ones that were killed and are not quite gone. */
  readonly #alive = new Set<CodeProcess>();
  readonly #idle = new IdleProcesses();
  readonly #queue = new FairQueue<Waiting>();
  #spareTimer: NodeJS.Timeout | undefined;
  #failedStarts = 0;
  #isClosed = false;
  readonly #killAll = () => {
    for (const worker of this.#alive) worker.kill('the server ended');
  };

  constructor(launch: Launch, { workers, forksCalls, spareAfterMs }: PoolOptions) {
    this.forksCalls = forksCalls;
    this.#launch = launch;
    this.#spareAfterMs = spareAfterMs ?? CODE_LIMITS.spareAfterMs;
    this.#workersMax = Math.min(workers, CODE_LIMITS.workersMax);
  }

  /** Processes that are not gone yet; for tests that look for what is left behind. */
  get pids(): readonly number[] {
    return [...this.#alive].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Starts a process for the call that will come; a failure is told to that call. */
  warm(): void {
    if (this.#isClosed || this.#idle.hasFresh || !this.#hasRoom()) return;
    try {
      this.#idle.add(this.#start(), undefined);
    } catch {
      // There is no process then; the next call tries again and is told.
      this.#failedStarts += 1;
    }
  }

  /**
   * Lends a process until `giveBack`. Errors: CODE_WORKER when the pool is closed, its queue is
   * full or no process can be made; `stopped()` of the taker when the signal aborts first.
   */
  async take(taker: Taker): Promise<CodeProcess> {
    if (taker.signal.aborted) throw taker.stopped();
    if (this.#isClosed) throw unavailable('the code runner is closed');
    if (this.#queue.size === 0 && this.#canLend(taker.payer)) {
      const worker = this.#nextWorker(taker.payer);
      this.#queue.began(taker.payer);
      this.#lend(worker, taker.payer);
      return worker;
    }
    if (
      this.#queue.size >= CODE_LIMITS.queued ||
      this.#queue.sizeOf(taker.payer) >= CODE_LIMITS.queuedAPayer
    ) {
      throw unavailable('too many calls wait for the code runner');
    }
    return await this.#wait(taker);
  }

  /** Takes a process back; one that is dead, retired or has done its share is replaced. */
  giveBack(worker: CodeProcess, retire: boolean): void {
    const payer = this.#lent.get(worker);
    if (payer === undefined) return;
    this.#lent.delete(worker);
    this.#queue.ended(payer);
    if (worker.wasReady) this.#failedStarts = 0;
    if (!worker.isDead && !retire && worker.asked < CODE_LIMITS.callsAWorker) {
      this.#keep(worker, payer);
    } else {
      this.#remove(worker);
      // A process that never got ready is not replaced for nobody: the next would fail as well.
      if (worker.wasReady) this.warm();
    }
    this.#serve();
  }

  /** Kills every process and waits until each is gone; calls that wait or run fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#spareTimer);
    this.#refuseWaiting('the code runner is closed');
    this.#idle.clear();
    await Promise.all([...this.#alive].map((worker) => worker.end()));
  }

  #wait({ payer, signal, stopped }: Taker): Promise<CodeProcess> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#queue.remove(payer, waiting);
        reject(stopped());
      };
      const settled = () => signal.removeEventListener('abort', abort);
      const waiting: Waiting = {
        resolve: (worker) => {
          settled();
          this.#lend(worker, payer);
          resolve(worker);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#queue.add(payer, waiting);
      // Those before may wait for their own to end, while one is kept for this payer.
      this.#serve();
    });
  }

  /** One that was never given its job has seen nothing of the payer. */
  #keep(worker: CodeProcess, payer: Payer): void {
    this.#idle.add(worker, this.forksCalls || worker.asked === 0 ? undefined : payer);
    if (this.#idle.ownedCount <= CODE_LIMITS.idleOwned) return;
    const oldest = this.#idle.oldestOwned();
    if (oldest !== undefined) this.#remove(oldest);
  }

  /** Gives processes to those that wait, as long as there are both. */
  #serve(): void {
    for (;;) {
      const payer = this.#queue.turn();
      if (payer === undefined || this.#isClosed || !this.#canLend(payer)) return;
      if (!this.#idle.has(payer) && this.#failedStarts >= CODE_LIMITS.failedStarts) {
        this.#refuseWaiting('no process for code gets ready');
        return;
      }
      try {
        const worker = this.#nextWorker(payer);
        this.#queue.next()?.resolve(worker);
      } catch (error) {
        // Those that wait have a process to wait for as long as one is lent.
        if (this.#lent.size === 0) this.#refuseWaiting('no process can be started', error);
        return;
      }
    }
  }

  #refuseWaiting(why: string, cause?: unknown): void {
    for (const waiting of this.#queue.drain()) waiting.reject(unavailable(why, cause));
  }

  /** An account that has nothing running gets one beyond the others' share, if it is not taken. */
  #canLend(payer: Payer): boolean {
    const reserve = this.#queue.runningOf(payer) === 0 ? RESERVE : 0;
    if (this.#lent.size >= this.#workersMax + reserve) return false;
    return this.#idle.has(payer) || this.#hasRoom();
  }

  /** Room for one more; killed ones count for something until their memory is free again. */
  #hasRoom(): boolean {
    const owned = this.forksCalls ? 0 : CODE_LIMITS.idleOwned;
    const most = this.#workersMax + RESERVE + 1;
    return this.#workers.size < most + owned && this.#alive.size < 2 * most + owned;
  }

  /** One that waits, or a new one; none that died while it was idle. */
  #nextWorker(payer: Payer): CodeProcess {
    for (const worker of this.#idle.workers) if (worker.isDead) this.#remove(worker);
    return this.#idle.take(payer) ?? this.#start();
  }

  #lend(worker: CodeProcess, payer: Payer): void {
    this.#lent.set(worker, payer);
    const isWorn = worker.asked + CODE_LIMITS.wornCalls >= CODE_LIMITS.callsAWorker;
    // Where there are several accounts, the next new one shall find a process as well.
    const isTaken = worker.asked === 0 && this.#idle.ownedCount > 0;
    if (isWorn || isTaken) this.warm();
    this.#watchForSpare();
  }

  #watchForSpare(): void {
    if (this.#spareTimer !== undefined || this.#idle.hasFresh || this.#lent.size === 0) return;
    this.#spareTimer = setTimeout(() => {
      this.#spareTimer = undefined;
      const isBusy = [...this.#lent.keys()].some(
        ({ workingMs }) => workingMs >= this.#spareAfterMs,
      );
      if (isBusy && this.#failedStarts === 0) this.warm();
      else this.#watchForSpare();
    }, this.#spareAfterMs);
    this.#spareTimer.unref();
  }

  #start(): CodeProcess {
    const worker = startProcess(this.#launch);
    if (this.#alive.size === 0) process.once('exit', this.#killAll);
    this.#workers.add(worker);
    this.#alive.add(worker);
    worker.ended.then(() => this.#forget(worker));
    return worker;
  }

  #remove(worker: CodeProcess): void {
    this.#workers.delete(worker);
    this.#idle.remove(worker);
    if (!worker.wasReady && worker.isDead) this.#failedStarts += 1;
    worker.kill('was replaced');
  }

  #forget(worker: CodeProcess): void {
    if (this.#workers.has(worker) && !this.#lent.has(worker)) this.#remove(worker);
    this.#alive.delete(worker);
    if (this.#alive.size === 0) process.removeListener('exit', this.#killAll);
    this.#serve();
  }
}

function startProcess(launch: Launch): CodeProcess {
  try {
    return new CodeProcess(launch);
  } catch (error) {
    throw unavailable('the code runner could not be started', error);
  }
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('CODE_WORKER', { message, cause });
}
