import { isList, isMap, type Value } from '../../base/index.ts';
import type { NodeContext, NodeInput } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';

/** The list that a reference names. Errors: NODE_INPUT_INVALID when it is not one. */
export function listAt(context: NodeContext, reference: string): readonly Value[] {
  const value = context.lookup(reference);
  if (isList(value)) return value;
  throw new AppError('NODE_INPUT_INVALID', {
    message: `${reference} must be a list, but it is ${describe(value)}`,
    remedy: remedyFor(reference, value),
    retryable: false,
  });
}

/**
 * The list that a node without `field` works on: the upstream value, else the first dependency that
 * is a list, in the order of depends_on. Undefined when there is none.
 */
export function listUpstream(input: NodeInput): readonly Value[] | undefined {
  if (isList(input.upstream)) return input.upstream;
  return Object.values(input.dependencies).find(isList);
}

/** What to do when nothing upstream is a list: names one inside a dependency where there is any. */
export function fieldRemedy(input: NodeInput): string {
  for (const [node, value] of Object.entries(input.dependencies)) {
    const inner = listKey(value);
    if (inner !== undefined) return `Name the list with field: ${node}.${inner}.`;
  }
  return 'Name the list with field, such as field: inputs.companies.';
}

/** What kind of value this is, as the end of "but it is ...". */
export function describe(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  if (typeof value === 'boolean') return 'a boolean';
  return typeof value === 'number' ? 'a number' : 'text';
}

function remedyFor(reference: string, value: Value): string {
  const inner = listKey(value);
  if (inner !== undefined) return `Name the list inside the map, such as ${reference}.${inner}.`;
  return isMap(value) ? 'Name a list.' : `Give ${reference} a list; an empty one is fine.`;
}

/** The first key of a map under which a list lies. */
function listKey(value: Value): string | undefined {
  return isMap(value) ? Object.keys(value).find((key) => isList(value[key])) : undefined;
}
