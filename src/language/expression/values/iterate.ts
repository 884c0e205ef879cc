import { type Run, spendItems } from '../run/run.ts';
import { charactersOf } from './characters.ts';
import { isList, stringOf, wrongKind } from './kinds.ts';
import { isMap, keysOf } from './maps.ts';
import { type Datum, Sequence, Undefined } from './special.ts';

/**
 * What `for` goes through: items, characters of a string, keys of a map. Not a copy: never write to
 * it. Charges what has to be made. Throws TEMPLATE_TYPE for what cannot be gone through.
 */
export function iterate(run: Run, datum: Datum): readonly Datum[] {
  const items = iterateOptional(run, datum);
  if (items !== undefined) return items;
  throw wrongKind(run, 'go through the items of', datum, adviceOn(datum));
}

function adviceOn(datum: Datum): string | undefined {
  if (typeof datum === 'number') return 'Write range(n) to count.';
  if (datum === null) return 'Write default([], true) for a list that may be none.';
  return undefined;
}

/** As `iterate`, but undefined for what cannot be gone through. */
export function iterateOptional(run: Run, datum: Datum): readonly Datum[] | undefined {
  if (isList(datum)) return datum;
  if (datum instanceof Sequence) return datum.items;
  const text = stringOf(datum);
  if (text !== undefined) {
    spendItems(run, text.length);
    return charactersOf(text);
  }
  if (isMap(datum)) return keysOf(run, datum);
  if (datum instanceof Undefined && datum.lenient) return [];
  return undefined;
}

/** A new list of the items, charged. */
export function copyItems(run: Run, datum: Datum): Datum[] {
  const items = iterate(run, datum);
  spendItems(run, items.length);
  return items.slice();
}

/** A tuple of values. */
export function tuple(...items: readonly Datum[]): Sequence {
  return new Sequence('tuple', items);
}
