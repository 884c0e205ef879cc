import type { LogLine, NodeInput, NodeResult, StepEvent } from '../contract/index.ts';
import type { AppError } from '../errors/index.ts';
import type { PlanNode } from '../language/index.ts';
import type { Visit, VisitBase, VisitNames } from './ports.ts';
import type { VisitNotes } from './visit-notes.ts';

/** How an attempt ended; the first end counts. */
export type AttemptEnd = { readonly result: NodeResult } | { readonly error: AppError };

/** One attempt at a visit, from the call of its node until someone says that it is over. */
export class Attempt {
  readonly ended: Promise<AttemptEnd>;
  readonly #notes: VisitNotes;
  #resolve: (end: AttemptEnd) => void = () => {};
  #isOver = false;
  #isHeld = false;
  #stop: AppError | undefined;
  /** Set when the time of the attempt is over: how it ends, whatever its node still gives. */
  #verdict: AttemptEnd | undefined;
  /** Made when someone asks: most nodes never look at their signal, and one costs microseconds. */
  #controller: AbortController | undefined;

  constructor(notes: VisitNotes) {
    this.#notes = notes;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** What a given-up attempt still says is ignored. */
  log(line: LogLine): void {
    if (!this.#isOver) this.#notes.log(line);
  }

  /** As with `log`: an event is kept while the attempt is not over. */
  report(event: StepEvent): void {
    if (!this.#isOver) this.#notes.report(event);
  }

  /** What the node is told to stop by. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#stop !== undefined) this.#controller.abort(this.#stop);
    }
    return this.#controller.signal;
  }

  /** Tells the node to stop; it is still up to the node when the attempt is over. */
  stop(error: AppError): void {
    this.#stop ??= error;
    this.#controller?.abort(error);
    if (this.#isHeld) this.end({ error });
  }

  /**
   * The time of the attempt is over, and its node is told to stop. The attempt ends when someone
   * says so, and with this error however the node ends.
   */
  expire(error: AppError): void {
    this.#verdict ??= { error };
    this.stop(error);
  }

  /** Calls the node, unless the attempt was told to stop before that. */
  begin(call: () => void): void {
    if (this.#isOver) return;
    this.#isHeld = false;
    call();
  }

  /**
   * The node has not begun; or it is done, and what it gave waits for longer than the attempt may
   * take. So being told to stop ends the attempt.
   */
  hold(): void {
    this.#isHeld = true;
    if (this.#stop !== undefined) this.end({ error: this.#stop });
  }

  end(end: AttemptEnd): void {
    this.#isOver = true;
    this.#resolve(this.#verdict ?? end);
  }
}

/** A visit as one attempt at it is handed to Spawn; its signal is made when it is asked for. */
export class AttemptedVisit implements Visit {
  readonly executionId: string;
  readonly node: PlanNode;
  readonly path: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly input: NodeInput;
  readonly names: VisitNames;
  readonly #attempt: Attempt;

  constructor(visit: VisitBase, number: number, attempt: Attempt) {
    this.executionId = visit.executionId;
    this.node = visit.node;
    this.path = visit.path;
    this.attempt = number;
    this.idempotencyKey = visit.idempotencyKey;
    this.input = visit.input;
    this.names = visit.names;
    this.#attempt = attempt;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  readonly log = (line: LogLine) => this.#attempt.log(line);
  readonly report = (event: StepEvent) => this.#attempt.report(event);
}
