import type { AccountId } from '../base/index.ts';

/**
 * The columns of an audit row exactly as they are kept, but for its account: a seal is made of the
 * texts themselves, so that no two states of the table have the same seal. What `storedText`
 * escaped is escaped here, and `details` is the JSON as text.
 */
export interface KeptRow {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string;
  readonly outcome: string;
  readonly requestId: string | null;
  readonly address: string | null;
  readonly details: string | null;
}

/** A row with its place in the chain of its account. */
export interface SealedRecord extends KeptRow {
  readonly sequence: number;
  /** HMAC-SHA-256 over the mac before it, the sequence and the row; hex. */
  readonly mac: string;
  readonly keyId: string;
}

/** A signature over the head of a chain; what was removed on purpose is told by `kind: 'cut'`. */
export interface CheckpointRecord {
  readonly account: AccountId;
  readonly sequence: number;
  readonly mac: string;
  readonly at: number;
  readonly kind: 'head' | 'cut';
  readonly keyId: string;
  /** Ed25519 over all of the above; hex. */
  readonly signature: string;
}

/** Where the chain of an account stands. */
export interface ChainHead {
  /** 0 before the first seal. */
  readonly sequence: number;
  /** '' before the first seal. */
  readonly mac: string;
}

/** What a sealer makes of rows that follow a head. */
export interface SealedBatch {
  readonly sealed: readonly SealedRecord[];
  readonly checkpoint: CheckpointRecord;
}

/**
 * Chains of audit rows, one an account. Rows are written unsealed with the change that they tell
 * of; one sealer of all processes gives them their places. The database refuses every other change
 * of a row, and every removal that no cut covers.
 */
export interface SealStore {
  /** Accounts that have rows without a seal; at most `limit`. */
  unsealedAccounts(limit: number): Promise<readonly AccountId[]>;
  /**
   * Under a lock that one process holds at a time: hands the head and the oldest unsealed rows (at
   * most AUDIT_LIMITS.sealRecords) to `seal`, and keeps what it gives. False where another process
   * holds the lock or there is nothing to seal.
   */
  seal(
    account: AccountId,
    seal: (head: ChainHead, rows: readonly KeptRow[]) => SealedBatch,
  ): Promise<boolean>;
  head(account: AccountId): Promise<ChainHead>;
  /** Accounts after this one that have a chain, in order of their ids, each with its last place. */
  heads(
    after: string,
    limit: number,
  ): Promise<readonly { readonly account: AccountId; readonly sequence: number }[]>;
  /** Sealed rows after a place in the chain, in its order. */
  sealed(account: AccountId, after: number, limit: number): Promise<readonly SealedRecord[]>;
  unsealedCount(account: AccountId): Promise<number>;
  /**
   * Checkpoints after a place, in order; cuts first where several are of one place, which are never
   * parted by the limit.
   */
  checkpoints(
    account: AccountId,
    after: number,
    limit: number,
  ): Promise<readonly CheckpointRecord[]>;
  /** The last cut: what came up to there was removed on purpose. */
  lastCut(account: AccountId): Promise<CheckpointRecord | undefined>;
  /**
   * Keeps the cut and removes sealed rows up to it that are older than `before`, at most
   * AUDIT_LIMITS.retentionRows; gives how many went. `cut` makes the signed record for the last row
   * that goes. 0 where another process holds the lock of the chain.
   */
  retain(
    account: AccountId,
    before: number,
    cut: (last: SealedRecord) => CheckpointRecord,
  ): Promise<number>;
  /** Accounts whose chain begins with a row that is older than this; at most `limit`. */
  accountsBefore(before: number, limit: number): Promise<readonly AccountId[]>;
  /**
   * Takes the right to send to a sink for `forMs`, and gives the place up to which it has all;
   * undefined where another process has the right.
   */
  claimDelivery(sink: string, account: AccountId, forMs: number): Promise<number | undefined>;
  /** The sink has all up to this place; the right to send goes back. */
  endDelivery(sink: string, account: AccountId, sequence: number): Promise<void>;
  /**
   * Notes from which network a key is used. `new`: it was used before, and never from there. At
   * most ACCESS_LIMITS.networksAKey are kept, of which the oldest goes.
   */
  noteKeyNetwork(
    account: AccountId,
    use: { readonly key: string; readonly network: string; readonly at: number },
  ): Promise<'first' | 'known' | 'new'>;
}
