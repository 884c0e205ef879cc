import {
  type At,
  type Body,
  type Expression,
  type Parameter,
  type StatementOf,
  syntaxError,
} from '../syntax/index.ts';
import { typeError } from '../values/failure.ts';
import { tuple } from '../values/iterate.ts';
import { makeDict } from '../values/maps.ts';
import { type Arguments, type Datum, Gadget, Undefined } from '../values/special.ts';
import { textOf } from '../values/text.ts';
import { compileCall } from './compile-call.ts';
import { compileExpression } from './compile-expression.ts';
import { compileScoped, write } from './compile-statement.ts';
import type { Compiler, Evaluate, Execute } from './compiler.ts';
import { capture, type Frame, type Run, spendItems, spendSteps, withFrame } from './run.ts';
import { declare, innerScope, type Layout, slotToWrite } from './scope.ts';
import { namesReadIn } from './walk.ts';

interface MacroParameter {
  readonly name: string;
  readonly slot: number;
  readonly default: Evaluate | undefined;
  readonly at: At;
}

interface CompiledMacro {
  readonly name: string;
  readonly parameters: readonly MacroParameter[];
  readonly layout: Layout;
  readonly body: Execute;
  /** Slots of the names that a body may read without declaring them. */
  readonly caller: number | undefined;
  readonly varargs: number | undefined;
  readonly kwargs: number | undefined;
}

/** `{% macro name(parameters) %}`: a variable that renders its body when it is called. */
export function compileMacro(compiler: Compiler, statement: StatementOf<'macro'>): Execute {
  const { name } = statement;
  compiler.ownNames.add(name);
  const slot = slotToWrite(compiler.scope, name);
  const macro = compileDefinition(compiler, statement, name);
  return (run) => {
    spendSteps(run, 1);
    run.frame.values[slot] = macroValue(run, macro);
  };
}

/** `{% call(parameters) name() %}`: calls with the body as `caller`. */
export function compileCallBlock(
  compiler: Compiler,
  statement: StatementOf<'call block'>,
): Execute {
  const macro = compileDefinition(compiler, statement, 'caller');
  const value: Evaluate = (run) => macroValue(run, macro);
  const call = compileCall(compiler, statement.call, { name: 'caller', value });
  return (run) => {
    spendSteps(run, 1);
    const datum = call(run);
    run.at = statement;
    write(run, textOf(run, datum));
  };
}

interface Definition extends At {
  readonly parameters: readonly Parameter[];
  readonly body: Body;
}

function compileDefinition(
  compiler: Compiler,
  definition: Definition,
  name: string,
): CompiledMacro {
  const layout: Layout = { size: 0 };
  const outer = compiler.scope;
  const scope = innerScope(outer, layout);
  const slots = definition.parameters.map((parameter) => declare(scope, parameter.name));
  const read = namesReadIn(definition.body);
  const declares = (special: string) => definition.parameters.some((each) => each.name === special);
  refuseCaller(definition, read);
  const special = (each: string) => {
    return read.has(each) && !declares(each) ? declare(scope, each) : undefined;
  };
  const caller = special('caller');
  const kwargs = special('kwargs');
  const varargs = special('varargs');
  compiler.scope = scope;
  const parameters = definition.parameters.map((parameter, index) => ({
    name: parameter.name,
    slot: slots[index] ?? 0,
    default: compileDefault(compiler, parameter.default),
    at: parameter,
  }));
  compiler.scope = outer;
  const body = compileScoped(compiler, definition.body, scope);
  return { name, parameters, layout, body, caller, varargs, kwargs };
}

function compileDefault(compiler: Compiler, value: Expression | undefined): Evaluate | undefined {
  return value === undefined ? undefined : compileExpression(compiler, value);
}

/** A parameter named caller has to have a default where the body reads it, as in Jinja2. */
function refuseCaller(definition: Definition, read: ReadonlySet<string>): void {
  const caller = definition.parameters.find((parameter) => parameter.name === 'caller');
  if (caller === undefined || caller.default !== undefined || !read.has('caller')) return;
  throw syntaxError(caller, "a parameter named 'caller' needs a default", 'Write caller=none.');
}

function macroValue(run: Run, macro: CompiledMacro): Gadget {
  const outer = run.frame;
  return new Gadget(`the macro '${macro.name}'`, {
    remedy: `Call it: ${macro.name}().`,
    call: (given) => callMacro(run, macro, { given, outer }),
    field: (name) => fieldOfMacro(macro, name),
  });
}

function fieldOfMacro(macro: CompiledMacro, name: string): Datum | undefined {
  if (name === 'name') return macro.name;
  if (name === 'arguments') return tuple(...macro.parameters.map((parameter) => parameter.name));
  if (name === 'caller') return macro.caller !== undefined;
  if (name === 'catch_kwargs') return macro.kwargs !== undefined;
  return name === 'catch_varargs' ? macro.varargs !== undefined : undefined;
}

function callMacro(
  run: Run,
  macro: CompiledMacro,
  call: { readonly given: Arguments; readonly outer: Frame },
): string {
  const values: (Datum | undefined)[] = [];
  const frame: Frame = { values, outer: call.outer };
  fillParameters(run, macro, { given: call.given, values });
  return withFrame(run, frame, () => {
    for (const parameter of macro.parameters) {
      if (values[parameter.slot] !== undefined) continue;
      values[parameter.slot] =
        parameter.default === undefined ? notGiven(macro, parameter) : parameter.default(run);
    }
    return capture(run, macro.body);
  });
}

function notGiven(macro: CompiledMacro, parameter: MacroParameter): Undefined {
  return new Undefined(
    () => ({
      message: `the macro '${macro.name}' was called without its argument '${parameter.name}'`,
      remedy: 'Give it, or declare a default.',
    }),
    parameter.at,
  );
}

function fillParameters(
  run: Run,
  macro: CompiledMacro,
  call: { readonly given: Arguments; readonly values: (Datum | undefined)[] },
): void {
  const { values } = call;
  const { positional } = call.given;
  const named = new Map(call.given.named);
  const title = `the macro '${macro.name}'`;
  macro.parameters.forEach((parameter, index) => {
    const isPositional = index < positional.length;
    values[parameter.slot] = isPositional ? positional[index] : named.get(parameter.name);
    if (!isPositional) named.delete(parameter.name);
  });
  if (macro.caller !== undefined) {
    const given = named.get('caller');
    values[macro.caller] = given === undefined || given === null ? noCaller(run, macro) : given;
    named.delete('caller');
  }
  const extra = positional.slice(macro.parameters.length);
  spendItems(run, extra.length + named.size);
  if (macro.kwargs !== undefined) values[macro.kwargs] = makeDict(run, named);
  else if (named.size > 0) throw unwanted(run, title, [...named.keys()]);
  if (macro.varargs !== undefined) values[macro.varargs] = tuple(...extra);
  else if (extra.length > 0) {
    throw typeError(run, `${title} takes at most ${macro.parameters.length} arguments`);
  }
}

function unwanted(run: Run, title: string, names: readonly string[]): Error {
  if (names.includes('caller')) {
    return typeError(run, `${title} never uses its caller`, 'Call it with {{ }} instead.');
  }
  return typeError(run, `${title} has no argument '${names[0]}'`);
}

function noCaller(run: Run, macro: CompiledMacro): Undefined {
  return new Undefined(
    () => ({
      message: `the macro '${macro.name}' was not called by a {% call %} block`,
      remedy: "Test with 'caller is defined' first.",
    }),
    run.at,
  );
}
