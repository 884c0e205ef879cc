import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import { FLOW_TEXT_LIMITS } from '../../base/index.ts';
import type { ProblemList } from '../problems.ts';
import { type KeyedNode, readMap } from './build-map.ts';
import { tooDeep, tooManyAliases, tooManyNodes } from './refusals.ts';
import type { Source } from './source.ts';
import type { ListTree, ScalarStyle, ScalarTree, Tree } from './tree.ts';

/** What building one tree needs; `nodes` and `aliases` count against FLOW_TEXT_LIMITS. */
export interface TreeBuilder {
  readonly source: Source;
  readonly problems: ProblemList;
  build(node: Node | null, spot: Spot): Tree;
  /** Notes a problem at an offset. Keys and values that have one are left out of the tree. */
  refuse(code: RefusalCode, at: { offset: number; path: string }, words: Words): void;
}

/** Where a value goes: its path, its depth, and where it stands when it has no text of its own. */
export interface Spot {
  readonly path: string;
  readonly depth: number;
  readonly fallback: number;
}

export interface Words {
  readonly message: string;
  readonly remedy?: string | undefined;
}

export type RefusalCode =
  | 'DUPLICATE_KEY'
  | 'FORBIDDEN_KEY'
  | 'KEY_NOT_TEXT'
  | 'WRONG_TYPE'
  | 'WRONG_VALUE'
  | 'YAML_SYNTAX'
  | 'YAML_TAG_REFUSED';

const CORE_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;
const STYLES: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/**
 * Turns the parser's document into plain data with places: aliases and merge keys resolved, tags,
 * non-text keys, reserved keys and duplicate keys refused. What is refused becomes a problem and is
 * left out, so that reading can go on. Throws AppError YAML_TOO_DEEP, YAML_TOO_MANY_NODES or
 * YAML_TOO_MANY_ALIASES. Linear in the values, aliases counted as often as they are used.
 */
export function buildTree(document: Document.Parsed, source: Source, problems: ProblemList): Tree {
  const budget = { nodes: 0, aliases: 0 };
  const anchors = new Map<string, Tree | 'open'>();
  const place = (offset: number, path: string) => source.place(offset, path);
  const refuse: TreeBuilder['refuse'] = (code, at, words) =>
    problems.add({ code, ...words, place: place(at.offset, at.path) });

  const spend = (size: number, depth: number, at: { offset: number; path: string }) => {
    budget.nodes += size;
    if (depth > FLOW_TEXT_LIMITS.depth) throw tooDeep(place(at.offset, at.path));
    if (budget.nodes > FLOW_TEXT_LIMITS.documentNodes)
      throw tooManyNodes(place(at.offset, at.path));
  };

  const build: TreeBuilder['build'] = (node, spot) => {
    const offset = node?.range?.[0] ?? spot.fallback;
    const at = { offset, path: spot.path };
    if (isAlias(node)) return alias(node.source, at, spot.depth);
    spend(1, spot.depth, at);
    if (node === null) return emptyScalar(offset);
    checkTag(builder, node, at);
    if (node.anchor !== undefined) anchors.set(node.anchor, 'open');
    const tree = contentOf(builder, node, { ...spot, fallback: offset });
    if (node.anchor !== undefined) anchors.set(node.anchor, tree);
    return tree;
  };

  const alias = (name: string, at: { offset: number; path: string }, depth: number): Tree => {
    const target = anchors.get(name);
    if (target === undefined || target === 'open') {
      const message =
        target === undefined
          ? `no anchor &${name} stands before this alias`
          : `the alias *${name} stands inside the value that it names`;
      refuse('YAML_SYNTAX', at, { message, remedy: 'Write the value out.' });
      return emptyScalar(at.offset);
    }
    budget.aliases += 1;
    if (budget.aliases > FLOW_TEXT_LIMITS.aliases) throw tooManyAliases(place(at.offset, at.path));
    spend(target.size, depth + target.height, at);
    return target;
  };

  const builder: TreeBuilder = { source, problems, build, refuse };
  return build(document.contents, { path: '', depth: 0, fallback: 0 });
}

function contentOf(builder: TreeBuilder, node: Node, spot: Spot): Tree {
  if (isScalar(node)) return scalarOf(builder, node as Scalar, spot);
  const end = node.range?.[1] ?? spot.fallback;
  if (isSeq<Node | null>(node)) return listOf(builder, node.items, { ...spot, end });
  if (isMap<Node, Node | null>(node)) {
    const pairs: readonly KeyedNode[] = node.items;
    return readMap(builder, pairs, { ...spot, end });
  }
  return emptyScalar(spot.fallback);
}

function listOf(
  builder: TreeBuilder,
  nodes: readonly (Node | null)[],
  spot: Spot & { readonly end: number },
): ListTree {
  let size = 1;
  let height = 0;
  const items = nodes.map((node, index) => {
    const inner = {
      path: `${spot.path}[${index}]`,
      depth: spot.depth + 1,
      fallback: spot.fallback,
    };
    const item = builder.build(node, inner);
    size += item.size;
    height = Math.max(height, item.height);
    return item;
  });
  return { kind: 'list', items, start: spot.fallback, end: spot.end, size, height: height + 1 };
}

function scalarOf(builder: TreeBuilder, node: Scalar, spot: Spot): ScalarTree {
  const start = spot.fallback;
  const end = node.range?.[1] ?? start;
  const style = STYLES[node.type ?? 'PLAIN'] ?? 'plain';
  const base = { kind: 'scalar', style, start, end, size: 1, height: 0 } as const;
  const value: unknown = node.value;
  const at = { offset: start, path: spot.path };
  if (typeof value === 'number') {
    const words = badNumber(value, node.source ?? '');
    if (words !== undefined) builder.refuse('WRONG_VALUE', at, words);
    return { ...base, value: words === undefined ? value : 0 };
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return { ...base, value };
  }
  const isRefused = refusedTag(node) !== undefined;
  if (!isRefused) builder.refuse('WRONG_TYPE', at, { message: 'this value is no plain data' });
  return { ...base, value: null };
}

function badNumber(value: number, written: string): Words | undefined {
  if (!Number.isFinite(value)) {
    const message = `the number ${written} cannot be written in JSON`;
    return { message, remedy: 'Write a finite number, or put it in quotes.' };
  }
  // A long id would silently change its last digits.
  if (/^[-+]?\d+$/.test(written) && !Number.isSafeInteger(value)) {
    const message = `the whole number ${written.slice(0, 40)} is too large to be kept exactly`;
    return { message, remedy: 'Put it in quotes if it is an id.' };
  }
  return undefined;
}

function checkTag(builder: TreeBuilder, node: Node, at: { offset: number; path: string }): void {
  const tag = refusedTag(node);
  if (tag === undefined) return;
  const message = `the YAML tag ${shownTag(tag)} is not allowed`;
  const offset = startOfTag(builder.source.text, at.offset);
  builder.refuse('YAML_TAG_REFUSED', { ...at, offset }, { message });
}

function refusedTag(node: Node): string | undefined {
  const tag = 'tag' in node && typeof node.tag === 'string' ? node.tag : undefined;
  return tag === undefined || CORE_TAG.test(tag) ? undefined : tag;
}

const TAG_REACH = 300;
const TAG_BEFORE = /(?<=^|[\s,[{])!(?:<[^>\s]*>|[^\s,[\]{}]*)(?:\s(?:&\S+|#[^\n]*(?=\n))?)*$/;

// The parser gives the place of the value only. Between it and its tag there are at most an anchor,
// line breaks and comments; a tag further away than this is not looked for.
function startOfTag(text: string, offset: number): number {
  const start = Math.max(0, offset - TAG_REACH);
  const found = TAG_BEFORE.exec(text.slice(start, offset));
  return found === null ? offset : start + found.index;
}

function emptyScalar(offset: number): ScalarTree {
  const at = { start: offset, end: offset, size: 1, height: 0 };
  return { kind: 'scalar', value: null, style: 'plain', ...at };
}

function shownTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, '!!').slice(0, 80);
}
