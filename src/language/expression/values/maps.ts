import type { ValueMap } from '../../../base/index.ts';
import { type Run, spendItems } from '../run/run.ts';
import { keyIdentity } from './hash.ts';
import { isDataMap } from './kinds.ts';
import { type Datum, Dict } from './special.ts';

/** A map of the flow's data, or one that the template made. */
export type AnyMap = ValueMap | Dict;

/** True for maps, of data or made. */
export function isMap(datum: Datum | undefined): datum is AnyMap {
  return datum instanceof Dict || isDataMap(datum);
}

/**
 * The member with this key; undefined when there is none. Throws TEMPLATE_TYPE for a list as key.
 */
export function memberOf(run: Run, map: AnyMap, key: Datum): Datum | undefined {
  if (map instanceof Dict) return map.entries.get(keyIdentity(run, key))?.[1];
  if (typeof key === 'string') return Object.hasOwn(map, key) ? map[key] : undefined;
  const identity = keyIdentity(run, key);
  return typeof identity === 'string' ? memberOf(run, map, identity) : undefined;
}

/** How many members a map has. */
export function sizeOf(map: AnyMap): number {
  return map instanceof Dict ? map.entries.size : Object.keys(map).length;
}

/** The keys, charged as a new list. */
export function keysOf(run: Run, map: AnyMap): Datum[] {
  spendItems(run, sizeOf(map));
  if (map instanceof Dict) return Array.from(map.entries.values(), ([key]) => key);
  return Object.keys(map);
}

/** Key and value of each member, charged as a new list. */
export function entriesOf(run: Run, map: AnyMap): (readonly [Datum, Datum])[] {
  spendItems(run, 2 * sizeOf(map));
  if (map instanceof Dict) return [...map.entries.values()];
  return Object.entries(map);
}

/** A map with these members, later ones winning but keeping the first place. Charges each. */
export function makeDict(run: Run, members: Iterable<readonly [Datum, Datum]>): Dict {
  const dict = new Dict();
  for (const [key, value] of members) {
    spendItems(run, 2);
    const identity = keyIdentity(run, key);
    const old = dict.entries.get(identity);
    dict.entries.set(identity, [old === undefined ? key : old[0], value]);
  }
  return dict;
}
