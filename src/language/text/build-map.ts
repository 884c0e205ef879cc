import { isScalar, type Node } from 'yaml';
import type { Spot, TreeBuilder } from './build-tree.ts';
import { type MapTree, memberPath, nameOfTree, type Tree, type TreeEntry } from './tree.ts';
import { unquotedTemplateRemedy } from './yaml-errors.ts';

/** A pair as the parser gives it. */
export interface KeyedNode {
  readonly key: Node;
  readonly value: Node | null;
}

// What a key could otherwise reach on an object of the host (CWE-1321).
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Builds a map: each key once (compared after its escapes and aliases are resolved, in linear time,
 * because the parser's own check is quadratic), merge keys as YAML 1.1 has them: a key written in
 * the map wins, then the earlier of several merged maps.
 */
export function readMap(
  builder: TreeBuilder,
  pairs: readonly KeyedNode[],
  spot: Spot & { readonly end: number },
): MapTree {
  const entries = new Map<string, TreeEntry>();
  const merged: Tree[] = [];
  const inner = { depth: spot.depth + 1, fallback: spot.fallback };
  for (const pair of pairs) {
    if (isMergeKey(pair.key)) {
      const at = {
        ...inner,
        path: spot.path === '' ? '<<' : `${spot.path}.<<`,
        fallback: startOf(pair.key, spot),
      };
      merged.push(builder.build(pair.value, at));
      continue;
    }
    const key = readKey(builder, pair, spot);
    if (key === undefined) continue;
    const path = memberPath(spot.path, key.text);
    const value = builder.build(pair.value, { ...inner, path, fallback: key.start });
    if (!isAllowedKey(builder, { ...key, path }, entries.get(key.text))) continue;
    entries.set(key.text, { key: key.text, keyStart: key.start, value });
  }
  const isDamaged = entries.size + merged.length < pairs.length;
  for (const tree of merged) merge(builder, { entries, tree, path: spot.path });
  return { ...mapOf([...entries.values()], spot), ...(isDamaged ? { isDamaged } : {}) };
}

function mapOf(entries: readonly TreeEntry[], spot: Spot & { readonly end: number }): MapTree {
  let size = 1;
  let height = 0;
  for (const { value } of entries) {
    size += value.size + 1;
    height = Math.max(height, value.height);
  }
  return { kind: 'map', entries, start: spot.fallback, end: spot.end, size, height: height + 1 };
}

/** As in YAML 1.1, only a plain `<<` merges; in quotes it is a key like any other. */
function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

interface Key {
  readonly text: string;
  readonly start: number;
}

function readKey(builder: TreeBuilder, pair: KeyedNode, spot: Spot): Key | undefined {
  const start = startOf(pair.key, spot);
  const inner = { path: spot.path, depth: spot.depth + 1, fallback: start };
  const tree = builder.build(pair.key, inner);
  if (tree.kind === 'scalar' && typeof tree.value === 'string') {
    return { text: tree.value, start };
  }
  const line = builder.source.place(start, '').sourceLine ?? '';
  const template = tree.kind === 'scalar' ? undefined : unquotedTemplateRemedy(line);
  const written = tree.kind === 'scalar' && tree.value !== null ? ` ${tree.value}` : '';
  builder.refuse(
    'KEY_NOT_TEXT',
    { offset: start, path: spot.path },
    {
      message:
        template !== undefined
          ? 'braces without quotes are a map, not a template'
          : written === ''
            ? `a key is ${nameOfTree(tree)}`
            : `the key${written} is not text`,
      remedy: template ?? (written === '' ? undefined : `Put it in quotes: "${written.trim()}".`),
    },
  );
  return undefined;
}

function isAllowedKey(
  builder: TreeBuilder,
  key: Key & { readonly path: string },
  earlier: TreeEntry | undefined,
): boolean {
  const at = { offset: key.start, path: key.path };
  if (FORBIDDEN.has(key.text)) {
    builder.refuse('FORBIDDEN_KEY', at, { message: `the key ${key.text} is not allowed` });
    return false;
  }
  if (earlier === undefined) return true;
  const line = builder.source.place(earlier.keyStart, '').line;
  const name = JSON.stringify(key.text.slice(0, 60)).slice(1, -1);
  builder.refuse('DUPLICATE_KEY', at, {
    message: `the key ${name} is given twice, first in line ${line}`,
  });
  return false;
}

function merge(
  builder: TreeBuilder,
  target: { entries: Map<string, TreeEntry>; tree: Tree; path: string },
): void {
  const { entries, tree, path } = target;
  const maps = tree.kind === 'list' ? tree.items : [tree];
  for (const map of maps) {
    if (map.kind !== 'map') {
      const message = `<< merges a map or a list of maps, not ${nameOfTree(map)}`;
      builder.refuse('WRONG_TYPE', { offset: map.start, path }, { message });
      return;
    }
    for (const entry of map.entries) {
      if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
  }
}

function startOf(key: Node, spot: Spot): number {
  return key.range?.[0] ?? spot.fallback;
}
