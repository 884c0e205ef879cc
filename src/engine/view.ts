import type { Value } from '../base/index.ts';
import { errorValue } from './failure.ts';
import { type Cell, itemScope, type Region, type Scope, scopeAt } from './scopes.ts';
import type { NodeShape } from './shape.ts';

/**
 * The value of a node as a visit in `scope` sees it: in its own region and in those around it, the
 * value itself; a split or foreach from inside its region, the item; a node of a region from
 * outside, the list of its values. Undefined where it was skipped, dropped or failed, or has not
 * ended.
 *
 * Constant, but for a list: that is made once and kept with its region.
 */
export function valueFrom(scope: Scope, node: NodeShape): Value | undefined {
  const inside = itemScope(scope, node);
  if (inside !== undefined) return itemOf(inside);
  return valueBelow(sharedScope(scope, node), node);
}

/** The item of the region that a scope belongs to. */
export function itemOf(scope: Scope): Value | undefined {
  return scope.region?.items[scope.index];
}

/** What a visit gave; for a failure that an `error` edge takes, a map that says what failed. */
export function visitValue(cell: Cell | undefined): Value | undefined {
  const record = cell?.record;
  if (record === undefined || record.dropped === true) return undefined;
  if (record.status === 'completed') return record.value;
  if (record.port !== 'error' || record.error === undefined) return undefined;
  return errorValue(record.error);
}

/** The innermost scope around `scope` whose region holds the node, or holds a region that does. */
function sharedScope(scope: Scope, node: NodeShape): Scope {
  for (let { region } = node; region.parent !== undefined; region = region.parent) {
    const around = scopeAt(scope, region.depth);
    if (around.shape === region) return around;
  }
  return scopeAt(scope, 0);
}

function valueBelow(scope: Scope, node: NodeShape): Value | undefined {
  if (scope.shape === node.region) return visitValue(scope.cells[node.slot]);
  let inner = node.region;
  while (inner.parent !== undefined && inner.parent !== scope.shape) inner = inner.parent;
  const region = inner.opener && scope.cells[inner.opener.slot]?.region;
  return region?.isOpen === true ? listOf(region, node) : undefined;
}

function listOf(region: Region, node: NodeShape): readonly Value[] {
  const known = region.lists.get(node);
  if (known !== undefined) return known;
  const values = region.scopes.map((scope) => valueBelow(scope, node));
  const list = Object.freeze(values.filter((value) => value !== undefined));
  region.lists.set(node, list);
  return list;
}
