import type { Clock } from '../../base/index.ts';

export interface Deadline {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
  /** Makes the error of a deadline that has passed. */
  readonly late: () => Error;
}

/**
 * Does something under a signal that aborts with the caller's or at the deadline. Settles then,
 * also where what is done does not heed its signal.
 */
export async function withDeadline<T>(
  deadline: Deadline,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, ms, signal, late } = deadline;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const leave = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', leave, { once: true });
  const aborted = new Promise<never>((_resolve, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
  });
  // The alarm is ended below; its rejection then is the end that we gave it.
  clock.sleep(ms, stop.signal).then(
    () => stop.abort(late()),
    () => {},
  );
  try {
    return await Promise.race([act(stop.signal), aborted]);
  } finally {
    signal?.removeEventListener('abort', leave);
    stop.abort();
  }
}
