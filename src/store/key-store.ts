import type { ExecutionId, KeyId, PersonId } from '../base/index.ts';
import type { AuditEntry } from './audit-store.ts';
import type { Page, PageRequest } from './store.ts';

/** What is known of an API key; the key itself is not. Times are milliseconds since 1970. */
export interface KeyRecord {
  readonly id: KeyId;
  readonly name: string;
  /** The beginning of the key, for people. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** For whom it acts; absent: for itself. */
  readonly person?: PersonId;
  /** Addresses and CIDR ranges; empty: from anywhere. */
  readonly networks: readonly string[];
  readonly minutesAMonth?: number;
  readonly concurrentExecutions?: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly rotatedAt?: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  readonly lastUsedAt?: number;
  readonly lastUsedAddress?: string;
}

export interface KeyDraft
  extends Omit<KeyRecord, 'rotatedAt' | 'revokedAt' | 'lastUsedAt' | 'lastUsedAddress'> {
  /** SHA-256 of the key, hex; unique on the server. */
  readonly hash: string;
}

export interface KeyChange {
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly networks?: readonly string[];
  /** Null takes a limit away. */
  readonly minutesAMonth?: number | null;
  readonly concurrentExecutions?: number | null;
  readonly expiresAt?: number | null;
}

export interface KeyUsageMonth {
  /** Such as `2026-11`, UTC. */
  readonly month: string;
  readonly requests: number;
  readonly executions: number;
  /** What executions that it started ran. */
  readonly durationMs: number;
}

/** API keys of one account. */
export interface KeyStore {
  /**
   * LIMIT_REACHED where person (or the account, for keys of none) has keysAPerson already;
   * KEY_REVOKED where the key that makes it was revoked by now.
   */
  create(draft: KeyDraft, audit: AuditEntry): Promise<KeyRecord>;
  get(id: KeyId): Promise<KeyRecord | undefined>;
  /**
   * `of` absent: all of the account; a key that acts for itself has itself and those of nobody
   * that it made. `before`: made or rotated before this time.
   */
  list(
    filter: {
      readonly of?: PersonId | 'nobody' | { readonly key: KeyId };
      readonly before?: number;
    },
    page: PageRequest,
  ): Promise<Page<KeyRecord>>;
  /**
   * Where it ends earlier, so do the keys that it made, and those that they made. Undefined: no
   * such key. KEY_REVOKED.
   */
  update(id: KeyId, change: KeyChange, audit: AuditEntry): Promise<KeyRecord | undefined>;
  /** The hash of before is taken until `graceUntil`. Undefined: no such key. KEY_REVOKED. */
  rotate(
    id: KeyId,
    change: {
      readonly prefix: string;
      readonly hash: string;
      readonly at: number;
      readonly graceUntil?: number;
    },
    audit: AuditEntry,
  ): Promise<KeyRecord | undefined>;
  /**
   * With all keys that it made, and that those made, each with a record. Also where it is revoked
   * already, without a second record. Undefined: no such key.
   */
  revoke(id: KeyId, at: number, audit: AuditEntry): Promise<KeyRecord | undefined>;
  /** Newest month first, and how many executions are under way. */
  usage(
    id: KeyId,
    now: number,
  ): Promise<{ readonly underWay: number; readonly months: readonly KeyUsageMonth[] }>;
  /**
   * Takes a place for an execution about to start, under the key's limits; two at once never take
   * the same last place. A place of an execution that has ended, or that was never written within a
   * minute, is free again. KEY_EXHAUSTED with details {limit: 'concurrentExecutions' |
   * 'minutesAMonth', most}.
   */
  reserve(id: KeyId, execution: ExecutionId, now: number): Promise<void>;
}

/** What a key was used for since the last such note. */
export interface KeyUse {
  readonly key: KeyId;
  readonly requests: number;
  readonly at: number;
  readonly address: string;
}
