/**
 * Threat: somebody guesses passwords or keys, or fills the server, by asking as often as they like
 * (OWASP API4, ASVS 5.0 V6.3.1 and V2.4; claims G2.066 to G2.070, G4.220 to G4.224). Threat to the
 * limiter: as many senders as there are addresses, so the buckets themselves are bounded.
 */
import { type Clock, RATE_STORE_LIMITS } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import type { RateLimiter, Taking, Verdict } from './rate.ts';
import { type Bucket, hasRoom, heldAt, levelAt, runsOutMs } from './rate-bucket.ts';
import { verdictOf } from './rate-verdict.ts';

/** A limiter of this process alone; it answers at once, and forgets all when the process ends. */
export interface MemoryRates extends RateLimiter {
  take(
    takings: readonly Taking[],
    options?: { readonly isSensitive?: boolean },
  ): Verdict | undefined;
  /** Buckets that are kept. */
  readonly size: number;
}

interface KeptBucket extends Bucket {
  /** When nothing is in it any more, and forgetting it changes nothing. */
  readonly emptyAt: number;
}

/** Opens a limiter; `buckets` bounds what it keeps, default RATE_STORE_LIMITS.buckets. */
export function openMemoryRates(options: {
  readonly clock: Pick<Clock, 'now'>;
  readonly buckets?: number;
}): MemoryRates {
  const { clock, buckets = RATE_STORE_LIMITS.buckets } = options;
  // In the order of their last use.
  const kept = new Map<string, KeptBucket>();
  return {
    get size() {
      return kept.size;
    },
    take: (takings) => {
      const now = clock.now();
      const keys = takings.map(keyOf);
      const levels = takings.map(({ limit }, index) => {
        const key = keys[index] ?? '';
        const bucket = kept.get(key);
        if (bucket === undefined || bucket.at <= now) return levelAt(bucket, now, limit);
        // Kept so where it refuses too, or it would be as full for ever.
        const emptyAt = now + runsOutMs(bucket.level, limit);
        kept.set(key, { ...heldAt(bucket, now), emptyAt });
        return bucket.level;
      });
      if (takings.every(({ limit }, index) => hasRoom(levels[index] ?? 0, limit))) {
        takings.forEach(({ limit }, index) => {
          const [key = '', level = 1] = [keys[index], (levels[index] ?? 0) + 1];
          kept.delete(key);
          while (kept.size >= buckets) forgetOne(kept);
          kept.set(key, { level, at: now, emptyAt: now + runsOutMs(level, limit) });
        });
      }
      return verdictOf(takings, levels);
    },
    close: async () => kept.clear(),
  };
}

/** How many of those that were not used for longest are compared when one must go. */
const COMPARED = 64;

/**
 * Of those that were not used for longest, the one that is empty first: where it is empty already,
 * nothing is lost. Bounded work, so that nobody slows the server by many addresses.
 */
function forgetOne(kept: Map<string, KeptBucket>): void {
  let chosen: string | undefined;
  let soonest = Number.POSITIVE_INFINITY;
  let compared = 0;
  for (const [key, { emptyAt }] of kept) {
    if (emptyAt < soonest) {
      soonest = emptyAt;
      chosen = key;
    }
    compared += 1;
    if (compared === COMPARED) break;
  }
  if (chosen !== undefined) kept.delete(chosen);
}

const PLAIN_CHARACTERS = 64;

/** What was sent may be as long as a request; a hash of it is not. */
function keyOf({ name, by, subject }: Taking): string {
  const bounded = subject.length > PLAIN_CHARACTERS ? `#${sha256Hex(subject)}` : `.${subject}`;
  return `${name}|${by}|${bounded}`;
}
