import { formatDuration, type ValueMap } from '../base/index.ts';
import type { AppError } from '../errors/index.ts';
import type { Plan } from '../language/index.ts';
import { eventTeller, type Tell } from './events.ts';
import type { ExecuteOptions, SegmentEnd } from './execute-options.ts';
import { completedEnd, type ExecutionEnd, stoppedEnd } from './execution-end.ts';
import { limitsOf } from './execution-limits.ts';
import * as failure from './failure.ts';
import { isFenced } from './fenced.ts';
import { type Recalled, recall } from './recorded.ts';
import { shapeOf } from './shape.ts';
import { Timers } from './timers.ts';
import type { FlowNames } from './visit-names.ts';
import { Visits } from './visits.ts';

/**
 * Runs one flow once, or one segment of that: begins it, stops it and ends it. Its visits go their
 * own way, see visits.ts, until all have ended, or only waits are left, or something stops them.
 * Its invariants:
 *
 * - after the first cause to stop nothing starts, and what runs has the grace to end;
 * - there is exactly one `execution.ended`, and no event after it; none when the execution is
 *   suspended or fenced, and no event after that either.
 */
export class Execution {
  readonly #plan: Plan;
  readonly #options: ExecuteOptions;
  readonly #names: FlowNames;
  readonly #visits: Visits;
  readonly #tell: Tell;
  readonly #timers: Timers;
  readonly #timeoutMs: number;
  /** When EXECUTION_TIMEOUT strikes. */
  readonly #deadline: number;
  #cause: failure.StopCause | undefined;
  /** Set when another process has the execution: from then on this one is silent. */
  #fence: AppError | undefined;
  #resolve: (end: SegmentEnd) => void = () => {};
  #reject: (error: AppError) => void = () => {};

  constructor(plan: Plan, inputs: ValueMap, options: ExecuteOptions) {
    const { executionId, ports, onEvent, resume } = options;
    this.#plan = plan;
    this.#options = options;
    const limits = limitsOf(plan, options.limits ?? {});
    this.#timeoutMs = limits.timeoutMs;
    this.#deadline = (resume?.startedAt ?? ports.clock.now()) + limits.timeoutMs;
    const tell = eventTeller(ports.clock, onEvent, resume?.sequence);
    this.#tell = (event) => {
      if (this.#fence === undefined) tell(event);
    };
    const change = (work: () => void) => this.#change(work);
    this.#timers = new Timers(ports.clock, change);
    const flow = shapeOf(plan);
    this.#names = { flow, inputs, executionId, flowName: plan.name, possible: new Map() };
    this.#visits = new Visits({
      host: {
        change,
        stop: (cause) => this.#stop(cause),
        silence: (fence) => this.#silence(fence),
      },
      ports,
      limits,
      names: this.#names,
      tell: this.#tell,
      timers: this.#timers,
    });
  }

  /** Resolves when the execution is over, however it ended, or suspended. Rejects when fenced. */
  async run(): Promise<SegmentEnd> {
    const { executionId, ports, resume, signal } = this.#options;
    if (resume !== undefined) this.#tell({ kind: 'execution.resumed', reason: resume.reason });
    else this.#tell({ kind: 'execution.started', executionId, flow: this.#plan.name });
    const recalled = await recall(ports.journal, executionId, this.#names.flow);
    const ended = new Promise<SegmentEnd>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const abort = () => this.#change(() => this.#abort(signal?.reason));
    signal?.addEventListener('abort', abort, { once: true });
    this.#change(() => this.#begin(recalled));
    try {
      return await ended;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #begin(recalled: Recalled): void {
    const { resume, signal } = this.#options;
    this.#visits.recall(recalled, resume?.waits ?? []);
    if (recalled.fence !== undefined) this.#silence(recalled.fence);
    if (signal?.aborted === true && isFenced(signal.reason)) this.#silence(signal.reason);
    if (recalled.cause !== undefined) this.#stop(recalled.cause);
    if (signal?.aborted === true) this.#stop(failure.cancelled());
    const left = this.#deadline - this.#now();
    if (left <= 0) this.#stop(this.#overTime());
    if (this.#cause !== undefined) return;
    this.#timers.after(left, () => this.#stop(this.#overTime()));
    this.#visits.begin();
  }

  #abort(reason: unknown): void {
    if (isFenced(reason)) this.#silence(reason);
    else this.#stop(failure.cancelled());
  }

  #overTime(): failure.StopCause {
    const message = `the execution took longer than ${formatDuration(this.#timeoutMs)}`;
    return failure.overLimit('EXECUTION_TIMEOUT', message);
  }

  /** The one way in: does the work, then what follows from it. A defect of ours ends the run. */
  #change(work: () => void): void {
    if (this.#timers.isOver) return;
    try {
      work();
      this.#visits.advance();
      this.#endIfOver();
    } catch (error) {
      this.#stop(failure.broken(error));
      this.#endIfOver();
    }
  }

  #stop(cause: failure.StopCause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#visits.stop(failure.stopError(cause));
  }

  /** From here nothing is told or written: what happens next is told by another process. */
  #silence(fence: AppError): void {
    if (this.#fence !== undefined) return;
    this.#fence = fence;
    this.#cause ??= failure.broken(fence);
    this.#visits.silence(fence);
  }

  #endIfOver(): void {
    if (this.#timers.isOver || this.#visits.areRunning) return;
    // A journal that another process has may never answer, so nothing waits for it.
    if (this.#fence !== undefined) {
      this.#timers.end();
      this.#reject(this.#fence);
    } else if (this.#visits.areBusy) return;
    else if (this.#cause === undefined) this.#endIfDone();
    else if (!this.#visits.cancelForeachs(failure.stopError(this.#cause))) {
      this.#conclude(stoppedEnd(this.#cause));
    }
  }

  #endIfDone(): void {
    const { nextWake } = this.#visits;
    if (nextWake !== undefined) {
      this.#suspend(Math.min(nextWake, this.#deadline));
      return;
    }
    this.#conclude(completedEnd(this.#plan, this.#visits.finished(), this.#names));
  }

  /** Only waits are left: the segment ends here, unless the first of them is over soon. */
  #suspend(wakeAt: number): void {
    const { suspend, executionId } = this.#options;
    if (suspend === undefined || wakeAt - this.#now() <= suspend.afterMs) return;
    this.#end({ executionId, status: 'suspended', wakeAt, steps: this.#visits.steps });
  }

  #conclude(end: ExecutionEnd): void {
    const { executionId } = this.#options;
    const { status, error } = end;
    this.#tell({ kind: 'execution.ended', status, ...(error === undefined ? {} : { error }) });
    this.#end({ executionId, ...end, steps: this.#visits.steps });
  }

  #end(end: SegmentEnd): void {
    this.#timers.end();
    this.#resolve(end);
  }

  #now(): number {
    return this.#options.ports.clock.now();
  }
}
