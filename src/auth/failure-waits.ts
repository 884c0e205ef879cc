/**
 * Threat: somebody tries passwords of one name without end, over many addresses, processes and
 * restarts (ASVS 5.0 6.3.1; claim G2.087). After some failures in a row the name must wait, each
 * time twice as long up to a longest wait, so that a lock-out ends by itself and nobody can shut
 * out another person for good. A name that nobody has is treated alike.
 */
import { ACCESS_LIMITS, type Clock } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { DirectoryStore } from '../store/index.ts';

/** Failures in a row of one name. */
export interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

/** How long a name must wait at `now`; 0 where it need not. Pure. */
export function waitMs(failures: Failures, now: number): number {
  const { failuresFree, failureWaitMs, failureWaitMsMax } = ACCESS_LIMITS;
  const { count, lastAt } = failures;
  if (count < failuresFree || isForgotten(failures, now)) return 0;
  const doublings = Math.min(count - failuresFree, 30);
  const wait = Math.min(failureWaitMs * 2 ** doublings, failureWaitMsMax);
  return Math.max(0, Math.min(lastAt, now) + wait - now);
}

/** Too old, or written by a clock that was ahead: that would lock the name until it is right. */
function isForgotten({ lastAt }: Failures, now: number): boolean {
  const { failuresForgottenMs, clockSkewMs } = ACCESS_LIMITS;
  return lastAt + failuresForgottenMs <= now || lastAt > now + clockSkewMs;
}

export interface FailureWaits {
  /** Failures so far. Errors: RATE_LIMITED with details {retryAfterMs}. */
  refuseEarly(countedAs: string): Promise<Failures>;
  /** Failures so far, without a refusal. */
  past(countedAs: string): Promise<Failures>;
  note(countedAs: string): Promise<void>;
  clear(countedAs: string): Promise<void>;
}

/** Counts failures in the database, so that neither a restart nor another process forgets them. */
export function openFailureWaits(directory: DirectoryStore, clock: Clock): FailureWaits {
  const past: FailureWaits['past'] = async (countedAs) => {
    const failures = await directory.failures(countedAs);
    return isForgotten(failures, clock.now()) ? { count: 0, lastAt: 0 } : failures;
  };
  return {
    past,
    refuseEarly: async (countedAs) => {
      const failures = await past(countedAs);
      const retryAfterMs = waitMs(failures, clock.now());
      if (retryAfterMs > 0) throw mustWait(retryAfterMs);
      return failures;
    },
    note: async (countedAs) => {
      const now = clock.now();
      await directory.noteFailure(countedAs, now, now - ACCESS_LIMITS.failuresForgottenMs);
    },
    clear: (countedAs) => directory.clearFailures(countedAs),
  };
}

/** The refusal of a name, or an address, that tries too often. */
export function mustWait(retryAfterMs: number, by = 'name'): AppError {
  return new AppError('RATE_LIMITED', {
    message: `too many sign-ins of this ${by}; try again in ${Math.ceil(retryAfterMs / 1000)} s`,
    details: { limit: 'sign-in', by, retryAfterMs },
  });
}
