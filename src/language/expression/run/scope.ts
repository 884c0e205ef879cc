import { assert } from '../../../base/index.ts';
import type { At, Body } from '../syntax/index.ts';
import type { Datum } from '../values/special.ts';
import type { Frame, Run } from './run.ts';

/** How many variables a frame holds: the template's own, a macro's, a recursive loop's. */
export interface Layout {
  size: number;
}

interface Variable {
  readonly index: number;
  /** Always has a value here: loop variables, parameters. A variable of `set` may have none yet. */
  readonly certain: boolean;
  /** A `set` before this point of the text has written it. */
  written: boolean;
}

/** The names that one block knows of its own. */
export interface Scope {
  readonly layout: Layout;
  readonly parent: Scope | undefined;
  readonly variables: Map<string, Variable>;
}

/** A block inside another: in the same frame, or in one of its own when `layout` is given. */
export function innerScope(parent: Scope | undefined, layout: Layout): Scope {
  return { layout, parent, variables: new Map() };
}

/** A variable that always has a value in this scope; its slot. */
export function declare(scope: Scope, name: string): number {
  const known = scope.variables.get(name);
  if (known?.certain === true) return known.index;
  const index = scope.layout.size;
  scope.layout.size += 1;
  scope.variables.set(name, { index, certain: true, written: true });
  return index;
}

/**
 * Declares the names that the statements of a block set, so that macros see those set later.
 * Returns their slots, which have to be emptied whenever the block starts.
 */
export function hoist(scope: Scope, body: Body): readonly number[] {
  const slots: number[] = [];
  for (const name of namesSetIn(body)) {
    if (scope.variables.has(name)) continue;
    const index = scope.layout.size;
    scope.layout.size += 1;
    scope.variables.set(name, { index, certain: false, written: false });
    slots.push(index);
  }
  return slots;
}

function namesSetIn(body: Body): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of body) {
    if (statement.kind === 'macro') names.add(statement.name);
    if (statement.kind === 'set' || statement.kind === 'set block') {
      addTargetNames(statement.target, names);
    }
    if (statement.kind !== 'if') continue;
    for (const inner of [...statement.branches.map((each) => each.body), statement.otherwise]) {
      for (const name of namesSetIn(inner)) names.add(name);
    }
  }
  return names;
}

function addTargetNames(
  target: { kind: string; name?: string; items?: readonly object[] },
  names: Set<string>,
): void {
  if (target.kind === 'name' && target.name !== undefined) names.add(target.name);
  for (const item of target.items ?? []) {
    // The items of a target are targets.
    addTargetNames(item as typeof target, names);
  }
}

/** The slot of a name that this scope sets; it counts as written from here on. */
export function slotToWrite(scope: Scope, name: string): number {
  const variable = scope.variables.get(name);
  assert(variable !== undefined, `the variable '${name}' was hoisted`);
  variable.written = true;
  return variable.index;
}

/** Empties the variables of a block that starts. */
export function clear(run: Run, slots: readonly number[]): void {
  for (const slot of slots) run.frame.values[slot] = undefined;
}

interface Candidate {
  /** Frames to go out. */
  readonly hops: number;
  readonly index: number;
}

export interface Resolved {
  /** Where the value may be, innermost first. */
  readonly candidates: readonly Candidate[];
  /** The last candidate always has a value. */
  readonly certain: boolean;
  /** Some candidate is written before this point of the text, or is seen from inside a macro. */
  readonly written: boolean;
}

/** Where a name may find its value, seen from a scope. */
export function resolve(scope: Scope, name: string): Resolved {
  const candidates: Candidate[] = [];
  let hops = 0;
  let written = false;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const variable = at.variables.get(name);
    if (variable !== undefined) {
      candidates.push({ hops, index: variable.index });
      written ||= variable.written || hops > 0;
      if (variable.certain) return { candidates, certain: true, written };
    }
    if (at.parent !== undefined && at.parent.layout !== at.layout) hops += 1;
  }
  return { candidates, certain: false, written };
}

/** A reader of a variable: the first candidate with a value, else `otherwise`. */
export function reader(
  resolved: Resolved,
  otherwise: (run: Run, at: At) => Datum,
): (run: Run, at: At) => Datum {
  const { candidates } = resolved;
  const [first] = candidates;
  if (first === undefined) return otherwise;
  if (candidates.length === 1 && first.hops === 0) {
    const { index } = first;
    return (run, at) => {
      const value = run.frame.values[index];
      return value === undefined ? otherwise(run, at) : value;
    };
  }
  return (run, at) => {
    for (const { hops, index } of candidates) {
      const value = frameAt(run, hops)?.values[index];
      if (value !== undefined) return value;
    }
    return otherwise(run, at);
  };
}

function frameAt(run: Run, hops: number): Frame | undefined {
  let frame: Frame | undefined = run.frame;
  for (let left = hops; left > 0; left -= 1) frame = frame?.outer;
  return frame;
}
