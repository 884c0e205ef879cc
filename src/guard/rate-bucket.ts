import type { RateLimit } from './rate.ts';

/**
 * What is kept of a bucket: how many requests are in it, and when that was so. It runs dry evenly,
 * its whole amount in one window, so that it is GCRA with the arrival time told as a level: a level
 * loses nothing where a limit of millions makes the time of one request shorter than a clock ticks.
 */
export interface Bucket {
  readonly level: number;
  /** Milliseconds. */
  readonly at: number;
}

/** Requests, far below one, that a sum of fractions may be off. */
const TOLERANCE = 1e-6;

/**
 * A bucket of a time that is still to come, since the clock went back: as full as it was, from now
 * on. So such a clock empties nothing, and locks nobody out until that time has come again.
 */
export function heldAt<Kept extends Bucket>(bucket: Kept, now: number): Kept {
  return bucket.at > now ? { ...bucket, at: now } : bucket;
}

/** How full a bucket is now. */
export function levelAt(bucket: Bucket | undefined, now: number, limit: RateLimit): number {
  if (bucket === undefined) return 0;
  const passed = Math.max(0, now - bucket.at);
  return Math.max(0, bucket.level - (passed * limit.amount) / limit.windowMs);
}

/** Whether one more goes in. */
export function hasRoom(level: number, { amount }: RateLimit): boolean {
  return level + 1 <= amount + TOLERANCE;
}

/** How many more go in. */
export function remainingOf(level: number, { amount }: RateLimit): number {
  return Math.max(0, Math.floor(amount - level + TOLERANCE));
}

/** Milliseconds until so much of a level has run out; whole ones. */
export function runsOutMs(level: number, { amount, windowMs }: RateLimit): number {
  return Math.max(0, Math.ceil(((level - TOLERANCE) * windowMs) / amount));
}
