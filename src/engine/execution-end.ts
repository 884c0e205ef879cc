import { emptyMap, type Value } from '../base/index.ts';
import type { ExecutionResult } from '../contract/index.ts';
import { type Plan, type Reference, resolveReference } from '../language/index.ts';
import { broken, type StopCause } from './failure.ts';
import type { Scope } from './scopes.ts';
import { valueFrom } from './view.ts';
import type { FlowNames } from './visit-names.ts';

/** How an execution ended, without its steps. */
export type ExecutionEnd = Pick<ExecutionResult, 'status' | 'outputs' | 'error'>;

/**
 * The end of an execution whose visits have all come to an end. An output that names a field which
 * its value does not have fails it, as an undefined name does everywhere.
 */
export function completedEnd(plan: Plan, root: Scope, names: FlowNames): ExecutionEnd {
  const outputs = emptyMap();
  try {
    for (const { name, reference } of plan.outputs) {
      outputs[name] = outputOf(reference, root, names);
    }
  } catch (error) {
    return stoppedEnd(broken(error));
  }
  return { status: 'completed', outputs };
}

/** The end of an execution that something stopped; it has no outputs. */
export function stoppedEnd(cause: StopCause): ExecutionEnd {
  const { status, error, node, path } = cause;
  const where = {
    ...(node === undefined ? {} : { node }),
    ...(path === undefined ? {} : { path }),
  };
  return { status, outputs: emptyMap(), error: { ...error, ...where } };
}

/** What was skipped is null as an output. */
function outputOf(reference: Reference, root: Scope, names: FlowNames): Value {
  const node = names.flow.node.get(reference.root);
  const value = node === undefined ? undefined : valueFrom(root, node);
  if (node !== undefined && value === undefined) return null;
  const get = (name: string) => (name === 'inputs' && node === undefined ? names.inputs : value);
  return resolveReference(reference, { get, aliasOf: () => node?.plan.type.valueAlias });
}
