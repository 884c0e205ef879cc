import type { ValueMap } from '../../../base/index.ts';
import type { Run } from '../run/run.ts';
import { typeError, undefinedError } from './failure.ts';
import { type Datum, Dict, Float, Gadget, Markup, Sequence, Undefined } from './special.ts';

/** True for lists, of data or made; tuples are a Sequence. */
export function isList(datum: Datum | undefined): datum is readonly Datum[] {
  return Array.isArray(datum);
}

/** True for a map of the flow's data; maps made by a template are a Dict. */
export function isDataMap(datum: Datum | undefined): datum is ValueMap {
  if (typeof datum !== 'object' || datum === null) return false;
  const prototype: unknown = Object.getPrototypeOf(datum);
  return prototype === null || prototype === Object.prototype;
}

/** True for integers, which are plain numbers; bools are not counted. */
export function isInteger(datum: Datum | undefined): datum is number {
  return typeof datum === 'number' && Number.isSafeInteger(datum);
}

/** True for floats, boxed or not. */
export function isFloat(datum: Datum | undefined): datum is number | Float {
  return datum instanceof Float || (typeof datum === 'number' && !Number.isSafeInteger(datum));
}

/** The number of a number or bool, which Python counts as 0 or 1; else undefined. */
export function numberOf(datum: Datum | undefined): number | undefined {
  if (typeof datum === 'number') return datum;
  if (typeof datum === 'boolean') return datum ? 1 : 0;
  return datum instanceof Float ? datum.value : undefined;
}

/** The text of a string or of Markup; else undefined. */
export function stringOf(datum: Datum | undefined): string | undefined {
  if (typeof datum === 'string') return datum;
  return datum instanceof Markup ? datum.text : undefined;
}

/** What a message calls a value. */
export function kindName(datum: Datum): string {
  if (datum === null) return 'none';
  if (typeof datum === 'boolean') return 'true or false';
  if (typeof datum === 'string' || datum instanceof Markup) return 'a string';
  if (typeof datum === 'number' || datum instanceof Float) return 'a number';
  if (isList(datum)) return 'a list';
  if (datum instanceof Sequence) return datum.form === 'tuple' ? 'a tuple' : 'a sequence';
  if (datum instanceof Gadget) return datum.title;
  if (datum instanceof Undefined) return 'an undefined value';
  return 'a map';
}

/**
 * Whether a value counts as true. Throws TEMPLATE_UNDEFINED, and TEMPLATE_TYPE for a method that
 * hides a field of the same name, which is what was meant.
 */
export function isTrue(run: Run, datum: Datum): boolean {
  if (typeof datum === 'boolean') return datum;
  if (datum === null) return false;
  if (typeof datum === 'number') return datum !== 0;
  if (typeof datum === 'string') return datum !== '';
  if (isList(datum)) return datum.length > 0;
  if (datum instanceof Undefined) {
    if (datum.lenient) return false;
    throw undefinedError(datum);
  }
  if (datum instanceof Float) return datum.value !== 0;
  if (datum instanceof Markup) return datum.text !== '';
  if (datum instanceof Sequence) return datum.items.length > 0;
  if (datum instanceof Dict) return datum.entries.size > 0;
  if (datum instanceof Gadget) {
    if (datum.abilities.hidesField !== true) return true;
    throw wrongKind(run, 'test', datum);
  }
  for (const _ in datum) return true;
  return false;
}

/**
 * The value itself, for whatever cannot work with one that is missing. Throws TEMPLATE_UNDEFINED.
 */
export function defined(datum: Datum): Exclude<Datum, Undefined> {
  if (datum instanceof Undefined) throw undefinedError(datum);
  return datum;
}

/** The error for a value of the wrong kind: "cannot sort a number". */
export function wrongKind(run: Run, act: string, datum: Datum, remedy?: string): Error {
  if (datum instanceof Undefined) return undefinedError(datum);
  if (datum instanceof Gadget && remedy === undefined) {
    return typeError(run, `cannot ${act} ${datum.title}`, datum.abilities.remedy);
  }
  return typeError(run, `cannot ${act} ${kindName(datum)}`, remedy);
}
