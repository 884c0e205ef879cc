import type { ExecutionEvent } from '../contract/index.ts';
import type { ExecutionLimits } from './execution-limits.ts';
import type { EnginePorts } from './ports.ts';

export interface ExecuteOptions {
  readonly executionId: string;
  readonly ports: EnginePorts;
  /** Cancels the execution. */
  readonly signal?: AbortSignal;
  /** What the operator allows; a flow's own limits only count below it. */
  readonly limits?: Partial<ExecutionLimits>;
  /** Told everything as it happens. What it throws is ignored. */
  readonly onEvent?: (event: ExecutionEvent) => void;
}
