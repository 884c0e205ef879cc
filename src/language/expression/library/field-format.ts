import { type Run, spendBytes, spendSteps } from '../run/run.ts';
import { fieldOf, itemOf } from '../values/access.ts';
import { escapeText } from '../values/escape.ts';
import { typeError } from '../values/failure.ts';
import { type Arguments, type Datum, Markup } from '../values/special.ts';
import { reprOf, textOf } from '../values/text.ts';
import { formatValue } from './format-spec.ts';

interface Source {
  readonly run: Run;
  readonly given: Arguments;
  /** Fields without a number take the next argument; a format uses numbers or not, never both. */
  next: number;
  numbered: boolean | undefined;
  readonly escapes: boolean;
}

/**
 * Python's `str.format` as Jinja2's sandbox has it: `{}`, `{0}`, `{name.field[key]!r:>8}`. Fields
 * are read as a template reads them, over data only. Throws TEMPLATE_TYPE, TEMPLATE_UNDEFINED.
 */
export function formatFields(run: Run, format: Datum, given: Arguments): Datum {
  const escapes = format instanceof Markup;
  const text = textOf(run, format);
  const source: Source = { run, given, next: 0, numbered: undefined, escapes };
  const made = expand(source, text, 2);
  return escapes ? new Markup(made) : made;
}

function expand(source: Source, text: string, depth: number): string {
  const { run } = source;
  if (depth < 0) throw typeError(run, 'a format field is nested too deeply');
  let made = '';
  let at = 0;
  while (at < text.length) {
    const brace = nextBrace(text, at);
    spendBytes(run, brace - at);
    made += text.slice(at, brace);
    if (brace === text.length) break;
    const character = text.charAt(brace);
    if (text.charAt(brace + 1) === character && (character === '{' || depth === 2)) {
      made += character;
      at = brace + 2;
      continue;
    }
    if (character === '}') throw typeError(run, "a single '}' in a format string", "Write '}}'.");
    const stop = fieldEnd(run, text, brace);
    made += formatField(source, text.slice(brace + 1, stop), depth);
    at = stop + 1;
  }
  return made;
}

function nextBrace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charAt(at) !== '{' && text.charAt(at) !== '}') at += 1;
  return at;
}

function fieldEnd(run: Run, text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text.charAt(at) === '{') depth += 1;
    if (text.charAt(at) === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw typeError(run, "a '{' in a format string is not closed", "Write '{{' for the character.");
}

const FIELD = /^([^!:[\].]*)((?:\.[^.[\]!:]+|\[[^\]]+\])*)(?:!([\s\S]?))?(?::([\s\S]*))?$/;

function formatField(source: Source, field: string, depth: number): string {
  const { run } = source;
  spendSteps(run, 1);
  const found = FIELD.exec(field);
  if (found === null) throw typeError(run, `'{${field.slice(0, 40)}}' is not a valid format field`);
  const [, name = '', path = '', conversion, spec = ''] = found;
  const value = followPath(source, argument(source, name), path);
  const converted = convert(source, value, conversion);
  const shown = formatValue(run, converted, expand(source, spec, depth - 1));
  const text = source.escapes && !(converted instanceof Markup) ? escapeText(run, shown) : shown;
  spendBytes(run, text.length);
  return text;
}

function argument(source: Source, name: string): Datum {
  const { run, given } = source;
  const isNumber = name === '' || /^\d+$/.test(name);
  if (!isNumber) {
    const value = given.named.get(name);
    if (value === undefined) throw typeError(run, `format() got no argument named '${name}'`);
    return value;
  }
  const isNumbered = name !== '';
  if (source.numbered !== undefined && source.numbered !== isNumbered) {
    throw typeError(run, "a format string uses '{}' or '{0}', not both");
  }
  source.numbered = isNumbered;
  const index = isNumbered ? Number(name) : source.next;
  source.next += 1;
  const value = given.positional[index];
  if (value === undefined) throw typeError(run, `format() got no argument number ${index}`);
  return value;
}

function followPath(source: Source, start: Datum, path: string): Datum {
  const { run } = source;
  let value = start;
  for (const [, field, item] of path.matchAll(/\.([^.[\]]+)|\[([^\]]+)\]/g)) {
    if (field !== undefined) value = fieldOf(run, value, field);
    else if (item !== undefined) {
      value = itemOf(run, value, /^\d+$/.test(item) ? Number(item) : item);
    }
  }
  return value;
}

function convert(source: Source, value: Datum, conversion: string | undefined): Datum {
  const { run } = source;
  if (conversion === undefined) return value;
  if (conversion === 's') return textOf(run, value);
  if (conversion === 'r' || conversion === 'a') return reprOf(run, value);
  throw typeError(run, `there is no conversion '!${conversion}' in a format field`);
}
