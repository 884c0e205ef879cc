import type { Pool } from 'pg';
import { type AccountId, RETENTION_LIMITS } from '../../base/index.ts';
import { removeContent } from '../account/blobs.ts';
import type { AccountsStore } from '../accounts-store.ts';
import { originalText, storedText } from '../stored-text.ts';
import { accountTables } from './account-tables.ts';
import type { AccountsOptions } from './accounts.ts';
import { askRunningToEnd, endAllIdle } from './end-executions.ts';
import { NOW } from './transaction.ts';

/**
 * Goes on with the deletion of accounts. Each step can be done again, by this process or another:
 * where one is killed, the next call begins with what is left.
 *
 * A process that was late may write a row or a file after all were gone, so a deleted account is
 * looked at for RETENTION_LIMITS.deletionSweepMs more, and told as gone each time.
 */
export async function advanceDeletion({
  pool,
  blobFolder,
  announce,
}: AccountsOptions): ReturnType<AccountsStore['advanceDeletion']> {
  const due = await dueAccounts(pool);
  if (due.length === 0) return { done: true, gone: [] };
  const tables = await accountTables(pool);
  const gone: AccountId[] = [];
  let rowsLeft: number = RETENTION_LIMITS.deletionRows;
  for (const account of due) {
    if (await isStillRunning(pool, account)) {
      announce();
      continue;
    }
    rowsLeft -= await removeRows(pool, { account, tables, atMost: rowsLeft });
    if (rowsLeft <= 0) return { done: false, gone };
    await removeContent(blobFolder, account);
    await bury(pool, account);
    gone.push(account);
  }
  return { done: gone.length === due.length && !(await isMoreDue(pool)), gone };
}

/** Those whose rows are not gone, and those that were not looked at since they may have grown. */
const DUE = `status = 'deleting' AND (deleted_at IS NULL OR swept_at < deleted_at + $1::bigint)`;

async function dueAccounts(pool: Pool): Promise<readonly AccountId[]> {
  const { rows } = await pool.query<{ readonly id: string }>(
    `SELECT id FROM sluice.accounts WHERE ${DUE}
    ORDER BY deleted_at NULLS FIRST, swept_at NULLS FIRST, id LIMIT $2`,
    [RETENTION_LIMITS.deletionSweepMs, RETENTION_LIMITS.deletionAccounts],
  );
  // The column was written from an id of this kind.
  return rows.map(({ id }) => originalText(id) as AccountId);
}

/** True also while it only may: what a live process runs is given time to end by itself. */
async function isStillRunning(pool: Pool, account: AccountId): Promise<boolean> {
  await askRunningToEnd(pool, account);
  await endAllIdle(pool, account);
  const { rows } = await pool.query(
    `SELECT FROM sluice.executions
    WHERE account_id = $1 AND status IN ('queued', 'waiting', 'running') LIMIT 1`,
    [storedText(account)],
  );
  return rows.length > 0;
}

/** Gives how many went; `atMost` says that there may be more. */
async function removeRows(
  pool: Pool,
  of: {
    readonly account: AccountId;
    readonly tables: readonly string[];
    readonly atMost: number;
  },
): Promise<number> {
  let removed = 0;
  for (const table of of.tables) {
    // Names of tables come from the database, quoted by itself.
    const statement = `DELETE FROM ${table} WHERE account_id = $1 AND ctid = ANY (ARRAY(
      SELECT ctid FROM ${table} WHERE account_id = $1 LIMIT $2))`;
    for (;;) {
      const batch = Math.min(RETENTION_LIMITS.deletionBatch, of.atMost - removed);
      if (batch <= 0) return removed;
      const { rowCount } = await pool.query(statement, [storedText(of.account), batch]);
      removed += rowCount ?? 0;
      if ((rowCount ?? 0) < batch) break;
    }
  }
  return removed;
}

/** The row stays without its name, so that the id is never given again. */
async function bury(pool: Pool, account: AccountId): Promise<void> {
  await pool.query(
    `UPDATE sluice.accounts
    SET name = '', deleted_at = coalesce(deleted_at, ${NOW}), swept_at = ${NOW}
    WHERE id = $1 AND status = 'deleting'`,
    [storedText(account)],
  );
}

/** Accounts that were deleted before count for nothing here: they are looked at once a turn. */
async function isMoreDue(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query(
    `SELECT FROM sluice.accounts WHERE status = 'deleting' AND deleted_at IS NULL LIMIT 1`,
  );
  return rows.length > 0;
}
