import type { Value } from '../base/index.ts';
import type { NodeInput } from '../contract/index.ts';
import { aggregateItems, valuesByName } from './aggregate-items.ts';
import { isLiveEdge } from './edges.ts';
import { type Cell, cellAround } from './scopes.ts';
import type { FlowShape, Incoming, NodeShape } from './shape.ts';
import { itemOf, valueFrom } from './view.ts';

/**
 * What a visit is given; see NodeInput. Lists of a region that several visits see are made once.
 */
export function inputOf(cell: Cell, flow: FlowShape): NodeInput {
  const { node, scope } = cell;
  const live = node.incoming.filter((incoming) => isLiveData(cell, incoming));
  const sources = new Set(live.map(({ source }) => source));
  return {
    inRegion: scope.region !== undefined,
    upstream: upstreamValue(cell, live),
    dependencies: valuesByName(sources, (source) => valueFrom(scope, source)),
    items: node.plan.type.role === 'aggregate' ? aggregateItems(cell, flow) : undefined,
    ...(node.plan.itemAlias === undefined ? {} : { itemAlias: node.plan.itemAlias }),
  };
}

function isLiveData(cell: Cell, incoming: Incoming): boolean {
  if (incoming.edge.kind !== 'data') return false;
  if (incoming.from === 'inside') return valueFrom(cell.scope, incoming.source) !== undefined;
  return isLiveEdge(incoming, cellAround(cell.scope, incoming.source));
}

/** That of the one live dependency in the visit's own region, else the item. */
function upstreamValue({ scope }: Cell, live: readonly Incoming[]): Value | undefined {
  const near = live.filter(({ from }) => from === 'same' || from === 'inside');
  const sources = new Set<NodeShape>(near.map(({ source }) => source));
  const [only] = sources;
  if (sources.size === 1 && only !== undefined) return valueFrom(scope, only);
  return itemOf(scope);
}
