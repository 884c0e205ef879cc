import { nearest } from '../../base/index.ts';
import type { Fields } from '../../contract/index.ts';
import type { ProblemList } from '../problems.ts';
import { type MapTree, memberPath, type Source, type TreeEntry } from '../text/index.ts';

/** Which keys a map may have, and where to say that one is missing. */
export interface KeyTable {
  readonly fields: Fields;
  readonly path: string;
  /** The offset at which a missing key is reported: that of the key or value that owns the map. */
  readonly owner: number;
  /** Keys that are read elsewhere. */
  readonly others?: readonly string[] | undefined;
  /** A better remedy for an unknown key, where there is one. */
  remedyFor?(key: string): string | undefined;
}

/**
 * The entries whose keys the table knows. Adds a problem for each unknown key and each required key
 * that is missing; where an unknown key is near a missing one it is one mistake and one problem. A
 * key without a value counts as not given, as it does in system 1, except where null is data.
 */
export function readKeys(
  { source, problems }: { readonly source: Source; readonly problems: ProblemList },
  tree: MapTree,
  table: KeyTable,
): readonly TreeEntry[] {
  const { fields, path, owner, others = [] } = table;
  const known = tree.entries.filter(({ key }) => Object.hasOwn(fields, key));
  const given = known.filter(({ key, value }) => fields[key]?.kind === 'json' || !isNull(value));
  const present = new Set([...known.map(({ key }) => key), ...others]);
  const absent = new Set(Object.keys(fields).filter((key) => !present.has(key)));
  for (const entry of tree.entries) {
    if (present.has(entry.key)) continue;
    const better = table.remedyFor?.(entry.key);
    const missing = better === undefined ? nearKey(entry.key, absent) : undefined;
    if (missing !== undefined) absent.delete(missing);
    const near = missing ?? nearKey(entry.key, present);
    problems.add({
      code: 'UNKNOWN_KEY',
      message: `${shownKey(entry.key)} is not a key of ${path === '' ? 'a flow' : path}`,
      remedy:
        better ??
        (near === undefined
          ? `The keys here are ${listed([...present, ...absent])}.`
          : `Did you mean ${near}?`),
      place: source.place(entry.keyStart, memberPath(path, entry.key)),
    });
  }
  for (const [key, field] of Object.entries(fields)) {
    const empty = known.find((entry) => entry.key === key && !given.includes(entry));
    if (field.required !== true || tree.isDamaged) continue;
    if (!absent.has(key) && empty === undefined) continue;
    problems.add({
      code: 'MISSING_KEY',
      message: empty === undefined ? `${key} is missing` : `${key} has no value`,
      remedy: `Add ${key}: ${field.summary.charAt(0).toLowerCase()}${field.summary.slice(1)}`,
      place: source.place(empty?.keyStart ?? owner, memberPath(path, key)),
    });
  }
  return given;
}

const PREFIX_LENGTH = 4;

/** The key that was meant: a near one, or one of which it is the start, such as `depends`. */
function nearKey(key: string, keys: ReadonlySet<string>): string | undefined {
  const near = nearest(key, keys);
  if (near !== undefined || key.length < PREFIX_LENGTH) return near;
  const lower = key.toLowerCase();
  return [...keys].find((each) => {
    return each.startsWith(lower) || (each.length >= PREFIX_LENGTH && lower.startsWith(`${each}_`));
  });
}

function isNull(value: TreeEntry['value']): boolean {
  return value.kind === 'scalar' && value.value === null;
}

function shownKey(key: string): string {
  return /^[\w.-]{1,60}$/.test(key) ? key : JSON.stringify(key.slice(0, 60));
}

function listed(keys: readonly string[]): string {
  return keys.toSorted().join(', ');
}
