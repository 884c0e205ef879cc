import type { AccountId } from '../base/index.ts';
import type { AccountsStore } from './accounts-store.ts';
import type { AuditStore } from './audit-store.ts';
import type { BlobStore } from './blob-store.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { DispatchStore } from './dispatch-store.ts';
import type { ExecutionStore } from './execution-store.ts';
import type { FlowStore } from './flow-store.ts';
import type { JournalStore } from './journal-store.ts';
import type { KeyStore } from './key-store.ts';
import type { InvitationStore, PeopleStore, ResetStore, RoleStore } from './people-store.ts';
import type { SealStore } from './seal-store.ts';
import type { SessionStore } from './session-store.ts';
import type { SharingStore, TicketStore } from './sharing-store.ts';

/** Everything that the server keeps: one PostgreSQL and one folder of blobs. */
export interface Store {
  /**
   * What belongs to one account; the only way to what people made. Creates no account: rows of one
   * that does not exist are simply not there, and writes fail.
   */
  account(account: AccountId): AccountStore;
  /** Makes the account if there is none of this id. */
  ensureAccount(account: AccountId, name: string): Promise<void>;
  /** Writes of the engine; each unit carries its account. */
  readonly journal: JournalStore;
  /** Who advances which execution, over all accounts; for the engine's dispatcher alone. */
  readonly dispatch: DispatchStore;
  /** From a credential to an account; for the room `auth` alone. */
  readonly directory: DirectoryStore;
  /** Accounts as such. */
  readonly accounts: AccountsStore;
  /** Seals of audit rows, over all accounts; for the room `audit` alone. */
  readonly seals: SealStore;
  /** Asks the database a small question; rejects with STORE_UNAVAILABLE after 2 s at most. */
  check(): Promise<StoreHealth>;
  /** Writes what is queued, closes connections, and stops the embedded database if it is ours. */
  close(): Promise<void>;
}

export interface AccountStore {
  readonly flows: FlowStore;
  readonly executions: ExecutionStore;
  readonly audit: AuditStore;
  readonly blobs: BlobStore;
  readonly people: PeopleStore;
  readonly roles: RoleStore;
  readonly invitations: InvitationStore;
  readonly resets: ResetStore;
  readonly sessions: SessionStore;
  readonly keys: KeyStore;
  readonly sharing: SharingStore;
  readonly tickets: TicketStore;
}

export interface StoreHealth {
  readonly kind: 'embedded' | 'external';
  /** Such as `18.4`. */
  readonly serverVersion: string;
  readonly roundTripMs: number;
}

/** A page of a list that is ordered by time and id, newest first. */
export interface PageRequest {
  /** At most STORE_LIMITS.pageItems. */
  readonly limit: number;
  /** Opaque, from the page before; CURSOR_INVALID where it is not ours. */
  readonly cursor?: string;
}
export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}
