import { ACCESS_LIMITS } from '../base/index.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * Whole days since `setOn`, a day as 2026-11-21, by UTC; negative where it lies in the future,
 * undefined where nothing is given or there is no such day.
 */
export function passwordAgeDays(setOn: string, now: number): number | undefined {
  const at = Date.parse(`${setOn}T00:00:00.000Z`);
  // JavaScript takes the 31st of February for a day of March.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(setOn)) return undefined;
  return Math.floor((now - at) / DAY_MS);
}

/** Whether a password of a database is due to be changed (claim G5.289). */
export function isPasswordDue(ageDays: number): boolean {
  return ageDays > ACCESS_LIMITS.databasePasswordAgeDays;
}
