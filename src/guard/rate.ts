/** The limit of one bucket: so many requests a window, given back evenly over that window. */
export interface RateLimit {
  readonly amount: number;
  readonly windowMs: number;
}

/** One bucket that a request counts against. */
export interface Taking {
  /** What is limited, such as `sign-in`; shown to people. */
  readonly name: string;
  /** By what: `address`, `person`, `key`, `account`, `name`. */
  readonly by: string;
  /** Who it is; may be anything that was sent, so it is hashed where it is long or shared. */
  readonly subject: string;
  readonly limit: RateLimit;
}

export interface Verdict {
  readonly isAllowed: boolean;
  /** The bucket that refuses, or that has the least left. */
  readonly taking: Taking;
  /** Requests that would still be taken now. */
  readonly remaining: number;
  /** Until the bucket is full again. */
  readonly resetMs: number;
  /** 0 where it is allowed. */
  readonly retryAfterMs: number;
}

/**
 * Token buckets (GCRA): a bucket has no window that begins, so that no burst fits around an edge.
 * `rate-memory.ts` keeps them in the process, `rate-redis.ts` where several processes share them.
 */
export interface RateLimiter {
  /**
   * Takes one from each bucket, or nothing at all where one of them is empty: of 200 at once for
   * the last one exactly one gets it, over all processes that share a Redis. `undefined` for an
   * empty list. Rejects with LIMITER_UNAVAILABLE where Redis does not answer and a taking is
   * sensitive; else counts in memory meanwhile.
   */
  take(
    takings: readonly Taking[],
    options?: { readonly isSensitive?: boolean },
  ): Verdict | undefined | Promise<Verdict | undefined>;
  close(): Promise<void>;
}
