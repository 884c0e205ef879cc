import { toValue } from '../base/index.ts';
import type { StepRecord } from '../contract/index.ts';
import { type StopCause, stoppedBy } from './failure.ts';
import { frozen } from './frozen.ts';
import { stepKey } from './memory-journal.ts';
import type { FlowShape } from './shape.ts';

/** The steps that the journal already had, by node and path. */
export function recordedSteps(steps: readonly StepRecord[]): ReadonlyMap<string, StepRecord> {
  return new Map(steps.map((step) => [stepKey(step), step]));
}

/** A step as it enters an execution: what a store read back is copied and frozen like any value. */
export function ownStep(step: StepRecord): StepRecord {
  return step.value === undefined ? step : { ...step, value: frozen(toValue(step.value)) };
}

/**
 * Why the recorded steps end the execution already: the first of them that failed for good with
 * nothing to take the failure, or that was cancelled. Undefined when it goes on.
 */
export function recordedCause(
  steps: readonly StepRecord[],
  flow: FlowShape,
): StopCause | undefined {
  for (const { node, path, status, port, error } of steps) {
    if (error === undefined) continue;
    const isSheltered = flow.node.get(node)?.isSheltered ?? false;
    if (status === 'failed' && port === undefined && !isSheltered) {
      return stoppedBy({ node, path, error });
    }
    if (status !== 'cancelled') continue;
    const wasCancelled = error.code === 'EXECUTION_CANCELLED';
    return { status: wasCancelled ? 'cancelled' : 'failed', error };
  }
  return undefined;
}
