import { nearest } from '../../../base/index.ts';
import { type Run, spendReading } from '../run/run.ts';
import { quoted } from '../syntax/index.ts';
import { typeError } from '../values/failure.ts';
import { defined, isInteger, isTrue, kindName, numberOf, stringOf } from '../values/kinds.ts';
import type { Arguments, Datum } from '../values/special.ts';
import { textOf } from '../values/text.ts';

/** The arguments of a routine in the order of its parameters; undefined where none was given. */
export type Bound = readonly (Datum | undefined)[];

/** The parameters of a routine as `describeTemplates` shows them: `length=255, end='...'`. */
export interface Parameters {
  readonly names: readonly string[];
  /** How many come without a default, and must be given. */
  readonly required: number;
}

/** Reads `width, fill=none`: a comma apart, those with `=` may be left out. */
export function readParameters(text: string): Parameters {
  const parts = text === '' ? [] : text.split(/,\s+(?=[a-z_])/);
  const names = parts.map((part) => part.split('=')[0] ?? '');
  return { names, required: parts.filter((part) => !part.includes('=')).length };
}

/** Puts the arguments of a call in the order of the parameters. Throws TEMPLATE_TYPE. */
export function bind(run: Run, title: string, parameters: Parameters, given: Arguments): Bound {
  const { names, required } = parameters;
  const { positional, named } = given;
  if (positional.length > names.length) {
    const most = names.length === 0 ? 'no arguments' : `at most ${counted(names.length)}`;
    throw typeError(run, `${title} takes ${most}, but ${positional.length} were given`);
  }
  const bound: (Datum | undefined)[] = [...positional];
  for (const [name, value] of named) {
    const index = names.indexOf(name);
    if (index === -1) throw unknownArgument(run, title, { name, names });
    if (bound[index] !== undefined) {
      throw typeError(run, `${title} got the argument ${quoted(name)} twice`);
    }
    bound[index] = value;
  }
  for (let index = 0; index < required; index += 1) {
    if (bound[index] === undefined) {
      throw typeError(run, `${title} needs the argument ${quoted(names[index] ?? '')}`);
    }
  }
  return bound;
}

function counted(count: number): string {
  return count === 1 ? 'one argument' : `${count} arguments`;
}

function unknownArgument(
  run: Run,
  title: string,
  wrong: { readonly name: string; readonly names: readonly string[] },
): Error {
  const near = nearest(wrong.name, wrong.names);
  const remedy =
    near !== undefined
      ? `Did you mean '${near}'?`
      : wrong.names.length > 0
        ? `It takes: ${wrong.names.join(', ')}.`
        : 'It takes no arguments.';
  return typeError(run, `${title} has no argument ${quoted(wrong.name)}`, remedy);
}

/** A string as it is. Throws TEMPLATE_TYPE for anything else. */
export function textArgument(run: Run, datum: Datum | undefined, what: string): string {
  const text = stringOf(datum);
  if (text === undefined) throw wrongArgument(run, what, 'a string', datum);
  spendReading(run, text.length);
  return text;
}

/** A string, or undefined where none or nothing was given. */
export function textOrNone(run: Run, datum: Datum | undefined, what: string): string | undefined {
  return datum === undefined || datum === null ? undefined : textArgument(run, datum, what);
}

/** The text of any value, as Jinja2's text filters take it. Throws TEMPLATE_UNDEFINED. */
export function anyText(run: Run, datum: Datum | undefined): string {
  const text = textOf(run, datum ?? null);
  spendReading(run, text.length);
  return text;
}

/** A whole number; `otherwise` where nothing was given. Throws TEMPLATE_TYPE. */
export function integerArgument(
  run: Run,
  datum: Datum | undefined,
  options: { readonly what: string; readonly otherwise: number },
): number {
  if (datum === undefined) return options.otherwise;
  if (typeof datum === 'boolean') return Number(datum);
  if (!isInteger(datum)) throw wrongArgument(run, options.what, 'a whole number', datum);
  return datum;
}

/** Any number or bool. Throws TEMPLATE_TYPE. */
export function numberArgument(run: Run, datum: Datum | undefined, what: string): number {
  const value = numberOf(datum);
  if (value === undefined) throw wrongArgument(run, what, 'a number', datum);
  return value;
}

/** Whether the argument counts as true; `otherwise` where nothing was given. */
export function flag(run: Run, datum: Datum | undefined, otherwise = false): boolean {
  return datum === undefined ? otherwise : isTrue(run, datum);
}

function wrongArgument(run: Run, what: string, wanted: string, datum: Datum | undefined): Error {
  const got = datum === undefined ? 'nothing' : kindName(defined(datum));
  return typeError(run, `${what} must be ${wanted}, not ${got}`);
}
