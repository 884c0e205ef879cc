import { toValue } from '../base/index.ts';
import type { StepRecord, StepWait } from '../contract/index.ts';
import type { AppError } from '../errors/index.ts';
import { journalFailed, type StopCause, stoppedBy } from './failure.ts';
import { isFenced } from './fenced.ts';
import { frozen } from './frozen.ts';
import { stepKey } from './memory-journal.ts';
import type { Journal } from './ports.ts';
import type { FlowShape } from './shape.ts';

/** What the journal knew of an execution before this segment of it. */
export interface Recalled {
  readonly steps: readonly StepRecord[];
  /** The same by node and path. */
  readonly recorded: ReadonlyMap<string, StepRecord>;
  /** Why the execution is over already. */
  readonly cause: StopCause | undefined;
  /** Set when another process has the execution. */
  readonly fence?: AppError;
  /** False where the journal failed; nothing is written to it then. */
  readonly isReadable: boolean;
}

/** Reads the steps that are recorded. A journal that cannot be read is a cause to stop. */
export async function recall(
  journal: Journal,
  executionId: string,
  flow: FlowShape,
): Promise<Recalled> {
  try {
    const steps = (await journal.load(executionId)).map(ownStep);
    const recorded = new Map(steps.map((step) => [stepKey(step), step]));
    return { steps, recorded, cause: recordedCause(steps, flow), isReadable: true };
  } catch (error) {
    const nothing = { steps: [], recorded: new Map<string, StepRecord>(), isReadable: false };
    const fence = isFenced(error) ? { fence: error } : {};
    return { ...nothing, ...fence, cause: journalFailed(error) };
  }
}

/** The waits that a resumed execution goes on with: those whose step has not ended since. */
export function ownWaits(
  waits: readonly StepWait[],
  recorded: ReadonlyMap<string, StepRecord>,
): readonly StepWait[] {
  return waits
    .filter((wait) => !recorded.has(stepKey(wait)))
    .map((wait) => ({ ...wait, value: frozen(toValue(wait.value)) }));
}

/** A step as it enters an execution: what a store read back is copied and frozen like any value. */
function ownStep(step: StepRecord): StepRecord {
  return step.value === undefined ? step : { ...step, value: frozen(toValue(step.value)) };
}

/**
 * Why the recorded steps end the execution already: the first of them that failed for good with
 * nothing to take the failure, or that was cancelled. Undefined when it goes on.
 */
function recordedCause(steps: readonly StepRecord[], flow: FlowShape): StopCause | undefined {
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
