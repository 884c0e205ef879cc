import { nearest } from '../../base/index.ts';
import { parseReference, quoted, type ReferenceParts } from '../config/index.ts';
import type { NodeDraft } from '../flow/index.ts';
import { type Graph, mayOpen } from './graph.ts';
import type { NodeScope } from './scopes.ts';
import type { Before, Upstream } from './upstream.ts';

/** What a name at one node stands for. */
export type Meaning = 'inputs' | 'node' | 'region' | 'context' | 'given' | 'execution';

/** The names that a node sees (docs/semantics.md, section 3). */
export interface VisibleNames {
  readonly node: NodeDraft;
  /** All names but those of nodes; they win over a node of the same name. */
  readonly special: ReadonlyMap<string, Meaning>;
  readonly upstream: Before;
  /** True for a node that runs after this one. */
  isAfter(name: string): boolean;
  /**
   * False where a region around the node may be missing, because something upstream has a problem.
   */
  readonly isCertain: boolean;
}

const NOTHING: Before = { has: () => false };
const EXECUTION_NAMES = ['execution_id', 'workflow_id', 'node_name'] as const;
const FOREACH_NAMES = ['_iteration_index', '_is_first', '_is_last'] as const;

/** The names that templates and references of one node see. */
export function visibleNames(
  graph: Graph,
  node: NodeDraft,
  found: { readonly upstream: Upstream; readonly scope: NodeScope },
): VisibleNames {
  const special = new Map<string, Meaning>([['inputs', 'inputs']]);
  const upstream = found.upstream.get(node.name) ?? NOTHING;
  for (const name of EXECUTION_NAMES) special.set(name, 'execution');
  for (const { name } of node.context) special.set(name, 'context');
  for (const opener of found.scope.scope) {
    const region = graph.node.get(opener);
    special.set('item', 'region');
    if (region?.region !== undefined) special.set(region.region.itemName, 'region');
    if (region?.type?.role === 'foreach') {
      for (const name of FOREACH_NAMES) special.set(name, 'region');
    }
  }
  const isCertain = ![...graph.doubtful].some((name) => {
    const each = graph.node.get(name);
    const isNear = name === node.name || upstream.has(name);
    return isNear && each !== undefined && mayBring(each);
  });
  const isAfter = (name: string) => found.upstream.get(name)?.has(node.name) ?? false;
  return { node, special, upstream, isAfter, isCertain };
}

// Something doubtful upstream takes names away only where it opens a region or lost a dependency.
function mayBring(node: NodeDraft): boolean {
  return mayOpen(node.type) || !node.isBroken;
}

/** What a name stands for at a node; undefined where the node does not see it. */
export function meaningOf(names: VisibleNames, name: string): Meaning | undefined {
  return names.special.get(name) ?? (names.upstream.has(name) ? 'node' : undefined);
}

/** What is wrong with a use of a name; undefined where nothing is, or where it is not certain. */
export interface NameProblem {
  readonly code: 'NOT_UPSTREAM' | 'UNKNOWN_INPUT' | 'UNKNOWN_NODE' | 'UNKNOWN_VARIABLE';
  readonly message: string;
  readonly remedy: string | undefined | (() => string | undefined);
  /** The node whose name has dashes, which a template reads as minus; its words fail one by one. */
  readonly dashed?: string | undefined;
}

/**
 * Judges one use of a name with the fields after it. `as` says whether it stands in a template or
 * is a reference by itself: the words differ, the rules do not.
 */
export function nameProblem(
  graph: Graph,
  names: VisibleNames,
  use: Pick<ReferenceParts, 'root' | 'fields'> & { readonly as: 'template' | 'reference' },
): NameProblem | undefined {
  const { root, fields } = use;
  const meaning = meaningOf(names, root);
  if (meaning === 'inputs') return inputProblem(graph, fields);
  if (meaning !== undefined) return undefined;
  if (graph.node.has(root)) return notUpstream(graph, names, root);
  if (!graph.draft.knowsNodes || !names.isCertain || isLostItem(graph, root)) return undefined;
  return unknownName(graph, names, use);
}

/**
 * The item of a foreach whose list of nodes has a problem: the node may be meant to be one of them.
 */
function isLostItem(graph: Graph, root: string): boolean {
  return graph.draft.nodes.some(
    ({ name, region }) => region?.itemName === root && graph.doubtful.has(name),
  );
}

function inputProblem(graph: Graph, fields: readonly string[]): NameProblem | undefined {
  const [name] = fields;
  const { inputs, knowsInputs } = graph.draft;
  if (name === undefined || !knowsInputs) return undefined;
  if (inputs.some((input) => input.name === name)) return undefined;
  const names = inputs.map((input) => input.name);
  const remedy = () => {
    const near = nearest(name, names);
    return near === undefined ? `Declare ${name} under inputs.` : `Did you mean inputs.${near}?`;
  };
  return { code: 'UNKNOWN_INPUT', message: `the flow has no input ${quoted(name)}`, remedy };
}

function notUpstream(graph: Graph, names: VisibleNames, root: string): NameProblem | undefined {
  const { node } = names;
  const isDoubtful = graph.doubtful.has(node.name) && !node.isBroken;
  if (isDoubtful) return undefined;
  if (root === node.name) {
    return {
      code: 'NOT_UPSTREAM',
      message: `${root} cannot read its own value`,
      remedy: 'Name a node that runs before it.',
    };
  }
  const foreach = graph.foreachOf.get(root);
  if (graph.foreachOf.get(node.name) === root) {
    return {
      code: 'NOT_UPSTREAM',
      message: `${root} has no value yet while ${node.name} runs for one of its items`,
      remedy: `Read the item by its name, ${graph.node.get(root)?.region?.itemName ?? 'item'}.`,
    };
  }
  if (names.isAfter(root)) {
    return {
      code: 'NOT_UPSTREAM',
      message: `${node.name} reads ${root}, which runs after it`,
      remedy: `Read it in a node that runs after ${root}.`,
    };
  }
  const target =
    foreach !== undefined && foreach !== graph.foreachOf.get(node.name) ? foreach : root;
  return {
    code: 'NOT_UPSTREAM',
    message: `${node.name} reads ${root}, which does not run before it`,
    remedy: `Add ${target} to the depends_on of ${node.name}.`,
  };
}

function unknownName(
  graph: Graph,
  names: VisibleNames,
  { root, fields, as }: Pick<ReferenceParts, 'root' | 'fields'> & { as: 'template' | 'reference' },
): NameProblem {
  const code = as === 'template' ? 'UNKNOWN_VARIABLE' : 'UNKNOWN_NODE';
  if (root === 'env') {
    return {
      code: 'UNKNOWN_VARIABLE',
      message: 'flows cannot read the environment, so there is no env',
      remedy: 'Declare an input and give its value when the flow is started.',
    };
  }
  const message = `nothing is named ${quoted(root)}: no input, node or item before ${names.node.name}`;
  const remedy = () => remedyFor(graph, names, { root, fields });
  return { code, message, remedy, dashed: dashedNode(graph, root) };
}

/** A node with dashes in its name of which this is one of the words. */
function dashedNode(graph: Graph, word: string): string | undefined {
  return graph.dashed.find((name) => name.split('-').includes(word));
}

function remedyFor(
  graph: Graph,
  names: VisibleNames,
  { root, fields }: Pick<ReferenceParts, 'root' | 'fields'>,
): string | undefined {
  const { inputs } = graph.draft;
  if (inputs.some((input) => input.name === root)) return `Write inputs.${root}.`;
  const dashed = dashedNode(graph, root);
  if (dashed !== undefined) {
    const alias = dashed.replaceAll('-', '_');
    return `A template reads "-" as minus. Add context: {${alias}: ${dashed}} and write ${alias}.`;
  }
  const isInputs = nearest(root, ['inputs']) !== undefined && fields.length > 0;
  if (isInputs) return `Did you mean inputs.${fields[0]}?`;
  const region = graph.draft.nodes.find((each) => each.region?.itemName === root);
  if (region !== undefined) return itemRemedy(region, root);
  if (root === 'item')
    return 'Only nodes behind a split, up to its aggregate, and those of a foreach see item.';
  const near = nearest(root, [...names.special.keys(), ...graph.node.keys()]);
  if (near !== undefined) return `Did you mean ${near}?`;
  const input = nearest(
    root,
    inputs.map(({ name }) => name),
  );
  return input && `Did you mean inputs.${input}?`;
}

function itemRemedy(opener: NodeDraft, item: string): string {
  return opener.type?.role === 'foreach'
    ? `${item} is the item of ${opener.name}; only the nodes in its subgraph_nodes see it.`
    : `${item} is the item of ${opener.name}; only nodes behind it see it, up to its aggregate.`;
}

/** The parts of a text that was already checked to be a reference. */
export function partsOf(text: string): ReferenceParts {
  return parseReference(text) ?? { text, root: text, fields: [] };
}
