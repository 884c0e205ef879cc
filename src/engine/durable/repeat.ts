import type { Clock } from '../../base/index.ts';

/**
 * Calls `act` again and again, `ms` after it has come to its end, until the signal aborts. What
 * `act` rejects with is its own business: it must not end the repetition, so it is let go here.
 */
export function repeat(
  { clock, ms, signal }: { readonly clock: Clock; readonly ms: number; signal: AbortSignal },
  act: () => unknown,
): void {
  const loop = async () => {
    for (;;) {
      await clock.sleep(ms, signal);
      try {
        await act();
      } catch {
        // See above.
      }
    }
  };
  loop().catch(() => {
    // The signal aborted.
  });
}

/** What `work` gives, or undefined when the signal aborts first. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    const over = () => signal.removeEventListener('abort', stop);
    work.then(
      (done) => {
        over();
        resolve(done);
      },
      (error: unknown) => {
        over();
        reject(error);
      },
    );
  });
}

/** Resolves when `work` has settled, or after so many milliseconds. */
export async function within(ms: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const settled = work.then(
    () => over.abort(),
    () => over.abort(),
  );
  const late = clock.sleep(ms, over.signal).catch(() => {
    // The work settled first.
  });
  await Promise.race([settled, late]);
}
