import type { FlowShape, NodeShape } from '../shape.ts';

/**
 * A visit, or with the path of an outer item all visits of the node in that item, that has to run
 * again. A foreach has two parts: its list, on which its nodes depend, and its value, which depends
 * on them. For other nodes both are the same.
 */
export interface Spoiled {
  readonly node: NodeShape;
  readonly path: string;
  readonly part: Part;
}

type Part = 'list' | 'value';

/**
 * Follows what is spoiled downstream and tells which visits it reaches. What leads from one item of
 * a region to a node inside stays in that item; what leads out of the region reaches everything.
 */
export function spread(
  flow: FlowShape,
  spoiled: readonly Spoiled[],
): (node: string, path: string) => boolean {
  const own = new Map<string, Set<string>>();
  for (const { node, path, part } of spoiled) {
    const key = keyOf(node, part);
    own.set(key, (own.get(key) ?? new Set()).add(path));
  }
  const known = new Map<string, ReadonlySet<string>>();
  const reached = (node: NodeShape, part: Part): ReadonlySet<string> => {
    const key = keyOf(node, part);
    const before = known.get(key);
    if (before !== undefined) return before;
    const paths = new Set(own.get(key));
    known.set(key, paths);
    for (const [source, sourcePart] of sourcesOf(node, part, flow)) {
      const depth = sharedDepth(source, node);
      for (const path of reached(source, sourcePart)) paths.add(pathCut(path, depth));
    }
    return paths;
  };
  return (name, path) => {
    const node = flow.node.get(name);
    return node !== undefined && holdsPart(reached(node, 'value'), path);
  };
}

function keyOf(node: NodeShape, part: Part): string {
  return node.plan.opens?.kind === 'foreach' ? `${node.plan.name} ${part}` : node.plan.name;
}

function sourcesOf(
  node: NodeShape,
  part: Part,
  flow: FlowShape,
): readonly (readonly [NodeShape, Part])[] {
  if (part === 'value' && node.plan.opens?.kind === 'foreach') {
    const { name } = node.plan;
    const inside = [...flow.node.values()].filter(({ plan }) => plan.scope.includes(name));
    return [[node, 'list'], ...inside.map((each) => [each, 'value'] as const)];
  }
  const { opener } = node.region;
  const around = opener === undefined ? [] : [[opener, 'list'] as const];
  const before = node.incoming
    .filter(({ from }) => from !== 'opener')
    .map(({ source }) => [source, 'value'] as const);
  return [...around, ...before];
}

/** How many regions lie around both. */
function sharedDepth(one: NodeShape, other: NodeShape): number {
  const [left, right] = [one.plan.scope, other.plan.scope];
  const parted = left.findIndex((opener, depth) => opener !== right[depth]);
  return parted < 0 ? left.length : parted;
}

/** The first `depth` items of a path. */
export function pathCut(path: string, depth: number): string {
  if (depth === 0) return '';
  return path.split('/').slice(0, depth).join('/');
}

function holdsPart(paths: ReadonlySet<string>, path: string): boolean {
  if (paths.size === 0) return false;
  if (paths.has('') || paths.has(path)) return true;
  for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
    if (paths.has(path.slice(0, end))) return true;
  }
  return false;
}
