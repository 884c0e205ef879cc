import { assert, ENGINE_LIMITS } from '../base/index.ts';
import type { StepRecord, StepWait } from '../contract/index.ts';
import type { AppError } from '../errors/index.ts';
import { mayRun } from './edges.ts';
import type { Tell } from './events.ts';
import type { ExecutionLimits } from './execution-limits.ts';
import * as failure from './failure.ts';
import { isFenced } from './fenced.ts';
import { stepKey } from './memory-journal.ts';
import { consequenceOf, foreachStep } from './outcome.ts';
import type { EnginePorts } from './ports.ts';
import { promised } from './promised.ts';
import { Queue } from './queue.ts';
import { ownWaits, type Recalled } from './recorded.ts';
import type { Cell, Scope } from './scopes.ts';
import { cancelledStep, cancelledWait, skippedStep, waitedStep } from './steps.ts';
import type { Timers } from './timers.ts';
import { visitOf } from './visit.ts';
import type { FlowNames } from './visit-names.ts';
import { type VisitOutcome, VisitRun } from './visit-run.ts';
import { VisitTable } from './visit-table.ts';
import { Waits } from './waits.ts';

/** The execution to which the visits belong; it decides when all is over. */
export interface VisitsHost {
  /** Everything that happens enters by this, so that nothing is half done between two awaits. */
  change(work: () => void): void;
  stop(cause: failure.StopCause): void;
  /** The journal says that another process has the execution. */
  silence(fence: AppError): void;
}

export interface VisitsOptions {
  readonly host: VisitsHost;
  readonly ports: EnginePorts;
  readonly limits: ExecutionLimits;
  readonly names: FlowNames;
  readonly tell: Tell;
  readonly timers: Timers;
}

/**
 * All visits of one execution. The visit table says what is due; this class starts it within the
 * limits, keeps its record in the journal and hands the record back to the table. What a visit gave
 * is seen by others only after the journal has it. After `stop` nothing starts.
 */
export class Visits {
  /** Those that have ended, in the order in which they did. */
  readonly steps: StepRecord[] = [];
  readonly #options: VisitsOptions;
  readonly #table: VisitTable;

  /** Cells whose edges are all settled, and foreachs whose items have all ended. */
  readonly #due = new Queue<Cell>();
  readonly #gathered = new Queue<Cell>();
  /** Cells that will run, in the order in which they became ready. */
  readonly #ready = new Queue<Cell>();
  readonly #running = new Map<Cell, VisitRun>();
  /** Foreachs whose items are under way. */
  readonly #gathering = new Map<Cell, VisitRun>();
  #waits = new Waits();
  /** The earliest moment for which a timer is set. */
  #alarm = Number.POSITIVE_INFINITY;
  /** Records that the journal is writing. */
  #writing = 0;
  /** Visits that ran, here or before. */
  #ran = 0;
  /** Visits started since the event loop last had a turn. */
  #burst = 0;
  #isResting = false;
  #recorded: ReadonlyMap<string, StepRecord> = new Map();
  #stop: AppError | undefined;
  /** The journal takes no more: it failed, or another process writes it. */
  #isMute = false;

  constructor(options: VisitsOptions) {
    this.#options = options;
    this.#table = new VisitTable(options.names.flow, {
      concurrency: options.limits.concurrency,
      onDue: (cell) => this.#due.push(cell),
      onGathered: (cell) => this.#gathered.push(cell),
    });
  }

  get areRunning(): boolean {
    return this.#running.size > 0;
  }

  /** True while a visit runs, is about to, or has a record that is being written. */
  get areBusy(): boolean {
    return this.areRunning || this.#writing > 0 || this.#isResting;
  }

  /** When the first of the visits that wait goes on; undefined where none waits. */
  get nextWake(): number | undefined {
    return this.#waits.size === 0 ? undefined : this.#waits.next;
  }

  /** Takes up what was there before this segment. */
  recall({ steps, recorded, isReadable }: Recalled, waits: readonly StepWait[]): void {
    for (const step of steps) this.steps.push(step);
    this.#recorded = recorded;
    this.#isMute = !isReadable;
    if (waits.length > 0) this.#waits = new Waits(ownWaits(waits, recorded));
  }

  /** Makes the visits due that wait for nothing. */
  begin(): void {
    this.#table.begin();
  }

  /** Does all that follows from what has happened. */
  advance(): void {
    this.#settle();
    while (this.#stop === undefined && this.#hasRoom()) {
      const cell = this.#ready.take();
      if (cell === undefined) break;
      this.#start(cell);
      this.#burst += 1;
      if (this.#burst === ENGINE_LIMITS.visitsATurn) this.#rest();
    }
  }

  /** Decides all that can be decided without running anything. */
  #settle(): void {
    while (this.#stop === undefined) {
      const due = this.#due.take();
      const gathered = due === undefined ? this.#gathered.take() : undefined;
      if (due !== undefined) this.#decide(due);
      else if (gathered !== undefined) this.#endForeach(gathered);
      else break;
    }
    if (this.#stop === undefined && this.#waits.size > 0) this.#wake();
  }

  /** Ends the visits whose time has come, and sets a timer for the first of the others. */
  #wake(): void {
    const now = this.#now();
    for (let due = this.#waits.takeDue(now); due; due = this.#waits.takeDue(now)) {
      this.#keep(due.cell, waitedStep(due.wait, now));
    }
    // A clock cannot sleep for any time; long before that the execution is over its time limit.
    const next = Math.min(this.#waits.next, now + ENGINE_LIMITS.executionMsMax);
    if (this.#waits.size === 0 || next >= this.#alarm) return;
    this.#alarm = next;
    this.#options.timers.after(next - now, () => {
      this.#alarm = Number.POSITIVE_INFINITY;
    });
  }

  /** Records under way to the journal count too: a slow journal slows the visits down. */
  #hasRoom(): boolean {
    return (
      !this.#isResting && this.#running.size + this.#writing < this.#options.limits.concurrency
    );
  }

  /** Nodes that never wait must not keep timers, sockets and other executions from their turn. */
  #rest(): void {
    this.#isResting = true;
    this.#options.timers.after(0, () => {
      this.#isResting = false;
      this.#burst = 0;
    });
  }

  #decide(cell: Cell): void {
    const record = this.#recordOf(cell);
    if (record !== undefined) {
      if (record.attempts > 0) this.#ran += 1;
      this.#table.end(cell, record);
    } else if (!mayRun(cell)) this.#keep(cell, skippedStep(cell, this.#now()));
    else if (this.#waits.resume(cell)) this.#ran += 1;
    else this.#ready.push(cell);
  }

  #recordOf(cell: Cell): StepRecord | undefined {
    if (this.#recorded.size === 0) return undefined;
    return this.#recorded.get(stepKey({ node: cell.node.plan.name, path: cell.scope.path }));
  }

  #start(cell: Cell): void {
    const { limits, names, ports, tell, host } = this.#options;
    const { steps } = limits;
    if (this.#ran >= steps) {
      host.stop(failure.overLimit('LIMIT_STEPS', `the execution would make over ${steps} steps`));
      return;
    }
    this.#ran += 1;
    const visit = visitOf(cell, names);
    const run = new VisitRun({ ports, tell, visit, graceMs: limits.graceMs });
    this.#running.set(cell, run);
    run.run().then((outcome) => host.change(() => this.#endVisit(cell, run, outcome)));
  }

  #endVisit(cell: Cell, run: VisitRun, outcome: VisitOutcome): void {
    this.#running.delete(cell);
    const { limits, tell } = this.#options;
    const bounds = { regionItems: limits.regionItems, stop: this.#stop };
    const consequence = consequenceOf({ cell, run, endedAt: this.#now() }, outcome, bounds);
    if (consequence.kind === 'ended') this.#keep(cell, consequence.record);
    else if (consequence.kind === 'waits') {
      this.#waits.add(cell, consequence.wait);
      tell({ kind: 'step.waiting', wait: consequence.wait });
    } else {
      this.#gathering.set(cell, run);
      this.#table.open(cell, consequence.items);
    }
  }

  #endForeach(cell: Cell): void {
    const run = this.#gathering.get(cell);
    assert(run !== undefined, `${cell.node.plan.name} has begun before it ends`);
    this.#gathering.delete(cell);
    this.#keep(cell, foreachStep({ cell, run, endedAt: this.#now() }, this.#options.names.flow));
  }

  /**
   * Writes a record; only then do others see the step. Writes of independent steps overlap. Without
   * a cell nothing follows from the record.
   */
  #keep(cell: Cell | undefined, record: StepRecord): void {
    if (this.#isMute) return;
    this.#writing += 1;
    const { host, names, ports } = this.#options;
    promised(() => ports.journal.append(names.executionId, record)).then(
      () => host.change(() => this.#kept(cell, record)),
      (error: unknown) => host.change(() => this.#notKept(error)),
    );
  }

  #kept(cell: Cell | undefined, record: StepRecord): void {
    const { host, tell } = this.#options;
    this.#writing -= 1;
    this.steps.push(record);
    tell({ kind: 'step.ended', step: record });
    if (this.#stop !== undefined || cell === undefined) return;
    const { node, path, status, port, error } = record;
    const isFatal = status === 'failed' && port === undefined && !cell.node.isSheltered;
    if (isFatal && error !== undefined) host.stop(failure.stoppedBy({ node, path, error }));
    else this.#table.end(cell, record);
  }

  #notKept(error: unknown): void {
    this.#writing -= 1;
    this.#isMute = true;
    if (isFenced(error)) this.#options.host.silence(error);
    else this.#options.host.stop(failure.journalFailed(error));
  }

  /**
   * From here nothing starts. What waits is recorded as cancelled, what runs is told to stop, and
   * given up when the grace is over.
   */
  stop(error: AppError): void {
    if (this.#stop !== undefined) return;
    this.#stop = error;
    for (const wait of this.#waits.drain()) {
      this.#keep(undefined, cancelledWait(wait, this.#now(), error));
    }
    this.#stopRunning(error);
  }

  /** Stops, and writes nothing from here on. */
  silence(error: AppError): void {
    this.#isMute = true;
    this.#stop = error;
    this.#stopRunning(error);
  }

  #stopRunning(error: AppError): void {
    for (const run of this.#running.values()) run.stop(error);
    if (this.#running.size === 0) return;
    const { limits, timers } = this.#options;
    timers.after(limits.graceMs, () => {
      for (const run of this.#running.values()) run.abandon();
    });
  }

  /** Records the foreachs that were under way as cancelled; true where there were any. */
  cancelForeachs(error: AppError): boolean {
    if (this.#isMute || this.#gathering.size === 0) return false;
    const endedAt = this.#now();
    for (const [cell, run] of this.#gathering) {
      this.#keep(cell, cancelledStep({ cell, run, endedAt }, error));
    }
    this.#gathering.clear();
    return true;
  }

  /** What all of them gave, when all have come to an end. */
  finished(): Scope {
    assert(this.#table.isDone, 'while a flow is not done, a visit runs or a record is written');
    return this.#table.root;
  }

  #now(): number {
    return this.#options.ports.clock.now();
  }
}
