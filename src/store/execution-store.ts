import type { ExecutionId, FlowId, KeyId } from '../base/index.ts';
import type { StoredStatus } from '../contract/index.ts';
import type { ErrorReport } from '../errors/index.ts';
import type { AuditEntry } from './audit-store.ts';
import type { FlowViewer } from './flow-store.ts';
import type { JournalEntry, KeptValue } from './journal-store.ts';
import type { Page, PageRequest } from './store.ts';

/** Times are milliseconds since 1970. */
export interface ExecutionRecord {
  readonly id: ExecutionId;
  readonly flowId: FlowId;
  readonly flowName: string;
  readonly version: number;
  readonly status: StoredStatus;
  readonly inputs: KeptValue;
  /** Present when completed. */
  readonly outputs?: KeptValue;
  readonly error?: ErrorReport & { readonly node?: string; readonly path?: string };
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly wakeAt?: number;
  readonly startedBy: string;
  readonly retriedFrom?: ExecutionId;
  /** How often a process took it over from one that had died. */
  readonly takeovers: number;
  readonly isCancelRequested: boolean;
  readonly lastSequence: number;
}

export interface ExecutionFilter {
  readonly status?: readonly StoredStatus[];
  readonly flowId?: FlowId;
  /** By createdAt; `from` included, `to` not. */
  readonly from?: number;
  readonly to?: number;
  /**
   * Only what this one may see: executions that the owner started, and those of flows that belong
   * to the owner or that are shared with the person to edit. Absent: everything.
   */
  readonly viewer?: FlowViewer;
}

export interface ExecutionStore {
  get(id: ExecutionId): Promise<ExecutionRecord | undefined>;
  /** Without inputs and outputs. */
  list(
    filter: ExecutionFilter,
    page: PageRequest,
  ): Promise<Page<Omit<ExecutionRecord, 'inputs' | 'outputs'>>>;
  /** By the key that the start was asked with. */
  findByIdempotencyKey(
    flow: FlowId,
    key: string,
  ): Promise<{ readonly id: ExecutionId; readonly requestHash: string } | undefined>;
  /**
   * Entries with a sequence greater than `after`, in order; `limit` is at most
   * STORE_LIMITS.entriesAPage. Fewer where they are large: only none says that there are no more.
   */
  entries(id: ExecutionId, after: number, limit: number): Promise<readonly JournalEntry[]>;
  /** Status and last sequence of each that exists here; for those who follow executions. */
  progress(
    ids: readonly ExecutionId[],
  ): Promise<
    ReadonlyMap<ExecutionId, { readonly status: StoredStatus; readonly lastSequence: number }>
  >;
  /**
   * Ends what is queued or waits and was started by this principal, of this flow and by this key
   * where they are named; gives how many ended, at most ACCESS_LIMITS.queuedCancelled.
   */
  cancelWaiting(
    of: { readonly startedBy: string; readonly flowId?: FlowId; readonly key?: KeyId },
    audit: Omit<AuditEntry, 'targetId'>,
  ): Promise<number>;
  /**
   * Asks for the end of an execution. What nobody runs (queued, waiting) ends here and now, with
   * its entry `execution.ended`; what runs is told to its owner.
   */
  cancel(
    id: ExecutionId,
    audit: AuditEntry,
  ): Promise<'cancelled' | 'asked' | 'already over' | undefined>;
}
