import type { Pool, PoolClient } from 'pg';
import { type AccountId, AUDIT_LIMITS, assert } from '../../base/index.ts';
import type { ChainHead, KeptRow, SealedBatch } from '../seal-store.ts';
import { keepCheckpoint, whileHeld } from './chain-lock.ts';
import { type Fetched, fetched, ROW_COLUMNS } from './seal-rows.ts';

type Asked = Pick<Pool | PoolClient, 'query'>;

/**
 * Gives the oldest unsealed rows their places, in one transaction that holds the chain: whoever
 * dies in it leaves the chain as it was, and the next one sees all that was committed before.
 */
export function sealChain(
  pool: Pool,
  account: AccountId,
  seal: (head: ChainHead, rows: readonly KeptRow[]) => SealedBatch,
): Promise<boolean> {
  return whileHeld(pool, account, async (client) => {
    const { rows } = await client.query<Fetched<KeptRow>>(
      `SELECT ${ROW_COLUMNS} FROM sluice.audit_events
      WHERE account_id = $1 AND sequence IS NULL ORDER BY at, id LIMIT $2`,
      [account, AUDIT_LIMITS.sealRecords],
    );
    if (rows.length === 0) return false;
    const head = await headOf(client, account);
    const batch = seal(
      head,
      rows.map((row) => fetched<KeptRow>(row)),
    );
    await keepSeals(client, account, batch);
    await keepCheckpoint(client, batch.checkpoint);
    return true;
  }).then((isSealed) => isSealed === true);
}

async function keepSeals(
  client: PoolClient,
  account: AccountId,
  { sealed, checkpoint }: SealedBatch,
): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE sluice.audit_events AS e
    SET sequence = s.sequence, mac = s.mac, key_id = s.key_id
    FROM unnest($2::bigint[], $3::uuid[], $4::integer[], $5::text[], $6::text[])
      AS s (at, id, sequence, mac, key_id)
    WHERE e.account_id = $1 AND e.at = s.at AND e.id = s.id AND e.sequence IS NULL`,
    [
      account,
      sealed.map(({ at }) => at),
      sealed.map(({ id }) => id),
      sealed.map(({ sequence }) => sequence),
      sealed.map(({ mac }) => mac),
      sealed.map(({ keyId }) => keyId),
    ],
  );
  assert(rowCount === sealed.length, 'every row that was read is sealed once');
  assert(sealed.at(-1)?.sequence === checkpoint.sequence, 'a checkpoint is of the last row');
}

/**
 * The further of the last row and the last checkpoint. Where rows were taken from the end the
 * checkpoint is further: the chain then goes on after the gap instead of covering it.
 */
export async function headOf(asked: Asked, account: AccountId): Promise<ChainHead> {
  const { rows } = await asked.query<ChainHead>(
    `(SELECT sequence, mac, 1 AS place FROM sluice.audit_events
      WHERE account_id = $1 AND sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1)
    UNION ALL
    (SELECT sequence, mac, 2 AS place FROM sluice.audit_checkpoints
      WHERE account_id = $1 ORDER BY sequence DESC LIMIT 1)
    ORDER BY sequence DESC, place LIMIT 1`,
    [account],
  );
  const [row] = rows;
  return row === undefined ? { sequence: 0, mac: '' } : { sequence: row.sequence, mac: row.mac };
}
