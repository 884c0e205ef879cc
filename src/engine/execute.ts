import { NotAValue, toValue, type Value, type ValueMap } from '../base/index.ts';
import type { ExecutionResult } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import type { Plan } from '../language/index.ts';
import type { ExecuteOptions } from './execute-options.ts';
import { Execution } from './execution.ts';
import { frozen } from './frozen.ts';

/**
 * Runs a plan on inputs that already have their defaults and their declared types. Steps that the
 * journal has under this execution id are not run again.
 *
 * Resolves however the execution ends: `status` and `error` say how. Rejects only when nothing has
 * begun: INPUT_INVALID where the inputs are not JSON data. The inputs are copied.
 */
export async function execute(
  plan: Plan,
  inputs: ValueMap,
  options: ExecuteOptions,
): Promise<ExecutionResult> {
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
