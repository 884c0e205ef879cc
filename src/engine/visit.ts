import type { VisitBase } from './ports.ts';
import type { Cell } from './scopes.ts';
import { inputOf } from './visit-input.ts';
import { type FlowNames, visitNames } from './visit-names.ts';

/** The visit of a cell, without what differs from attempt to attempt. */
export function visitOf(cell: Cell, names: FlowNames): VisitBase {
  const { executionId, flow } = names;
  const { path } = cell.scope;
  const node = cell.node.plan;
  const input = inputOf(cell, flow);
  return {
    executionId,
    node,
    path,
    idempotencyKey: `${executionId}/${node.name}/${path}`,
    input,
    names: visitNames(cell, input.upstream, names),
  };
}
