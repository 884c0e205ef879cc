import { mapMethods } from '../library/methods-map.ts';
import type { Expression, ExpressionOf } from '../syntax/index.ts';
import { type Bounds, fieldOf, itemOf, partBetween } from '../values/access.ts';
import { typeError } from '../values/failure.ts';
import { isDataMap, isInteger, kindName } from '../values/kinds.ts';
import { type Datum, Undefined } from '../values/special.ts';
import { compileExpression } from './compile-expression.ts';
import { type Compiler, type Evaluate, labelOf } from './compiler.ts';
import { outOfSteps, type Run } from './run.ts';
import { reader, resolve } from './scope.ts';

/** A variable of the template, else a name from outside, which is recorded as a use. */
export function compileName(
  compiler: Compiler,
  node: ExpressionOf<'name'>,
  fields: readonly string[] = [],
): Evaluate {
  const { name } = node;
  const resolved = resolve(compiler.scope, name);
  const number = resolved.certain ? -1 : numberOfOutside(compiler, name);
  const isFunction = compiler.library.functions.has(name);
  if (!resolved.certain && !resolved.written && !isFunction) {
    compiler.uses.push({ root: name, fields, line: node.line, column: node.column });
  }
  const read = reader(resolved, (run, at) => run.outside.read(number, at));
  return (run) => {
    run.stepsLeft -= 1;
    if (run.stepsLeft < 0) throw outOfSteps(run);
    return read(run, node);
  };
}

function numberOfOutside(compiler: Compiler, name: string): number {
  const known = compiler.outside.get(name);
  if (known !== undefined) return known;
  const number = compiler.outside.size;
  compiler.outside.set(name, number);
  return number;
}

/**
 * Compiles what a field or item is read from. Literal fields are gathered on the way in, so that
 * the name at the end of the path is recorded with them.
 */
function compileObject(compiler: Compiler, node: Expression, fields: readonly string[]): Evaluate {
  if (node.kind === 'name') return compileName(compiler, node, fields);
  if (node.kind === 'attribute') return compileAttribute(compiler, node, { after: fields });
  if (node.kind === 'item') return compileItem(compiler, node, fields);
  return compileExpression(compiler, node);
}

/** The name that an object is, where it comes from outside and no variable hides it. */
function outsideName(compiler: Compiler, object: Expression): string | undefined {
  if (object.kind !== 'name') return undefined;
  const { certain, written } = resolve(compiler.scope, object.name);
  return certain || written ? undefined : object.name;
}

/** True for a field that only repeats the whole value: see `Names.aliasOf`. */
function isAlias(run: Run, target: Datum, field: { outside: string; name: string }): boolean {
  if (run.outside.aliasOf(field.outside) !== field.name) return false;
  return (
    !(target instanceof Undefined) && !(isDataMap(target) && Object.hasOwn(target, field.name))
  );
}

/**
 * `object.name`; `after` are the literal fields that follow. What is called is a method, so it is
 * no part of the path that is recorded.
 */
export function compileAttribute(
  compiler: Compiler,
  node: ExpressionOf<'attribute'>,
  path: { readonly after?: readonly string[]; readonly isCalled?: boolean } = {},
): Evaluate {
  const { name } = node;
  const fields = path.isCalled === true ? [] : [name, ...(path.after ?? [])];
  const object = compileObject(compiler, node.object, fields);
  const label = labelOf(node.object);
  const outside = outsideName(compiler, node.object);
  const isMethod = mapMethods.has(name);
  return (run) => {
    run.stepsLeft -= 1;
    if (run.stepsLeft < 0) throw outOfSteps(run);
    const target = object(run);
    // The common case, without the detour over methods: a field of a map of data.
    if (!isMethod && isDataMap(target) && Object.hasOwn(target, name)) {
      const value = target[name];
      if (value !== undefined) return value;
    }
    if (outside !== undefined && isAlias(run, target, { outside, name })) return target;
    run.at = node;
    return fieldOf(run, target, name, label);
  };
}

/** `object[key]` and `object[start:stop:step]`. */
export function compileItem(
  compiler: Compiler,
  node: ExpressionOf<'item'>,
  after: readonly string[] = [],
): Evaluate {
  const { key } = node;
  if (key.kind === 'slice') return compileSlice(compiler, node, key);
  const isField = key.kind === 'constant' && typeof key.value === 'string';
  const fields = isField ? [String(key.value), ...after] : [];
  const object = compileObject(compiler, node.object, fields);
  const keyOf = compileExpression(compiler, key);
  const label = labelOf(node.object);
  const outside = isField ? outsideName(compiler, node.object) : undefined;
  return (run) => {
    const target = object(run);
    const wanted = keyOf(run);
    if (outside !== undefined && isAlias(run, target, { outside, name: String(wanted) })) {
      return target;
    }
    run.at = node;
    return itemOf(run, target, wanted, label);
  };
}

function compileSlice(
  compiler: Compiler,
  node: ExpressionOf<'item'>,
  slice: ExpressionOf<'slice'>,
): Evaluate {
  const object = compileObject(compiler, node.object, []);
  const part = (bound: Expression | undefined) => {
    return bound === undefined ? () => null : compileExpression(compiler, bound);
  };
  const parts = [part(slice.start), part(slice.stop), part(slice.step)];
  return (run) => {
    const target = object(run);
    const [start = null, stop = null, step = null] = parts.map((evaluate) => evaluate(run));
    run.at = node;
    const bounds: Bounds = {
      start: boundOf(run, start),
      stop: boundOf(run, stop),
      step: boundOf(run, step) ?? 1,
    };
    if (bounds.step === 0) throw typeError(run, 'the step of a slice must not be zero');
    return partBetween(run, target, bounds);
  };
}

function boundOf(run: Run, datum: Datum): number | undefined {
  if (datum === null) return undefined;
  if (isInteger(datum) || typeof datum === 'boolean') return Number(datum);
  throw typeError(run, `a slice needs whole numbers, not ${kindName(datum)}`);
}
