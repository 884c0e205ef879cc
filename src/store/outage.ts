import { STORE_LIMITS } from '../base/index.ts';
import { isOutage, unavailable } from './database-errors.ts';

/** How long to go on while the database does not answer. */
export interface OutageLimits {
  readonly outageMs: number;
  /** From when on there is less patience: the store is being closed. */
  readonly closing: { readonly until: number | undefined };
  /** After which errors it is tried again; absent: after every outage. */
  readonly mayAgain?: (error: unknown) => boolean;
}

/**
 * Tries `act` again while the database does not answer, each time after a longer pause. Errors:
 * STORE_UNAVAILABLE after `outageMs`; what is not tried again, as it is.
 */
export async function throughOutage<T>(
  act: () => Promise<T>,
  { outageMs, closing, mayAgain = isOutage }: OutageLimits,
): Promise<T> {
  const until = performance.now() + outageMs;
  let waitMs: number = STORE_LIMITS.retryMsMin;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!mayAgain(error)) throw error;
      const leftMs = Math.min(until, closing.until ?? until) - performance.now();
      if (leftMs <= 0) throw unavailable(error);
      await pause(Math.min(waitMs, leftMs));
    }
    waitMs = Math.min(waitMs * 2, STORE_LIMITS.retryMsMax);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
