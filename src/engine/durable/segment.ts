import {
  type AccountId,
  DISPATCH_LIMITS,
  type ExecutionId,
  seededRandom,
  seedFromText,
} from '../../base/index.ts';
import type {
  ExecutionEvent,
  ExecutionResult,
  ExecutionStatus,
  StepRecord,
} from '../../contract/index.ts';
import { AppError, asAppError, reportOf } from '../../errors/index.ts';
import type { Plan } from '../../language/index.ts';
import { execute } from '../execute.ts';
import type { SegmentOptions as EngineOptions } from '../execute-options.ts';
import { keepValue } from './entries.ts';
import { EntryWriter, type EntryWriterOptions, type LastWords } from './entry-writer.ts';
import type { Reused } from './history.ts';
import type { SegmentEnd, SegmentOptions, SegmentTools, Stretch } from './segment-options.ts';
import { fenced, isPure, isSilent, reported } from './silence.ts';

/**
 * One stretch of one execution in this process: the engine on one side, the journal of the store on
 * the other. It ends once, in one of three ways (SegmentEnd); when another process may have the
 * execution it ends in silence: visits are told to stop, nothing is written or told.
 */
export class Segment {
  readonly account: AccountId;
  readonly execution: ExecutionId;
  /** Resolves when the stretch is over and its end is durable. Never rejects. */
  readonly done: Promise<SegmentEnd>;
  readonly #options: SegmentOptions;
  readonly #tools: SegmentTools;
  readonly #signal = new AbortController();
  #writer: EntryWriter;
  #settle: (end: SegmentEnd) => void = () => {};
  #isIdle = false;
  #isOver = false;
  /** The engine is not asked any more: what follows is the end as failed. */
  #isFailing = false;
  #isCancelAsked = false;
  #reused: Reused | undefined;

  constructor(options: SegmentOptions, tools: SegmentTools) {
    this.account = options.account;
    this.execution = options.execution;
    this.#options = options;
    this.#tools = tools;
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const { lastSequence, header } = options;
    this.#writer = this.#writerFrom({ lastSequence, header }, (error) => this.#lost(error));
  }

  get durable(): number {
    return this.#writer.durable;
  }

  get isHeaderDurable(): boolean {
    return this.#writer.isHeaderDurable;
  }

  /** When the oldest entry came that waits to be written. */
  get gatheredSince(): number | undefined {
    return this.#writer.gatheredSince;
  }

  /** Runs the engine. Never rejects: a defect of ours ends the execution as failed. */
  async run(stretch: Stretch): Promise<void> {
    if (this.#isOver) return;
    this.#reused = stretch.reused;
    try {
      const result = await execute(stretch.plan, stretch.inputs, this.#executeOptions(stretch));
      this.#idle();
      if (this.#isOver || this.#isFailing) return;
      if (result.status === 'suspended') await this.#suspend(result.wakeAt);
      else await this.#end(result);
    } catch (thrown) {
      await this.fail(thrown);
    }
  }

  #executeOptions({ plan, history, reason, reused, spawn }: Stretch): EngineOptions {
    const { clock, limits } = this.#tools;
    const { execution, startedAt, lastSequence } = this.#options;
    const resume = { startedAt, waits: history.waits, sequence: lastSequence + 1 };
    const recorded = reused?.steps ?? history.steps;
    return {
      executionId: execution,
      ports: {
        clock,
        random: seededRandom(seedFromText(execution)),
        journal: {
          load: () => this.#load(recorded, reason),
          append: (_id, step) => this.#append(step, plan),
        },
        spawn,
        ready: ({ node }) => (isPure(node) ? undefined : this.#ready()),
      },
      signal: this.#signal.signal,
      limits,
      suspend: { afterMs: DISPATCH_LIMITS.suspendMs },
      ...(reason === undefined ? {} : { resume: { ...resume, reason } }),
      onEvent: (event) => this.#tell(event),
    };
  }

  /** Resolves when the execution is in the store. Rejects as JournalStore.write for a header. */
  accepted(): Promise<void> {
    return this.isHeaderDurable ? DONE : this.#writer.flush();
  }

  /** Writes what waits to be written. */
  flushSoon(): void {
    this.#writer.flushSoon();
  }

  /** Asks the store whether the execution is still ours; if not, the segment ends in silence. */
  confirm(): void {
    this.#writer.confirm().catch(() => {
      // The writer has told `#lost`, and that is all there is to do.
    });
  }

  /** Resolves when no write is under way; after `stop` none follows. */
  quiet(): Promise<void> {
    return this.#writer.quiet();
  }

  /** The execution ends as cancelled, within its grace. */
  cancel(): void {
    this.#isCancelAsked = true;
    const message = 'the execution was cancelled';
    this.#signal.abort(new AppError('EXECUTION_CANCELLED', { message }));
  }

  /** Ends in silence, now. */
  stop(error: AppError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.abort(fenced());
    this.#writer.stop(error);
    this.#idle();
    this.#settle({ kind: 'silent', error });
  }

  /**
   * Ends the execution as failed with what was thrown. Never rejects. A store that does not answer,
   * and a lost execution, are no failure: then it ends in silence.
   */
  async fail(thrown: unknown): Promise<void> {
    if (this.#isOver || this.#isFailing) return;
    const error = asAppError(thrown);
    if (isSilent(error)) {
      this.stop(error);
      return;
    }
    const { execution } = this.#options;
    this.#isFailing = true;
    if (error.code === 'INTERNAL') this.#tools.log.error('execution failed', { execution, error });
    this.#signal.abort(fenced());
    this.#idle();
    const endedAt = this.#tools.clock.now();
    const report = reportOf(error);
    await this.#close({ status: 'failed', endedAt, error: report });
  }

  async #end({ status, outputs, error }: ExecutionResult): Promise<void> {
    const endedAt = this.#tools.clock.now();
    const kept = status === 'completed' ? keepValue(outputs, this.#options.blobs) : undefined;
    await this.#close({
      status,
      endedAt,
      ...(kept === undefined ? {} : { outputs: kept instanceof Promise ? await kept : kept }),
      ...(error === undefined ? {} : { error }),
    });
  }

  /** A cancel that came too late for the engine wakes the execution at once. */
  async #suspend(wakeAt: number): Promise<void> {
    const due = this.#isCancelAsked ? this.#tools.clock.now() : wakeAt;
    await this.#writer.close({ status: 'waiting', wakeAt: due });
    this.#over({ kind: 'waiting' });
  }

  async #close(lastWords: Terminal): Promise<void> {
    const { status, error, endedAt, outputs } = lastWords;
    const writer = this.#writer;
    try {
      await writer.close(lastWords, { kind: 'execution.ended', status, ...reported(error) });
    } catch {
      // `#lost` was told, and ended the segment or tried once more.
      return;
    }
    const ended = { status, endedAt, startedAt: this.#options.startedAt };
    const outcome = { ...ended, ...(outputs && { outputs }), ...(error && { error }) };
    this.#over({ kind: 'ended', outcome });
  }

  /** The first end counts. */
  #over(end: SegmentEnd): void {
    this.#isOver = true;
    this.#settle(end);
  }

  /**
   * A write failed. What the store refuses for no reason that we know is a defect of ours: the
   * execution ends as failed, once, from the last entry that is durable. Where that fails too it is
   * left alone: the dispatcher gives it up some time later, and takeovers park it.
   */
  #lost(error: AppError): void {
    if (isSilent(error)) {
      this.stop(error);
      return;
    }
    const { execution } = this.#options;
    const { durable, header } = this.#writer;
    const leave = (last: AppError) => {
      this.#tools.log.error('execution is left as it is', { execution, error: last });
      this.stop(last);
    };
    if (this.#isFailing) {
      leave(error);
      return;
    }
    this.#tools.log.error('entries cannot be written', { execution, error });
    this.#writer = this.#writerFrom({ lastSequence: durable, header }, leave);
    void this.fail(new AppError('INTERNAL', { message: 'its steps cannot be kept', cause: error }));
  }

  #writerFrom(
    from: Pick<EntryWriterOptions, 'lastSequence'> & { header: EntryWriterOptions['header'] },
    onLost: (error: AppError) => void,
  ): EntryWriter {
    const { account, execution, blobs, epoch, startedAt, onDurable } = this.#options;
    const { journal, clock, owner } = this.#tools;
    const { lastSequence, header } = from;
    return new EntryWriter({
      ...{ account, execution, blobs, epoch, startedAt, onDurable, journal, clock, owner },
      ...(header === undefined ? {} : { header }),
      lastSequence,
      onLost,
    });
  }

  /**
   * A takeover is in the journal before anything runs, so that an execution that ends its process
   * is known by them.
   */
  async #load(
    steps: readonly StepRecord[],
    reason: Stretch['reason'],
  ): Promise<readonly StepRecord[]> {
    if (reason === 'takeover') await this.#writer.flush();
    return steps;
  }

  #append(step: StepRecord, plan: Plan): Promise<void> {
    const node = plan.node.get(step.node);
    return this.#writer.append(step, node === undefined || isPure(node));
  }

  #tell(event: ExecutionEvent): void {
    if (this.#isOver || this.#isFailing) return;
    this.#writer.tell(event);
    if (event.kind !== 'execution.started') return;
    for (const body of this.#reused?.bodies ?? []) this.#writer.note(body);
  }

  /**
   * Before a visit with an effect everything so far is durable, and the lease holds: no other
   * process runs it. Where the lease had ended meanwhile, the store is asked once more.
   */
  async #ready(): Promise<void> {
    await this.#writer.flush();
    while (!this.#tools.lease.isHeld()) {
      await this.#tools.lease.renewed();
      await this.#writer.confirm();
    }
  }

  #idle(): void {
    if (this.#isIdle) return;
    this.#isIdle = true;
    this.#options.onIdle();
  }
}

type Terminal = LastWords & { readonly status: ExecutionStatus; readonly endedAt: number };

const DONE = Promise.resolve();
