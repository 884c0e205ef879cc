import type { Graph, PlacedEdge } from './graph.ts';
import type { Order } from './order.ts';

// The check is a help, not a guard: beyond this much work, in steps over edges, it is left out.
const WORK_MAX = 5_000_000;

/**
 * Reports nodes that no execution can reach: for some node with several ports, they would need it
 * to leave on two of them at once, such as a route that leads to them and a dependency that only
 * another route lets run. Sound, not complete: what it reports can never run. Cost: for each port
 * of each node with several, one pass over the edges, five million steps at most.
 */
export function checkReach(graph: Graph, order: Order): void {
  const unreached = new Map<string, string>();
  let work = 0;
  for (const [decider, ports] of portsUsed(graph)) {
    if (ports.size < 2) continue;
    work += (ports.size + 1) * (graph.edges.length + order.sorted.length);
    if (work > WORK_MAX) break;
    const reached = new Set<string>();
    for (const port of [...ports, undefined]) {
      for (const name of runnable(graph, order, { decider, port })) reached.add(name);
    }
    for (const name of order.sorted) {
      if (!reached.has(name) && !unreached.has(name)) unreached.set(name, decider);
    }
  }
  for (const [name, decider] of unreached) report(graph, { name, decider, unreached });
}

/** For each node the ports that edges leave on, besides `default`, and its routes. */
function portsUsed(graph: Graph): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map(graph.draft.nodes.map(({ name, routes }) => [name, new Set(routes)]));
  for (const { from, port } of graph.edges) {
    if (port !== 'default') used.get(from)?.add(port);
  }
  return used;
}

interface Case {
  readonly decider: string;
  /** The port on which it leaves; undefined where it is skipped or leaves on `default` alone. */
  readonly port: string | undefined;
}

/** The nodes that can run in a case; of all other nodes any port may be taken. */
function runnable(graph: Graph, order: Order, which: Case): ReadonlySet<string> {
  const running = new Set<string>();
  const mayBeLive = (edge: PlacedEdge): boolean => {
    if (!running.has(edge.from)) return false;
    if (edge.from !== which.decider || edge.port === which.port) return true;
    return edge.port === 'default' && which.port !== 'error';
  };
  for (const name of order.sorted) {
    const edges = graph.incoming.get(name) ?? [];
    const control = edges.filter((edge) => edge.kind === 'control');
    const data = edges.filter((edge) => edge.kind === 'data');
    const foreach = graph.foreachOf.get(name);
    const isStarted = foreach === undefined || running.has(foreach);
    const isCalled = control.length === 0 || control.some(mayBeLive);
    const isFed = data.length === 0 || data.some(mayBeLive);
    if (isStarted && isCalled && isFed) running.add(name);
  }
  return running;
}

function report(
  graph: Graph,
  found: { name: string; decider: string; unreached: ReadonlyMap<string, string> },
): void {
  const { name, decider, unreached } = found;
  const node = graph.node.get(name);
  const edges = graph.incoming.get(name) ?? [];
  const isConsequence = edges.length > 0 && edges.every((edge) => unreached.has(edge.from));
  if (node === undefined || isConsequence || graph.doubtful.has(name)) return;
  graph.problems.add({
    code: 'UNREACHABLE_NODE',
    message: `${name} can never run: it needs ${decider} to leave on two ports at once`,
    remedy: `Remove one of its dependencies, or let ${decider} lead to it on one route only.`,
    place: node.place,
  });
}
