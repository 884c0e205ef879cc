import { formatDuration, parseDuration, SERVER_LIMITS } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';

/**
 * Requests that wait for something: each until its time is over, its client has gone, or the server
 * stops. The work that they wait for goes on in any case.
 */
export interface Waits {
  /** Gives what `work` gives; the signal aborts when the wait is over. */
  within<T>(ms: number, asker: Asker, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Ends all waits, and those that begin from now on. */
  close(): void;
}

/** Who waits; see Call. */
export interface Asker {
  onGone(act: () => void): () => void;
}

// Made once: an exception with its stack for every wait would cost more than the rest of it.
const OVER = new Error('the wait is over');

/** No waits yet. */
export function openWaits(): Waits {
  const open = new Set<AbortController>();
  let isClosed = false;
  return {
    within: async (ms, asker, work) => {
      const controller = new AbortController();
      const end = () => controller.abort(OVER);
      if (isClosed) end();
      const timer = setTimeout(end, ms);
      const stay = asker.onGone(end);
      open.add(controller);
      try {
        return await work(controller.signal);
      } finally {
        clearTimeout(timer);
        stay();
        open.delete(controller);
      }
    },
    close: () => {
      isClosed = true;
      for (const controller of open) controller.abort(OVER);
    },
  };
}

/** Milliseconds of a `?wait=`; plain digits are seconds. Errors: QUERY_INVALID. */
export function waitMsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text, 's');
  if (ms !== undefined && ms <= SERVER_LIMITS.waitMs) return ms;
  const most = formatDuration(SERVER_LIMITS.waitMs);
  throw new AppError('QUERY_INVALID', {
    message: ms === undefined ? 'wait is not a duration' : `wait is longer than ${most}`,
    remedy: `Give a duration of at most ${most}, such as wait=30s or wait=500ms.`,
    details: { issues: [{ path: 'query.wait', message: `at most ${most}, such as 30s` }] },
  });
}
