import type { Migration } from 'kysely';
import { firstTables } from './0001-first-tables.ts';

/**
 * Every change of the tables, in order; one that was released is never changed. Names sort like the
 * order, as the migrator demands.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
};
