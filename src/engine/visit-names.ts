import type { Value, ValueMap } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import { type Names, type Reference, resolveReference } from '../language/index.ts';
import type { VisitNames } from './ports.ts';
import { type Cell, cellAround, type Scope } from './scopes.ts';
import type { FlowShape, NodeShape } from './shape.ts';
import { itemOf, valueFrom } from './view.ts';

/** What is the same for the names of all visits of an execution. */
export interface FlowNames {
  readonly flow: FlowShape;
  readonly inputs: ValueMap;
  readonly executionId: string;
  readonly flowName: string;
  /** The names that a node could have, sorted; filled as nodes first ask. */
  readonly possible: Map<NodeShape, readonly string[]>;
}

const ALWAYS = ['inputs', 'execution_id', 'workflow_id', 'node_name'] as const;
const ITERATION = ['_iteration_index', '_is_first', '_is_last'] as const;

/**
 * The names of one visit (docs/semantics.md, section 3), read through the tree of scopes when they
 * are asked for: nothing is copied a visit. Names of the region win over `context`, and that over
 * nodes; a node that does not lie upstream has no value.
 */
export function visitNames(cell: Cell, upstream: Value | undefined, flow: FlowNames): VisitNames {
  const { context } = cell.node.plan;
  const withoutContext: Names = {
    get: (name) => first(regionValue(cell.scope, name, upstream), () => ownValue(cell, name, flow)),
    aliasOf: (name) => aliasOf(cell, name, flow.flow),
    whyMissing: (name) => whyMissing(cell, name, flow.flow),
  };
  const sourceOf = (name: string) =>
    context.length === 0 || name === 'inputs'
      ? undefined
      : context.find((entry) => entry.name === name)?.reference;
  const get = (name: string): Value | undefined => {
    const source = sourceOf(name);
    if (source === undefined) return withoutContext.get(name);
    return first(regionValue(cell.scope, name, upstream), () => lookUp(source, withoutContext));
  };
  return {
    get,
    aliasOf: (name) => {
      const source = sourceOf(name);
      if (source === undefined) return withoutContext.aliasOf?.(name);
      return source.fields.length === 0 ? withoutContext.aliasOf?.(source.root) : undefined;
    },
    whyMissing: (name) => {
      const source = sourceOf(name);
      if (source === undefined) return whyMissing(cell, name, flow.flow);
      const hasRoot = withoutContext.get(source.root) !== undefined;
      return hasRoot ? `${source.text} is not there` : whyMissing(cell, source.root, flow.flow);
    },
    all: () => possibleNames(cell.node, flow).filter((name) => get(name) !== undefined),
  };
}

/** A null is a value: only undefined leaves the word to the next. */
function first(value: Value | undefined, next: () => Value | undefined): Value | undefined {
  return value === undefined ? next() : value;
}

/** Undefined where a part of the reference is not there, so that default() works on the name. */
function lookUp(reference: Reference, names: Names): Value | undefined {
  try {
    return resolveReference(reference, names);
  } catch (error) {
    if (error instanceof AppError && error.code === 'TEMPLATE_UNDEFINED') return undefined;
    throw error;
  }
}

function regionValue(scope: Scope, name: string, upstream: Value | undefined): Value | undefined {
  if (scope.region === undefined) return undefined;
  if (name === 'item') {
    const { plan } = scope.shape;
    return plan?.kind === 'foreach' && plan.itemName === 'item' ? itemOf(scope) : upstream;
  }
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    if (each.shape.plan?.itemName === name) return itemOf(each);
  }
  return iterationValue(scope, name);
}

function iterationValue(scope: Scope, name: string): Value | undefined {
  let each: Scope | undefined = scope;
  while (each !== undefined && each.shape.plan?.kind !== 'foreach') each = each.parent;
  if (each?.region === undefined) return undefined;
  if (name === '_iteration_index') return each.index;
  if (name === '_is_first') return each.index === 0;
  return name === '_is_last' ? each.index === each.region.items.length - 1 : undefined;
}

function ownValue(cell: Cell, name: string, flow: FlowNames): Value | undefined {
  if (name === 'inputs') return flow.inputs;
  const node = flow.flow.node.get(name);
  if (node !== undefined) return isUpstream(cell, node) ? valueFrom(cell.scope, node) : undefined;
  if (name === 'execution_id') return flow.executionId;
  if (name === 'workflow_id') return flow.flowName;
  return name === 'node_name' ? cell.node.plan.name : undefined;
}

/** Only a name that stands for a node: names of the region hide nodes. */
function aliasOf(cell: Cell, name: string, flow: FlowShape): string | undefined {
  const node = flow.node.get(name);
  const isHidden = regionValue(cell.scope, name, undefined) !== undefined;
  return node === undefined || isHidden ? undefined : node.plan.type.valueAlias;
}

function isUpstream(cell: Cell, node: NodeShape): boolean {
  return cell.node.upstream[node.plan.index] === 1;
}

function whyMissing(cell: Cell, name: string, flow: FlowShape): string | undefined {
  const node = flow.node.get(name);
  if (node === undefined) return undefined;
  if (!isUpstream(cell, node)) return `node ${name} does not lie upstream`;
  const source = cellAround(cell.scope, node);
  if (source?.ending?.reason === 'dropped') return 'the item was dropped';
  return source?.record?.status === 'failed' ? `node ${name} failed` : `node ${name} was skipped`;
}

function possibleNames(node: NodeShape, flow: FlowNames): readonly string[] {
  const known = flow.possible.get(node);
  if (known !== undefined) return known;
  const names = new Set<string>([...ALWAYS, ...node.plan.context.map((entry) => entry.name)]);
  for (const other of flow.flow.node.values()) {
    if (node.upstream[other.plan.index] === 1) names.add(other.plan.name);
  }
  for (let { region } = node; region.parent !== undefined; region = region.parent) {
    names.add('item');
    if (region.plan !== undefined) names.add(region.plan.itemName);
    if (region.plan?.kind === 'foreach') for (const name of ITERATION) names.add(name);
  }
  const sorted = [...names].sort();
  flow.possible.set(node, sorted);
  return sorted;
}
