import type { AccountId, ExecutionId, FlowId, ProcessId, ValueMap } from '../../base/index.ts';
import type { ExecutionStatus, StepRecord } from '../../contract/index.ts';
import type { ErrorReport } from '../../errors/index.ts';
import type { AuditEntry, JournalEntry, KeptValue } from '../../store/index.ts';

/** An execution that someone asks for; the flow is there and the inputs are checked. */
export interface StartRequest {
  /** Where something was written under its id before; absent: the dispatcher makes one. */
  readonly id?: ExecutionId;
  readonly account: AccountId;
  readonly flow: { readonly id: FlowId; readonly name: string; readonly version: number };
  /** The version counts only if it still is the latest when the execution becomes durable. */
  readonly onlyLatest?: boolean;
  readonly inputs: ValueMap;
  /** The principal. */
  readonly by: string;
  readonly idempotency?: { readonly key: string; readonly requestHash: string };
  /** Steps of another execution that are taken over; see `stepsToReuse`. */
  readonly retry?: { readonly of: ExecutionId; readonly steps: readonly StepRecord[] };
  /** Committed with the execution's row; `start` sets its targetId to the execution's id. */
  readonly audit: AuditEntry;
}

/**
 * Why an execution that waited may not go on, in words that follow "it may not run: "; undefined:
 * it may. A rejection decides nothing: the execution waits on and it is asked again.
 */
export type MayRun = (execution: {
  readonly id: ExecutionId;
  readonly account: AccountId;
  readonly startedBy: string;
  readonly flowId: FlowId;
}) => Promise<string | undefined>;

export interface ExecutionOutcome {
  readonly status: ExecutionStatus;
  readonly outputs?: KeptValue;
  readonly error?: ErrorReport & { readonly node?: string; readonly path?: string };
  readonly startedAt?: number;
  readonly endedAt: number;
}

export interface StartedExecution {
  readonly id: ExecutionId;
  /** How `start` left it: begun here, or waiting for its turn. */
  readonly status: 'queued' | 'running';
  readonly createdAt: number;
  /**
   * Resolves when the execution is durable: from then on it is finished, whatever dies. Errors as
   * JournalStore.write for a header; then no effect has begun, and nothing of it is left.
   */
  accepted(): Promise<void>;
  /**
   * Resolves when its end is durable, wherever it ran; undefined when the signal aborted first.
   */
  ended(signal: AbortSignal): Promise<ExecutionOutcome | undefined>;
}

/** Follows executions of any process of this database. */
export interface ExecutionFeed {
  /**
   * Entries after a sequence number, in order, without a gap or a double: those that are stored,
   * then what follows as it becomes durable; ends after `execution.ended`, or with the signal. It
   * pulls: nothing gathers for a reader that is slow. Errors: EXECUTION_NOT_FOUND.
   */
  follow(
    account: AccountId,
    execution: ExecutionId,
    options: { readonly after: number; readonly signal: AbortSignal },
  ): AsyncIterable<readonly JournalEntry[]>;
}

export interface DispatcherStatus {
  readonly process: ProcessId;
  readonly slots: number;
  readonly running: number;
  /** False while the lease is not known to hold: then no effect begins. */
  readonly isLeaseHeld: boolean;
  readonly isStopping: boolean;
}

/**
 * Advances executions of this process, and takes up what others left: one for each process. The
 * store says who holds an execution; the dispatcher never remembers more than it holds.
 */
export interface Dispatcher {
  /**
   * Begins an execution here when there is a slot and nobody else's turn is taken, else queues it.
   * Gives it before anything is durable. QUEUE_FULL where the account has too many waiting;
   * STORE_UNAVAILABLE while the process stops.
   */
  start(request: StartRequest): Promise<StartedExecution>;
  /** Tells an execution that this process runs that its end was asked for; others hear by poll. */
  nudgeCancel(execution: ExecutionId): void;
  readonly feed: ExecutionFeed;
  status(): DispatcherStatus;
  /** Takes nothing new, lets what runs end for DISPATCH_LIMITS.drainMs, hands the rest back. */
  close(): Promise<void>;
}
