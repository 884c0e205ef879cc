import type { Clock } from '../base/index.ts';

export interface LoopOptions {
  readonly clock: Clock;
  /** Between the end of a turn and the next one. */
  readonly pauseMs: () => number;
  turn(signal: AbortSignal): Promise<void>;
  /** What a turn failed with; the next one comes all the same. */
  onFailure(error: unknown): void;
}

/** Something that is done again and again, never twice at once. */
export interface Loop {
  /** A whole turn that begins after this call; rejects with what it failed with. */
  now(): Promise<void>;
  /** Ends after the turn that runs, which is told by its signal. */
  close(): Promise<void>;
}

/** Begins with a turn at once. */
export function openLoop({ clock, pauseMs, turn, onFailure }: LoopOptions): Loop {
  const ending = new AbortController();
  const { signal } = ending;
  let last: Promise<void> = Promise.resolve();
  // Turns wait for each other; that one failed keeps none from coming.
  const now = () => {
    const own = last.catch(() => undefined).then(() => turn(signal));
    last = own;
    return own;
  };
  const ended = (async () => {
    while (!signal.aborted) {
      await now().catch((error: unknown) => {
        if (!signal.aborted) onFailure(error);
      });
      // Rejects when it is told to end.
      await clock.sleep(pauseMs(), signal).catch(() => undefined);
    }
  })();
  return {
    now,
    close: async () => {
      ending.abort();
      await ended;
      await last.catch(() => undefined);
    },
  };
}
