import type { ClientConfig, Pool } from 'pg';

/**
 * One PostgreSQL as the store needs it, embedded or external. Whoever opened it closes it through
 * the store. Values arrive as pg gives them; `bigint` may come as number or as text.
 */
export interface Database {
  readonly kind: 'embedded' | 'external';
  /** Such as `18.4`. */
  readonly serverVersion: string;
  /** Reads and writes rows; needs no right to change tables. */
  readonly pool: Pool;
  /**
   * The same pool, or that of DATABASE_READ_URL: for lists, which may be a moment behind on a
   * replica.
   */
  readonly readPool: Pool;
  /** The user that may change tables: DATABASE_MIGRATION_URL, or the normal one. */
  readonly migrationConfig: ClientConfig;
  /** For the one connection that listens for announcements. */
  readonly listenConfig: ClientConfig;
  close(): Promise<void>;
}
