import { nearest } from '../../../base/index.ts';
import { applyMethod } from '../library/choose-filters.ts';
import type { Method } from '../library/routine.ts';
import {
  type At,
  type CallArguments,
  type ExpressionOf,
  quoted,
  syntaxError,
} from '../syntax/index.ts';
import { typeError, undefinedError } from '../values/failure.ts';
import { iterate } from '../values/iterate.ts';
import { kindName, stringOf, wrongKind } from '../values/kinds.ts';
import { entriesOf, isMap } from '../values/maps.ts';
import { type Arguments, type Datum, Gadget, Undefined } from '../values/special.ts';
import { compileAttribute } from './compile-access.ts';
import { compileExpression } from './compile-expression.ts';
import { type Compiler, type Evaluate, labelOf } from './compiler.ts';
import { type Run, spendItems, spendSteps } from './run.ts';

const NO_NAMED: ReadonlyMap<string, Datum> = new Map();

type Gather = (run: Run) => Arguments;

/** The arguments of a call, evaluated from left to right. */
function compileArguments(compiler: Compiler, node: CallArguments): Gather {
  const positional = node.positional.map((value) => compileExpression(compiler, value));
  if (node.named.length === 0 && node.spread === undefined && node.spreadNamed === undefined) {
    return (run) => ({ positional: positional.map((value) => value(run)), named: NO_NAMED });
  }
  const named = node.named.map(({ name, value }) => ({
    name,
    value: compileExpression(compiler, value),
  }));
  const spread = node.spread && compileExpression(compiler, node.spread);
  const spreadNamed = node.spreadNamed && compileExpression(compiler, node.spreadNamed);
  return (run) => {
    const values = positional.map((value) => value(run));
    const names = new Map(named.map(({ name, value }) => [name, value(run)]));
    if (spread !== undefined) addSpread(run, values, spread(run));
    if (spreadNamed !== undefined) addNamed(run, names, spreadNamed(run));
    return { positional: values, named: names };
  };
}

function addSpread(run: Run, values: Datum[], spread: Datum): void {
  const items = iterate(run, spread);
  spendItems(run, items.length);
  for (const item of items) values.push(item);
}

function addNamed(run: Run, names: Map<string, Datum>, spread: Datum): void {
  if (!isMap(spread)) throw wrongKind(run, 'spread with **', spread, 'Give a map.');
  for (const [key, value] of entriesOf(run, spread)) {
    const name = stringOf(key);
    if (name === undefined) throw typeError(run, 'the keys of a map after ** must be strings');
    if (names.has(name)) throw typeError(run, `the argument ${quoted(name)} is given twice`);
    names.set(name, value);
  }
}

/** A call; `extra` adds the caller of a call block. */
export function compileCall(
  compiler: Compiler,
  node: ExpressionOf<'call'>,
  extra?: { readonly name: string; readonly value: Evaluate },
): Evaluate {
  const callee =
    node.callee.kind === 'attribute'
      ? compileAttribute(compiler, node.callee, { isCalled: true })
      : compileExpression(compiler, node.callee);
  const gather = compileArguments(compiler, node.arguments);
  const label = labelOf(node.callee);
  return (run) => {
    spendSteps(run, 1);
    const target = callee(run);
    let given = gather(run);
    run.at = node;
    if (extra !== undefined) given = withNamed(run, given, extra);
    if (target instanceof Gadget && target.abilities.call !== undefined) {
      return target.abilities.call(given);
    }
    throw notCallable(run, target, label);
  };
}

function withNamed(
  run: Run,
  given: Arguments,
  extra: { readonly name: string; readonly value: Evaluate },
): Arguments {
  const { name } = extra;
  if (given.named.has(name)) throw typeError(run, `the argument ${quoted(name)} is given twice`);
  return {
    positional: given.positional,
    named: new Map([...given.named, [name, extra.value(run)]]),
  };
}

function notCallable(run: Run, target: Datum, label: string | undefined): Error {
  if (target instanceof Undefined) return undefinedError(target);
  const name = label === undefined ? 'this' : quoted(label);
  return typeError(run, `${name} is ${kindName(target)} and cannot be called`, 'Remove the ().');
}

/** `value | name(arguments)`. Throws TEMPLATE_SYNTAX when there is no such filter. */
export function compileFilter(compiler: Compiler, node: ExpressionOf<'filter'>): Evaluate {
  const method = findNamed(compiler.library.filters, 'filter', node);
  const value: Evaluate =
    node.value === undefined ? (run) => run.body : compileExpression(compiler, node.value);
  return applied(compiler, { node, method, value, title: `the filter '${node.name}'` });
}

/** `value is name arguments`. Throws TEMPLATE_SYNTAX when there is no such test. */
export function compileTest(compiler: Compiler, node: ExpressionOf<'test'>): Evaluate {
  const method = findNamed(compiler.library.tests, 'test', node);
  const value = compileExpression(compiler, node.value);
  return applied(compiler, { node, method, value, title: `the test '${node.name}'` });
}

interface Application {
  readonly node: At & { readonly arguments: CallArguments };
  readonly method: Method;
  readonly value: Evaluate;
  readonly title: string;
}

function applied(compiler: Compiler, application: Application): Evaluate {
  const { node, method, value, title } = application;
  if (!('apply' in method) || !fits(method, node.arguments)) {
    const gather = compileArguments(compiler, node.arguments);
    return (run) => {
      spendSteps(run, 1);
      const datum = value(run);
      const given = gather(run);
      run.at = node;
      return applyMethod(run, method, { value: datum, given, title });
    };
  }
  const parts = node.arguments.positional.map((part) => compileExpression(compiler, part));
  const { apply } = method;
  return (run) => {
    spendSteps(run, 1);
    const datum = value(run);
    const bound = parts.map((part) => part(run));
    run.at = node;
    return apply(run, datum, bound);
  };
}

/** True when the arguments are already in the order of the parameters. */
function fits(method: Extract<Method, { apply: unknown }>, node: CallArguments): boolean {
  const { names, required } = method.parameters;
  const { positional, named, spread, spreadNamed } = node;
  if (named.length > 0 || spread !== undefined || spreadNamed !== undefined) return false;
  return positional.length >= required && positional.length <= names.length;
}

/** A filter or test by name. Throws TEMPLATE_SYNTAX with the nearest name. */
export function findNamed(
  table: ReadonlyMap<string, Method>,
  what: 'filter' | 'test',
  node: At & { readonly name: string },
): Method {
  const method = table.get(node.name);
  if (method !== undefined) return method;
  const near = nearest(node.name, table.keys());
  const remedy =
    near === undefined
      ? `See docs/reference/templates.md for the ${what}s there are.`
      : `Did you mean '${near}'?`;
  throw syntaxError(node, `there is no ${what} named ${quoted(node.name)}`, remedy);
}
