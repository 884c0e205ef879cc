import { type Run, spendSteps } from '../run/run.ts';
import { itemOf } from '../values/access.ts';
import { isInteger, stringOf, wrongKind } from '../values/kinds.ts';
import { type Datum, Undefined } from '../values/special.ts';

/** Reads a field of each item, as the argument `attribute` of many filters names it. */
export type FieldReader = (item: Datum) => Datum;

/**
 * A reader for `'a.b.0'` (fields and indices) or `2` (an index); the item itself where the argument
 * is none. `otherwise` takes the place of what is missing.
 */
export function fieldReader(
  run: Run,
  attribute: Datum | undefined,
  otherwise?: Datum | undefined,
): FieldReader {
  if (attribute === undefined || attribute === null) return (item) => item;
  const path = readPath(run, attribute);
  return (item) => {
    let value = item;
    for (const part of path) {
      spendSteps(run, 1);
      value = itemOf(run, value, part);
      if (value instanceof Undefined && otherwise !== undefined && otherwise !== null) {
        value = otherwise;
      }
    }
    return value;
  };
}

/** Readers for `'a,b'`, which sort by several fields. */
export function fieldReaders(run: Run, attribute: Datum | undefined): readonly FieldReader[] {
  const text = stringOf(attribute);
  if (text === undefined) return [fieldReader(run, attribute)];
  return text.split(',').map((part) => fieldReader(run, part));
}

function readPath(run: Run, attribute: Datum): readonly (string | number)[] {
  if (isInteger(attribute)) return [attribute];
  const text = stringOf(attribute);
  if (text === undefined) throw wrongKind(run, 'read a field named by', attribute);
  spendSteps(run, text.length);
  return text.split('.').map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : part));
}
