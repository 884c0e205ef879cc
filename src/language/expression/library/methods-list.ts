import type { Run } from '../run/run.ts';
import { isEqual } from '../values/compare.ts';
import { typeError } from '../values/failure.ts';
import { copyItems, iterate } from '../values/iterate.ts';
import type { Datum } from '../values/special.ts';
import { type Bound, integerArgument } from './parameters.ts';
import { type Method, routine } from './routine.ts';

/** Python's methods of lists and tuples that change nothing. */
export const listMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['copy', routine('', (run, value) => copyItems(run, value))],
  ['count', routine('value', count)],
  ['index', routine('value, start=0, stop=none', index)],
]);

function count(run: Run, value: Datum, [wanted = null]: Bound): Datum {
  return iterate(run, value).filter((item) => isEqual(run, item, wanted)).length;
}

function index(run: Run, value: Datum, [wanted = null, start, stop]: Bound): Datum {
  const items = iterate(run, value);
  const place = (datum: Datum | undefined, what: string, otherwise: number) => {
    const at = integerArgument(run, datum, { what, otherwise });
    return at < 0 ? Math.max(0, at + items.length) : at;
  };
  const last = Math.min(items.length, place(stop, 'stop', items.length));
  for (let at = place(start, 'start', 0); at < last; at += 1) {
    if (isEqual(run, items[at] ?? null, wanted)) return at;
  }
  throw typeError(run, 'the value is not in the list', "Test with 'in' first.");
}
