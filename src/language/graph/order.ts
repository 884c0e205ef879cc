import type { Place } from '../../errors/index.ts';
import { isMember, membersOf } from './foreach-members.ts';
import type { Graph, PlacedEdge } from './graph.ts';

/**
 * The nodes in an order in which each comes after all that it waits for, without those in a circle.
 */
export interface Order {
  readonly sorted: readonly string[];
  /** Nodes of a circle, and those behind one: nothing more can be said about them. */
  readonly stuck: ReadonlySet<string>;
}

/**
 * Sorts the nodes and reports each circle once, whole. For the order a foreach stands before its
 * nodes; what depends on the foreach stands after all of them. Linear in nodes and edges.
 */
export function orderOf(graph: Graph): Order {
  const after = waitingEdges(graph);
  const waits = new Map(graph.draft.nodes.map(({ name }) => [name, 0]));
  for (const edges of after.values()) {
    for (const edge of edges) waits.set(edge.to, (waits.get(edge.to) ?? 0) + 1);
  }
  const sorted = graph.draft.nodes.map(({ name }) => name).filter((name) => waits.get(name) === 0);
  for (let index = 0; index < sorted.length; index += 1) {
    for (const edge of after.get(sorted[index] ?? '') ?? []) {
      const left = (waits.get(edge.to) ?? 0) - 1;
      waits.set(edge.to, left);
      if (left === 0) sorted.push(edge.to);
    }
  }
  const stuck = new Set(graph.draft.nodes.map(({ name }) => name));
  for (const name of sorted) stuck.delete(name);
  for (const circle of circlesIn(stuck, after)) report(graph, circle);
  return { sorted, stuck };
}

// A message with a thousand names helps nobody.
const SHOWN = 30;

type Waiting = Pick<PlacedEdge, 'from' | 'to'> & { readonly place: Place };

/** For each node the edges to those that wait for it. */
function waitingEdges(graph: Graph): ReadonlyMap<string, readonly Waiting[]> {
  const { foreachOf } = graph;
  const after = new Map<string, Waiting[]>();
  const add = (edge: Waiting) => {
    const edges = after.get(edge.from);
    if (edges === undefined) after.set(edge.from, [edge]);
    else edges.push(edge);
  };
  const members = membersOf(foreachOf);
  for (const [member, foreach] of foreachOf) {
    const place = graph.node.get(member)?.place;
    if (place !== undefined) add({ from: foreach, to: member, place });
  }
  for (const edge of graph.edges) {
    const isStart = isMember(edge.to, edge.from, foreachOf);
    if (isStart) continue;
    add(edge);
    for (const member of members.get(edge.from) ?? []) {
      if (member !== edge.to) add({ from: member, to: edge.to, place: edge.place });
    }
  }
  return after;
}

/** One shortest circle for each group of nodes that wait for each other. */
function circlesIn(
  stuck: ReadonlySet<string>,
  after: ReadonlyMap<string, readonly Waiting[]>,
): readonly (readonly Waiting[])[] {
  const circles: (readonly Waiting[])[] = [];
  const covered = new Set<string>();
  for (const start of stuck) {
    if (covered.has(start)) continue;
    const circle = circleThrough(start, after);
    if (circle === undefined || circle.some(({ from }) => covered.has(from))) continue;
    circles.push(circle);
    for (const { from } of circle) covered.add(from);
  }
  return circles;
}

/** The shortest way from a node back to itself, by breadth first. */
function circleThrough(
  start: string,
  after: ReadonlyMap<string, readonly Waiting[]>,
): readonly Waiting[] | undefined {
  const reachedBy = new Map<string, Waiting>();
  const queue = [start];
  for (let index = 0; index < queue.length; index += 1) {
    for (const edge of after.get(queue[index] ?? '') ?? []) {
      if (reachedBy.has(edge.to)) continue;
      reachedBy.set(edge.to, edge);
      if (edge.to === start) return wayBack(start, reachedBy);
      queue.push(edge.to);
    }
  }
  return undefined;
}

function wayBack(start: string, reachedBy: ReadonlyMap<string, Waiting>): readonly Waiting[] {
  const way: Waiting[] = [];
  let name = start;
  do {
    const edge = reachedBy.get(name);
    if (edge === undefined) return way;
    way.unshift(edge);
    name = edge.from;
  } while (name !== start);
  return way;
}

function report(graph: Graph, circle: readonly Waiting[]): void {
  const first = circle[0];
  const last = circle.at(-1);
  if (first === undefined || last === undefined) return;
  const isOwn = circle.length === 1;
  const names = circle.map(({ from }) => from);
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN), '...'] : names;
  graph.problems.add({
    code: 'CYCLE',
    message: isOwn
      ? `the node ${first.from} waits for itself`
      : `nodes wait for each other: ${[...shown, first.from].join(' -> ')}`,
    remedy: isOwn ? 'Remove the dependency.' : 'Remove one of these dependencies.',
    place: last.place,
  });
}
