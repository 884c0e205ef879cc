import { assert, CODE_LIMITS, killMarginMs } from '../base/index.ts';
import type { LogLine } from '../contract/index.ts';
import type { FinalReply, Job } from './protocol.ts';

/** How a question to a process ended. */
export type Ending =
  | { readonly kind: 'reply'; readonly reply: FinalReply; readonly body: Buffer }
  | { readonly kind: 'overdue' }
  | { readonly kind: 'aborted' }
  /** `isOwn`: it ended by itself, and was not killed for what it did. */
  | { readonly kind: 'gone'; readonly how: string; readonly isOwn: boolean };

/**
 * How asking a process ended; after all but `reply` the process is dead or dying, or, where it was
 * never given the job, as it was. `ranMs` counts from when the job was handed over.
 */
export type Answer = Ending & { readonly ranMs: number };

export interface Question {
  readonly job: Job;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Told of lines while the code runs. */
  logs(lines: readonly LogLine[]): void;
}

/** Whom an open question tells what happened; each may end it. */
export interface Ears {
  aborted(): void;
  /** The deadline has passed, or a frame that began stands still: `stalled`. */
  overdue(): void;
  stalled(): void;
  answered(answer: Answer): void;
}

/**
 * A question that waits for its answer, and the clocks that bound it: the deadline, which counts
 * from when the job is handed over, and how long a frame that has begun may stand still. Bytes that
 * come one at a time keep the second from ending it, and not the first.
 */
export class OpenQuestion {
  readonly question: Question;
  readonly #ears: Ears;
  #sequence = 0;
  #sentAt: number | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;
  #isOver = false;
  /** Of the frames that told of lines. */
  logBytes = 0;

  constructor(question: Question, ears: Ears) {
    this.question = question;
    this.#ears = ears;
    question.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** 0 until the job is handed over. */
  get sequence(): number {
    return this.#sequence;
  }

  /** How long the process has been at it, by the monotonic clock; 0 until it was handed over. */
  get workingMs(): number {
    return this.#sentAt === undefined ? 0 : performance.now() - this.#sentAt;
  }

  /** The job is handed over now, under this number. */
  sent(sequence: number): void {
    assert(this.#sentAt === undefined, 'a job is handed over once');
    this.#sequence = sequence;
    this.#sentAt = performance.now();
    const { timeoutMs } = this.question.job;
    this.#deadline = this.#after(timeoutMs + killMarginMs(timeoutMs), () => this.#ears.overdue());
  }

  /** Bytes came; `isWithin`: a frame has begun with them and is not whole yet. */
  progress(isWithin: boolean): void {
    clearTimeout(this.#stall);
    if (!isWithin || this.#isOver) return;
    const stall = this.#after(CODE_LIMITS.frameStallMs, () => {
      if (this.#stall === stall) this.#ears.stalled();
    });
    this.#stall = stall;
  }

  /** Ends it; what comes later changes nothing. */
  settle(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#stall);
    this.question.signal.removeEventListener('abort', this.#abort);
    this.#ears.answered({ ...ending, ranMs: this.workingMs });
  }

  /** What came while this server was busy lies in the pipe, and is read first. */
  #after(ms: number, tell: () => void): NodeJS.Timeout {
    return setTimeout(() => {
      setImmediate(() => {
        if (!this.#isOver) tell();
      });
    }, ms);
  }

  readonly #abort = () => this.#ears.aborted();
}
