import { isList, isMap, nearest, type Value } from '../../base/index.ts';
import { AppError, type Place } from '../../errors/index.ts';
import type { Names } from '../expression/index.ts';
import type { Reference } from '../plan.ts';

const LENGTH_MAX = 1_000;
const STEP = /\.([^.[\]\s{}"'|()]+)|\[(\d{1,9})\]|\["([^"\\\]]*)"\]|\['([^'\\\]]*)'\]/y;
const ROOT = /[^.[\]\s{}"'|()]+/y;

/** The parts of a reference, without its place. */
export type ReferenceParts = Pick<Reference, 'text' | 'root' | 'fields'>;

/**
 * Reads `inputs.x`, `node`, `node.field.deeper`, `node.items[0].name` or `node["a key"]`; list
 * places become fields of digits. Undefined where the text is none of these. Linear.
 */
export function parseReference(written: string): ReferenceParts | undefined {
  const text = written.trim();
  if (text.length > LENGTH_MAX) return undefined;
  ROOT.lastIndex = 0;
  const root = ROOT.exec(text)?.[0];
  if (root === undefined) return undefined;
  const fields: string[] = [];
  for (let at = root.length; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const found = STEP.exec(text);
    if (found === null) return undefined;
    fields.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
  }
  return { text, root, fields };
}

/** The reference at a place of the flow; undefined where the text is none. */
export function referenceAt(written: string, place: Place): Reference | undefined {
  const parts = parseReference(written);
  return parts === undefined ? undefined : { ...parts, place };
}

/**
 * The value that a reference names. A field reads a map by its own key and a list by its index; a
 * key that holds dots wins over the path through them. Throws AppError TEMPLATE_UNDEFINED naming
 * the part that is missing, with the nearest name that is there.
 */
export function resolveReference(reference: Reference | string, names: Names): Value {
  const parts = typeof reference === 'string' ? parseReference(reference) : reference;
  const place = typeof reference === 'string' ? undefined : reference.place;
  if (parts === undefined) throw missing({ message: `${reference} is no reference`, place });
  const value = names.get(parts.root);
  if (value === undefined) {
    const why = names.whyMissing?.(parts.root);
    const message = `${parts.text} has no value: ${why ?? `nothing is named ${parts.root}`}`;
    throw missing({ message, place });
  }
  return fieldsOf(value, withoutAlias(parts, value, names), place);
}

/** `load.data` is `load` itself where that is the alias of its node and no field of its value. */
function withoutAlias(parts: ReferenceParts, value: Value, names: Names): ReferenceParts {
  const [first, ...rest] = parts.fields;
  if (first === undefined || names.aliasOf?.(parts.root) !== first) return parts;
  return isMap(value) && Object.hasOwn(value, first) ? parts : { ...parts, fields: rest };
}

function fieldsOf(value: Value, { root, fields }: ReferenceParts, place: Place | undefined): Value {
  let current = value;
  let path = root;
  for (const [index, field] of fields.entries()) {
    const whole = fields.slice(index).join('.');
    if (isMap(current) && Object.hasOwn(current, whole)) return current[whole] ?? null;
    const next = memberOf(current, field);
    if (next === undefined) throw missing({ ...absence(current, field, path), place });
    current = next;
    path = `${path}.${field}`;
  }
  return current;
}

function memberOf(value: Value, field: string): Value | undefined {
  if (isMap(value)) return Object.hasOwn(value, field) ? value[field] : undefined;
  if (isList(value) && /^\d{1,9}$/.test(field)) return value[Number(field)];
  return undefined;
}

function absence(value: Value, field: string, path: string): { message: string; remedy?: string } {
  if (isMap(value)) {
    const near = nearest(field, Object.keys(value));
    const message = `${path} has no field ${field}`;
    return near === undefined ? { message } : { message, remedy: `Did you mean ${near}?` };
  }
  if (!isList(value)) {
    const what = value === null ? 'null' : `a ${typeof value}`;
    return { message: `${path} is ${what} and has no field ${field}` };
  }
  if (!/^\d+$/.test(field)) {
    return {
      message: `${path} is a list and has no field ${field}`,
      remedy: `Name an item first, such as ${path}[0].${field}.`,
    };
  }
  const count = value.length === 1 ? '1 item' : `${value.length} items`;
  return { message: `${path} has ${count}, so there is no item ${field}` };
}

function missing(words: {
  readonly message: string;
  readonly remedy?: string;
  readonly place: Place | undefined;
}): AppError {
  const { message, remedy, place } = words;
  return new AppError('TEMPLATE_UNDEFINED', {
    message,
    retryable: false,
    remedy: remedy ?? 'Check the name, and what the node before gives.',
    ...(place === undefined ? {} : { place }),
  });
}
