import { VALUE_LIMITS } from '../../../base/index.ts';
import { type Run, spendBytes, spendSteps } from '../run/run.ts';
import { typeError, undefinedError } from './failure.ts';
import { isList, wrongKind } from './kinds.ts';
import { floatText } from './number-text.ts';
import { type Datum, Dict, Float, Gadget, Markup, Sequence, Undefined } from './special.ts';

/**
 * The text of a value as Python's `str` gives it. Charges what is made for lists and maps. Throws
 * TEMPLATE_UNDEFINED, and TEMPLATE_TYPE for functions and methods.
 */
export function textOf(run: Run, datum: Datum): string {
  if (typeof datum === 'string') return datum;
  if (datum instanceof Markup) return datum.text;
  if (datum instanceof Undefined && datum.lenient) return '';
  return reprOf(run, datum, VALUE_LIMITS.depth);
}

/** The text of a value as Python's `repr` gives it; errors as `textOf`. */
export function reprOf(run: Run, datum: Datum, depth: number = VALUE_LIMITS.depth): string {
  if (datum === null) return 'None';
  if (typeof datum === 'boolean') return datum ? 'True' : 'False';
  if (typeof datum === 'number') return numberText(datum);
  if (typeof datum === 'string') return charged(run, stringRepr(datum));
  if (datum instanceof Float) return floatText(datum.value);
  if (datum instanceof Undefined) throw undefinedError(datum);
  if (datum instanceof Markup) return charged(run, `Markup(${stringRepr(datum.text)})`);
  if (datum instanceof Gadget) {
    const { print } = datum.abilities;
    if (print === undefined) throw wrongKind(run, 'print', datum);
    return print();
  }
  if (depth === 0) throw typeError(run, 'the value is nested too deeply to be printed');
  if (isList(datum)) return `[${joinRepr(run, datum, depth)}]`;
  if (datum instanceof Sequence) return sequenceRepr(run, datum, depth);
  return mapRepr(run, datum, depth);
}

/** A plain number: an integer when it is safe, else a float. */
export function numberText(value: number): string {
  if (!Number.isSafeInteger(value)) return floatText(value);
  return Object.is(value, -0) ? '0' : String(value);
}

function charged(run: Run, text: string): string {
  spendBytes(run, text.length);
  return text;
}

function joinRepr(run: Run, items: readonly Datum[], depth: number): string {
  let text = '';
  for (const item of items) {
    spendSteps(run, 1);
    text += `${text === '' ? '' : ', '}${reprOf(run, item, depth - 1)}`;
  }
  spendBytes(run, items.length * 2);
  return text;
}

function sequenceRepr(run: Run, sequence: Sequence, depth: number): string {
  const { form, items } = sequence;
  if (form === 'range') return rangeText(sequence);
  const inner = joinRepr(run, items, depth);
  if (form === 'tuple' || form === 'group')
    return items.length === 1 ? `(${inner},)` : `(${inner})`;
  return `${form}([${inner}])`;
}

/** `range(0, 3)`, and the step where it is not 1. */
export function rangeText(range: Sequence): string {
  const { start, stop, step } = range.bounds ?? { start: 0, stop: range.items.length, step: 1 };
  return step === 1 ? `range(${start}, ${stop})` : `range(${start}, ${stop}, ${step})`;
}

function mapRepr(run: Run, map: Exclude<Datum, string | number | boolean | null>, depth: number) {
  let text = '';
  for (const [key, value] of entriesForRepr(map)) {
    spendSteps(run, 1);
    spendBytes(run, 4);
    const pair = `${reprOf(run, key, depth - 1)}: ${reprOf(run, value, depth - 1)}`;
    text += `${text === '' ? '' : ', '}${pair}`;
  }
  return `{${text}}`;
}

function entriesForRepr(map: object): Iterable<readonly [Datum, Datum]> {
  // Only maps of data are left when it is no Dict: their members are Values.
  return map instanceof Dict ? map.entries.values() : (Object.entries(map) as [string, Datum][]);
}

const ESCAPED = /\\|[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** A string in quotes as Python's `repr` writes it. */
export function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = text.replace(ESCAPED, escapeCharacter);
  if (quote === "'" && body.includes("'")) body = body.replaceAll("'", "\\'");
  return `${quote}${body}${quote}`;
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
