import type { Clock } from '../base/index.ts';

/** What the sleepers of an execution are woken with when it is over; nobody ever sees it. */
const OVER = new Error('the execution is over');

/** The timers of one execution: when it is over none of them is left, and none acts any more. */
export class Timers {
  readonly #clock: Clock;
  readonly #act: (work: () => void) => void;
  readonly #controller = new AbortController();
  #isOver = false;

  /** `act` is given the work of each timer when its time has come. */
  constructor(clock: Clock, act: (work: () => void) => void) {
    this.#clock = clock;
    this.#act = act;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  after(ms: number, work: () => void): void {
    this.#clock.sleep(ms, this.#controller.signal).then(
      () => this.#act(work),
      () => {
        // The execution was over before the time came.
      },
    );
  }

  end(): void {
    this.#isOver = true;
    this.#controller.abort(OVER);
  }
}
