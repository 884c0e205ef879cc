import type { NodeDraft } from '../flow/index.ts';
import { isMember } from './foreach-members.ts';
import type { Graph, PlacedEdge } from './graph.ts';
import type { Order } from './order.ts';

/** The regions around a node, and the one that it closes. */
export interface NodeScope {
  /** Openers, outermost first. */
  readonly scope: readonly string[];
  readonly closes: string | undefined;
}

/**
 * Finds the regions that each node runs in (docs/semantics.md, section 4): the innermost of those
 * that its dependencies bring, all others around it. Adds problems where splits meet side by side
 * and where a node reaches into a foreach. A node without an answer, or behind one, is not in the
 * result.
 */
export function scopesOf(graph: Graph, order: Order): ReadonlyMap<string, NodeScope> {
  const scopes = new Map<string, NodeScope>();
  for (const name of order.sorted) {
    const node = graph.node.get(name);
    const found = node && scopeOf(graph, node, scopes);
    if (found !== undefined) scopes.set(name, found);
  }
  return scopes;
}

type Scopes = ReadonlyMap<string, NodeScope>;

function scopeOf(graph: Graph, node: NodeDraft, scopes: Scopes): NodeScope | undefined {
  const base = baseScope(graph, node, scopes);
  if (base === undefined) return undefined;
  let innermost = base;
  let bringer: PlacedEdge | undefined;
  for (const edge of graph.incoming.get(node.name) ?? []) {
    if (isMember(node.name, edge.from, graph.foreachOf)) continue;
    const brought = broughtBy(graph, node, { edge, scopes });
    if (brought === undefined) return undefined;
    const [outer, inner] =
      brought.length > innermost.length ? [innermost, brought] : [brought, innermost];
    if (!startsWith(inner, outer)) {
      reportMixed(graph, node, { edge, bringer, brought, innermost });
      return undefined;
    }
    if (inner === brought) bringer = edge;
    innermost = inner;
  }
  const last = innermost.at(-1);
  const isClosing =
    node.type?.role === 'aggregate' &&
    last !== undefined &&
    innermost.length > base.length &&
    graph.node.get(last)?.type?.role === 'split';
  return isClosing
    ? { scope: innermost.slice(0, -1), closes: last }
    : { scope: innermost, closes: undefined };
}

/** The scope that a node has without any dependency: that of its foreach, or none. */
function baseScope(graph: Graph, node: NodeDraft, scopes: Scopes): readonly string[] | undefined {
  const foreach = graph.foreachOf.get(node.name);
  if (foreach === undefined) return [];
  const around = scopes.get(foreach);
  return around && [...around.scope, foreach];
}

/**
 * The scope that an edge brings to its target; undefined where it has a problem or none is known.
 */
function broughtBy(
  graph: Graph,
  node: NodeDraft,
  { edge, scopes }: { readonly edge: PlacedEdge; readonly scopes: Scopes },
): readonly string[] | undefined {
  const source = scopes.get(edge.from);
  if (source === undefined) return undefined;
  const foreach = graph.foreachOf.get(edge.from);
  const isInside =
    foreach === undefined ||
    foreach === graph.foreachOf.get(node.name) ||
    isMember(node.name, foreach, graph.foreachOf);
  if (!isInside) {
    graph.problems.add({
      code: 'REGION_MEMBER',
      message: `${node.name} depends on ${edge.from}, which runs once for each item of ${foreach}`,
      remedy: `Depend on ${foreach}, or add ${node.name} to its subgraph_nodes.`,
      place: edge.place,
    });
    return undefined;
  }
  const isSplit = graph.node.get(edge.from)?.type?.role === 'split';
  // A split that failed has no items: what handles its failure runs once, beside its region.
  const entersRegion = isSplit && edge.port !== 'error' && !isWholeList(node, edge);
  return entersRegion ? [...source.scope, edge.from] : source.scope;
}

/** A foreach over a split takes its whole list and stays outside its region (semantics 4.5). */
function isWholeList(node: NodeDraft, edge: PlacedEdge): boolean {
  return node.type?.role === 'foreach' && node.region?.source.trim() === edge.from;
}

function startsWith(inner: readonly string[], outer: readonly string[]): boolean {
  return outer.every((name, index) => inner[index] === name);
}

function reportMixed(
  graph: Graph,
  node: NodeDraft,
  meeting: {
    readonly edge: PlacedEdge;
    readonly bringer: PlacedEdge | undefined;
    readonly brought: readonly string[];
    readonly innermost: readonly string[];
  },
): void {
  const { edge, bringer, brought, innermost } = meeting;
  const [left, right] = [innermost.at(-1), brought.at(-1)];
  const other = bringer === undefined ? '' : ` (by ${bringer.from})`;
  graph.problems.add({
    code: 'REGION_MIXED',
    message:
      `${node.name} depends on items of ${left}${other} and on items of ${right} ` +
      `(by ${edge.from}), which do not belong together`,
    remedy: `Aggregate the items of ${left} or of ${right} before they meet.`,
    place: edge.place,
  });
}
