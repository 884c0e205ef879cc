import { nearest } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { entryOf, type MapTree, nameOfTree, type Source, type Tree } from '../text/index.ts';
import { FLOW_FIELDS } from './format.ts';

/**
 * The map of a native flow. Throws AppError UNKNOWN_FORMAT where the document is something else,
 * saying which other system's format it looks like, and FLOW_EMPTY where it holds nothing.
 */
export function nativeMap(source: Source, tree: Tree | undefined): MapTree {
  if (tree === undefined) {
    throw new AppError('FLOW_EMPTY', {
      message: 'the file holds no flow',
      remedy: 'Write name, nodes and outputs.',
      place: source.place(0, ''),
    });
  }
  if (tree.kind !== 'map') {
    throw new AppError('UNKNOWN_FORMAT', {
      message: `a flow is a map with name, nodes and outputs, not ${nameOfTree(tree)}`,
      place: source.place(tree.start, ''),
    });
  }
  const foreign = FORMATS.find(({ matches }) => matches(tree));
  if (foreign === undefined) {
    if (tree.entries.length === 0 || tree.entries.some(({ key }) => isNear(key))) return tree;
    throw new AppError('UNKNOWN_FORMAT', {
      message: 'this is no flow: it has neither name nor nodes',
      place: source.place(tree.start, ''),
    });
  }
  throw new AppError('UNKNOWN_FORMAT', {
    message: `this looks like ${foreign.what}`,
    remedy: 'Importing it comes with a later version; write a native flow until then.',
    place: source.place(entryOf(tree, foreign.shownBy)?.keyStart ?? tree.start, foreign.shownBy),
  });
}

// A misspelt key is still a sign that a flow is meant; the keys themselves are then judged.
function isNear(key: string): boolean {
  return nearest(key, Object.keys(FLOW_FIELDS)) !== undefined;
}

interface ForeignFormat {
  readonly what: string;
  readonly shownBy: string;
  matches(tree: MapTree): boolean;
}

const FORMATS: readonly ForeignFormat[] = [
  {
    what: 'a graph of the Agentic Workflow Engine: a list of nodes and a list of edges',
    shownBy: 'edges',
    matches: (tree) => isList(tree, 'edges') && (isList(tree, 'nodes') || !has(tree, 'nodes')),
  },
  {
    what: 'a FlowRunner flow: its nodes lead on by next and take params',
    shownBy: 'nodes',
    matches: (tree) => membersOf(tree, 'nodes').some(isFlowRunnerNode),
  },
  {
    what: 'a FlowRunner flow: it has metadata in place of a name',
    shownBy: 'metadata',
    matches: (tree) => has(tree, 'metadata') && !has(tree, 'name') && has(tree, 'nodes'),
  },
];

function isFlowRunnerNode(node: Tree): boolean {
  if (node.kind !== 'map' || has(node, 'depends_on') || has(node, 'config')) return false;
  return has(node, 'next') || (has(node, 'params') && has(node, 'type'));
}

function membersOf(tree: MapTree, key: string): readonly Tree[] {
  const value = entryOf(tree, key)?.value;
  if (value?.kind === 'list') return value.items;
  return value?.kind === 'map' ? value.entries.map((entry) => entry.value) : [];
}

function isList(tree: MapTree, key: string): boolean {
  return entryOf(tree, key)?.value.kind === 'list';
}

function has(tree: MapTree, key: string): boolean {
  return entryOf(tree, key) !== undefined;
}
