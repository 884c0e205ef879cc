import type { AccountId, ExecutionId, FlowId, KeyId, PersonId } from '../base/index.ts';
import type { ShareLevel } from '../contract/index.ts';
import type { AuditEntry } from './audit-store.ts';
import type { PersonDraft, PersonRecord } from './people-store.ts';
import type { Page, PageRequest } from './store.ts';

export interface AccountRecord {
  readonly id: AccountId;
  readonly name: string;
  readonly status: 'active' | 'suspended' | 'deleting';
  readonly createdAt: number;
}

/** What somebody has in the queue, or waiting for a time, of one flow. */
export interface WaitingGroup {
  readonly account: AccountId;
  readonly flowId: FlowId;
  readonly startedBy: string;
  /** By which it was started, where a key did it. */
  readonly key?: KeyId;
}

/** All that is asked of the store to decide whether it may go on. */
export interface WaitingFacts extends WaitingGroup {
  readonly status: AccountRecord['status'];
  readonly flow?: {
    readonly owner: string;
    readonly isPublic: boolean;
    readonly isDeleted: boolean;
  };
  /** With the person who started it. */
  readonly share?: ShareLevel;
  /** The link that started it, where it is good and still for running this flow. */
  readonly link?: { readonly createdBy: string };
}

/** Accounts as such; for the operator's routes, sign-up and the janitor. Audits go to `auditIn`. */
export interface AccountsStore {
  get(id: AccountId): Promise<AccountRecord | undefined>;
  list(page: PageRequest): Promise<Page<AccountRecord>>;
  /**
   * Account and first admin in one transaction. ACCOUNT_TAKEN also for the id of one that was
   * deleted; USERNAME_TAKEN.
   */
  create(
    account: { readonly id: AccountId; readonly name: string; readonly at: number },
    admin: PersonDraft & { readonly id: PersonId },
    audit: AuditEntry,
  ): Promise<{ readonly account: AccountRecord; readonly admin: PersonRecord }>;
  /**
   * What runs in an account that is suspended is asked to end. What starts at that very moment may
   * be missed, and is asked where the account is suspended once more.
   */
  update(
    id: AccountId,
    change: { readonly name?: string; readonly status?: 'active' | 'suspended' },
    audit: { readonly entry: AuditEntry; readonly auditIn: AccountId },
  ): Promise<AccountRecord | undefined>;
  /**
   * The account is `deleting` from now on: sessions, keys and links are worthless at once, what is
   * queued or runs is asked to end. False: no such account, or already deleting.
   */
  beginDeletion(
    id: AccountId,
    audit: { readonly entry: AuditEntry; readonly auditIn: AccountId },
  ): Promise<boolean>;
  /**
   * Goes on with the deletion of accounts, a bounded number of rows at a time; `done` when nothing
   * is left to delete now. What still runs is given RETENTION_LIMITS.deletionWaitMs to end. Rows
   * first, then the folder of its content; its id is never given again. Gives the accounts whose
   * rows are gone, so that the caller removes their other folders; for a day the same ones again,
   * as somebody may have written late, or the caller may have been killed before.
   */
  advanceDeletion(): Promise<{ readonly done: boolean; readonly gone: readonly AccountId[] }>;
  /**
   * Removes ended executions of any account that ended before this time, with journal and content
   * that nothing else refers to; a bounded number. Gives how many went.
   */
  removeExecutions(endedBefore: number): Promise<number>;
  /**
   * What is queued or waits in any account that is not being deleted, each group once, in an order
   * of its own; at most ACCESS_LIMITS.queuedGroups, and those behind `after`. `now` is for links.
   * One look into an index that is empty where nothing waits.
   */
  waiting(now: number, after?: WaitingGroup): Promise<readonly WaitingFacts[]>;
  /** The same of one execution, whatever its status; undefined where there is no such account. */
  waitingFacts(
    of: Omit<WaitingGroup, 'key'> & { readonly id?: ExecutionId },
    now: number,
  ): Promise<WaitingFacts | undefined>;
}
