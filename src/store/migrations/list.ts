import type { Migration } from 'kysely';
import { firstTables } from './0001-first-tables.ts';
import { accessTables } from './0002-access.ts';
import { sharingTables } from './0003-sharing.ts';
import { auditSealTables } from './0004-audit-seals.ts';
import { keyPlaces } from './0005-key-places.ts';

/**
 * Every change of the tables, in order; one that was released is never changed. Names sort like the
 * order, as the migrator demands.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-access': accessTables,
  '0003-sharing': sharingTables,
  '0004-audit-seals': auditSealTables,
  '0005-key-places': keyPlaces,
};
