import { assert, ENGINE_LIMITS, formatDuration, type ValueMap } from '../base/index.ts';
import type { ExecutionResult, StepRecord } from '../contract/index.ts';
import type { AppError } from '../errors/index.ts';
import type { Plan } from '../language/index.ts';
import { mayRun } from './edges.ts';
import { eventTeller, type Tell } from './events.ts';
import type { ExecuteOptions } from './execute-options.ts';
import { completedEnd, type ExecutionEnd, stoppedEnd } from './execution-end.ts';
import { type ExecutionLimits, limitsOf } from './execution-limits.ts';
import * as failure from './failure.ts';
import { stepKey } from './memory-journal.ts';
import { consequenceOf, foreachStep } from './outcome.ts';
import { promised } from './promised.ts';
import { Queue } from './queue.ts';
import { ownStep, recordedCause, recordedSteps } from './recorded.ts';
import type { Cell } from './scopes.ts';
import { type FlowShape, shapeOf } from './shape.ts';
import { cancelledStep, skippedStep } from './steps.ts';
import { visitOf } from './visit.ts';
import type { FlowNames } from './visit-names.ts';
import { type VisitOutcome, VisitRun } from './visit-run.ts';
import { VisitTable } from './visit-table.ts';

/**
 * Runs one flow once. The visit table says what is due; this class starts it within the limits,
 * keeps its record in the journal and hands the record back to the table, until all has ended or
 * something stops the execution. Its invariants:
 *
 * - what a visit gave is seen by others only after the journal has it;
 * - after the first cause to stop nothing starts, and what runs has the grace to end;
 * - there is exactly one `execution.ended`, and no event after it.
 *
 * Everything that happens enters through `#change`, so nothing is half done between two awaits.
 */
export class Execution {
  readonly #plan: Plan;
  readonly #options: ExecuteOptions;
  readonly #limits: ExecutionLimits;
  readonly #flow: FlowShape;
  readonly #names: FlowNames;
  readonly #table: VisitTable;
  readonly #tell: Tell;

  /** Cells whose edges are all settled, and foreachs whose items have all ended. */
  readonly #due = new Queue<Cell>();
  readonly #gathered = new Queue<Cell>();
  /** Cells that will run, in the order in which they became ready. */
  readonly #ready = new Queue<Cell>();
  readonly #running = new Map<Cell, VisitRun>();
  /** Foreachs whose items are under way. */
  readonly #gathering = new Map<Cell, VisitRun>();
  /** Records that the journal is writing. */
  #writing = 0;
  /** Visits that ran, here or before. */
  #visits = 0;
  /** Visits started since the event loop last had a turn. */
  #burst = 0;
  #isResting = false;

  #recorded: ReadonlyMap<string, StepRecord> = new Map();
  readonly #steps: StepRecord[] = [];
  #cause: failure.StopCause | undefined;
  #isJournalBroken = false;
  /** Aborts when the execution is over, which ends its timers. */
  readonly #over = new AbortController();
  #resolve: (result: ExecutionResult) => void = () => {};

  constructor(plan: Plan, inputs: ValueMap, options: ExecuteOptions) {
    const { executionId, ports, onEvent } = options;
    this.#plan = plan;
    this.#options = options;
    this.#limits = limitsOf(plan, options.limits ?? {});
    this.#flow = shapeOf(plan);
    this.#tell = eventTeller(ports.clock, onEvent);
    const possible = new Map();
    this.#names = { flow: this.#flow, inputs, executionId, flowName: plan.name, possible };
    this.#table = new VisitTable(this.#flow, {
      concurrency: this.#limits.concurrency,
      onDue: (cell) => this.#due.push(cell),
      onGathered: (cell) => this.#gathered.push(cell),
    });
  }

  /** Resolves when the execution is over, however it ended. Never rejects. */
  async run(): Promise<ExecutionResult> {
    const { executionId, signal } = this.#options;
    this.#tell({ kind: 'execution.started', executionId, flow: this.#plan.name });
    const ended = new Promise<ExecutionResult>((resolve) => {
      this.#resolve = resolve;
    });
    await this.#recall();
    const cancel = () => this.#change(() => this.#stop(failure.cancelled()));
    signal?.addEventListener('abort', cancel, { once: true });
    this.#change(() => this.#begin());
    const result = await ended;
    signal?.removeEventListener('abort', cancel);
    return result;
  }

  async #recall(): Promise<void> {
    const { executionId, ports } = this.#options;
    try {
      const steps = await ports.journal.load(executionId);
      for (const step of steps) this.#steps.push(ownStep(step));
      this.#recorded = recordedSteps(this.#steps);
      this.#cause = recordedCause(this.#steps, this.#flow);
    } catch (error) {
      this.#isJournalBroken = true;
      this.#cause = failure.journalFailed(error);
    }
  }

  #begin(): void {
    if (this.#cause !== undefined) return;
    if (this.#options.signal?.aborted === true) {
      this.#stop(failure.cancelled());
      return;
    }
    const { timeoutMs } = this.#limits;
    const message = `the execution took longer than ${formatDuration(timeoutMs)}`;
    this.#after(timeoutMs, () => this.#stop(failure.overLimit('EXECUTION_TIMEOUT', message)));
    this.#table.begin();
  }

  /**
   * The one way in: does the work, then all that follows from it. A defect of ours ends the run.
   */
  #change(work: () => void): void {
    if (this.#over.signal.aborted) return;
    try {
      work();
      this.#advance();
    } catch (error) {
      this.#stop(failure.broken(error));
      this.#endIfOver();
    }
  }

  #after(ms: number, work: () => void): void {
    this.#options.ports.clock.sleep(ms, this.#over.signal).then(
      () => this.#change(work),
      () => {
        // The execution was over before the time came.
      },
    );
  }

  #advance(): void {
    while (this.#cause === undefined) {
      const due = this.#due.take();
      const gathered = due === undefined ? this.#gathered.take() : undefined;
      if (due !== undefined) this.#decide(due);
      else if (gathered !== undefined) this.#endForeach(gathered);
      else break;
    }
    while (this.#cause === undefined && this.#hasRoom()) {
      const cell = this.#ready.take();
      if (cell === undefined) break;
      this.#start(cell);
      this.#burst += 1;
      if (this.#burst === ENGINE_LIMITS.visitsATurn) this.#rest();
    }
    this.#endIfOver();
  }

  /** Records under way to the journal count too: a slow journal slows the visits down. */
  #hasRoom(): boolean {
    return !this.#isResting && this.#running.size + this.#writing < this.#limits.concurrency;
  }

  /** Nodes that never wait must not keep timers, sockets and other executions from their turn. */
  #rest(): void {
    this.#isResting = true;
    this.#after(0, () => {
      this.#isResting = false;
      this.#burst = 0;
    });
  }

  #decide(cell: Cell): void {
    const record = this.#recordOf(cell);
    if (record !== undefined) {
      if (record.attempts > 0) this.#visits += 1;
      this.#table.end(cell, record);
    } else if (mayRun(cell)) this.#ready.push(cell);
    else this.#keep(cell, skippedStep(cell, this.#now()));
  }

  #recordOf(cell: Cell): StepRecord | undefined {
    if (this.#recorded.size === 0) return undefined;
    return this.#recorded.get(stepKey({ node: cell.node.plan.name, path: cell.scope.path }));
  }

  #start(cell: Cell): void {
    const { steps } = this.#limits;
    if (this.#visits >= steps) {
      this.#stop(failure.overLimit('LIMIT_STEPS', `the execution would make over ${steps} steps`));
      return;
    }
    this.#visits += 1;
    const visit = visitOf(cell, this.#names);
    const run = new VisitRun({ ports: this.#options.ports, tell: this.#tell, visit });
    this.#running.set(cell, run);
    run.run().then((outcome) => this.#change(() => this.#endVisit(cell, run, outcome)));
  }

  #endVisit(cell: Cell, run: VisitRun, outcome: VisitOutcome): void {
    this.#running.delete(cell);
    const stop = this.#cause && failure.stopError(this.#cause);
    const ran = { cell, run, endedAt: this.#now() };
    const { regionItems } = this.#limits;
    const consequence = consequenceOf(ran, outcome, { regionItems, stop });
    if (consequence.record !== undefined) {
      this.#keep(cell, consequence.record);
      return;
    }
    this.#gathering.set(cell, run);
    this.#table.open(cell, consequence.items);
  }

  #endForeach(cell: Cell): void {
    const run = this.#gathering.get(cell);
    assert(run !== undefined, `${cell.node.plan.name} has begun before it ends`);
    this.#gathering.delete(cell);
    this.#keep(cell, foreachStep({ cell, run, endedAt: this.#now() }, this.#flow));
  }

  /** Writes a record; only then do others see the step. Writes of independent steps overlap. */
  #keep(cell: Cell, record: StepRecord): void {
    if (this.#isJournalBroken) return;
    this.#writing += 1;
    const { executionId, ports } = this.#options;
    promised(() => ports.journal.append(executionId, record)).then(
      () => this.#change(() => this.#kept(cell, record)),
      (error: unknown) =>
        this.#change(() => {
          this.#writing -= 1;
          this.#isJournalBroken = true;
          this.#stop(failure.journalFailed(error));
        }),
    );
  }

  #kept(cell: Cell, record: StepRecord): void {
    this.#writing -= 1;
    this.#steps.push(record);
    this.#tell({ kind: 'step.ended', step: record });
    if (this.#cause !== undefined) return;
    const isFatal = record.status === 'failed' && record.port === undefined;
    if (isFatal && !cell.node.isSheltered && record.error !== undefined) {
      this.#stop(failure.stoppedBy({ node: record.node, path: record.path, error: record.error }));
    } else this.#table.end(cell, record);
  }

  /** From here nothing starts. What runs is told to stop, and given up when the grace is over. */
  #stop(cause: failure.StopCause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    const error = failure.stopError(cause);
    for (const run of this.#running.values()) run.stop(error);
    if (this.#running.size === 0) return;
    this.#after(this.#limits.graceMs, () => {
      for (const run of this.#running.values()) run.abandon();
    });
  }

  #endIfOver(): void {
    if (this.#running.size > 0 || this.#writing > 0 || this.#over.signal.aborted) return;
    if (this.#cause === undefined) {
      if (this.#isResting) return;
      assert(this.#table.isDone, 'while a flow is not done, a visit runs or a record is written');
      this.#conclude(completedEnd(this.#plan, this.#table.root, this.#names));
    } else if (this.#gathering.size > 0 && !this.#isJournalBroken) {
      this.#cancelForeachs(failure.stopError(this.#cause));
    } else {
      this.#conclude(stoppedEnd(this.#cause));
    }
  }

  #cancelForeachs(error: AppError): void {
    const endedAt = this.#now();
    for (const [cell, run] of this.#gathering) {
      this.#keep(cell, cancelledStep({ cell, run, endedAt }, error));
    }
    this.#gathering.clear();
  }

  #conclude(end: ExecutionEnd): void {
    this.#over.abort();
    const { status, error } = end;
    this.#tell({ kind: 'execution.ended', status, ...(error === undefined ? {} : { error }) });
    this.#resolve({ executionId: this.#options.executionId, ...end, steps: this.#steps });
  }

  #now(): number {
    return this.#options.ports.clock.now();
  }
}
