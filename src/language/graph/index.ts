export { checkNames } from './check-names.ts';
export { graphOf } from './edges.ts';
export type { Graph, PlacedEdge } from './graph.ts';
export { orderOf } from './order.ts';
export { checkReach } from './reach.ts';
export { type NodeScope, scopesOf } from './scopes.ts';
export { upstreamOf } from './upstream.ts';
