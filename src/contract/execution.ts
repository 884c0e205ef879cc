import type { Value } from '../base/index.ts';
import type { ErrorReport } from '../errors/index.ts';

export type ExecutionStatus = 'completed' | 'failed' | 'cancelled';
export type StepStatus = 'completed' | 'failed' | 'skipped' | 'cancelled';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

/**
 * One visit of one node, as the journal keeps it: one record for each (node, path), written when
 * the visit is over. Times are milliseconds since 1970.
 */
export interface StepRecord {
  readonly node: string;
  /** '' outside regions, `3` for item 3, `3/0` for item 0 inside item 3. */
  readonly path: string;
  readonly status: StepStatus;
  /** 0 for a step that was skipped. */
  readonly attempts: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The port on which the result left; absent unless the step completed or left on `error`. */
  readonly port?: string;
  readonly value?: Value;
  /** Split and foreach: how many items the region has. */
  readonly items?: number;
  /** Filter: the item ended here. */
  readonly dropped?: true;
  readonly error?: ErrorReport;
  readonly logs?: readonly LogLine[];
}

/** What is told while an execution runs; `sequence` counts from 1 without gaps. */
export type ExecutionEvent = { readonly sequence: number; readonly at: number } & (
  | { readonly kind: 'execution.started'; readonly executionId: string; readonly flow: string }
  | {
      readonly kind: 'step.started';
      readonly node: string;
      readonly path: string;
      readonly attempt: number;
    }
  | {
      readonly kind: 'step.retrying';
      readonly node: string;
      readonly path: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ErrorReport;
    }
  | { readonly kind: 'step.ended'; readonly step: StepRecord }
  | {
      readonly kind: 'execution.ended';
      readonly status: ExecutionStatus;
      readonly error?: ErrorReport;
    }
);

export interface ExecutionResult {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  /** By the flow's `outputs`; an output that was skipped is null. Empty unless completed. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** In the order in which the steps ended. */
  readonly steps: readonly StepRecord[];
  readonly error?: ErrorReport & { readonly node?: string; readonly path?: string };
}
