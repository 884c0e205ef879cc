import type { ExecutionEvent, ExecutionResult, StepRecord, StepWait } from '../contract/index.ts';
import type { ExecutionLimits } from './execution-limits.ts';
import type { EnginePorts } from './ports.ts';

export interface ExecuteOptions {
  readonly executionId: string;
  readonly ports: EnginePorts;
  /**
   * Cancels the execution; with an AppError of the code EXECUTION_FENCED as its reason it ends the
   * execution here in silence, because another process has it.
   */
  readonly signal?: AbortSignal;
  /** What the operator allows; a flow's own limits only count below it. */
  readonly limits?: Partial<ExecutionLimits>;
  /** Told everything as it happens. What it throws is ignored. */
  readonly onEvent?: (event: ExecutionEvent) => void;
  /** Goes on with an execution that began before; absent for one that begins. */
  readonly resume?: ResumePoint;
  /** Ends the segment when there is nothing to do for a while; absent means to wait in memory. */
  readonly suspend?: SuspendPolicy | undefined;
}

/** Where an execution stands that a segment goes on with; its steps are in the journal. */
export interface ResumePoint {
  /** When it first began: its time limit counts from here. Milliseconds since 1970. */
  readonly startedAt: number;
  /** From `step.waiting`; one whose step has ended since does no harm. */
  readonly waits: readonly StepWait[];
  /** The number of the first event, which is `execution.resumed`. */
  readonly sequence: number;
  readonly reason: 'wake' | 'takeover' | 'queue';
}

export interface SuspendPolicy {
  /** A wait up to here stays in memory. */
  readonly afterMs: number;
}

/** For one segment of an execution. */
export interface SegmentOptions extends ExecuteOptions {
  readonly suspend: SuspendPolicy;
}

/** For an execution that waits in memory, from its beginning to its end. */
export type WholeOptions = Omit<ExecuteOptions, 'suspend'> & { readonly suspend?: undefined };

/** The execution waits, and nothing of it is left in memory. */
export interface SuspendedExecution {
  readonly executionId: string;
  readonly status: 'suspended';
  /**
   * When the next segment has something to do: the earliest of its waits and of its time limit.
   * Milliseconds since 1970.
   */
  readonly wakeAt: number;
  /** All that have ended so far, in the order in which they did. */
  readonly steps: readonly StepRecord[];
}

export type SegmentEnd = ExecutionResult | SuspendedExecution;
