import type { Pool } from 'pg';
import { type AccountId, RETENTION_LIMITS } from '../../base/index.ts';
import { removeBlob } from '../account/blobs.ts';
import { originalText } from '../stored-text.ts';
import { NOW } from './transaction.ts';

interface LeftBlob {
  readonly account_id: string;
  readonly blob: string;
  readonly due_at: number | string;
  readonly is_named: boolean;
}

/**
 * Removes content whose executions are gone and which nothing names: no journal, inputs or outputs.
 *
 * Who may still be about to name it? Whoever put it does so within minutes, and has touched it;
 * a retry takes over what it read from an execution, within one request. So content stays for
 * RETENTION_LIMITS.leftBlobMs after the last execution that named it went, and after it was last
 * put. What is named in the end leaves the list, and comes back with the next execution that goes.
 */
export async function sweepLeftBlobs(pool: Pool, blobFolder: string): Promise<void> {
  for (let batches = 0; batches < RETENTION_LIMITS.leftBlobBatches; batches += 1) {
    if ((await sweepSome(pool, blobFolder)) < RETENTION_LIMITS.leftBlobs) return;
  }
}

/** Gives how many were judged. */
async function sweepSome(pool: Pool, blobFolder: string): Promise<number> {
  const { rows } = await pool.query<LeftBlob>(DUE_BLOBS, [RETENTION_LIMITS.leftBlobs]);
  const before = Date.now() - RETENTION_LIMITS.leftBlobMs;
  for (const row of rows) {
    // The column was written from an id of this kind.
    const account = originalText(row.account_id) as AccountId;
    const isSettled =
      row.is_named || (await removeBlob(blobFolder, account, { hash: row.blob, before }));
    // By its time too: where another execution that named it went meanwhile, that counts.
    const key = [row.account_id, row.blob, row.due_at];
    if (isSettled) await pool.query(FORGET, key);
    else await pool.query(POSTPONE, [...key, RETENTION_LIMITS.leftBlobMs]);
  }
  return rows.length;
}

/**
 * $1: how many. Each question is one look into an index of its own; as EXISTS they would be made
 * into one scan of all rows.
 */
export const DUE_BLOBS = `
  SELECT l.account_id, l.blob, l.due_at, coalesce(
    (SELECT true FROM sluice.executions AS e
      WHERE e.account_id = l.account_id AND e.inputs_blob IS NOT NULL
        AND left(e.inputs_blob, 64) = l.blob LIMIT 1),
    (SELECT true FROM sluice.executions AS e
      WHERE e.account_id = l.account_id AND e.outputs_blob IS NOT NULL
        AND left(e.outputs_blob, 64) = l.blob LIMIT 1),
    (SELECT true FROM sluice.journal AS j
      WHERE j.account_id = l.account_id AND strpos(j.entries, '"blob":"') > 0
        AND sluice.named_blobs(j.entries) @> ARRAY[l.blob] LIMIT 1),
    false) AS is_named
  FROM (SELECT * FROM sluice.left_blobs WHERE due_at <= ${NOW} ORDER BY due_at LIMIT $1) AS l`;

const FORGET = `
  DELETE FROM sluice.left_blobs WHERE account_id = $1 AND blob = $2 AND due_at = $3`;

const POSTPONE = `
  UPDATE sluice.left_blobs SET due_at = ${NOW} + $4::bigint
  WHERE account_id = $1 AND blob = $2 AND due_at = $3`;
