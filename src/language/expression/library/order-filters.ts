import { type Run, spendItems, spendSteps } from '../run/run.ts';
import { compareOrder } from '../values/compare.ts';
import { typeError } from '../values/failure.ts';
import { keyIdentity } from '../values/hash.ts';
import { iterate } from '../values/iterate.ts';
import { stringOf, wrongKind } from '../values/kinds.ts';
import { isMap } from '../values/maps.ts';
import { type Datum, Sequence, Undefined } from '../values/special.ts';
import { fieldReader, fieldReaders } from './field-path.ts';
import { pairsOf } from './methods-map.ts';
import { type Bound, flag, textArgument } from './parameters.ts';
import { type Method, routine } from './routine.ts';

/** Filters that put items in order, or group them. */
export const orderFilters: Readonly<Record<string, Method>> = {
  dictsort: routine("case_sensitive=false, by='key', reverse=false", dictSort),
  groupby: routine('attribute, default=none, case_sensitive=false', groupBy),
  max: routine('case_sensitive=false, attribute=none', extreme('max')),
  min: routine('case_sensitive=false, attribute=none', extreme('min')),
  sort: routine('reverse=false, case_sensitive=false, attribute=none', sort),
  unique: routine('case_sensitive=false, attribute=none', unique),
};

/** Strings compare without letter case where a filter is not case sensitive. */
function foldCase(datum: Datum): Datum {
  const text = stringOf(datum);
  return text === undefined ? datum : text.toLowerCase();
}

interface Keyed {
  readonly item: Datum;
  readonly key: Datum;
}

/** A stable order by key; charged with n log n comparisons. Throws TEMPLATE_TYPE, TEMPLATE_FUEL. */
export function sortKeyed(run: Run, keyed: Keyed[], isReverse: boolean): Datum[] {
  spendItems(run, keyed.length);
  keyed.sort((left, right) => {
    const order = compareOrder(run, left.key, right.key);
    return isReverse ? -order : order;
  });
  return keyed.map((each) => each.item);
}

function sort(run: Run, value: Datum, [reverse, caseSensitive, attribute]: Bound): Datum {
  const readers = fieldReaders(run, attribute);
  const isSensitive = flag(run, caseSensitive);
  const items = iterate(run, value);
  spendItems(run, items.length);
  const keyed = items.map((item) => {
    const parts = readers.map((read) => (isSensitive ? read(item) : foldCase(read(item))));
    return { item, key: new Sequence('tuple', parts) };
  });
  return sortKeyed(run, keyed, flag(run, reverse));
}

function dictSort(run: Run, value: Datum, [caseSensitive, by, reverse]: Bound): Datum {
  if (!isMap(value)) throw wrongKind(run, 'sort the members of', value, 'Give a map.');
  const wanted = by === undefined ? 'key' : textArgument(run, by, 'by');
  if (wanted !== 'key' && wanted !== 'value') {
    throw typeError(run, "dictsort sorts by 'key' or by 'value'");
  }
  const isSensitive = flag(run, caseSensitive);
  const keyed = pairsOf(run, value).map((item) => {
    const [key = null, member = null] = iterate(run, item);
    const part = wanted === 'key' ? key : member;
    return { item, key: isSensitive ? part : foldCase(part) };
  });
  return sortKeyed(run, keyed, flag(run, reverse));
}

function groupBy(run: Run, value: Datum, [attribute, otherwise, caseSensitive]: Bound): Datum {
  const read = fieldReader(run, attribute, otherwise);
  const isSensitive = flag(run, caseSensitive);
  const items = iterate(run, value);
  const fold = (item: Datum) => (isSensitive ? read(item) : foldCase(read(item)));
  const sorted = sortKeyed(
    run,
    items.map((item) => ({ item, key: fold(item) })),
    false,
  );
  spendItems(run, 3 * sorted.length);
  const groups: { readonly key: Datum; readonly items: Datum[] }[] = [];
  for (const item of sorted) {
    const key = fold(item);
    const last = groups.at(-1);
    if (last !== undefined && compareOrder(run, last.key, key) === 0) last.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return groups.map((group) => {
    const shown = isSensitive ? group.key : read(group.items[0] ?? null);
    return new Sequence('group', [shown, group.items]);
  });
}

function unique(run: Run, value: Datum, [caseSensitive, attribute]: Bound): Datum {
  const read = fieldReader(run, attribute);
  const isSensitive = flag(run, caseSensitive);
  const seen = new Set<unknown>();
  const items = iterate(run, value);
  spendItems(run, items.length);
  return items.filter((item) => {
    const key = read(item);
    const identity = keyIdentity(run, isSensitive ? key : foldCase(key));
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

function extreme(which: 'min' | 'max') {
  return (run: Run, value: Datum, [caseSensitive, attribute]: Bound): Datum => {
    const read = fieldReader(run, attribute);
    const isSensitive = flag(run, caseSensitive);
    const key = (item: Datum) => (isSensitive ? read(item) : foldCase(read(item)));
    const found = extremeOf(run, iterate(run, value), { which, key });
    if (found !== undefined) return found;
    const message = `there is no ${which} of an empty list`;
    return new Undefined(() => ({ message }), run.at);
  };
}

/** The first smallest or largest item by key; undefined of an empty list. */
export function extremeOf(
  run: Run,
  items: readonly Datum[],
  options: { readonly which: 'min' | 'max'; readonly key: (item: Datum) => Datum },
): Datum | undefined {
  const { which, key } = options;
  let best = items[0];
  if (best === undefined) return undefined;
  let bestKey = key(best);
  for (const item of items.slice(1)) {
    spendSteps(run, 1);
    const itemKey = key(item);
    const order = compareOrder(run, itemKey, bestKey);
    if (which === 'min' ? order < 0 : order > 0) {
      best = item;
      bestKey = itemKey;
    }
  }
  return best;
}
