import { type Clock, formatDuration } from '../base/index.ts';
import type { CapabilityName, NodeResult } from '../contract/index.ts';
import { AppError, reportOf } from '../errors/index.ts';
import { Attempt, type AttemptEnd, AttemptedVisit } from './attempt.ts';
import type { Tell } from './events.ts';
import { errorOfVisit } from './failure.ts';
import type { EnginePorts, VisitBase } from './ports.ts';
import { promised } from './promised.ts';
import { retryDelay } from './retry.ts';
import { VisitNotes } from './visit-notes.ts';

/** Capabilities that report to the step how each use of them ended. */
const REPORTING: ReadonlySet<CapabilityName> = new Set(['code']);

/** What ends the timer of an attempt; nobody ever sees it. */
const IN_TIME = new Error('the attempt ended in time');

/** How a visit ended, after all its attempts. */
export type VisitOutcome =
  | { readonly kind: 'completed'; readonly result: NodeResult }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'stopped' };

export interface VisitRunOptions {
  readonly ports: EnginePorts;
  readonly tell: Tell;
  readonly visit: VisitBase;
  /** How long an attempt that is told to stop may take to report what it used. */
  readonly graceMs: number;
}

/**
 * One visit under way: its attempts, its waits, its log. Whatever the node does, `run` settles: an
 * attempt over its timeout is given up, and `abandon` gives up the rest. What a given-up attempt
 * still says or returns later is ignored.
 */
export class VisitRun {
  readonly startedAt: number;
  readonly notes = new VisitNotes();
  attempts = 0;
  readonly #options: VisitRunOptions;
  #stopError: AppError | undefined;
  #attempt: Attempt | undefined;
  /** Of the wait between two attempts. */
  #pause: AbortController | undefined;

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
      const end = await this.#try(attempt);
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
    this.#attempt?.stop(error);
    this.#pause?.abort(error);
  }

  /** Ends the visit now, without waiting for a node that does not heed its signal. */
  abandon(): void {
    if (this.#stopError !== undefined) this.#attempt?.end({ error: this.#stopError });
  }

  /** True when the time has passed, false when the visit was told to stop. */
  #wait(clock: Clock, ms: number): Promise<boolean> {
    this.#pause = new AbortController();
    return clock.sleep(ms, this.#pause.signal).then(
      () => this.#stopError === undefined,
      () => false,
    );
  }

  #try(number: number): Promise<AttemptEnd> {
    const { ports, visit } = this.#options;
    const { node } = visit;
    const attempt = new Attempt(this.notes);
    this.#attempt = attempt;
    const attempted = new AttemptedVisit(visit, number, attempt);
    const failed = (thrown: unknown) => attempt.end({ error: errorOfVisit(thrown, node) });
    const begin = () => {
      const until = this.#limit(attempt);
      promised(() => ports.spawn(attempted)).then((result) => {
        if (result.notBefore !== undefined && result.notBefore > until) attempt.hold();
        else attempt.end({ result });
      }, failed);
    };
    const ready = ports.ready?.(attempted);
    if (ready === undefined) begin();
    else {
      attempt.hold();
      ready.then(() => attempt.begin(begin), failed);
    }
    return attempt.ended;
  }

  /**
   * Ends the attempt when its time is over; gives that time. A node whose capability reports how
   * its use ended is waited for, during the grace, so that the step has that too.
   */
  #limit(attempt: Attempt): number {
    const { ports, visit, graceMs } = this.#options;
    const { timeoutMs, type } = visit.node;
    if (timeoutMs === undefined) return Number.POSITIVE_INFINITY;
    const timer = new AbortController();
    attempt.ended.then(() => timer.abort(IN_TIME));
    const { clock } = ports;
    const inTime = () => {
      // The attempt ended before its time was over, or within the grace.
    };
    clock.sleep(timeoutMs, timer.signal).then(() => {
      const error = timedOut(visit, timeoutMs);
      const end = () => attempt.end({ error });
      attempt.expire(error);
      if (type.needs.some((name) => REPORTING.has(name))) {
        clock.sleep(graceMs, timer.signal).then(end, inTime);
      } else end();
    }, inTime);
    return clock.now() + timeoutMs;
  }
}

function timedOut({ node }: VisitBase, timeoutMs: number): AppError {
  return new AppError('NODE_TIMEOUT', {
    message: `node ${node.name} took longer than its timeout of ${formatDuration(timeoutMs)}`,
    place: node.place,
  });
}
