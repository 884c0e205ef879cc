import { isMember, membersOf } from './foreach-members.ts';
import type { Graph } from './graph.ts';
import type { Order } from './order.ts';

/** The nodes that surely have ended, or were skipped, before one node runs. */
export interface Before {
  has(name: string): boolean;
}

/** For each node what lies upstream of it. */
export type Upstream = ReadonlyMap<string, Before>;

const WORD_BITS = 32;

/**
 * What lies upstream of each node: through data and control edges, through a foreach's own
 * dependencies for its nodes, and the nodes of a foreach for whatever comes after it. Kept as one
 * bit for each pair of nodes, so that a flow in which everything depends on everything costs
 * nodes x edges / 32 steps.
 */
export function upstreamOf(graph: Graph, order: Order): Upstream {
  const members = membersOf(graph.foreachOf);
  const words = Math.ceil(graph.draft.nodes.length / WORD_BITS);
  const bits = new Map<string, Uint32Array>();
  const indexOf = (name: string) => graph.node.get(name)?.index ?? 0;
  for (const name of order.sorted) {
    const found = new Uint32Array(words);
    bits.set(name, found);
    const addAll = (from: string) => {
      const other = bits.get(from);
      for (let word = 0; word < words; word += 1) {
        found[word] = (found[word] ?? 0) | (other?.[word] ?? 0);
      }
    };
    const add = (from: string) => {
      const index = indexOf(from);
      const word = Math.floor(index / WORD_BITS);
      found[word] = (found[word] ?? 0) | (1 << (index % WORD_BITS));
      addAll(from);
    };
    const foreach = graph.foreachOf.get(name);
    if (foreach !== undefined) addAll(foreach);
    for (const edge of graph.incoming.get(name) ?? []) {
      if (isMember(name, edge.from, graph.foreachOf)) continue;
      add(edge.from);
      for (const member of members.get(edge.from) ?? []) add(member);
    }
  }
  const before = (found: Uint32Array): Before => ({
    has: (name) => {
      const index = graph.node.get(name)?.index;
      if (index === undefined) return false;
      return ((found[Math.floor(index / WORD_BITS)] ?? 0) & (1 << (index % WORD_BITS))) !== 0;
    },
  });
  return new Map([...bits].map(([name, found]) => [name, before(found)]));
}
