import type { AccountId, Clock, ExecutionId, ProcessId, ValueMap } from '../../base/index.ts';
import type { AppError } from '../../errors/index.ts';
import type { Plan } from '../../language/index.ts';
import type { Log } from '../../log/index.ts';
import type { BlobStore, JournalEntry, JournalStore } from '../../store/index.ts';
import type { ExecutionLimits } from '../execution-limits.ts';
import type { Spawn } from '../ports.ts';
import type { ExecutionOutcome } from './dispatcher.ts';
import type { EntryWriterOptions } from './entry-writer.ts';
import type { History, Reused } from './history.ts';
import type { Lease } from './lease.ts';

/** How a stretch ended. `silent`: somebody else goes on with it, now or later. */
export type SegmentEnd =
  | { readonly kind: 'ended'; readonly outcome: ExecutionOutcome }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'silent'; readonly error: AppError };

/** What every segment of a process works with. */
export interface SegmentTools {
  readonly journal: JournalStore;
  readonly clock: Clock;
  readonly lease: Lease;
  readonly log: Log;
  readonly owner: ProcessId;
  readonly limits: Partial<ExecutionLimits>;
}

export interface SegmentOptions {
  readonly account: AccountId;
  readonly execution: ExecutionId;
  readonly blobs: BlobStore;
  readonly epoch: number;
  readonly startedAt: number;
  readonly lastSequence: number;
  readonly header?: EntryWriterOptions['header'];
  /** Told what is durable; the last call carries the end of the execution. */
  readonly onDurable: (entries: readonly JournalEntry[], isEnd: boolean) => void;
  /** Called once, when the engine has done what it can: then a slot is free. */
  readonly onIdle: () => void;
}

/** What the engine runs: everything that was read, and how visits of this execution run. */
export interface Stretch {
  readonly plan: Plan;
  readonly inputs: ValueMap;
  readonly history: History;
  readonly spawn: Spawn;
  /** Absent for the first stretch. */
  readonly reason?: 'wake' | 'takeover' | 'queue';
  /** What a retry takes over, when the journal does not have it yet. */
  readonly reused?: Reused;
}
