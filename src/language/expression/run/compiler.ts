import type { Callable, Method } from '../library/routine.ts';
import type { At, Expression } from '../syntax/index.ts';
import type { Datum } from '../values/special.ts';
import type { Run } from './run.ts';
import type { Scope } from './scope.ts';

/** An expression, compiled: a small function of the rendering. */
export type Evaluate = (run: Run) => Datum;

/** A statement, compiled: writes to `run.out` and to variables. */
export type Execute = (run: Run) => void;

/** A name read from outside, with the fields that follow it literally. */
export interface Use extends At {
  readonly root: string;
  readonly fields: readonly string[];
}

/** Every filter, test and function. */
export interface Library {
  readonly filters: ReadonlyMap<string, Method>;
  readonly tests: ReadonlyMap<string, Method>;
  readonly functions: ReadonlyMap<string, Callable>;
}

/** The state of compiling one template. */
export interface Compiler {
  readonly library: Library;
  scope: Scope;
  /** The number of each outside name. */
  readonly outside: Map<string, number>;
  readonly uses: Use[];
  /** Names that the template itself sets anywhere, for near matches. */
  readonly ownNames: Set<string>;
}

/**
 * How the template wrote a path, such as `inputs.user['name']`; undefined for anything computed.
 */
export function labelOf(node: Expression): string | undefined {
  if (node.kind === 'name') return node.name;
  if (node.kind === 'attribute') {
    const label = labelOf(node.object);
    return label === undefined ? undefined : `${label}.${node.name}`;
  }
  if (node.kind !== 'item' || node.key.kind !== 'constant') return undefined;
  const label = labelOf(node.object);
  const { value } = node.key;
  const key = typeof value === 'string' ? `'${value}'` : String(value);
  return label === undefined ? undefined : `${label}[${key}]`;
}
