import { assert, type Value } from '../base/index.ts';
import { resolveReference } from '../language/index.ts';
import type { StepFailure } from './failure.ts';
import type { Region, Scope } from './scopes.ts';
import type { FlowShape, NodeShape } from './shape.ts';
import { itemOf, valueFrom } from './view.ts';

/** The failure that fails the foreach itself: that of the first item that failed, by index. */
export function foreachFailure(region: Region): StepFailure | undefined {
  if (region.shape.plan?.onError === 'continue') return undefined;
  return region.scopes.find((scope) => scope.failure !== undefined)?.failure;
}

/**
 * The value of a foreach whose items have all come to an end: what each gave, in index order.
 * Throws an AppError when a field of `collect_output` is missing in what an item gave.
 */
export function foreachValue(region: Region, flow: FlowShape): readonly Value[] {
  const { plan, members } = region.shape;
  assert(plan !== undefined, 'a foreach has its plan');
  const { collect } = plan;
  const member = collect === undefined ? members.at(-1) : flow.node.get(collect.root);
  return itemValues(region, (scope) => {
    const value = collect?.root === plan.itemName ? itemOf(scope) : memberValue(scope, member);
    if (value === undefined) return null;
    if (collect === undefined || collect.fields.length === 0) return value;
    return resolveReference(collect, { get: () => value });
  });
}

/**
 * A value for each item, in index order: null for one that failed, none for one that was dropped.
 */
export function itemValues(region: Region, valueIn: (scope: Scope) => Value): readonly Value[] {
  const values: Value[] = [];
  for (const scope of region.scopes) {
    if (scope.failure !== undefined) values.push(null);
    else if (!scope.isDropped) values.push(valueIn(scope));
  }
  return values;
}

function memberValue(scope: Scope, member: NodeShape | undefined): Value | undefined {
  return member === undefined ? undefined : valueFrom(scope, member);
}
