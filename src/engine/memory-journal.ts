import type { StepRecord } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import type { Journal } from './ports.ts';

const NO_STEPS: readonly StepRecord[] = Object.freeze([]);

/** A journal that lives as long as the object: for one run of the command line, and for tests. */
export function memoryJournal(): Journal {
  const executions = new Map<string, Map<string, StepRecord>>();
  const done = Promise.resolve();
  return {
    load: async (executionId) => [...(executions.get(executionId)?.values() ?? NO_STEPS)],
    append: (executionId, step) => {
      const steps = executions.get(executionId) ?? new Map<string, StepRecord>();
      executions.set(executionId, steps);
      const key = stepKey(step);
      if (steps.has(key)) return Promise.reject(recordedTwice(step));
      steps.set(key, step);
      return done;
    },
  };
}

/** What names one step of an execution; a node's name has no space. */
export function stepKey(step: Pick<StepRecord, 'node' | 'path'>): string {
  return `${step.node} ${step.path}`;
}

function recordedTwice(step: StepRecord): AppError {
  const message = `the step of ${step.node} at '${step.path}' is already recorded`;
  return new AppError('INTERNAL', { message });
}
