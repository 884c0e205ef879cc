import { ALL_PERMISSIONS, type Permission } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { printableLine } from '../terminal.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * The permissions that options name, with commas between or repeated. Errors: USAGE with the whole
 * list where one is not known.
 */
export function permissionsOf(option: string, given: readonly string[]): Permission[] {
  const names = namesOf(given);
  const known: ReadonlySet<string> = new Set(ALL_PERMISSIONS);
  const wrong = names.find((name) => !known.has(name));
  if (wrong === undefined) return names as Permission[]; // Each one is in the table.
  throw new AppError('USAGE', {
    message: `${option} takes permissions, and "${printableLine(wrong, 40)}" is none`,
    remedy: `There are: ${ALL_PERMISSIONS.join(', ')}.`,
  });
}

/** The parts of a list that was given with commas, by repetition, or both. */
export function namesOf(given: readonly string[]): string[] {
  const parts = given.flatMap((text) => text.split(','));
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}

/** The time so many days from now, as the API writes times. */
export function afterDays(days: number, now: number): string {
  return new Date(now + days * DAY_MS).toISOString();
}
