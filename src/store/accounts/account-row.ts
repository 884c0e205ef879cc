import type { AccountId } from '../../base/index.ts';
import type { AccountRecord } from '../accounts-store.ts';
import { originalText } from '../stored-text.ts';

export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly status: AccountRecord['status'];
  readonly created_at: number | string;
}

export const ACCOUNT_COLUMNS = 'id, name, status, created_at';

/** The account of a row. */
export function accountOf(row: AccountRow): AccountRecord {
  return {
    // The column was written from an id of this kind.
    id: originalText(row.id) as AccountId,
    name: originalText(row.name),
    status: row.status,
    createdAt: Number(row.created_at),
  };
}
