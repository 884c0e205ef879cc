import { type Run, spendItems } from '../run/run.ts';
import { tuple } from '../values/iterate.ts';
import { type AnyMap, entriesOf, isMap, keysOf, makeDict, memberOf } from '../values/maps.ts';
import { type Datum, Dict, Sequence } from '../values/special.ts';
import { type Method, routine } from './routine.ts';

/** Python's methods of maps that change nothing. */
export const mapMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['copy', routine('', (run, value) => makeDict(run, entriesOf(run, own(value))))],
  [
    'get',
    routine('key, default=none', (run, value, [key = null, otherwise = null]) => {
      const member = memberOf(run, own(value), key);
      return member === undefined ? otherwise : member;
    }),
  ],
  ['items', routine('', (run, value) => new Sequence('dict_items', pairsOf(run, own(value))))],
  ['keys', routine('', (run, value) => new Sequence('dict_keys', keysOf(run, own(value))))],
  ['values', routine('', (run, value) => new Sequence('dict_values', membersOf(run, own(value))))],
]);

/** The map that the method belongs to. */
function own(value: Datum): AnyMap {
  return isMap(value) ? value : new Dict();
}

/** A tuple of key and value for each member, charged. */
export function pairsOf(run: Run, map: AnyMap): Datum[] {
  const entries = entriesOf(run, map);
  spendItems(run, entries.length);
  return entries.map(([key, value]) => tuple(key, value));
}

/** The values of a map, charged as a new list. */
export function membersOf(run: Run, map: AnyMap): Datum[] {
  return entriesOf(run, map).map(([, value]) => value);
}
