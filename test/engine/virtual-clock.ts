import type { Clock } from '../../src/base/index.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Goes to the next moment at which something wakes; false when nothing sleeps. */
  step(): boolean;
  /** Steps until `work` has settled. Throws when nothing sleeps and it has not. */
  runUntil<T>(work: Promise<T>): Promise<T>;
}

export function virtualClock(startMs = 1_000_000): VirtualClock {
  let now = startMs;
  let order = 0;
  const sleepers = new Set<Sleeper>();
  const clock: VirtualClock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        order += 1;
        const stop = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        };
        const sleeper = { at: now + ms, order, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
      }),
    step: () => {
      let next: Sleeper | undefined;
      for (const each of sleepers) {
        if (next === undefined || each.at < next.at) next = each;
      }
      if (next === undefined) return false;
      sleepers.delete(next);
      now = next.at;
      next.wake();
      return true;
    },
    runUntil: async (work) => {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      work.then(over, over);
      await microtasks();
      while (!isOver) {
        if (!clock.step()) throw new Error('nothing sleeps and the work has not settled');
        await microtasks();
      }
      return work;
    },
  };
  return clock;
}

/** Lets everything run that waits for no time. */
export function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
