import { isList, type Value } from '../../src/base/index.ts';
import type { NodeInput } from '../../src/contract/index.ts';
import type { Edge } from '../../src/language/index.ts';
import { nodeOf } from './plan-of.ts';
import {
  type ExpectedStep,
  incomingOf,
  isForeach,
  type Reading,
  scopeOf,
  signal,
  stepSignal,
  type World,
  worldAt,
} from './reference-world.ts';

/** The value of a node as seen from a world: an item, a value, or a list of values from outside. */
export function valueFrom(world: World, node: string): Value | undefined {
  for (let each: World | undefined = world; each !== undefined; each = each.parent) {
    if (each.opener === node) return each.item;
  }
  const scope = scopeOf(world.flow, node);
  const chain = openersOf(world);
  let shared = 0;
  while (shared < scope.length && scope[shared] === chain[shared]) shared += 1;
  return valueBelow(worldAt(world, shared), node);
}

function openersOf(world: World): readonly string[] {
  if (world.parent === undefined || world.opener === undefined) return [];
  return [...openersOf(world.parent), world.opener];
}

function valueBelow(world: World, node: string): Value | undefined {
  const opener = scopeOf(world.flow, node)[world.depth];
  if (opener === undefined) return stepValue(world.steps.get(node));
  const region = world.regions.get(opener);
  if (region?.isOpen !== true) return undefined;
  return region.worlds.map((each) => valueBelow(each, node)).filter(isThere);
}

function stepValue(step: ExpectedStep | undefined): Value | undefined {
  if (step === undefined || step.dropped) return undefined;
  if (step.status === 'completed') return step.value;
  if (step.port !== 'error') return undefined;
  return { error: { code: step.errorCode ?? '', message: step.errorMessage ?? '' } };
}

/** What a foreach makes of its items: null for a failed one, nothing for a dropped one. */
export function collectFrom(
  worlds: readonly World[],
  valueIn: (world: World) => Value | undefined,
): readonly Value[] {
  return worlds
    .filter((each) => each.failed !== undefined || !each.dropped)
    .map((each) => (each.failed !== undefined ? null : (valueIn(each) ?? null)));
}

export function inputOf(node: string, world: World): NodeInput {
  const { flow } = world;
  const live = incomingOf(flow, node).filter((edge) => isLiveData(edge, world));
  const near = new Set(
    live
      .filter(({ from }) => scopeOf(flow, from).length >= world.depth)
      .filter(({ from }) => !scopeOf(flow, node).includes(from))
      .map(({ from }) => from),
  );
  const [only = ''] = near;
  const dependencies: Record<string, Value> = {};
  for (const { from } of live) {
    const value = valueFrom(world, from);
    if (value !== undefined) dependencies[from] = value;
  }
  const isAggregate = nodeOf(flow.spec, node).kind === 'aggregate';
  return {
    inRegion: world.depth > 0,
    upstream: near.size === 1 ? valueFrom(world, only) : world.item,
    dependencies,
    items: isAggregate ? gathered(node, world) : undefined,
  };
}

function isLiveData(edge: Edge, world: World): boolean {
  if (edge.kind !== 'data') return false;
  const isInside = scopeOf(world.flow, edge.from).length > world.depth;
  return isInside ? valueFrom(world, edge.from) !== undefined : signal(edge, world) === 'live';
}

function gathered(node: string, world: World): readonly Value[] {
  const closes = world.flow.places.get(node)?.closes;
  if (closes !== undefined) {
    const region = world.regions.get(closes);
    if (region?.isOpen !== true) return [];
    return region.worlds.map((each) => itemOf(node, each)).filter(isThere);
  }
  const live = incomingOf(world.flow, node).filter((edge) => isLiveData(edge, world));
  const values = [...new Set(live.map(({ from }) => from))]
    .map((from) => read(node, world, from))
    .filter(isThere);
  const [only] = values;
  return values.length === 1 && isList(only) ? only : values;
}

function read(node: string, world: World, from: string): Value | undefined {
  const { pick } = nodeOf(world.flow.spec, node);
  if (from !== pick?.foreach) return valueFrom(world, from);
  const region = worldAt(world, scopeOf(world.flow, from).length).regions.get(from);
  if (region?.isOpen !== true) return undefined;
  return collectFrom(region.worlds, (each) => valueFrom(each, pick.member));
}

function itemOf(node: string, item: World): Value | undefined {
  const isOfItem = ({ from }: Edge) =>
    from === item.opener || scopeOf(item.flow, from).at(-1) === item.opener;
  const inside = incomingOf(item.flow, node).filter(isOfItem);
  const isLive = ({ from, port }: Edge) => {
    if (from === item.opener) return port !== 'error';
    const step = item.steps.get(from);
    return step !== undefined && stepSignal(step, port) === 'live';
  };
  if (inside.some(({ from }) => item.steps.get(from)?.ended !== undefined)) return undefined;
  const control = inside.filter(({ kind }) => kind === 'control');
  if (control.length > 0 && !control.some(isLive)) return undefined;
  const data = inside.filter(({ kind }) => kind === 'data');
  const giving = data.length > 0 ? data : control;
  const live = [...new Set(giving.filter(isLive).map(({ from }) => from))];
  const [first] = live;
  if (first === undefined) return undefined;
  if (live.length === 1) return read(node, item, first);
  return Object.fromEntries(live.map((from) => [from, read(node, item, from) ?? null]));
}

/** Every name that has a value, sorted. */
export function namesOf(
  node: string,
  world: World,
  input: NodeInput,
): readonly (readonly [string, Value])[] {
  const { flow } = world;
  const own = new Map<string, Value | undefined>([
    ['node_name', node],
    ...Object.entries(flow.fixed),
    ...[...upstreamOf(flow, node)].map((each) => [each, valueFrom(world, each)] as const),
  ]);
  const ofRegion = regionNames(world, input);
  for (const [name, source] of Object.entries(nodeOf(flow.spec, node).context ?? {})) {
    own.set(name, ofRegion.has(source) ? ofRegion.get(source) : own.get(source));
  }
  return [...new Map([...own, ...ofRegion])]
    .flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function regionNames(world: World, input: NodeInput): Map<string, Value | undefined> {
  const { spec } = world.flow;
  const names = new Map<string, Value | undefined>();
  const chain: World[] = [];
  for (let each: World | undefined = world; each !== undefined; each = each.parent) {
    if (each.opener !== undefined) chain.unshift(each);
  }
  for (const each of chain) {
    const opener = nodeOf(spec, each.opener ?? '');
    names.set(opener.itemName ?? 'item', each.item);
    if (opener.kind !== 'foreach') continue;
    names.set('_iteration_index', each.index);
    names.set('_is_first', each.index === 0);
    names.set('_is_last', each.index === each.count - 1);
  }
  const innermost = chain.at(-1);
  if (innermost === undefined) return names;
  const opener = nodeOf(spec, innermost.opener ?? '');
  const isForeachItem = opener.kind === 'foreach' && (opener.itemName ?? 'item') === 'item';
  names.set('item', isForeachItem ? innermost.item : input.upstream);
  return names;
}

function upstreamOf(flow: Reading, node: string): ReadonlySet<string> {
  const upstream = new Set<string>();
  const isInForeach = (each: string, foreach: string) =>
    isForeach(flow, foreach) && scopeOf(flow, each).includes(foreach);
  for (const opener of scopeOf(flow, node)) {
    for (const each of upstreamOf(flow, opener)) upstream.add(each);
  }
  for (const { from } of incomingOf(flow, node)) {
    if (isInForeach(node, from)) continue;
    const inside = Object.keys(flow.spec.nodes).filter((each) => isInForeach(each, from));
    for (const each of [from, ...inside]) {
      upstream.add(each);
      for (const before of upstreamOf(flow, each)) upstream.add(before);
    }
  }
  return upstream;
}

function isThere(value: Value | undefined): value is Value {
  return value !== undefined;
}
