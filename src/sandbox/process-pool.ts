import { CODE_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import { CodeProcess } from './code-process.ts';
import type { Launch } from './launch.ts';

interface Waiting {
  resolve(worker: CodeProcess): void;
  reject(error: AppError): void;
}

/**
 * A few processes for code, each lent to one call at a time. The first starts with the first call;
 * one that died or did its share of calls is replaced at once, so that the next call finds it warm.
 * Calls beyond the number of processes wait in order. `close` leaves no process behind.
 */
export class ProcessPool {
  readonly #launch: Launch;
  readonly #workersMax: number;
  /** Those that calls can be given to. */
  readonly #workers = new Set<CodeProcess>();
  /** Those and the ones that were killed and are not quite gone. */
  readonly #alive = new Set<CodeProcess>();
  /** The longest idle first: its next room is the most likely to be prepared already. */
  #idle: CodeProcess[] = [];
  #waiting: Waiting[] = [];
  #closed = false;
  readonly #killAll = () => {
    for (const worker of this.#alive) worker.kill('the server ended');
  };

  constructor(launch: Launch, workersMax: number) {
    this.#launch = launch;
    this.#workersMax = workersMax;
  }

  /** Processes that are not gone yet; for tests that look for what is left behind. */
  get pids(): readonly number[] {
    return [...this.#alive].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /**
   * Lends a process until `giveBack`. Errors: CODE_WORKER when the pool is closed, its queue is
   * full or no process can be made; `stopped()` of the caller when the signal aborts first.
   */
  async take(signal: AbortSignal, stopped: () => AppError): Promise<CodeProcess> {
    if (signal.aborted) throw stopped();
    if (this.#closed) throw unavailable('the code runner is closed');
    const idle = this.#idle.shift();
    if (idle !== undefined) return idle;
    if (this.#workers.size < this.#workersMax) return this.#start();
    if (this.#waiting.length >= CODE_LIMITS.queued) {
      throw unavailable('too many calls wait for the code runner');
    }
    return await this.#wait(signal, stopped);
  }

  /** Takes a process back; one that is dead, retired or has done its share is replaced. */
  giveBack(worker: CodeProcess, retire: boolean): void {
    if (!worker.isDead && !retire && worker.asked < CODE_LIMITS.callsAWorker) {
      this.#lend(worker);
      return;
    }
    this.#workers.delete(worker);
    worker.kill('was replaced');
    // A process that never got ready is not replaced for nobody: the next one would fail as well.
    if (this.#closed || (!worker.wasReady && this.#waiting.length === 0)) return;
    try {
      this.#lend(this.#start());
    } catch (error) {
      // The next call tries again; those that wait now have no process left to wait for.
      if (this.#workers.size === 0) this.#refuseWaiting('no process can be started', error);
    }
  }

  /** Kills every process and waits until each is gone; calls that wait or run fail. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#refuseWaiting('the code runner is closed');
    this.#idle = [];
    await Promise.all([...this.#alive].map((worker) => worker.end()));
  }

  #wait(signal: AbortSignal, stopped: () => AppError): Promise<CodeProcess> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(stopped());
      };
      const settled = () => signal.removeEventListener('abort', abort);
      const waiting: Waiting = {
        resolve: (worker) => {
          settled();
          resolve(worker);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  #refuseWaiting(why: string, cause?: unknown): void {
    for (const waiting of this.#waiting) waiting.reject(unavailable(why, cause));
    this.#waiting = [];
  }

  #lend(worker: CodeProcess): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next.resolve(worker);
  }

  #start(): CodeProcess {
    const worker = startProcess(this.#launch);
    if (this.#alive.size === 0) process.once('exit', this.#killAll);
    this.#workers.add(worker);
    this.#alive.add(worker);
    worker.ended.then(() => this.#forget(worker));
    return worker;
  }

  #forget(worker: CodeProcess): void {
    this.#workers.delete(worker);
    this.#alive.delete(worker);
    this.#idle = this.#idle.filter((other) => other !== worker);
    if (this.#alive.size === 0) process.removeListener('exit', this.#killAll);
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
