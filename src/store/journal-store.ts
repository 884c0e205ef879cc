import type { AccountId, ExecutionId, FlowId, ProcessId } from '../base/index.ts';
import type { BlobRef, StoredStatus } from '../contract/index.ts';
import type { ErrorReport } from '../errors/index.ts';
import type { AuditEntry } from './audit-store.ts';

/** JSON text as it is kept, or where it is kept. */
export type KeptValue = { readonly json: string } | { readonly ref: BlobRef };

/** One entry of an execution's journal: an ExecutionEvent with this sequence, as JSON text. */
export interface JournalEntry {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly text: string;
}

/** What an execution is from its first moment on; it never changes. */
export interface ExecutionHeader {
  readonly flowId: FlowId;
  readonly flowName: string;
  readonly version: number;
  readonly inputs: KeptValue;
  readonly createdAt: number;
  /** The principal. */
  readonly startedBy: string;
  /** Unique in its account and flow while the execution is kept. */
  readonly idempotencyKey?: string;
  /** SHA-256 of what was asked with that key, hex. */
  readonly requestHash?: string;
  readonly retriedFrom?: ExecutionId;
  /** Not kept: the unit counts only while `version` is the latest of a flow that is there. */
  readonly onlyLatest?: boolean;
}

/**
 * One write for one execution; all of it is committed or nothing. Units of one execution are
 * written in the order in which they were given, by one process, the owner.
 */
export interface JournalUnit {
  readonly account: AccountId;
  readonly execution: ExecutionId;
  /** Absent with status `queued`: nobody advances it yet. */
  readonly owner?: ProcessId;
  /** The fencing epoch under which the owner holds the execution; 1 for one it creates. */
  readonly epoch: number;
  /** With the first unit of an execution: makes its row. */
  readonly header?: ExecutionHeader;
  /** Follow on the entries that are there; may be empty. */
  readonly entries: readonly JournalEntry[];
  readonly status: StoredStatus;
  readonly startedAt?: number;
  /** With `waiting`: when the next segment begins. */
  readonly wakeAt?: number;
  /** With a terminal status. */
  readonly endedAt?: number;
  readonly outputs?: KeptValue;
  readonly error?: ErrorReport & { readonly node?: string; readonly path?: string };
  readonly audit?: AuditEntry;
}

/**
 * Writes units of many executions in groups: while one group is being committed the next gathers,
 * so a lone unit waits for nothing and many share a commit.
 */
export interface JournalStore {
  /**
   * Resolves when the unit is durable. While the database does not answer, it is tried again for
   * STORE_LIMITS.outageMs; a commit whose answer was lost is recognised, not repeated.
   *
   * Errors: EXECUTION_FENCED where another process has the execution by now (or it has ended);
   * IDEMPOTENCY_TAKEN for a header whose key is taken (details.executionId and
   * details.sameRequest); FLOW_CHANGED for a header with `onlyLatest` whose version is not;
   * STORE_UNAVAILABLE. One unit's error never touches another's.
   */
  write(unit: JournalUnit): Promise<void>;
}
