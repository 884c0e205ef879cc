import type { Pool } from 'pg';
import { type AccountId, AUDIT_LIMITS, assert } from '../../base/index.ts';
import type { CheckpointRecord, SealedRecord } from '../seal-store.ts';
import { keepCheckpoint, whileHeld } from './chain-lock.ts';
import { type Fetched, fetched, SEAL_COLUMNS } from './seal-rows.ts';

export interface Retention {
  readonly before: number;
  readonly cut: (last: SealedRecord) => CheckpointRecord;
}

/**
 * Removes the beginning of a chain up to its first row that is young enough, and leaves the cut in
 * its place, in one transaction.
 */
export async function retainChain(
  pool: Pool,
  account: AccountId,
  { before, cut }: Retention,
): Promise<number> {
  const removed = await whileHeld(pool, account, async (client) => {
    const { rows } = await client.query<Fetched<SealedRecord>>(
      `SELECT ${SEAL_COLUMNS} FROM sluice.audit_events
      WHERE account_id = $1 AND sequence IS NOT NULL ORDER BY sequence LIMIT $2`,
      [account, AUDIT_LIMITS.retentionRows],
    );
    const found = rows.map((row) => fetched<SealedRecord>(row));
    const young = found.findIndex(({ at }) => at >= before);
    const last = found.at(young === -1 ? -1 : young - 1);
    if (young === 0 || last === undefined) return 0;
    const record = cut(last);
    assert(record.sequence === last.sequence, 'a cut is of the last row that goes');
    await keepCheckpoint(client, record);
    const { rowCount } = await client.query(
      'DELETE FROM sluice.audit_events WHERE account_id = $1 AND sequence <= $2',
      [account, last.sequence],
    );
    await client.query(
      `DELETE FROM sluice.audit_checkpoints
      WHERE account_id = $1 AND (sequence < $2 OR (sequence = $2 AND kind = 'head'))`,
      [account, last.sequence],
    );
    return rowCount ?? 0;
  });
  return removed ?? 0;
}
