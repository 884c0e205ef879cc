import { nearest } from '../../base/index.ts';
import { quoted } from '../config/index.ts';
import type { NodeDraft } from '../flow/index.ts';
import type { Reference } from '../plan.ts';
import { placeInFile } from '../text/index.ts';
import type { Graph } from './graph.ts';
import {
  meaningOf,
  type NameProblem,
  nameProblem,
  partsOf,
  type VisibleNames,
  visibleNames,
} from './names.ts';
import type { NodeScope } from './scopes.ts';
import type { Upstream } from './upstream.ts';

/** What the checks before this one found out. */
export interface Surroundings {
  readonly upstream: Upstream;
  readonly scopes: ReadonlyMap<string, NodeScope>;
}

/**
 * Checks every name that the flow reads: in templates, in references, in `context`, as node names
 * of configs and in outputs. Nodes of a circle, or whose regions are not known, are passed over.
 */
export function checkNames(graph: Graph, found: Surroundings): void {
  for (const node of graph.draft.nodes) {
    checkNodeNames(graph, node);
    const scope = found.scopes.get(node.name);
    if (scope === undefined) continue;
    const names = visibleNames(graph, node, { upstream: found.upstream, scope });
    checkTemplates(graph, names);
    checkReferences(graph, names, scope);
    if (node.type?.role === 'foreach') checkCollect(graph, node);
  }
  for (const { reference } of graph.draft.outputs) checkOutput(graph, reference);
}

/** Fields of kind `node`; those of a foreach are judged with its membership. */
function checkNodeNames(graph: Graph, node: NodeDraft): void {
  if (node.type?.role === 'foreach' || !graph.draft.knowsNodes) return;
  for (const { kind, text, place } of node.mentions) {
    if (kind !== 'node' || graph.node.has(text)) continue;
    const near = nearest(text, graph.node.keys());
    const remedy = near === undefined ? undefined : `Did you mean ${near}?`;
    graph.problems.add({
      code: 'UNKNOWN_NODE',
      message: `no node is named ${quoted(text)}`,
      remedy,
      place,
    });
  }
}

function checkTemplates(graph: Graph, names: VisibleNames): void {
  for (const { template, origin, given } of names.node.templates) {
    const told = new Set<string>();
    for (const { root, fields, line, column } of template.uses) {
      if (given.includes(root)) continue;
      const problem = nameProblem(graph, names, { root, fields, as: 'template' });
      if (problem === undefined || told.has(problem.message)) continue;
      // `my-node.x` reads as two names; one of them is enough to say so.
      if (problem.dashed !== undefined) {
        if (told.has(problem.dashed)) continue;
        told.add(problem.dashed);
      }
      told.add(problem.message);
      graph.problems.add({
        ...problem,
        place: placeInFile(origin, template.text, { line, column }),
      });
    }
  }
}

function checkReferences(graph: Graph, names: VisibleNames, scope: NodeScope): void {
  const { node } = names;
  for (const { reference } of node.context) {
    // A name of context may hide the node that it stands for, so it is not looked up among them.
    const special = new Map(names.special);
    if (special.get(reference.root) === 'context') special.delete(reference.root);
    tell(
      graph,
      nameProblem(graph, { ...names, special }, { ...reference, as: 'reference' }),
      reference,
    );
  }
  for (const { kind, text, expects, place } of node.mentions) {
    if (kind !== 'reference') continue;
    const parts = partsOf(text);
    const problem = nameProblem(graph, names, { ...parts, as: 'reference' });
    tell(graph, problem, { place });
    if (problem === undefined && expects === 'list') {
      checkList(graph, { ...parts, place }, { names, scope });
    }
  }
}

function tell(
  graph: Graph,
  problem: NameProblem | undefined,
  { place }: Pick<Reference, 'place'>,
): void {
  if (problem !== undefined) graph.problems.add({ ...problem, place });
}

/**
 * A list is expected: inputs and nodes of which it is known that they are something else are
 * refused.
 */
function checkList(
  graph: Graph,
  reference: Reference,
  { names, scope }: { readonly names: VisibleNames; readonly scope: NodeScope },
): void {
  const { root, fields, place } = reference;
  const meaning = meaningOf(names, root);
  if (meaning === 'inputs') {
    const input = graph.draft.inputs.find(({ name }) => name === fields[0]);
    if (fields.length === 0) refuseList(graph, place, 'inputs is the map of all inputs');
    if (input === undefined || fields.length > 1) return;
    if (input.type === 'array' || input.type === 'any') return;
    refuseList(graph, place, `the input ${input.name} is declared as ${input.type}`);
  }
  const node = meaning === 'node' ? graph.node.get(root) : undefined;
  const output = node?.type?.output;
  const inner = graph.foreachOf.get(root);
  const isOutside = inner !== undefined && !scope.scope.includes(inner);
  if (fields.length > 0 || isOutside || (output !== 'map' && output !== 'text')) return;
  const around = graph.incoming.get(root)?.length === 0 || scope.scope.length > 0;
  if (around)
    refuseList(graph, place, `the node ${root} gives ${output === 'map' ? 'a map' : 'text'}`);
}

function refuseList(graph: Graph, place: Reference['place'], why: string): void {
  const message = `a list is needed here, but ${why}`;
  graph.problems.add({ code: 'WRONG_TYPE', message, remedy: 'Name a list.', place });
}

/** `collect_output` names what one item gives: a node of the foreach, or the item. */
function checkCollect(graph: Graph, foreach: NodeDraft): void {
  const { region } = foreach;
  if (region?.collect === undefined || graph.doubtful.has(foreach.name)) return;
  const { root } = partsOf(region.collect);
  if (root === region.itemName || region.members.includes(root)) return;
  const near = nearest(root, [...region.members, region.itemName]);
  graph.problems.add({
    code: 'UNKNOWN_NODE',
    message: `the foreach ${foreach.name} does not run the node ${quoted(root)}`,
    remedy:
      near === undefined
        ? `Name one of ${region.members.join(', ')}, or the item ${region.itemName}.`
        : `Did you mean ${near}?`,
    place: placeOfText(foreach, region.collect),
  });
}

function placeOfText(node: NodeDraft, text: string): Reference['place'] {
  for (const [key, part] of Object.entries(node.config)) {
    if (part.kind === 'value' && part.value === text) return node.placeOf(key);
  }
  return node.place;
}

function checkOutput(graph: Graph, { root, fields, place }: Reference): void {
  const { inputs, knowsInputs, knowsNodes } = graph.draft;
  if (root === 'inputs') {
    const name = fields[0];
    if (name === undefined || !knowsInputs || inputs.some((input) => input.name === name)) return;
    const near = nearest(
      name,
      inputs.map((input) => input.name),
    );
    graph.problems.add({
      code: 'UNKNOWN_INPUT',
      message: `the flow has no input ${quoted(name)}`,
      remedy: near === undefined ? undefined : `Did you mean inputs.${near}?`,
      place,
    });
    return;
  }
  if (graph.node.has(root) || !knowsNodes) return;
  const isInput = inputs.some((input) => input.name === root);
  const near = nearest(root, graph.node.keys());
  graph.problems.add({
    code: 'UNKNOWN_NODE',
    message: `no node is named ${quoted(root)}`,
    remedy: isInput
      ? `Write inputs.${root}.`
      : near === undefined
        ? undefined
        : `Did you mean ${near}?`,
    place,
  });
}
