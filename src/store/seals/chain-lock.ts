import type { Pool, PoolClient } from 'pg';
import type { AccountId } from '../../base/index.ts';
import type { CheckpointRecord } from '../seal-store.ts';
import { lockName } from './seal-rows.ts';
import { inTransaction } from './transaction.ts';

/**
 * Does `act` in a transaction that holds the chain of the account; undefined where another process
 * holds it. The lock ends with the transaction, after what it wrote can be seen.
 */
export function whileHeld<T>(
  pool: Pool,
  account: AccountId,
  act: (client: PoolClient) => Promise<T>,
): Promise<T | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ readonly held: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held',
      [lockName(account)],
    );
    return rows[0]?.held === true ? act(client) : undefined;
  });
}

/** Writes a checkpoint within the transaction of what it is about. */
export async function keepCheckpoint(
  client: PoolClient,
  { account, sequence, kind, mac, at, keyId, signature }: CheckpointRecord,
): Promise<void> {
  await client.query(
    `INSERT INTO sluice.audit_checkpoints
      (account_id, sequence, kind, mac, at, key_id, signature)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [account, sequence, kind, mac, at, keyId, signature],
  );
}
