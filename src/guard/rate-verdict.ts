import type { Taking, Verdict } from './rate.ts';
import { hasRoom, remainingOf, runsOutMs } from './rate-bucket.ts';

/**
 * The verdict over several buckets, from how full each was before: where one refuses, the one that
 * refuses for longest; else the one that has the least left after this request.
 */
export function verdictOf(
  takings: readonly Taking[],
  levels: readonly number[],
): Verdict | undefined {
  const judged = takings.map((taking, index) => judgeOne(taking, levels[index] ?? 0));
  const refused = judged.filter(({ isAllowed }) => !isAllowed);
  if (refused.length > 0) {
    return refused.reduce((one, other) => (other.retryAfterMs > one.retryAfterMs ? other : one));
  }
  if (judged.length === 0) return undefined;
  return judged.reduce((one, other) => (other.remaining < one.remaining ? other : one));
}

function judgeOne(taking: Taking, level: number): Verdict {
  const { limit } = taking;
  const isAllowed = hasRoom(level, limit);
  const after = isAllowed ? level + 1 : level;
  return {
    isAllowed,
    taking,
    remaining: isAllowed ? remainingOf(after, limit) : 0,
    resetMs: runsOutMs(after, limit),
    retryAfterMs: isAllowed ? 0 : Math.max(1, runsOutMs(level + 1 - limit.amount, limit)),
  };
}
