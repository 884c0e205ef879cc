import { type Clock, ENGINE_LIMITS, formatDuration } from '../base/index.ts';
import type { LogLine, NodeResult } from '../contract/index.ts';
import { AppError, reportOf } from '../errors/index.ts';
import type { Tell } from './events.ts';
import { errorOfVisit } from './failure.ts';
import type { EnginePorts, Visit } from './ports.ts';
import { promised } from './promised.ts';
import { retryDelay } from './retry.ts';

/** How a visit ended, after all its attempts. */
export type VisitOutcome =
  | { readonly kind: 'completed'; readonly result: NodeResult }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'stopped' };

type AttemptEnd = { readonly result: NodeResult } | { readonly error: AppError };

export interface VisitRunOptions {
  readonly ports: EnginePorts;
  readonly tell: Tell;
  readonly visit: Omit<Visit, 'attempt' | 'signal' | 'log'>;
}

/**
 * One visit under way: its attempts, its waits, its log. Whatever the node does, `run` settles: an
 * attempt over its timeout is given up, and `abandon` gives up the rest. What a given-up attempt
 * still says or returns later is ignored.
 */
export class VisitRun {
  readonly startedAt: number;
  attempts = 0;
  readonly #options: VisitRunOptions;
  readonly #logs: LogLine[] = [];
  #linesDropped = 0;
  #stopError: AppError | undefined;
  /** Of the attempt or the wait that is under way. */
  #controller: AbortController | undefined;
  #endAttempt: ((end: AttemptEnd) => void) | undefined;

  constructor(options: VisitRunOptions) {
    this.#options = options;
    this.startedAt = options.ports.clock.now();
  }

  /**
   * Tries until an attempt succeeds, or there is no other, or the visit is stopped. Never rejects.
   */
  async run(): Promise<VisitOutcome> {
    const { ports, tell, visit } = this.#options;
    const { node, path } = visit;
    for (;;) {
      this.attempts += 1;
      const attempt = this.attempts;
      tell({ kind: 'step.started', node: node.name, path, attempt });
      const end = await this.#attempt(attempt);
      if ('result' in end) return { kind: 'completed', result: end.result };
      if (this.#stopError !== undefined) return { kind: 'stopped' };
      const { error } = end;
      const failed = { policy: node.retry, attempt, error, random: ports.random };
      const delayMs = retryDelay(failed);
      if (delayMs === undefined) return { kind: 'failed', error };
      const report = reportOf(error);
      tell({ kind: 'step.retrying', node: node.name, path, attempt, delayMs, error: report });
      if (!(await this.#wait(ports.clock, delayMs))) return { kind: 'stopped' };
    }
  }

  /** Tells the node to stop; the visit still ends by itself, or by `abandon`. */
  stop(error: AppError): void {
    this.#stopError = error;
    this.#controller?.abort(error);
  }

  /** Ends the visit now, without waiting for a node that does not heed its signal. */
  abandon(): void {
    if (this.#stopError !== undefined) this.#endAttempt?.({ error: this.#stopError });
  }

  /** The lines of all attempts, and how many there was no room for. */
  logs(): readonly LogLine[] {
    if (this.#linesDropped === 0) return this.#logs;
    const message = `${this.#linesDropped} more lines were dropped`;
    return [...this.#logs, { level: 'warn', message }];
  }

  /** True when the time has passed, false when the visit was told to stop. */
  #wait(clock: Clock, ms: number): Promise<boolean> {
    this.#controller = new AbortController();
    return clock.sleep(ms, this.#controller.signal).then(
      () => this.#stopError === undefined,
      () => false,
    );
  }

  #attempt(attempt: number): Promise<AttemptEnd> {
    const { ports, visit } = this.#options;
    const { node } = visit;
    const controller = new AbortController();
    this.#controller = controller;
    return new Promise((resolve) => {
      const timer = node.timeoutMs === undefined ? undefined : new AbortController();
      let isOver = false;
      const end = (attemptEnd: AttemptEnd) => {
        isOver = true;
        timer?.abort();
        resolve(attemptEnd);
      };
      this.#endAttempt = end;
      const { signal } = controller;
      const log = (line: LogLine) => {
        if (!isOver) this.#log(line);
      };
      promised(() => ports.spawn({ ...visit, attempt, signal, log })).then(
        (result) => end({ result }),
        (thrown: unknown) => end({ error: errorOfVisit(thrown, node) }),
      );
      if (node.timeoutMs === undefined || timer === undefined) return;
      const { timeoutMs } = node;
      ports.clock.sleep(timeoutMs, timer.signal).then(
        () => {
          const error = timedOut(visit, timeoutMs);
          end({ error });
          controller.abort(error);
        },
        () => {
          // The attempt ended in time.
        },
      );
    });
  }

  #log(line: LogLine): void {
    if (this.#logs.length < ENGINE_LIMITS.logLinesAStep) this.#logs.push(line);
    else this.#linesDropped += 1;
  }
}

function timedOut({ node }: Pick<Visit, 'node'>, timeoutMs: number): AppError {
  return new AppError('NODE_TIMEOUT', {
    message: `node ${node.name} took longer than its timeout of ${formatDuration(timeoutMs)}`,
    place: node.place,
  });
}
