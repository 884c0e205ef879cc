import type { AccountId, ExecutionId, FlowId, ProcessId } from '../base/index.ts';
import type { KeptValue } from './journal-store.ts';

/** An execution that the caller holds from now on, under a new epoch. */
export interface ClaimedExecution {
  readonly id: ExecutionId;
  readonly account: AccountId;
  readonly flowId: FlowId;
  readonly flowName: string;
  readonly version: number;
  readonly inputs: KeptValue;
  readonly epoch: number;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly lastSequence: number;
  readonly isCancelRequested: boolean;
  readonly reason: 'wake' | 'takeover' | 'queue';
  /** Takeovers in a row without a new entry in between, this one included. */
  readonly takeovers: number;
  /** The principal. */
  readonly startedBy: string;
}

export interface ClaimRequest {
  readonly owner: ProcessId;
  /** At most so many. */
  readonly limit: number;
  /** Executions that an account may have running here already counts against its turn. */
  readonly running: ReadonlyMap<AccountId, number>;
}

export interface ReleasedExecutions {
  /** Are queued, as if they had been handed back. */
  readonly queued: readonly ExecutionId[];
  /** Are taken over, as if their process had died: it counts as a takeover. */
  readonly abandoned: readonly ExecutionId[];
}

/**
 * Who advances which execution. Times are the database's, so clocks of machines need not agree.
 */
export interface DispatchStore {
  /** Makes or renews the lease of a process; it ends DISPATCH_LIMITS.leaseMs later. */
  renewLease(owner: ProcessId, kind: 'server' | 'worker'): Promise<void>;
  /**
   * Takes, in this order of right: executions of processes whose lease has ended, those whose time
   * to wake has come, and queued ones; among accounts in turn, those with the fewest running first.
   * Never waits for a row that another process is taking. Takes nothing for a process whose lease
   * has ended or was never made.
   */
  claim(request: ClaimRequest): Promise<readonly ClaimedExecution[]>;
  /**
   * Executions that this owner holds by the store and that are not among those: it lost them, by a
   * claim whose answer did not come, or a write whose fate it does not know. At most
   * DISPATCH_LIMITS.slotsMax.
   */
  unheld(owner: ProcessId, holding: readonly ExecutionId[]): Promise<readonly ExecutionId[]>;
  /**
   * Gives up what this owner holds of those; nothing that was written under it counts any more.
   */
  release(owner: ProcessId, released: ReleasedExecutions): Promise<void>;
  /** Executions of the account that wait for their turn, counted up to `atMost`. */
  queued(account: AccountId, atMost: number): Promise<number>;
  /** Those of this owner whose end was asked for. */
  cancelRequested(owner: ProcessId): Promise<readonly ExecutionId[]>;
  /** A process that stops hands back what it still holds, as queued, and ends its lease. */
  leave(owner: ProcessId): Promise<void>;
  /** Tells all processes that something is queued or asked for. */
  announce(): Promise<void>;
  /** Calls `wake` when another process announced something; survives lost connections. */
  onAnnounced(wake: () => void): () => void;
}
