import { emptyMap, isList, type Value } from '../../base/index.ts';

/** How a scalar is written, which decides how its characters map to those of the file. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

/** Where a value stands in the text: UTF-16 offsets; `size` counts it and all inside it. */
interface TreeBase {
  readonly start: number;
  readonly end: number;
  readonly size: number;
  /** Levels of lists and maps inside: 0 for a scalar. */
  readonly height: number;
}

export interface ScalarTree extends TreeBase {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  readonly style: ScalarStyle;
}
export interface ListTree extends TreeBase {
  readonly kind: 'list';
  readonly items: readonly Tree[];
}
export interface TreeEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly value: Tree;
}
export interface MapTree extends TreeBase {
  readonly kind: 'map';
  /** In the order of the text, each key once. */
  readonly entries: readonly TreeEntry[];
  /**
   * True where an entry was left out because of its key: what else seems wrong may follow from it.
   */
  readonly isDamaged?: boolean;
}

/** A document of plain data in which every key and value knows where it stands. */
export type Tree = ScalarTree | ListTree | MapTree;

/** The entry of a key, or undefined. Linear in the entries. */
export function entryOf(tree: MapTree, key: string): TreeEntry | undefined {
  return tree.entries.find((entry) => entry.key === key);
}

/** The data of a tree, without its places. */
export function dataOf(tree: Tree): Value {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(dataOf);
  const map = emptyMap();
  for (const entry of tree.entries) map[entry.key] = dataOf(entry.value);
  return map;
}

/** The path of a member: `nodes.fetch`, `inputs["a b"]`. */
export function memberPath(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 60))}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** What a value is, for a message: `text`, `the number 5`, `a list`. */
export function nameOfTree(tree: Tree): string {
  return tree.kind === 'scalar' ? nameOfValue(tree.value) : `a ${tree.kind}`;
}

/** What a value is, for a message: `text`, `the number 5`, `a list`. */
export function nameOfValue(value: Value): string {
  if (value === null) return 'empty';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  return isList(value) ? 'a list' : 'a map';
}
