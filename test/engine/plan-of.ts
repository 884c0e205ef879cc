import type { NodeRole, NodeType } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import type { Edge, Plan, PlanNode, PlanRegion, Reference } from '../../src/language/index.ts';

/** A node of a plan that tests write by hand, without a text, a config or a compiler. */
export interface NodeSpec {
  readonly kind?: NodeRole;
  /** As `depends_on`: `a` or `a.port`. */
  readonly after?: readonly string[];
  /** Ports; one that is a node's name makes a control edge. */
  readonly routes?: readonly string[];
  /** The members of a foreach. */
  readonly members?: readonly string[];
  /** foreach: the split whose whole list it takes. */
  readonly over?: string;
  readonly itemName?: string;
  readonly parallel?: boolean;
  readonly concurrency?: number;
  readonly collect?: string;
  readonly onError?: 'fail' | 'continue';
  readonly pick?: { readonly foreach: string; readonly member: string };
  readonly context?: Readonly<Record<string, string>>;
  readonly retry?: { readonly attempts: number; readonly backoffMs: number };
  readonly timeoutMs?: number;
  readonly needs?: NodeType['needs'];
}

export interface FlowSpec {
  readonly nodes: Readonly<Record<string, NodeSpec>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly limits?: Plan['limits'];
}

const PLACE = { line: 1, column: 1 };

/** Builds the plan that `compile` would, for flows that are right. */
export function planOf(spec: FlowSpec): Plan {
  const names = Object.keys(spec.nodes);
  const edges = edgesOf(spec);
  const scopes = scopesOf(spec);
  const nodes = names.map((name, index): PlanNode => {
    const node = nodeOf(spec, name);
    const { scope, closes } = scopes.get(name) ?? { scope: [] };
    const opens = regionOf(spec, name, scopes);
    return {
      name,
      index,
      type: typeOf(node),
      description: '',
      config: {},
      incoming: edges.filter((edge) => edge.to === name),
      outgoing: edges.filter((edge) => edge.from === name),
      scope,
      ...(opens === undefined ? {} : { opens }),
      ...(closes === undefined ? {} : { closes }),
      ...(node.pick === undefined ? {} : { pick: node.pick }),
      context: Object.entries(node.context ?? {}).map(([key, text]) => ({
        name: key,
        reference: referenceOf(text),
      })),
      ...(node.timeoutMs === undefined ? {} : { timeoutMs: node.timeoutMs }),
      retry: node.retry ?? { attempts: 1, backoffMs: 0 },
      place: PLACE,
    };
  });
  return {
    name: 'test-flow',
    version: '1.0.0',
    description: '',
    mode: 'dataflow',
    inputs: [],
    nodes,
    node: new Map(nodes.map((node) => [node.name, node])),
    outputs: Object.entries(spec.outputs ?? {}).map(([name, text]) => ({
      name,
      reference: referenceOf(text),
    })),
    limits: spec.limits ?? {},
    grants: { hosts: [], connections: [], secrets: [], code: 'none' },
    warnings: [],
  };
}

export function nodeOf(spec: FlowSpec, name: string): NodeSpec {
  const node = spec.nodes[name];
  if (node === undefined) throw new Error(`the test names an unknown node ${name}`);
  return node;
}

/**
 * Every edge, in the order of the targets and of their `after`; control edges replace data edges.
 */
export function edgesOf(spec: FlowSpec): readonly Edge[] {
  const edges: Edge[] = [];
  for (const [to, node] of Object.entries(spec.nodes)) {
    for (const [from, source] of Object.entries(spec.nodes)) {
      if (source.routes?.includes(to)) edges.push({ from, port: to, to, kind: 'control' });
    }
    for (const dependency of node.after ?? []) {
      const [from = '', port = 'default'] = dependency.split('.');
      const isReplaced = port === 'default' && spec.nodes[from]?.routes?.includes(to);
      if (!isReplaced) edges.push({ from, port, to, kind: 'data' });
    }
  }
  return withImplied(spec, edges);
}

/** What a member of a foreach depends on outside is a dependency of the foreach too. */
function withImplied(spec: FlowSpec, edges: readonly Edge[]): readonly Edge[] {
  const all = new Map(edges.map((edge) => [`${edge.from} ${edge.port} ${edge.to}`, edge]));
  const owners = Object.keys(spec.nodes).filter((name) => spec.nodes[name]?.kind === 'foreach');
  for (const { from, port, to, kind } of edges) {
    for (const foreach of owners) {
      const isOutside = from !== foreach && !isMember(spec, foreach, from);
      if (!isMember(spec, foreach, to) || !isOutside) continue;
      const implied = kind === 'data' ? port : 'default';
      const key = `${from} ${implied} ${foreach}`;
      if (!all.has(key)) all.set(key, { from, port: implied, to: foreach, kind: 'data' });
    }
  }
  return [...all.values()];
}

function isMember(spec: FlowSpec, foreach: string, name: string): boolean {
  const members = spec.nodes[foreach]?.members ?? [];
  return members.some((member) => member === name || isMember(spec, member, name));
}

export interface PlaceInRegions {
  readonly scope: readonly string[];
  readonly closes?: string;
}

/** The regions around each node, worked out one node at a time as soon as its sources are known. */
export function scopesOf(spec: FlowSpec): ReadonlyMap<string, PlaceInRegions> {
  const known = new Map<string, PlaceInRegions>();
  const edges = edgesOf(spec);
  const names = Object.keys(spec.nodes);
  const foreachOf = new Map(
    names.flatMap((name) => (nodeOf(spec, name).members ?? []).map((member) => [member, name])),
  );
  while (known.size < names.length) {
    const before = known.size;
    for (const name of names) {
      if (known.has(name)) continue;
      const place = placeOf(name);
      if (place !== undefined) known.set(name, place);
    }
    if (known.size === before) throw new Error('the test flow has a cycle');
  }
  return known;

  function placeOf(name: string): PlaceInRegions | undefined {
    const incoming = edges.filter((edge) => edge.to === name);
    const owner = foreachOf.get(name);
    const reached: (readonly string[])[] = [[]];
    if (owner !== undefined) {
      const around = known.get(owner);
      if (around === undefined) return undefined;
      reached.push([...around.scope, owner]);
    }
    for (const { from, port } of incoming) {
      const source = known.get(from);
      if (source === undefined) return undefined;
      const enters = nodeOf(spec, from).kind === 'split' && port !== 'error';
      const isWhole = nodeOf(spec, name).over === from;
      reached.push(enters && !isWhole ? [...source.scope, from] : source.scope);
    }
    const scope = reached.reduce((a, b) => (b.length > a.length ? b : a));
    const last = scope.at(-1);
    const isClosing = nodeOf(spec, name).kind === 'aggregate' && last !== undefined;
    if (!isClosing || nodeOf(spec, last).kind !== 'split') return { scope };
    return { scope: scope.slice(0, -1), closes: last };
  }
}

function regionOf(
  spec: FlowSpec,
  name: string,
  scopes: ReadonlyMap<string, PlaceInRegions>,
): PlanRegion | undefined {
  const node = nodeOf(spec, name);
  if (node.kind !== 'split' && node.kind !== 'foreach') return undefined;
  const members = Object.keys(spec.nodes).filter((each) => scopes.get(each)?.scope.at(-1) === name);
  const collect = node.collect ?? node.members?.at(-1);
  return {
    opener: name,
    kind: node.kind,
    itemName: node.itemName ?? 'item',
    source: referenceOf('inputs.list'),
    members,
    parallel: node.parallel ?? true,
    ...(node.concurrency === undefined ? {} : { concurrency: node.concurrency }),
    ...(collect === undefined ? {} : { collect: referenceOf(collect) }),
    onError: node.onError ?? 'fail',
  };
}

function referenceOf(text: string): Reference {
  const [root = '', ...fields] = text.split('.');
  return { text, root, fields, place: PLACE };
}

function typeOf(node: NodeSpec): NodeType {
  const role = node.kind ?? 'step';
  return {
    id: `test.${role}`,
    version: 1,
    title: role,
    summary: role,
    role,
    effect: 'pure',
    needs: node.needs ?? [],
    config: {},
    output: 'any',
    outputSummary: role,
    example: '',
    run: () => {
      throw new AppError('INTERNAL', { message: 'tests run these nodes by a Spawn of their own' });
    },
  };
}
