import { stringify } from 'yaml';
import type { Tree } from './tree.ts';

type Written = null | boolean | number | string | Written[] | Map<string, Written>;

/** YAML 1.2 of a tree, keys in order. Texts that YAML 1.1 reads otherwise are quoted. */
export function yamlOf(tree: Tree): string {
  return stringify(writtenOf(tree), {
    compat: 'yaml-1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

/** JSON of a tree, indented, keys in its order, also those that look like numbers. */
export function jsonOf(tree: Tree, indent = ''): string {
  if (tree.kind === 'scalar') return JSON.stringify(tree.value);
  const inner = `${indent}  `;
  const [open, close] = tree.kind === 'list' ? ['[', ']'] : ['{', '}'];
  const members =
    tree.kind === 'list'
      ? tree.items.map((item) => jsonOf(item, inner))
      : tree.entries.map(({ key, value }) => `${JSON.stringify(key)}: ${jsonOf(value, inner)}`);
  if (members.length === 0) return open + close;
  return `${open}\n${inner}${members.join(`,\n${inner}`)}\n${indent}${close}`;
}

/** A Map keeps keys in order that an object would sort: `10` before `9`. */
function writtenOf(tree: Tree): Written {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(writtenOf);
  return new Map(tree.entries.map(({ key, value }) => [key, writtenOf(value)]));
}
