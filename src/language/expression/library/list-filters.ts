import { type Run, spendItems, spendSteps } from '../run/run.ts';
import { calculate } from '../values/arithmetic.ts';
import { charactersOf, lengthOf } from '../values/characters.ts';
import { typeError } from '../values/failure.ts';
import { copyItems, iterate } from '../values/iterate.ts';
import { isList, stringOf, wrongKind } from '../values/kinds.ts';
import { entriesOf, isMap, keysOf, makeDict, sizeOf } from '../values/maps.ts';
import { type Datum, Gadget, Markup, Sequence, Undefined } from '../values/special.ts';
import { textOf } from '../values/text.ts';
import { fieldReader } from './field-path.ts';
import { membersOf, pairsOf } from './methods-map.ts';
import { joinTexts } from './methods-text.ts';
import { type Bound, integerArgument } from './parameters.ts';
import { type Method, routine } from './routine.ts';

/** Filters on lists and maps, without those that order or choose. */
export const listFilters: Readonly<Record<string, Method>> = {
  batch: routine('linecount, fill_with=none', batch),
  count: routine('', lengthFilter),
  first: routine('', (run, value) => edge(run, value, 'first')),
  items: routine('', (run, value) => {
    if (value instanceof Undefined) return [];
    if (!isMap(value)) throw wrongKind(run, 'take the items of', value, 'Give a map.');
    return pairsOf(run, value);
  }),
  join: routine("d='', attribute=none", join),
  keys: routine('', (run, value) => {
    if (!isMap(value)) throw wrongKind(run, 'take the keys of', value, 'Give a map.');
    return keysOf(run, value);
  }),
  last: routine('', (run, value) => edge(run, value, 'last')),
  length: routine('', lengthFilter),
  list: routine('', (run, value) => copyItems(run, value)),
  mapping: routine('', mapping),
  reverse: routine('', reverse),
  slice: routine('slices, fill_with=none', slice),
  sum: routine('attribute=none, start=0', sumFilter),
  values: routine('', (run, value) => {
    if (!isMap(value)) throw wrongKind(run, 'take the values of', value, 'Give a map.');
    return membersOf(run, value);
  }),
};

/** Python's `len()`. Throws TEMPLATE_TYPE for what has no length. */
export function measure(run: Run, value: Datum): number {
  const text = stringOf(value);
  if (text !== undefined) {
    spendSteps(run, text.length >>> 10);
    return lengthOf(text);
  }
  if (isList(value)) return value.length;
  if (value instanceof Sequence) return value.items.length;
  if (isMap(value)) return sizeOf(value);
  if (value instanceof Undefined && value.lenient) return 0;
  const length = value instanceof Gadget ? value.abilities.length?.() : undefined;
  if (length === undefined) throw wrongKind(run, 'take the length of', value);
  return length;
}

function lengthFilter(run: Run, value: Datum): Datum {
  return measure(run, value);
}

function edge(run: Run, value: Datum, side: 'first' | 'last'): Datum {
  const items = iterate(run, value);
  const item = side === 'first' ? items[0] : items.at(-1);
  if (item !== undefined) return item;
  return new Undefined(() => ({ message: `there is no ${side} item, the list is empty` }), run.at);
}

function join(run: Run, value: Datum, [separator = '', attribute]: Bound): Datum {
  const read = fieldReader(run, attribute);
  const texts = iterate(run, value).map((item) => {
    spendSteps(run, 1);
    return textOf(run, read(item));
  });
  return joinTexts(run, texts, textOf(run, separator));
}

function reverse(run: Run, value: Datum): Datum {
  const text = stringOf(value);
  if (text === undefined) return copyItems(run, value).reverse();
  spendItems(run, text.length);
  const made = charactersOf(text).reverse().join('');
  return value instanceof Markup ? new Markup(made) : made;
}

function mapping(run: Run, value: Datum): Datum {
  return isMap(value) ? value : dictFrom(run, value);
}

/** Python's `dict()` of a map or of pairs. */
export function dictFrom(run: Run, value: Datum): Datum {
  if (isMap(value)) return makeDict(run, entriesOf(run, value));
  const pairs = iterate(run, value).map((item): readonly [Datum, Datum] => {
    const [key, member, ...more] = iterate(run, item);
    if (key !== undefined && member !== undefined && more.length === 0) return [key, member];
    throw typeError(run, 'a map is made of pairs of a key and a value');
  });
  return makeDict(run, pairs);
}

function batch(run: Run, value: Datum, [linecount, fillWith = null]: Bound): Datum {
  const size = integerArgument(run, linecount, { what: 'linecount', otherwise: 1 });
  const items = iterate(run, value);
  spendItems(run, 2 * items.length);
  const rows: Datum[][] = [];
  let row: Datum[] = [];
  for (const item of items) {
    if (row.length === size) {
      rows.push(row);
      row = [];
    }
    row.push(item);
  }
  if (row.length > 0) {
    if (fillWith !== null) fill(run, row, { count: size - row.length, filler: fillWith });
    rows.push(row);
  }
  return rows;
}

function fill(
  run: Run,
  row: Datum[],
  filling: { readonly count: number; readonly filler: Datum },
): void {
  if (filling.count <= 0) return;
  spendItems(run, filling.count);
  for (let left = filling.count; left > 0; left -= 1) row.push(filling.filler);
}

function slice(run: Run, value: Datum, [slices, fillWith = null]: Bound): Datum {
  const count = integerArgument(run, slices, { what: 'slices', otherwise: 1 });
  const items = iterate(run, value);
  if (count === 0) throw typeError(run, 'slice needs at least one slice');
  if (count < 0) return [];
  spendItems(run, items.length + 2 * count);
  const least = Math.floor(items.length / count);
  const longer = items.length % count;
  const made: Datum[] = [];
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    const stop = start + least + (index < longer ? 1 : 0);
    const part = items.slice(start, stop);
    made.push(fillWith !== null && index >= longer ? [...part, fillWith] : part);
    start = stop;
  }
  return made;
}

function sumFilter(run: Run, value: Datum, [attribute, start = 0]: Bound): Datum {
  return sumOf(run, iterate(run, value).map(fieldReader(run, attribute)), start);
}

/** Python's `sum()`, which adds up anything but strings. */
export function sumOf(run: Run, items: readonly Datum[], start: Datum): Datum {
  if (stringOf(start) !== undefined) throw typeError(run, 'sum cannot add strings', 'Use join.');
  let total = start;
  for (const item of items) {
    spendSteps(run, 1);
    total = calculate(run, '+', total, item);
  }
  return total;
}
