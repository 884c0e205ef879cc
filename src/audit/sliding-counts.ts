import { AUDIT_LIMITS } from '../base/index.ts';

export interface SlidingCountsOptions {
  readonly windowMs: number;
  /** As many in a window begin an episode. */
  readonly threshold: number;
}

/** Counts by key over the last `windowMs`. */
export interface SlidingCounts {
  /**
   * Adds to a key; gives the sum where it begins an episode, which ends when the sum is below the
   * threshold again.
   */
  add(key: string, now: number, count?: number): number | undefined;
  readonly size: number;
}

/**
 * A window slides by parts of a twelfth, so a sum may hold what is that much older: it never misses
 * one. At most AUDIT_LIMITS.alertKeys keys; the one that was quiet for longest goes. O(1).
 */
export function slidingCounts({ windowMs, threshold }: SlidingCountsOptions): SlidingCounts {
  const slotMs = Math.max(1, Math.ceil(windowMs / AUDIT_LIMITS.alertSlots));
  const kept = new Map<string, Counts>();
  return {
    add: (key, now, count = 1) => {
      const counts = kept.get(key) ?? { slots: new Map(), isOver: false };
      // Put at the end: the first of the map is the one that was quiet for longest.
      kept.delete(key);
      kept.set(key, counts);
      const [quiet] = kept.keys();
      if (kept.size > AUDIT_LIMITS.alertKeys && quiet !== undefined) kept.delete(quiet);
      const slot = Math.floor(now / slotMs);
      if (sumOf(counts, slot) < threshold) counts.isOver = false;
      counts.slots.set(slot, (counts.slots.get(slot) ?? 0) + count);
      const sum = sumOf(counts, slot);
      if (counts.isOver || sum < threshold) return undefined;
      counts.isOver = true;
      return sum;
    },
    get size() {
      return kept.size;
    },
  };
}

interface Counts {
  readonly slots: Map<number, number>;
  isOver: boolean;
}

function sumOf({ slots }: Counts, now: number): number {
  let sum = 0;
  for (const [slot, count] of slots) {
    if (slot < now - AUDIT_LIMITS.alertSlots || slot > now) slots.delete(slot);
    else sum += count;
  }
  return sum;
}
