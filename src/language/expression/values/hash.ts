import type { Run } from '../run/run.ts';
import { isList, wrongKind } from './kinds.ts';
import { type Datum, Float, Gadget, Markup, Sequence, Undefined } from './special.ts';
import { rangeText } from './text.ts';

/**
 * What tells keys of a map apart, as Python's `==` and `hash` do: `1`, `1.0` and `true` are one
 * key. Throws TEMPLATE_TYPE for lists and maps, which cannot be keys.
 */
export function keyIdentity(run: Run, key: Datum): unknown {
  if (typeof key === 'string') return key.startsWith('\0') ? `\0s${key}` : key;
  if (typeof key === 'boolean') return key ? 1 : 0;
  if (typeof key === 'number') return key + 0;
  if (key === null) return null;
  if (key instanceof Float) return key.value + 0;
  if (key instanceof Markup) return keyIdentity(run, key.text);
  if (key instanceof Gadget) return key;
  if (key instanceof Sequence && (key.form === 'tuple' || key.form === 'group')) {
    return tupleIdentity(run, key);
  }
  if (key instanceof Sequence && key.form === 'range') return `\0r${rangeText(key)}`;
  const remedy = isList(key) ? 'Write (a, b) for a key of several parts.' : undefined;
  throw wrongKind(run, 'use as a key', key, key instanceof Undefined ? undefined : remedy);
}

/** A text of the parts, each with its type and length, so that no two tuples share one. */
function tupleIdentity(run: Run, tuple: Sequence): string {
  let text = '\0t';
  for (const item of tuple.items) {
    if (item instanceof Gadget) throw wrongKind(run, 'use as a key', item);
    const part = keyIdentity(run, item);
    const shown = String(part);
    text += `${typeof part}:${shown.length}:${shown}`;
  }
  return text;
}
