import { isList, isMap, nearest, type Value } from '../../base/index.ts';
import { literalOf, parseReference, quoted } from '../config/index.ts';
import { byName, type Dependency, type FlowDraft, type NodeDraft } from '../flow/index.ts';
import type { PlanConfig } from '../plan.ts';
import type { ProblemList } from '../problems.ts';
import { foreachMembers, isMember } from './foreach-members.ts';
import type { Graph, PlacedEdge } from './graph.ts';

/**
 * Makes the edges of a flow (docs/semantics.md, section 2): one for each dependency, one for each
 * route that names a node, and for a foreach one for each dependency of its nodes on something
 * outside. Adds problems for nodes and ports that are not there. Linear in nodes and dependencies.
 */
export function graphOf(draft: FlowDraft, problems: ProblemList): Graph {
  const node = byName(draft.nodes);
  const unsure = draft.nodes.filter((each) => each.isBroken || !each.knowsDependencies);
  const doubtful = new Set(unsure.map(({ name }) => name));
  const edges: PlacedEdge[] = [];
  for (const each of draft.nodes) {
    const paths = each.routes.length === 0 ? undefined : textPaths(each.config);
    for (const route of each.routes) {
      // No node can wait for itself, so a route of the router's own name is only a value.
      if (!node.has(route) || route === each.name) continue;
      const path = paths?.get(route);
      const place = path === undefined ? each.place : each.placeOf(path);
      edges.push({ from: each.name, port: route, to: route, kind: 'control', place });
    }
  }
  const routed = new Set(edges.map((edge) => `${edge.from} ${edge.to}`));
  const ports = { draft, problems, node, doubtful };
  for (const each of draft.nodes) {
    for (const dependency of each.dependsOn) {
      const edge = dataEdge(ports, each, dependency);
      if (edge === undefined) continue;
      const isRouted = edge.port !== 'error' && routed.has(`${edge.from} ${edge.to}`);
      if (!isRouted) edges.push(edge);
    }
  }
  const foreachOf = foreachMembers({ draft, problems, node, doubtful });
  const possible = edges.filter((edge) => !isOwnFailure(problems, edge, foreachOf));
  const all = withoutRepeats([...possible, ...impliedEdges(possible, foreachOf)]);
  const dashed = [...node.keys()].filter((name) => name.includes('-'));
  const incoming = byTarget(draft, all);
  return { draft, problems, node, dashed, edges: all, incoming, foreachOf, doubtful };
}

/** A node of a foreach that waits for the failure of that foreach, which only comes after it. */
function isOwnFailure(
  problems: ProblemList,
  edge: PlacedEdge,
  foreachOf: ReadonlyMap<string, string>,
): boolean {
  if (edge.port !== 'error' || !isMember(edge.to, edge.from, foreachOf)) return false;
  problems.add({
    code: 'CYCLE',
    message: `${edge.to} runs inside ${edge.from} and cannot wait for its failure`,
    remedy: `Remove the dependency, or take ${edge.to} out of ${edge.from}.`,
    place: edge.place,
  });
  return true;
}

interface Ports {
  readonly draft: FlowDraft;
  readonly problems: ProblemList;
  readonly node: ReadonlyMap<string, NodeDraft>;
  readonly doubtful: Set<string>;
}

function dataEdge(
  ports: Ports,
  node: NodeDraft,
  { text, place }: Dependency,
): PlacedEdge | undefined {
  const dot = text.indexOf('.');
  const from = ports.node.has(text) || dot === -1 ? text : text.slice(0, dot);
  const port = from === text ? 'default' : text.slice(dot + 1);
  const source = ports.node.get(from);
  if (source === undefined) {
    ports.doubtful.add(node.name);
    if (ports.draft.knowsNodes) ports.problems.add(unknownNode(ports, { text, place }));
    return undefined;
  }
  if (port !== 'default' && port !== 'error' && !source.routes.includes(port)) {
    ports.doubtful.add(node.name);
    if (!source.isBroken) ports.problems.add(unknownPort(source, port, place));
    return undefined;
  }
  return { from, port, to: node.name, kind: 'data', place };
}

function unknownNode({ node }: Ports, { text, place }: Dependency) {
  const written = parseReference(text)?.root ?? text;
  const isInput = written === 'inputs';
  const near = () => {
    const name = nearest(written, node.keys());
    return name === undefined ? undefined : `Did you mean ${name}?`;
  };
  return {
    code: 'UNKNOWN_NODE',
    message: isInput
      ? 'depends_on names nodes; inputs are always there'
      : `no node is named ${quoted(written)}`,
    remedy: isInput ? 'Remove it.' : near,
    place,
  } as const;
}

function unknownPort(source: NodeDraft, port: string, place: Dependency['place']) {
  const ports = ['default', ...source.routes, 'error'];
  const near = nearest(port, ports);
  return {
    code: 'UNKNOWN_PORT',
    message: `the node ${source.name} has no port ${quoted(port)}`,
    remedy:
      near === undefined
        ? `Its ports are ${ports.join(', ')}. To read a field of it depend on ${source.name}.`
        : `Did you mean ${source.name}.${near}?`,
    place,
  } as const;
}

/**
 * Where a config writes each of its texts, such as `conditions[0].then`; the first place counts.
 */
function textPaths(config: PlanConfig): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const visit = (value: Value, path: string) => {
    if (typeof value === 'string' && !paths.has(value)) paths.set(value, path);
    if (isList(value)) for (const [at, item] of value.entries()) visit(item, `${path}[${at}]`);
    if (!isMap(value)) return;
    for (const [key, item] of Object.entries(value))
      visit(item, path === '' ? key : `${path}.${key}`);
  };
  for (const [key, part] of Object.entries(config)) visit(literalOf(part), key);
  return paths;
}

/**
 * A dependency of a foreach's node on something outside is one of the foreach too, so that no item
 * starts before it is there. A route into the foreach is waited for, whichever way it goes.
 */
function impliedEdges(
  edges: readonly PlacedEdge[],
  foreachOf: ReadonlyMap<string, string>,
): readonly PlacedEdge[] {
  return edges.flatMap((edge) => {
    const implied: PlacedEdge[] = [];
    const port = edge.kind === 'data' ? edge.port : 'default';
    let inner = foreachOf.get(edge.to);
    // A foreach may itself belong to one; the chain ends because no node is in two.
    for (let steps = 0; inner !== undefined && steps <= foreachOf.size; steps += 1) {
      if (edge.from === inner || isMember(edge.from, inner, foreachOf)) break;
      implied.push({ ...edge, to: inner, port, kind: 'data' });
      inner = foreachOf.get(inner);
    }
    return implied;
  });
}

function withoutRepeats(edges: readonly PlacedEdge[]): readonly PlacedEdge[] {
  const seen = new Map<string, PlacedEdge>();
  for (const edge of edges) {
    const key = `${edge.from} ${edge.port} ${edge.to} ${edge.kind}`;
    if (!seen.has(key)) seen.set(key, edge);
  }
  return [...seen.values()];
}

function byTarget(
  draft: FlowDraft,
  edges: readonly PlacedEdge[],
): ReadonlyMap<string, readonly PlacedEdge[]> {
  const incoming = new Map<string, PlacedEdge[]>(draft.nodes.map(({ name }) => [name, []]));
  for (const edge of edges) incoming.get(edge.to)?.push(edge);
  return incoming;
}
