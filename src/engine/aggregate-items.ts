import { assert, emptyMap, isList, type Value } from '../base/index.ts';
import { isLiveEdge } from './edges.ts';
import { itemValues } from './foreach-value.ts';
import { type Cell, cellAround, type Scope } from './scopes.ts';
import type { FlowShape, Incoming, NodeShape } from './shape.ts';
import { valueFrom } from './view.ts';

/**
 * What an aggregate works on (docs/semantics.md, section 4): one value for each item of the region
 * that it closes; outside any region the list that its one dependency gives, or the list of its
 * dependencies' values. Linear in items x dependencies.
 */
export function aggregateItems(cell: Cell, flow: FlowShape): readonly Value[] {
  const { closes } = cell.node.plan;
  const read = reader(cell.node, flow);
  if (closes === undefined) return plainItems(cell, read);
  const opener = flow.node.get(closes);
  assert(opener !== undefined, `${closes} is in the plan`);
  const region = cellAround(cell.scope, opener)?.region;
  if (region?.isOpen !== true) return [];
  const edges = edgesInside(cell.node, opener);
  return region.scopes.map((scope) => itemValue(scope, edges, read)).filter(isThere);
}

/** The value of a dependency as seen from a scope. */
type Read = (scope: Scope, source: NodeShape) => Value | undefined;

/** With `pick`, a foreach stands for the values of one of its members instead of its own. */
function reader({ plan: { pick } }: NodeShape, flow: FlowShape): Read {
  const foreach = pick && flow.node.get(pick.foreach);
  const member = pick && flow.node.get(pick.member);
  if (foreach === undefined || member === undefined) return valueFrom;
  return (scope, source) => {
    if (source !== foreach) return valueFrom(scope, source);
    const region = cellAround(scope, foreach)?.region;
    if (region?.isOpen !== true) return undefined;
    return itemValues(region, (inner) => valueFrom(inner, member) ?? null);
  };
}

interface EdgesInside {
  /** These give the values: the data edges, or the control edges where there is no other. */
  readonly giving: readonly Incoming[];
  readonly control: readonly Incoming[];
}

function edgesInside(node: NodeShape, opener: NodeShape): EdgesInside {
  const inside = node.incoming.filter(({ from, source }) => from === 'inside' || source === opener);
  const data = inside.filter(({ edge }) => edge.kind === 'data');
  const control = inside.filter(({ edge }) => edge.kind === 'control');
  return { giving: data.length > 0 ? data : control, control };
}

/** What one item gives; undefined where it is left out. */
function itemValue(scope: Scope, { giving, control }: EdgesInside, read: Read): Value | undefined {
  const hasEnded = [...giving, ...control].some(({ source }) => endedEarly(scope, source));
  if (hasEnded) return undefined;
  if (control.length > 0 && !control.some((edge) => isLiveIn(scope, edge))) return undefined;
  const sources = new Set(giving.map(({ source }) => source));
  const live = new Set(giving.filter((edge) => isLiveIn(scope, edge)).map(({ source }) => source));
  const [first] = live;
  if (first === undefined) return undefined;
  if (sources.size === 1 || live.size === 1) return read(scope, first);
  return valuesByName(live, (source) => read(scope, source));
}

function endedEarly(scope: Scope, source: NodeShape): boolean {
  return source.region === scope.shape && scope.cells[source.slot]?.ending !== undefined;
}

function isLiveIn(scope: Scope, incoming: Incoming): boolean {
  const { source, edge } = incoming;
  if (source.opens === scope.shape) return edge.port !== 'error';
  if (source.region === scope.shape) return isLiveEdge(incoming, scope.cells[source.slot]);
  return valueFrom(scope, source) !== undefined;
}

function plainItems({ node, scope }: Cell, read: Read): readonly Value[] {
  const live = node.incoming.filter(
    (incoming) =>
      incoming.edge.kind === 'data' && isLiveEdge(incoming, cellAround(scope, incoming.source)),
  );
  const sources = [...new Set(live.map(({ source }) => source))];
  const values = sources.map((source) => read(scope, source)).filter(isThere);
  const [only] = values;
  return values.length === 1 && isList(only) ? only : values;
}

/** A map of the values that are there, in the order of the sources. */
export function valuesByName(
  sources: Iterable<NodeShape>,
  valueIn: (source: NodeShape) => Value | undefined,
): Readonly<Record<string, Value>> {
  const values = emptyMap();
  for (const source of sources) {
    const value = valueIn(source);
    if (value !== undefined) values[source.plan.name] = value;
  }
  return values;
}

function isThere(value: Value | undefined): value is Value {
  return value !== undefined;
}
