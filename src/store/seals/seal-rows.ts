import type { AccountId } from '../../base/index.ts';
import type { CheckpointRecord, KeptRow, SealedRecord } from '../seal-store.ts';

/** The columns of a row in the order of `KeptRow`. */
export const ROW_COLUMNS = `id, at, actor, action, target_kind AS "targetKind",
  target_id AS "targetId", outcome, request_id AS "requestId", address, details`;
export const SEAL_COLUMNS = `${ROW_COLUMNS}, sequence, mac, key_id AS "keyId"`;
export const CHECKPOINT_COLUMNS =
  'account_id AS account, sequence, mac, at, kind, key_id AS "keyId", signature';

/** A row as the driver gives it: bigint may come as text. */
export type Fetched<T extends { readonly at: number }> = Omit<T, 'at'> & {
  readonly at: number | string;
};

/** Numbers as numbers; every other column as it is kept. */
export function fetched<T extends KeptRow | SealedRecord | CheckpointRecord>(row: Fetched<T>): T {
  // The same members, of which only `at` had another type.
  return { ...row, at: Number(row.at) } as unknown as T;
}

/** The key of the lock that holds the chain of an account; two accounts that share it wait. */
export function lockName(account: AccountId): string {
  return `sluice audit chain ${account}`;
}
