import { emptyMap, VALUE_LIMITS, type Value } from '../../../base/index.ts';
import { type Run, spendSteps } from '../run/run.ts';
import { typeError, undefinedError } from './failure.ts';
import { isList, wrongKind } from './kinds.ts';
import { entriesOf, isMap } from './maps.ts';
import { type Datum, Float, Gadget, Markup, Sequence, Undefined } from './special.ts';
import { textOf } from './text.ts';

/**
 * The plain Value of a result: floats unboxed, tuples and views as lists, keys as text, in maps
 * without a prototype. Throws TEMPLATE_UNDEFINED, and TEMPLATE_TYPE for functions, NaN, infinities.
 */
export function leave(run: Run, datum: Datum, depth: number = VALUE_LIMITS.depth): Value {
  spendSteps(run, 1);
  if (datum === null || typeof datum === 'boolean' || typeof datum === 'string') return datum;
  if (typeof datum === 'number') return leaveNumber(run, datum);
  if (datum instanceof Float) return datum.value + 0;
  if (datum instanceof Markup) return datum.text;
  if (datum instanceof Undefined) return leaveUndefined(datum);
  if (datum instanceof Gadget) throw wrongKind(run, 'use as a result', datum);
  if (depth === 0) throw typeError(run, 'the result is nested too deeply');
  if (datum instanceof Sequence) return leaveList(run, datum.items, depth);
  if (isList(datum)) return leaveList(run, datum, depth);
  const map = emptyMap();
  if (!isMap(datum)) return map;
  for (const [key, value] of entriesOf(run, datum)) {
    map[keyText(run, key)] = leave(run, value, depth - 1);
  }
  return map;
}

function leaveList(run: Run, items: readonly Datum[], depth: number): Value {
  return items.map((item) => leave(run, item, depth - 1));
}

function leaveNumber(run: Run, value: number): number {
  if (Number.isFinite(value)) return value;
  throw typeError(run, `the result is ${value}, which JSON cannot hold`);
}

/** What a conditional without else leaves is the empty text that it would print. */
function leaveUndefined(missing: Undefined): string {
  if (missing.lenient) return '';
  throw undefinedError(missing);
}

/** Keys of JSON are text: `1` becomes "1", `true` "true", `none` "null", as Python's json does. */
export function keyText(run: Run, key: Datum): string {
  if (key === null) return 'null';
  if (typeof key === 'boolean') return String(key);
  if (key instanceof Sequence) throw wrongKind(run, 'use as a key of JSON', key);
  return textOf(run, key);
}
