import { assert } from '../base/index.ts';
import { referenceAt } from './config/index.ts';
import type { NodeDraft } from './flow/index.ts';
import type { Graph, NodeScope, PlacedEdge } from './graph/index.ts';
import type { Edge, Plan, PlanConfig, PlanNode, PlanRegion, Reference } from './plan.ts';

/** Makes the plan of a flow without errors. Linear in nodes and edges. */
export function planOf(
  graph: Graph,
  scopes: ReadonlyMap<string, NodeScope>,
  { grants, warnings }: Pick<Plan, 'grants' | 'warnings'>,
): Plan {
  const { name, version, description, tags, inputs, outputs, limits } = graph.draft;
  const outgoing = edgesBySource(graph);
  const nodes = graph.draft.nodes.map((node): PlanNode => {
    const scope = scopes.get(node.name);
    assert(node.type !== undefined && scope !== undefined, 'a flow without errors is known whole');
    const opens = regionOf(graph, node, scopes);
    return {
      name: node.name,
      index: node.index,
      type: node.type,
      description: node.description,
      incoming: (graph.incoming.get(node.name) ?? []).map(edgeOnly),
      outgoing: outgoing.get(node.name) ?? [],
      scope: scope.scope,
      ...(opens === undefined ? {} : { opens }),
      ...(scope.closes === undefined ? {} : { closes: scope.closes }),
      ...configOf(graph, node, scope),
      context: node.context,
      retry: node.retry,
      ...(node.timeoutMs === undefined ? {} : { timeoutMs: node.timeoutMs }),
      ...(node.cache === undefined ? {} : { cache: node.cache }),
      ...(node.inputSchema === undefined ? {} : { inputSchema: node.inputSchema }),
      ...(node.outputSchema === undefined ? {} : { outputSchema: node.outputSchema }),
      ...(isUnsafe(node) ? { hasUnsafeTemplates: true } : {}),
      place: node.place,
    };
  });
  const node = new Map(nodes.map((each) => [each.name, each]));
  const plan = { name, version, description, mode: 'dataflow', inputs, nodes, node } as const;
  const labels = tags === undefined ? {} : { tags };
  return { ...plan, ...labels, outputs, limits, grants, warnings };
}

function isUnsafe({ templates }: NodeDraft): boolean {
  return templates.some(({ template }) => template.level === 'unsafe');
}

function edgesBySource(graph: Graph): ReadonlyMap<string, readonly Edge[]> {
  const outgoing = new Map<string, Edge[]>();
  for (const placed of graph.edges) {
    const edge = edgeOnly(placed);
    const edges = outgoing.get(edge.from);
    if (edges === undefined) outgoing.set(edge.from, [edge]);
    else edges.push(edge);
  }
  return outgoing;
}

function edgeOnly({ from, port, to, kind }: PlacedEdge): Edge {
  return { from, port, to, kind };
}

function regionOf(
  graph: Graph,
  node: NodeDraft,
  scopes: ReadonlyMap<string, NodeScope>,
): PlanRegion | undefined {
  const { region, type } = node;
  if (region === undefined || type === undefined) return undefined;
  const inside = graph.draft.nodes.filter(
    ({ name }) => scopes.get(name)?.scope.at(-1) === node.name,
  );
  const collect = region.collect === undefined ? undefined : referenceOf(node, region.collect);
  return {
    opener: node.name,
    kind: type.role === 'foreach' ? 'foreach' : 'split',
    itemName: region.itemName,
    source: referenceOf(node, region.source),
    members: inside.map(({ name }) => name),
    parallel: region.parallel,
    ...(region.concurrency === undefined ? {} : { concurrency: region.concurrency }),
    // Without `collect_output` an item gives the value of the last node as the flow lists them.
    ...collectOf(node, collect),
    onError: region.onError,
  };
}

function collectOf(node: NodeDraft, collect: Reference | undefined): { collect?: Reference } {
  if (collect !== undefined) return { collect };
  const last = node.region?.members.at(-1);
  return last === undefined ? {} : { collect: referenceOf(node, last) };
}

function referenceOf(node: NodeDraft, text: string): Reference {
  const mention = node.mentions.find((each) => each.text === text);
  const reference = referenceAt(text, mention?.place ?? node.place);
  assert(reference !== undefined, 'the fields of the type were checked to be references');
  return reference;
}

/**
 * The config, without the `field` of an aggregate where that names the value itself: under the name
 * in which system 1 wraps it, or by the node of a foreach whose values are meant.
 */
function configOf(
  graph: Graph,
  node: NodeDraft,
  scope: NodeScope,
): Pick<PlanNode, 'config' | 'pick' | 'itemAlias'> {
  const part = node.config.field;
  const isAggregate = node.type?.role === 'aggregate' && part?.kind === 'value';
  const field = isAggregate ? part.value : undefined;
  const source = isAggregate ? itemSource(graph, node, scope) : undefined;
  if (source === undefined || typeof field !== 'string') return { config: node.config };
  const foreach = source.type?.role === 'foreach' ? source.region : undefined;
  const { field: _, ...rest } = node.config;
  const config: PlanConfig = rest;
  if (scope.closes === undefined && foreach?.members.includes(field)) {
    return { config, pick: { foreach: source.name, member: field } };
  }
  const giver = foreach === undefined ? source : graph.node.get(collected(foreach));
  return giver?.type?.valueAlias === field
    ? { config: node.config, itemAlias: field }
    : { config: node.config };
}

/** The one dependency that gives the items; undefined where several do. */
function itemSource(graph: Graph, node: NodeDraft, scope: NodeScope): NodeDraft | undefined {
  const data = (graph.incoming.get(node.name) ?? []).filter((edge) => edge.kind === 'data');
  const from = [...new Set(data.map((edge) => edge.from))];
  const [only] = from;
  if (from.length !== 1 || only === undefined || only === scope.closes) return undefined;
  return graph.node.get(only);
}

function collected(region: { readonly collect?: string; readonly members: readonly string[] }) {
  return region.collect ?? region.members.at(-1) ?? '';
}
