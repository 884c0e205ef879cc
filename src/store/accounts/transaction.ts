import type { Pool, PoolClient } from 'pg';
import { auditColumns } from '../account/audit.ts';
import type { AuditEntry } from '../audit-store.ts';
import { storedText } from '../stored-text.ts';

/** Milliseconds since 1970 by the database's clock. */
export const NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

/** All of `work` is committed, or nothing when it throws. */
export async function inTransaction<R>(
  pool: Pool,
  work: (client: PoolClient) => Promise<R>,
): Promise<R> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN');
    try {
      const result = await work(client);
      await client.query('COMMIT');
      broken = false;
      return result;
    } catch (error) {
      // The first error is what is told; a connection that cannot roll back is closed below.
      await client.query('ROLLBACK').then(
        () => {
          broken = false;
        },
        () => undefined,
      );
      throw error;
    }
  } finally {
    client.release(broken);
  }
}

/** Writes one entry into the record of an account, in the transaction of its change. */
export async function insertAudit(
  client: PoolClient,
  account: string,
  entry: AuditEntry,
): Promise<void> {
  const columns = { account_id: storedText(account), ...auditColumns(entry) };
  const names = Object.keys(columns);
  await client.query(
    `INSERT INTO sluice.audit_events (${names.join(', ')})
    VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')})`,
    Object.values(columns),
  );
}
