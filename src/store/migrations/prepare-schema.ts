import { Kysely, type MigrationResult, Migrator, PostgresDialect } from 'kysely';
import { type ClientConfig, Pool, type PoolClient } from 'pg';
import { assert } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { isOutage, sqlState, unavailable } from '../database-errors.ts';
import { MIGRATIONS } from './list.ts';

/** Any fixed number: those who take the same one wait for each other. */
const LOCK = 7_242_025_111_920n;
const SCHEMA = 'sluice';
const KNOWN = Object.keys(MIGRATIONS);

export interface SchemaAccess {
  /** The user that reads and writes rows; needs no right to change tables. */
  readonly pool: Pool;
  /** The user that may change tables. */
  readonly migrationConfig: ClientConfig;
}

/**
 * Brings the tables up to date, one program at a time; what is up to date is only looked at, so a
 * user without the right to change tables suffices then. roles.sql beside this file shows the
 * rights of each user.
 *
 * Errors: STORE_SETUP where the tables are of a newer program, or where neither user may change
 * them; STORE_UNAVAILABLE.
 */
export async function prepareSchema({ pool, migrationConfig }: SchemaAccess): Promise<void> {
  try {
    if (isCurrent(await appliedMigrations(pool))) return;
    await migrateAlone(migrationConfig);
    if (isCurrent(await appliedMigrations(pool))) return;
  } catch (error) {
    throw setupError(error);
  }
  throw new AppError('STORE_SETUP', {
    message: 'the tables were made, and the user of DATABASE_URL does not see them',
    remedy: 'Let DATABASE_MIGRATION_URL name the same database as DATABASE_URL.',
  });
}

/** Undefined where there are no tables yet. */
async function appliedMigrations(pool: Pool): Promise<readonly string[]> {
  const found = await pool.query<{ readonly exists: boolean }>(
    `SELECT to_regclass('${SCHEMA}.kysely_migration') IS NOT NULL AS exists`,
  );
  if (found.rows[0]?.exists !== true) return [];
  const { rows } = await pool.query<{ readonly name: string }>(
    `SELECT name FROM ${SCHEMA}.kysely_migration ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}

function isCurrent(applied: readonly string[]): boolean {
  const unknown = applied.find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) {
    throw new AppError('STORE_SETUP', {
      message: `the database is newer than this program: it has the migration ${unknown}`,
      remedy: 'Run the version of the program that wrote it, or a later one.',
    });
  }
  return applied.length === KNOWN.length;
}

/** Under a lock of the session, so that of two programs that start at once the second one waits. */
async function migrateAlone(config: ClientConfig): Promise<void> {
  // One connection holds the lock, the other migrates.
  const pool = new Pool({ ...config, max: 2 });
  pool.on('error', () => undefined);
  let holder: PoolClient | undefined;
  try {
    holder = await pool.connect();
    await holder.query('SELECT pg_advisory_lock($1)', [LOCK]);
    if (!isCurrent(await appliedMigrations(pool))) await migrate(pool);
  } finally {
    // Closing the connection gives the lock back, whatever happened.
    holder?.release(true);
    await pool.end();
  }
}

async function migrate(pool: Pool): Promise<void> {
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const provider = { getMigrations: async () => ({ ...MIGRATIONS }) };
  const migrator = new Migrator({ db: database, provider, migrationTableSchema: SCHEMA });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  const failed = results?.find((one: MigrationResult) => one.status !== 'Success');
  assert(failed === undefined, 'the migrator says why a migration failed');
}

function setupError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (sqlState(error) === '42501') {
    return new AppError('STORE_SETUP', {
      message: 'the tables are not up to date, and the user may not change them',
      remedy: 'Set DATABASE_MIGRATION_URL to a user that may, or grant the rights of roles.sql.',
      cause: error,
    });
  }
  if (isOutage(error)) return unavailable(error);
  return new AppError('STORE_SETUP', {
    message: 'the tables could not be brought up to date',
    remedy: 'See the log for what the database said.',
    cause: error,
  });
}
