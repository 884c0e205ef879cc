import {
  type AccountId,
  assert,
  type Clock,
  DISPATCH_LIMITS,
  type ExecutionId,
  type ProcessId,
} from '../../base/index.ts';
import type { ExecutionEvent, StepRecord } from '../../contract/index.ts';
import { type AppError, asAppError } from '../../errors/index.ts';
import type {
  AuditEntry,
  BlobStore,
  ExecutionHeader,
  JournalEntry,
  JournalStore,
  JournalUnit,
} from '../../store/index.ts';
import type { EventBody } from '../events.ts';
import { bodyOf, entryOf } from './entries.ts';

export interface EntryWriterOptions {
  readonly journal: JournalStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly account: AccountId;
  readonly execution: ExecutionId;
  readonly owner: ProcessId;
  readonly epoch: number;
  readonly startedAt: number;
  /** Of the entries that are in the store already. */
  readonly lastSequence: number;
  /** Where the execution is not in the store yet. */
  readonly header?: { readonly header: ExecutionHeader; readonly audit: AuditEntry };
  /** Told what is durable, in order; `isEnd` with the terminal status. */
  readonly onDurable: (entries: readonly JournalEntry[], isEnd: boolean) => void;
  /** Told once, when a write failed for good: nothing is written any more. */
  readonly onLost: (error: AppError) => void;
}

/** What the last unit of a segment says besides its entries. */
export type LastWords = Pick<JournalUnit, 'status' | 'wakeAt' | 'endedAt' | 'outputs' | 'error'>;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}

const DONE = Promise.resolve();

/**
 * The journal of one segment. Entries get their number and their text here, once, and gather until
 * somebody needs them durable, or they are many; while one unit is being written the next gathers.
 * There is one unit at a time for each execution, so units arrive in order. The header goes with
 * the first unit and the end of the segment with the last, whatever else they carry; a short
 * execution of pure nodes is one unit in all.
 */
export class EntryWriter {
  readonly #options: EntryWriterOptions;
  #sequence: number;
  #durable: number;
  #gathered: JournalEntry[] = [];
  #gatheredBytes = 0;
  #gatheredSince: number | undefined;
  #header: EntryWriterOptions['header'];
  #waiters: Waiter[] = [];
  /** Those for whom is being written. */
  #served: Waiter[] = [];
  #isForced = false;
  #isWriting = false;
  #writing = DONE;
  #lastWords: LastWords | undefined;
  #isClosed = false;
  #lost: AppError | undefined;
  /** Large values of waits on their way to the blob store. */
  readonly #putting = new Set<Promise<void>>();
  #putFailure: AppError | undefined;

  constructor(options: EntryWriterOptions) {
    this.#options = options;
    this.#sequence = options.lastSequence;
    this.#durable = options.lastSequence;
    this.#header = options.header;
  }

  get durable(): number {
    return this.#durable;
  }

  get isHeaderDurable(): boolean {
    return this.#header === undefined;
  }

  /** The header that nobody has seen written. */
  get header(): EntryWriterOptions['header'] {
    return this.#header;
  }

  /** When the oldest entry came that is not on its way to the store. */
  get gatheredSince(): number | undefined {
    return this.#gatheredSince;
  }

  /** Notes an event. The end of a step comes by `append`, that of the execution by `close`. */
  tell(event: ExecutionEvent | EventBody): void {
    if (event.kind === 'step.ended' || event.kind === 'execution.ended') return;
    const body = bodyOf(bodyWithoutStamp(event), this.#options.blobs);
    if (typeof body === 'string') this.#push(body);
    else this.#pushLater(body);
  }

  /** Notes an entry whose text is there already. */
  note(body: string): void {
    this.#push(body);
  }

  /**
   * Notes the end of a step. Resolves when it is durable, for a pure step when it is noted: a pure
   * step may be computed again. Where too much has gathered, pure steps wait as well.
   */
  append(step: StepRecord, isPure: boolean): Promise<void> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const body = bodyOf({ kind: 'step.ended', step }, this.#options.blobs);
    if (typeof body !== 'string') {
      return body.then((text) => {
        this.#push(text);
        return isPure ? DONE : this.flush();
      });
    }
    this.#push(body);
    const isFull = this.#gatheredBytes > DISPATCH_LIMITS.gatheredBytes;
    return isPure && !isFull ? DONE : this.flush();
  }

  /** Resolves when all that was noted so far is durable; rejects when the execution is lost. */
  flush(): Promise<void> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#write();
    });
  }

  /** Writes, even if there is nothing to write: resolves when the execution is still ours. */
  confirm(): Promise<void> {
    this.#isForced = true;
    return this.flush();
  }

  /** Writes without anyone waiting for it. What fails is told to `onLost`. */
  flushSoon(): void {
    if (this.#lost === undefined) this.#write(true);
  }

  /**
   * Writes all that was noted and the end of the segment, with the entry of a terminal status. What
   * is noted later is ignored. Rejects when the execution, or a large value, is lost.
   */
  async close(lastWords: LastWords, ending?: EventBody): Promise<void> {
    assert(!this.#isClosed, 'a segment ends once');
    while (this.#putting.size > 0) await Promise.all(this.#putting);
    if (this.#putFailure !== undefined && lastWords.status === 'waiting') throw this.#putFailure;
    this.#lastWords = lastWords;
    if (ending !== undefined) this.#push(JSON.stringify(ending));
    this.#isClosed = true;
    return this.flush();
  }

  /** Nothing is written or told from now on; what is on its way to the store may still arrive. */
  stop(error: AppError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#gathered = [];
    this.#gatheredSince = undefined;
    for (const { reject } of [...this.#served, ...this.#waiters]) reject(error);
    this.#served = [];
    this.#waiters = [];
  }

  /** Resolves when no write is under way. */
  quiet(): Promise<void> {
    return this.#writing;
  }

  #pushLater(body: Promise<string>): void {
    const put: Promise<void> = body.then(
      (text) => this.#push(text),
      (error: unknown) => {
        this.#putFailure ??= asAppError(error);
      },
    );
    this.#putting.add(put);
    put.then(() => this.#putting.delete(put));
  }

  #push(body: string): void {
    if (this.#lost !== undefined || this.#isClosed) return;
    const { clock } = this.#options;
    const now = clock.now();
    this.#sequence += 1;
    this.#gathered.push(entryOf(this.#sequence, now, body));
    this.#gatheredBytes += body.length;
    this.#gatheredSince ??= now;
    if (this.#gatheredBytes > DISPATCH_LIMITS.unitBytes) this.#write(true);
  }

  /** Begins to write unless that is under way already; then the next unit takes what is there. */
  #write(isDue = this.#waiters.length > 0): void {
    if (this.#isWriting || !isDue) return;
    this.#isWriting = true;
    this.#writing = this.#writeAll();
  }

  /** Never rejects. What it leaves behind is left at once: a flush may be asked for right after. */
  async #writeAll(): Promise<void> {
    try {
      do {
        this.#served = this.#waiters;
        this.#waiters = [];
        const until = this.#sequence;
        while (this.#hasWork(until)) await this.#writeUnit();
        for (const { resolve } of this.#served) resolve();
        this.#served = [];
      } while (this.#lost === undefined && this.#waiters.length > 0);
    } catch (thrown) {
      if (this.#lost !== undefined) return;
      const error = asAppError(thrown);
      this.stop(error);
      this.#options.onLost(error);
    } finally {
      this.#isWriting = false;
    }
  }

  #hasWork(until: number): boolean {
    if (this.#lost !== undefined) return false;
    if (this.#isForced || !this.isHeaderDurable || this.#durable < until) return true;
    return this.#isClosed && this.#lastWords !== undefined;
  }

  async #writeUnit(): Promise<void> {
    const { journal, account, execution, owner, epoch, startedAt } = this.#options;
    const entries = this.#take();
    const isLast = this.#isClosed && this.#gathered.length === 0;
    const lastWords = isLast ? this.#lastWords : undefined;
    this.#isForced = false;
    const own = { account, execution, owner, epoch, entries, startedAt };
    await journal.write({ ...own, status: 'running', ...this.#header, ...lastWords });
    this.#header = undefined;
    this.#durable = entries.at(-1)?.sequence ?? this.#durable;
    if (isLast) this.#lastWords = undefined;
    if (entries.length > 0) this.#options.onDurable(entries, lastWords?.endedAt !== undefined);
  }

  /**
   * As many entries as one unit may carry. The header carries all: what a retry takes over is there
   * with it or not at all.
   */
  #take(): readonly JournalEntry[] {
    const bytesMax = this.isHeaderDurable ? DISPATCH_LIMITS.unitBytes : Number.POSITIVE_INFINITY;
    const all = this.#gathered;
    let bytes = 0;
    let count = 0;
    while (count < all.length && (count === 0 || bytes < bytesMax)) {
      bytes += all[count]?.text.length ?? 0;
      count += 1;
    }
    const taken = count === all.length ? all : all.slice(0, count);
    this.#gathered = count === all.length ? [] : all.slice(count);
    this.#gatheredBytes = this.#gathered.length === 0 ? 0 : this.#gatheredBytes - bytes;
    if (this.#gathered.length === 0) this.#gatheredSince = undefined;
    return taken;
  }
}

function bodyWithoutStamp(event: ExecutionEvent | EventBody): EventBody {
  if (!('sequence' in event)) return event;
  const { sequence: _sequence, at: _at, ...body } = event;
  return body as EventBody;
}
