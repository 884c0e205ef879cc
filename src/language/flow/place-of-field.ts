import type { Place } from '../../errors/index.ts';
import { parseReference } from '../config/index.ts';
import { entryOf, type MapTree, memberPath, type Source, type Tree } from '../text/index.ts';

/**
 * The place of a field of a config, such as `conditions[1].then`; where the flow does not write it,
 * the place of what is around it, with the whole path all the same.
 */
export function placeOfField(
  { source }: { readonly source: Source },
  config: { readonly tree: MapTree; readonly path: string; readonly place: Place },
  field: string,
): Place {
  const parts = parseReference(field);
  const steps = parts === undefined ? [] : [parts.root, ...parts.fields];
  let tree: Tree = config.tree;
  let path = config.path;
  let start: number | undefined;
  let isWhole = true;
  for (const step of steps) {
    const isIndex = tree.kind === 'list' && /^\d+$/.test(step);
    const next: Tree | undefined = isWhole ? memberOf(tree, step) : undefined;
    path =
      isIndex || (!isWhole && /^\d+$/.test(step)) ? `${path}[${step}]` : memberPath(path, step);
    if (next === undefined) isWhole = false;
    else {
      tree = next;
      start = next.start;
    }
  }
  return start === undefined ? { ...config.place, path } : source.place(start, path);
}

function memberOf(tree: Tree, step: string): Tree | undefined {
  if (tree.kind === 'list') return tree.items[Number(step)];
  return tree.kind === 'map' ? entryOf(tree, step)?.value : undefined;
}
