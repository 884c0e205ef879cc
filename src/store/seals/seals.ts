import type { Pool } from 'pg';
import type { AccountId } from '../../base/index.ts';
import type { CheckpointRecord, SealedRecord, SealStore } from '../seal-store.ts';
import { deliveries } from './deliveries.ts';
import { noteKeyNetwork } from './key-networks.ts';
import { retainChain } from './retain.ts';
import { headOf, sealChain } from './seal-chain.ts';
import { CHECKPOINT_COLUMNS, type Fetched, fetched, SEAL_COLUMNS } from './seal-rows.ts';

export interface SealOptions {
  readonly pool: Pool;
  /** The folder of all accounts' blobs. */
  readonly blobFolder: string;
}

/** Seals over all accounts. Everything is read where it is written: a replica may be behind. */
export function openSeals({ pool }: SealOptions): SealStore {
  return {
    unsealedAccounts: (limit) => accountsOf(pool, UNSEALED, [limit]),
    seal: (account, seal) => sealChain(pool, account, seal),
    head: (account) => headOf(pool, account),
    heads: (after, limit) => headsAfter(pool, after, limit),
    sealed: (account, after, limit) => sealedAfter(pool, { account, after, limit }),
    unsealedCount: (account) => unsealedCount(pool, account),
    checkpoints: (account, after, limit) => checkpointsAfter(pool, { account, after, limit }),
    lastCut: (account) => lastCut(pool, account),
    retain: (account, before, cut) => retainChain(pool, account, { before, cut }),
    accountsBefore: (before, limit) => accountsOf(pool, AGED, [before, limit]),
    ...deliveries(pool),
    noteKeyNetwork: (account, use) => noteKeyNetwork(pool, account, use),
  };
}

/** From one account to the next through the index, whatever number of rows each has. */
const UNSEALED = `WITH RECURSIVE found (account) AS (
    (SELECT account_id FROM sluice.audit_events WHERE sequence IS NULL
      ORDER BY account_id LIMIT 1)
    UNION ALL
    SELECT (SELECT e.account_id FROM sluice.audit_events AS e
      WHERE e.sequence IS NULL AND e.account_id > found.account ORDER BY e.account_id LIMIT 1)
    FROM found WHERE found.account IS NOT NULL
  )
  SELECT account FROM found WHERE account IS NOT NULL LIMIT $1`;

/** A chain begins with its first row: what is younger than that one is not looked at. */
const AGED = `SELECT a.id AS account FROM sluice.accounts AS a
  WHERE (SELECT e.at FROM sluice.audit_events AS e
    WHERE e.account_id = a.id AND e.sequence IS NOT NULL ORDER BY e.sequence LIMIT 1) < $1
  ORDER BY a.id LIMIT $2`;

async function accountsOf(
  pool: Pool,
  text: string,
  values: readonly number[],
): Promise<readonly AccountId[]> {
  const { rows } = await pool.query<{ readonly account: AccountId }>(text, [...values]);
  return rows.map(({ account }) => account);
}

const HEADS = `WITH RECURSIVE found (account) AS (
    (SELECT account_id FROM sluice.audit_checkpoints WHERE account_id > $1
      ORDER BY account_id LIMIT 1)
    UNION ALL
    SELECT (SELECT c.account_id FROM sluice.audit_checkpoints AS c
      WHERE c.account_id > found.account ORDER BY c.account_id LIMIT 1)
    FROM found WHERE found.account IS NOT NULL
  )
  SELECT account, (SELECT max(c.sequence) FROM sluice.audit_checkpoints AS c
    WHERE c.account_id = found.account) AS sequence
  FROM found WHERE account IS NOT NULL LIMIT $2`;

async function headsAfter(pool: Pool, after: string, limit: number) {
  const { rows } = await pool.query<{ readonly account: AccountId; readonly sequence: number }>(
    HEADS,
    [after, limit],
  );
  return rows;
}

interface PlaceInChain {
  readonly account: AccountId;
  readonly after: number;
  readonly limit: number;
}

async function sealedAfter(
  pool: Pool,
  { account, after, limit }: PlaceInChain,
): Promise<readonly SealedRecord[]> {
  const { rows } = await pool.query<Fetched<SealedRecord>>(
    `SELECT ${SEAL_COLUMNS} FROM sluice.audit_events
    WHERE account_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
    [account, after, limit],
  );
  return rows.map((row) => fetched<SealedRecord>(row));
}

async function checkpointsAfter(
  pool: Pool,
  { account, after, limit }: PlaceInChain,
): Promise<readonly CheckpointRecord[]> {
  const { rows } = await pool.query<Fetched<CheckpointRecord>>(
    `SELECT ${CHECKPOINT_COLUMNS} FROM (
      SELECT * FROM sluice.audit_checkpoints WHERE account_id = $1 AND sequence > $2
      ORDER BY sequence FETCH FIRST $3 ROWS WITH TIES) AS found
    ORDER BY sequence, kind`,
    [account, after, limit],
  );
  return rows.map((row) => fetched<CheckpointRecord>(row));
}

async function lastCut(pool: Pool, account: AccountId): Promise<CheckpointRecord | undefined> {
  const { rows } = await pool.query<Fetched<CheckpointRecord>>(
    `SELECT ${CHECKPOINT_COLUMNS} FROM sluice.audit_checkpoints
    WHERE account_id = $1 AND kind = 'cut' ORDER BY sequence DESC LIMIT 1`,
    [account],
  );
  const [row] = rows;
  return row === undefined ? undefined : fetched<CheckpointRecord>(row);
}

async function unsealedCount(pool: Pool, account: AccountId): Promise<number> {
  const { rows } = await pool.query<{ readonly count: number }>(
    `SELECT count(*)::integer AS count FROM sluice.audit_events
    WHERE account_id = $1 AND sequence IS NULL`,
    [account],
  );
  return rows[0]?.count ?? 0;
}
