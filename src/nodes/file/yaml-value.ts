import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { emptyMap, VALUE_LIMITS, type Value } from '../kit/index.ts';
import type { Refuse } from './yaml-read.ts';

const ALIASES_MAX = 100;
/** Values of a document, those behind aliases as often as they are used. */
const VALUES_MAX = 500_000;

interface Built {
  readonly value: Value;
  /** Values in it, itself included. */
  readonly size: number;
}

interface Builder {
  readonly refuse: Refuse;
  readonly anchors: Map<string, Built>;
  readonly budget: { aliases: number; values: number };
}

const CORE_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

/**
 * The plain value of a parsed node. Keys become text; each may be given once, merge keys (`<<`)
 * give way to keys that are written. Linear in the values, aliases counted as often as they are
 * used.
 *
 * Throws what `refuse` makes of tags, keys that are lists or maps, repeated keys, unknown aliases,
 * and of more than the limits.
 */
export function valueOfYaml(node: Node | null, refuse: Refuse): Value {
  const budget = { aliases: ALIASES_MAX, values: VALUES_MAX };
  return build({ refuse, anchors: new Map(), budget }, node, VALUE_LIMITS.depth).value;
}

function build(builder: Builder, node: Node | null, depthLeft: number): Built {
  const offset = node?.range?.[0] ?? 0;
  if (depthLeft < 0) throw builder.refuse('lists and maps are nested too deeply', offset);
  if (isAlias(node)) return aliased(builder, node.source, offset);
  spend(builder, 1, offset);
  if (node === null) return { value: null, size: 1 };
  const { tag } = node as { readonly tag?: string }; // Of scalars, lists and maps, if any.
  if (tag !== undefined && !CORE_TAG.test(tag))
    throw builder.refuse('tags are not allowed', offset);
  const built = contentOf(builder, node, depthLeft);
  const { anchor } = node as { readonly anchor?: string };
  if (anchor !== undefined) builder.anchors.set(anchor, built);
  return built;
}

function contentOf(builder: Builder, node: Node, depthLeft: number): Built {
  if (isScalar(node)) return { value: scalarOf(builder, node), size: 1 };
  if (isMap<Node, Node | null>(node)) return mapOf(builder, node, depthLeft);
  if (!isSeq<Node | null>(node)) return { value: null, size: 1 };
  let size = 1;
  const value = node.items.map((item) => {
    const built = build(builder, item, depthLeft - 1);
    size += built.size;
    return built.value;
  });
  return { value, size };
}

function aliased(builder: Builder, name: string, offset: number): Built {
  const target = builder.anchors.get(name);
  if (target === undefined) throw builder.refuse('an alias has no anchor before it', offset);
  builder.budget.aliases -= 1;
  if (builder.budget.aliases < 0) throw builder.refuse('too many aliases', offset);
  spend(builder, target.size, offset);
  return target;
}

function spend(builder: Builder, size: number, offset: number): void {
  builder.budget.values -= size;
  if (builder.budget.values < 0) throw builder.refuse('too many values', offset);
}

function scalarOf(builder: Builder, node: Scalar): Value {
  const { value } = node;
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw builder.refuse('a number or value that JSON cannot hold', node.range?.[0] ?? 0);
}

function mapOf(builder: Builder, node: YAMLMap<Node, Node | null>, depthLeft: number): Built {
  const map = emptyMap();
  const merged: { readonly built: Built; readonly offset: number }[] = [];
  let size = 1;
  for (const { key, value } of node.items) {
    const built = build(builder, value, depthLeft - 1);
    const offset = key.range?.[0] ?? 0;
    size += built.size;
    if (isScalar(key) && key.type === 'PLAIN' && key.value === '<<') {
      merged.push({ built, offset });
      continue;
    }
    const name = keyOf(builder, key, offset);
    if (Object.hasOwn(map, name)) throw builder.refuse('a key is given twice', offset);
    map[name] = built.value;
  }
  for (const { built, offset } of merged) merge(builder, { map, from: built.value, offset });
  return { value: map, size };
}

function keyOf(builder: Builder, key: Node, offset: number): string {
  const isDeep = isMap(key) || isSeq(key);
  const value = isDeep ? [] : build(builder, key, 0).value;
  if (typeof value !== 'object' || value === null) return String(value);
  throw builder.refuse('a key is a list or a map', offset);
}

function merge(
  builder: Builder,
  { map, from, offset }: { map: Record<string, Value>; from: Value; offset: number },
): void {
  for (const source of Array.isArray(from) ? from : [from]) {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      throw builder.refuse('<< merges maps only', offset);
    }
    for (const name of Object.keys(source)) {
      if (!Object.hasOwn(map, name)) map[name] = source[name];
    }
  }
}
