import { assert } from '../base/index.ts';
import type { Edge, Plan, PlanNode, PlanRegion } from '../language/index.ts';

/**
 * What never changes while a flow runs, worked out once from its plan: which region each node runs
 * in, where each edge leads, what lies upstream. See scopes.ts for what does change.
 */
export interface FlowShape {
  readonly root: RegionShape;
  readonly node: ReadonlyMap<string, NodeShape>;
}

/** The nodes that run together: those outside all regions, or those of one split or foreach. */
export interface RegionShape {
  /** The split or foreach that opens it; undefined for the outermost. */
  readonly opener: NodeShape | undefined;
  readonly plan: PlanRegion | undefined;
  readonly parent: RegionShape | undefined;
  /** How many regions lie around its nodes: 0 outside regions. */
  readonly depth: number;
  /** In the order of the text; a node's `slot` is its place here. */
  readonly members: readonly NodeShape[];
  /** Edges from inside to outside: each waits for all items before it settles. */
  readonly exits: readonly Exit[];
}

export interface NodeShape {
  readonly plan: PlanNode;
  readonly region: RegionShape;
  readonly slot: number;
  readonly opens: RegionShape | undefined;
  readonly incoming: readonly Incoming[];
  /**
   * Edges to nodes of the same region and of regions inside it, by the target's place in the text.
   */
  readonly inward: readonly Inward[];
  /** Edges that leave the region, as places in `region.exits`. */
  readonly outward: readonly number[];
  readonly hasData: boolean;
  readonly hasControl: boolean;
  readonly hasErrorEdge: boolean;
  /** True when a foreach around the node, and not the execution, takes its failure. */
  readonly isSheltered: boolean;
  /** By index of a node: 1 where it lies upstream, through edges and through openers around. */
  readonly upstream: Uint8Array;
}

/**
 * An edge of the plan; or a `wait`, which only makes its target wait for the end of its source. A
 * node behind a region waits for all that the nodes inside wait for: the region may turn out to be
 * empty, and what the node can name must have ended all the same.
 */
export interface ShapeEdge {
  readonly from: string;
  readonly port: string;
  readonly to: string;
  readonly kind: Edge['kind'] | 'wait';
}

/** Where the source of an edge stands, seen from the node that it leads to. */
export interface Incoming {
  readonly edge: ShapeEdge;
  readonly source: NodeShape;
  readonly from: 'same' | 'outside' | 'opener' | 'inside';
}

export interface Inward {
  readonly edge: ShapeEdge;
  readonly target: NodeShape;
  /** The openers between the source's region and the target's, outermost first. */
  readonly through: readonly NodeShape[];
}

export interface Exit {
  readonly edge: ShapeEdge;
  readonly target: NodeShape;
  /**
   * The place of the same edge in the parent's exits; undefined where the target is in the parent.
   */
  readonly next: number | undefined;
}

const SHAPES = new WeakMap<Plan, FlowShape>();

/** Made once for each plan; plans never change. Cost: nodes x edges at worst, for `upstream`. */
export function shapeOf(plan: Plan): FlowShape {
  const known = SHAPES.get(plan);
  if (known !== undefined) return known;
  const shape = newShape(plan);
  SHAPES.set(plan, shape);
  return shape;
}

function newShape(plan: Plan): FlowShape {
  const root = regionShape(undefined, undefined);
  const node = new Map<string, Draft<NodeShape>>();
  for (const each of byDepth(plan.nodes)) {
    const region = each.scope.length === 0 ? root : node.get(each.scope.at(-1) ?? '')?.opens;
    assert(region !== undefined, `the opener of the region of ${each.name} is a node`);
    node.set(each.name, nodeShape(each, region));
  }
  for (const each of plan.nodes) {
    const shape = found(node, each.name);
    shape.slot = shape.region.members.length;
    (shape.region.members as NodeShape[]).push(shape);
  }
  for (const each of plan.nodes) {
    for (const edge of each.incoming) connect(edge, found(node, edge.from), found(node, edge.to));
  }
  for (const shape of node.values()) {
    for (const source of waitsOf(shape)) connect(waitEdge(source, shape), source, shape);
  }
  for (const shape of node.values()) {
    (shape.inward as Inward[]).sort((a, b) => a.target.plan.index - b.target.plan.index);
    shape.isSheltered = isSheltered(shape);
  }
  markUpstream([...node.values()]);
  return { root, node };
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

function byDepth(nodes: readonly PlanNode[]): readonly PlanNode[] {
  return nodes.toSorted((a, b) => a.scope.length - b.scope.length);
}

function found(nodes: ReadonlyMap<string, Draft<NodeShape>>, name: string): Draft<NodeShape> {
  const shape = nodes.get(name);
  assert(shape !== undefined, `node ${name} is in the plan`);
  return shape;
}

function regionShape(opener: NodeShape | undefined, plan: PlanRegion | undefined): RegionShape {
  const parent = opener?.region;
  const depth = parent === undefined ? 0 : parent.depth + 1;
  return { opener, plan, parent, depth, members: [], exits: [] };
}

function nodeShape(plan: PlanNode, region: RegionShape): Draft<NodeShape> {
  const shape: Draft<NodeShape> = {
    plan,
    region,
    slot: 0,
    opens: undefined,
    incoming: [],
    inward: [],
    outward: [],
    hasData: plan.incoming.some((edge) => edge.kind === 'data'),
    hasControl: plan.incoming.some((edge) => edge.kind === 'control'),
    hasErrorEdge: plan.outgoing.some((edge) => edge.port === 'error'),
    isSheltered: false,
    upstream: new Uint8Array(0),
  };
  if (plan.opens !== undefined) shape.opens = regionShape(shape, plan.opens);
  return shape;
}

function connect(edge: ShapeEdge, source: NodeShape, target: NodeShape): void {
  const shared = sharedRegion(source.region, target.region);
  const incoming = target.incoming as Incoming[];
  if (shared === target.region) {
    incoming.push({ edge, source, from: source.region === shared ? 'same' : 'inside' });
  } else {
    const isOpener = isInside(target.region, source.opens);
    incoming.push({ edge, source, from: isOpener ? 'opener' : 'outside' });
    if (isOpener) return;
  }
  if (shared !== source.region) {
    assert(shared === target.region, `${edge.from} and ${edge.to} lie one inside the other`);
    (source.outward as number[]).push(exitFrom(source.region, edge, target));
    return;
  }
  const inward = source.inward as Inward[];
  inward.push({ edge, target, through: openersBetween(shared, target.region) });
}

function sharedRegion(left: RegionShape, right: RegionShape): RegionShape {
  let one: RegionShape | undefined = left;
  while (one !== undefined && !isInside(right, one)) one = one.parent;
  assert(one !== undefined, 'all regions lie in the outermost');
  return one;
}

function isInside(region: RegionShape, outer: RegionShape | undefined): boolean {
  if (outer === undefined) return false;
  let each: RegionShape | undefined = region;
  while (each !== undefined && each.depth > outer.depth) each = each.parent;
  return each === outer;
}

function openersBetween(outer: RegionShape, inner: RegionShape): NodeShape[] {
  if (inner === outer || inner.opener === undefined || inner.parent === undefined) return [];
  return [...openersBetween(outer, inner.parent), inner.opener];
}

/** Adds the edge to the exits of each region that it leaves; gives its place in the innermost. */
function exitFrom(region: RegionShape, edge: ShapeEdge, target: NodeShape): number {
  const { parent } = region;
  assert(parent !== undefined, 'an exit leaves a region');
  const next = parent === target.region ? undefined : exitFrom(parent, edge, target);
  return (region.exits as Exit[]).push({ edge, target, next }) - 1;
}

function waitEdge(source: NodeShape, target: NodeShape): ShapeEdge {
  return { from: source.plan.name, port: 'default', to: target.plan.name, kind: 'wait' };
}

/** The nodes outside that nodes inside wait for, where an edge from inside a region ends here. */
function waitsOf(node: NodeShape): ReadonlySet<NodeShape> {
  const waits = new Set<NodeShape>();
  const seen = new Set<NodeShape>();
  const pending = node.incoming.filter(({ from }) => from === 'inside').map(({ source }) => source);
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    if (seen.has(each)) continue;
    seen.add(each);
    for (const { source, from } of each.incoming) {
      if (from === 'opener') continue;
      if (isInside(node.region, source.region)) waits.add(source);
      else pending.push(source);
    }
  }
  for (const { source } of node.incoming) waits.delete(source);
  return waits;
}

function isSheltered(node: NodeShape): boolean {
  let region: RegionShape | undefined = node.region;
  for (; region?.opener !== undefined; region = region.parent) {
    if (region.plan?.kind !== 'foreach') continue;
    if (region.plan.onError === 'continue' || region.opener.hasErrorEdge) return true;
  }
  return false;
}

/**
 * Marks for each node what has ended before it runs: the sources of its edges and what lies
 * upstream of them, with all that runs inside a foreach for whatever comes behind that. A member of
 * a foreach has upstream what its foreach has, but not the foreach. Cost: (edges + nodes) x nodes
 * bytes.
 */
function markUpstream(nodes: readonly Draft<NodeShape>[]): void {
  const upstreamOf = (node: Draft<NodeShape>): Uint8Array => {
    if (node.upstream.length > 0) return node.upstream;
    node.upstream = new Uint8Array(nodes.length);
    const { opener } = node.region;
    if (opener !== undefined) merge(node.upstream, upstreamOf(opener));
    for (const { source, from } of node.incoming) {
      if (source.opens?.plan?.kind === 'foreach' && from === 'opener') continue;
      for (const ended of [source, ...insideOf(source)]) {
        node.upstream[ended.plan.index] = 1;
        merge(node.upstream, upstreamOf(ended));
      }
    }
    return node.upstream;
  };
  const insideOf = (node: NodeShape): readonly NodeShape[] =>
    node.opens?.plan?.kind !== 'foreach'
      ? []
      : nodes.filter(({ region }) => isInside(region, node.opens));
  for (const node of nodes) upstreamOf(node);
}

function merge(into: Uint8Array, from: Uint8Array): void {
  for (const [index, flag] of from.entries()) {
    if (flag === 1) into[index] = 1;
  }
}
