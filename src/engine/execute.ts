import { NotAValue, toValue, type Value, type ValueMap } from '../base/index.ts';
import type { ExecutionResult } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import type { Plan } from '../language/index.ts';
import type { ExecuteOptions, SegmentEnd, WholeOptions } from './execute-options.ts';
import { Execution } from './execution.ts';
import { frozen } from './frozen.ts';

/**
 * Runs a plan on inputs that already have their defaults and their declared types. Steps that the
 * journal has under this execution id are not run again, and `resume` tells what else is known.
 *
 * Resolves however the execution ends: `status` and `error` say how. With `suspend` it also
 * resolves, as `suspended`, when nothing is left to do but to wait for longer than that; without it
 * the execution waits in memory.
 *
 * Rejects with EXECUTION_FENCED when the journal, or the signal's reason, said that another process
 * has the execution: nothing was told or written from then on, and what ran has ended or had its
 * grace. Rejects else only when nothing has begun: INPUT_INVALID where the inputs are not JSON
 * data. The inputs are copied.
 */
export function execute(
  plan: Plan,
  inputs: ValueMap,
  options: WholeOptions,
): Promise<ExecutionResult>;
/** The same in a segment, which ends when there is nothing to do for a while. */
export function execute(plan: Plan, inputs: ValueMap, options: ExecuteOptions): Promise<SegmentEnd>;
/** Both of them: `suspend` tells which. */
export async function execute(
  plan: Plan,
  inputs: ValueMap,
  options: ExecuteOptions,
): Promise<SegmentEnd> {
  return new Execution(plan, ownInputs(inputs), options).run();
}

function ownInputs(inputs: ValueMap): ValueMap {
  const own: Record<string, Value> = Object.create(null);
  for (const [name, input] of Object.entries(inputs)) own[name] = ownInput(name, input);
  return Object.freeze(own);
}

function ownInput(name: string, input: Value): Value {
  try {
    return frozen(toValue(input));
  } catch (error) {
    if (!(error instanceof NotAValue)) throw error;
    const { path, reason } = error;
    const part = path === '' ? '' : `: ${path}`;
    throw new AppError('INPUT_INVALID', { message: `input ${name}${part} ${reason}` });
  }
}
