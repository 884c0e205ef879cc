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

/** What the operator gives counts where the flow says nothing, and is never exceeded by a flow. */
export function limitsOf(plan: Plan, operator: Partial<ExecutionLimits>): ExecutionLimits {
  const { timeoutMs, steps, concurrency } = plan.limits;
  const bound = (own: number | undefined, most: number) => Math.min(own ?? most, most);
  return {
    timeoutMs: bound(timeoutMs, operator.timeoutMs ?? ENGINE_LIMITS.executionMs),
    steps: bound(steps, operator.steps ?? ENGINE_LIMITS.steps),
    concurrency: bound(concurrency, operator.concurrency ?? ENGINE_LIMITS.concurrency),
    regionItems: operator.regionItems ?? ENGINE_LIMITS.regionItems,
    graceMs: operator.graceMs ?? ENGINE_LIMITS.graceMs,
  };
}
