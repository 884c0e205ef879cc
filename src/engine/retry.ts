import { ENGINE_LIMITS, type Random } from '../base/index.ts';
import type { AppError, ErrorCode } from '../errors/index.ts';
import type { RetryPolicy } from '../language/index.ts';

/** Errors that the same visit would meet again, whatever the outside world does. */
const LASTING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'TEMPLATE_UNDEFINED',
  'TEMPLATE_TYPE',
  'TEMPLATE_FUEL',
  'NODE_INPUT_INVALID',
  'NO_ROUTE',
  'LIMIT_ITEMS',
  'CAPABILITY_ABSENT',
  'INTERNAL',
]);

export interface FailedAttempt {
  readonly policy: RetryPolicy;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly error: AppError;
  readonly random: Random;
}

/**
 * How many milliseconds to wait before the next attempt; undefined when there is none. Before
 * attempt n it is backoff x 2^(n-2), at most ENGINE_LIMITS.backoffMs, times a random share from
 * half to one, so that visits that failed together do not come back together.
 */
export function retryDelay({ policy, attempt, error, random }: FailedAttempt): number | undefined {
  const attempts = Math.min(policy.attempts, ENGINE_LIMITS.retryAttempts);
  if (attempt >= attempts || !error.retryable || LASTING.has(error.code)) return undefined;
  const wait = Math.min(policy.backoffMs * 2 ** (attempt - 1), ENGINE_LIMITS.backoffMs);
  return wait === 0 ? 0 : Math.round(wait * (0.5 + random.next() / 2));
}
