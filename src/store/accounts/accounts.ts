import type { Pool } from 'pg';
import type { AccountsStore } from '../accounts-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { PageRequest } from '../store.ts';
import { storedText } from '../stored-text.ts';
import { beginDeletion, createAccount, updateAccount } from './account-changes.ts';
import { ACCOUNT_COLUMNS, type AccountRow, accountOf } from './account-row.ts';
import { advanceDeletion } from './deletion.ts';
import { sweepLeftBlobs } from './left-blobs.ts';
import { removeExecutions } from './retention.ts';
import { listWaiting, waitingFacts } from './waiting.ts';

export interface AccountsOptions {
  readonly pool: Pool;
  /** The folder of all accounts' blobs. */
  readonly blobFolder: string;
  /** Tells all processes that there is something to do. */
  readonly announce: () => void;
  /** False: changes leave no audit row. */
  readonly isAuditOn: boolean;
}

/** Accounts as such, over all accounts. One that was deleted is as if it had never been. */
export function openAccounts(options: AccountsOptions): AccountsStore {
  const { pool, blobFolder } = options;
  return {
    get: async (id) => {
      const { rows } = await pool.query<AccountRow>(
        `SELECT ${ACCOUNT_COLUMNS} FROM sluice.accounts WHERE id = $1 AND deleted_at IS NULL`,
        [storedText(id)],
      );
      return rows.map(accountOf)[0];
    },
    list: (page) => listAccounts(pool, page),
    create: (account, admin, audit) => createAccount(options, account, { ...admin, audit }),
    update: (id, change, audit) => updateAccount(options, id, { ...change, ...audit }),
    beginDeletion: (id, audit) => beginDeletion(options, id, audit),
    advanceDeletion: () => advanceDeletion(options),
    removeExecutions: async (endedBefore) => {
      const removed = await removeExecutions(pool, endedBefore);
      await sweepLeftBlobs(pool, blobFolder);
      return removed;
    },
    waiting: (now, after) => listWaiting(pool, now, after),
    waitingFacts: (of, now) => waitingFacts(pool, of, now),
  };
}

/** Newest first. */
async function listAccounts(pool: Pool, page: PageRequest): ReturnType<AccountsStore['list']> {
  const of = { account: '', list: 'accounts' };
  const after = positionOf(page, of);
  const { rows } = await pool.query<AccountRow>(
    `SELECT ${ACCOUNT_COLUMNS} FROM sluice.accounts
    WHERE deleted_at IS NULL AND ($1::bigint IS NULL OR (created_at, id) < ($1, $2::text))
    ORDER BY created_at DESC, id DESC LIMIT $3`,
    [after?.at ?? null, after?.id ?? '', page.limit + 1],
  );
  const position = (row: AccountRow) => ({ at: Number(row.created_at), id: row.id });
  return pageOf(rows, { ...page, of }, { item: accountOf, position });
}
