import { emptyMap, isList, isMap, type Value, type ValueMap } from '../../base/index.ts';

/** A map of these entries, without a prototype; the later of two entries with one key counts. */
export function mapOf(entries: Iterable<readonly [string, Value]>): ValueMap {
  const map = emptyMap();
  for (const [key, value] of entries) map[key] = value;
  return map;
}

/**
 * JSON with the keys of maps sorted and no line breaks: two values give the same text exactly when
 * `equalValues` holds.
 */
export function canonicalText(value: Value): string {
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] ?? null)}`);
  return `{${entries.join(',')}}`;
}
