import type { Pool, PoolClient } from 'pg';
import { type AccountId, DISPATCH_LIMITS, RETENTION_LIMITS } from '../../base/index.ts';
import { AppError, reportOf } from '../../errors/index.ts';
import { storedText } from '../stored-text.ts';
import { NOW } from './transaction.ts';

/** Tells the owners of all that runs in an account. */
export async function askRunningToEnd(
  pool: Pick<PoolClient, 'query'>,
  account: AccountId,
): Promise<void> {
  await pool.query(
    `UPDATE sluice.executions SET cancel_requested = true
    WHERE account_id = $1 AND status = 'running' AND NOT cancel_requested`,
    [storedText(account)],
  );
}

/**
 * Ends everything in an account that is deleted and that nobody runs: what is queued or waits, what
 * a dead process held, and what did not end in time. Each gets its last entry, and a new epoch, so
 * that whoever held it can write no more.
 */
export async function endAllIdle(pool: Pool, account: AccountId): Promise<void> {
  const error = reportOf(
    new AppError('EXECUTION_CANCELLED', { message: 'the account is being deleted' }),
  );
  const rest = JSON.stringify({ kind: 'execution.ended', status: 'cancelled', error }).slice(1);
  const values = [
    storedText(account),
    RETENTION_LIMITS.deletionBatch,
    RETENTION_LIMITS.deletionWaitMs,
    JSON.stringify(error),
    rest,
  ];
  const most = DISPATCH_LIMITS.queuedAnAccount / RETENTION_LIMITS.deletionBatch;
  for (let batches = 0; batches <= most; batches += 1) {
    const { rowCount } = await pool.query(END_SOME, values);
    if ((rowCount ?? 0) < RETENTION_LIMITS.deletionBatch) return;
  }
}

/** $1: the account; $2: how many; $3: how long to wait; $4: the error; $5: the rest of an entry. */
const END_SOME = `
  WITH chosen AS MATERIALIZED (
    SELECT e.id FROM sluice.executions AS e
    WHERE e.account_id = $1 AND e.status IN ('queued', 'waiting', 'running') AND (
      e.status <> 'running'
      OR NOT EXISTS
        (SELECT FROM sluice.processes AS p WHERE p.id = e.owner AND p.lease_until >= ${NOW})
      OR EXISTS (SELECT FROM sluice.accounts AS a
        WHERE a.id = $1 AND a.status = 'deleting' AND a.deleting_since < ${NOW} - $3::bigint))
    ORDER BY e.id LIMIT $2 FOR UPDATE OF e
  ),
  ended AS (
    UPDATE sluice.executions AS e
    SET status = 'cancelled', owner = NULL, ended_at = ${NOW}, wake_at = NULL,
      cancel_requested = true, error = $4, epoch = e.epoch + 1, last_sequence = e.last_sequence + 1
    FROM chosen WHERE e.account_id = $1 AND e.id = chosen.id
    RETURNING e.id, e.epoch, e.last_sequence
  )
  INSERT INTO sluice.journal
    (account_id, execution_id, first_sequence, last_sequence, epoch, entries)
  SELECT $1, id, last_sequence, last_sequence, epoch,
    '{"sequence":' || last_sequence || ',"at":' || ${NOW} || ',' || $5::text
  FROM ended`;
