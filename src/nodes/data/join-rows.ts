import {
  AppError,
  canonicalText,
  DATA_LIMITS,
  describe,
  fieldAt,
  isMap,
  mapOf,
  type Value,
  type ValueMap,
} from '../kit/index.ts';

/** One list to join: the name it has in the result, and where it came from, for messages. */
export interface Source {
  readonly name: string;
  readonly reference: string;
  readonly rows: readonly Value[];
}

/** Pairs of a field of the first source and a field of the others; all must be equal. */
export type JoinKeys = readonly (readonly [string, string])[];

/**
 * Inner, left and outer joins by hashed keys, every match a row: linear in rows and matches. Each
 * further source is matched with the first one. Outer adds the unmatched rows of the others last.
 * As in SQL a key that is null or missing matches nothing, and 1 does not equal "1".
 *
 * Errors: NODE_INPUT_INVALID for a row that is no map, LIMIT_ITEMS over DATA_LIMITS.joinRows.
 */
export function keyedJoin(
  type: 'inner' | 'left' | 'outer',
  sources: readonly [Source, ...Source[]],
  keys: JoinKeys,
): readonly ValueMap[] {
  const [first, ...others] = sources;
  const ownFields = keys.map(([own]) => own);
  const otherFields = keys.map(([, other]) => other);
  const indexes = others.map((source) => indexOf(source, otherFields));
  const matched = new Set<Value>();
  const result: ValueMap[] = [];
  for (const row of mapsOf(first)) {
    const key = keyOf(row, ownFields);
    const matches = indexes.map((index) => (key === undefined ? [] : (index.get(key) ?? [])));
    if (type === 'inner' && matches.some((rows) => rows.length === 0)) continue;
    for (const match of matches.flat()) matched.add(match);
    const parts = matches.map((rows) => (rows.length === 0 ? [null] : rows));
    addCombinations(result, sources, [[row], ...parts]);
  }
  if (type !== 'outer') return result;
  for (const source of others) addUnmatched(result, sources, { source, matched });
  return result;
}

/** Every row of `right` with its matches in `left`, in the order of `right`. Errors: keyedJoin. */
export function rightJoin(left: Source, right: Source, keys: JoinKeys): readonly ValueMap[] {
  const turned = keys.map(([leftField, rightField]) => [rightField, leftField] as const);
  return keyedJoin('left', [right, left], turned).map((row) =>
    mapOf([left, right].map(({ name }) => [name, row[name] ?? null])),
  );
}

/** Every row of each source with every row of the others; rows may be any value. */
export function crossJoin(sources: readonly Source[]): readonly ValueMap[] {
  const result: ValueMap[] = [];
  addCombinations(
    result,
    sources,
    sources.map(({ rows }) => rows),
  );
  return result;
}

/**
 * Each row of the first source with the fields of its matches laid over it, later sources over
 * earlier ones. A row with several matches gives a row for each; one without stays as it is.
 * Errors as keyedJoin.
 */
export function mergeJoin(
  sources: readonly [Source, ...Source[]],
  keys: JoinKeys,
): readonly ValueMap[] {
  return keyedJoin('left', sources, keys).map((row) => {
    const parts = sources.map(({ name }) => row[name]).filter(isMap);
    return mapOf(parts.flatMap((part) => Object.entries(part)));
  });
}

function indexOf(source: Source, fields: readonly string[]): ReadonlyMap<string, ValueMap[]> {
  const index = new Map<string, ValueMap[]>();
  for (const row of mapsOf(source)) {
    const key = keyOf(row, fields);
    if (key === undefined) continue;
    const rows = index.get(key);
    if (rows === undefined) index.set(key, [row]);
    else rows.push(row);
  }
  return index;
}

/** Undefined when a part is null or missing. A line break divides the parts: none holds one. */
function keyOf(row: ValueMap, fields: readonly string[]): string | undefined {
  const parts: string[] = [];
  for (const field of fields) {
    const value = fieldAt(row, field) ?? null;
    if (value === null) return undefined;
    parts.push(canonicalText(value));
  }
  return parts.join('\n');
}

function mapsOf({ name, reference, rows }: Source): readonly ValueMap[] {
  return rows.map((row, index) => {
    if (isMap(row)) return row;
    throw new AppError('NODE_INPUT_INVALID', {
      message: `source ${name}: ${reference}[${index}] is ${describe(row)}, not a map with keys`,
      remedy: 'Give each row as a map with the key fields, or use join_type: cross.',
      retryable: false,
    });
  });
}

/** Adds a row for each way to take one value of every part; parts are in the order of sources. */
function addCombinations(
  result: ValueMap[],
  sources: readonly Source[],
  parts: readonly (readonly Value[])[],
): void {
  const count = parts.reduce((product, values) => product * values.length, 1);
  if (result.length + count > DATA_LIMITS.joinRows) throw tooManyRows();
  for (let number = 0; number < count; number += 1) {
    let rest = number;
    const row: [string, Value][] = [];
    for (let at = parts.length - 1; at >= 0; at -= 1) {
      const values = parts[at] ?? [];
      row.push([sources[at]?.name ?? '', values[rest % values.length] ?? null]);
      rest = Math.floor(rest / values.length);
    }
    result.push(mapOf(row.reverse()));
  }
}

function addUnmatched(
  result: ValueMap[],
  sources: readonly Source[],
  { source, matched }: { source: Source; matched: ReadonlySet<Value> },
): void {
  for (const row of source.rows) {
    if (matched.has(row)) continue;
    const parts = sources.map((other) => [other === source ? row : null]);
    addCombinations(result, sources, parts);
  }
}

function tooManyRows(): AppError {
  return new AppError('LIMIT_ITEMS', {
    message: `the join would give more than ${DATA_LIMITS.joinRows} rows`,
    remedy: 'Filter the sources first, or join by keys.',
    retryable: false,
  });
}
