import { ENGINE_LIMITS } from '../base/index.ts';
import type { Plan } from '../language/index.ts';

/** What bounds one execution. */
export interface ExecutionLimits {
  readonly timeoutMs: number;
  /** Visits that run; skipped ones do not count. */
  readonly steps: number;
  /** Visits that run at the same time. */
  readonly concurrency: number;
  /** Items of one split or foreach. */
  readonly regionItems: number;
  /** How long a running visit may take to end after it was told to stop. */
  readonly graceMs: number;
}

/** A flow's own limits stand in for the defaults; what the operator gives is never exceeded. */
export function limitsOf(plan: Plan, operator: Partial<ExecutionLimits>): ExecutionLimits {
  const { timeoutMs, steps, concurrency } = plan.limits;
  const most = (ours: number, theirs: number | undefined) => Math.min(ours, theirs ?? ours);
  return {
    timeoutMs: most(timeoutMs ?? ENGINE_LIMITS.executionMs, operator.timeoutMs),
    steps: most(steps ?? ENGINE_LIMITS.steps, operator.steps),
    concurrency: Math.max(1, most(concurrency ?? ENGINE_LIMITS.concurrency, operator.concurrency)),
    regionItems: operator.regionItems ?? ENGINE_LIMITS.regionItems,
    graceMs: operator.graceMs ?? ENGINE_LIMITS.graceMs,
  };
}
