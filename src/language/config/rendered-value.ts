import { emptyMap, isList, isMap, type Value } from '../../base/index.ts';
import type { Field, Fields } from '../../contract/index.ts';
import { type Checked, checkScalar, wrongType } from './scalar-value.ts';

/**
 * Checks what a template gave against its field, by the rules for written values, and completes it
 * with defaults. A template makes text of everything but a single expression, so a numeral is taken
 * for a number and true or false for a boolean.
 */
export function completeValue(field: Field, value: Value, label: string): Checked {
  switch (field.kind) {
    case 'list':
      return completeList(field, value, label);
    case 'map':
      return completeMap(field.values, value, label);
    case 'object':
      return completeObject(field.fields, value, label);
    case 'json':
      return { value };
    case 'tree':
      if (typeof value === 'string' || isMap(value)) return { value };
      return wrongType(label, 'text or a map', value);
    case 'number':
    case 'integer':
    case 'boolean':
      return checkScalar(field, fromText(value, field.kind), label);
    default:
      return checkScalar(field, value, label);
  }
}

function fromText(value: Value, kind: 'number' | 'integer' | 'boolean'): Value {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (kind !== 'boolean') return /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text) ? Number(text) : value;
  if (/^true$/i.test(text)) return true;
  return /^false$/i.test(text) ? false : value;
}

function completeList(
  field: Extract<Field, { kind: 'list' }>,
  value: Value,
  label: string,
): Checked {
  if (!isList(value)) return wrongType(label, 'a list', value);
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = field;
  if (value.length < minItems || value.length > maxItems) {
    const bound = value.length < minItems ? `at least ${minItems}` : `at most ${maxItems}`;
    const message = `${label} must have ${bound} entries, not ${value.length}`;
    return { code: 'WRONG_VALUE', message };
  }
  const items: Value[] = [];
  for (const [index, item] of value.entries()) {
    const checked = completeValue(field.items, item, `${label}[${index}]`);
    if ('code' in checked) return checked;
    items.push(checked.value);
  }
  return { value: items };
}

function completeMap(values: Field, value: Value, label: string): Checked {
  if (!isMap(value)) return wrongType(label, 'a map', value);
  const map = emptyMap();
  for (const [key, item] of Object.entries(value)) {
    const checked = completeValue(values, item, `${label}.${key}`);
    if ('code' in checked) return checked;
    map[key] = checked.value;
  }
  return { value: map };
}

function completeObject(fields: Fields, value: Value, label: string): Checked {
  if (!isMap(value)) return wrongType(label, 'a map', value);
  const map = emptyMap();
  for (const [key, field] of Object.entries(fields)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    if (given === undefined || given === null) {
      if ('default' in field && field.default !== undefined) map[key] = field.default;
      else if (field.required === true) return missing(`${label}.${key}`);
      continue;
    }
    const checked = completeValue(field, given, `${label}.${key}`);
    if ('code' in checked) return checked;
    map[key] = checked.value;
  }
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
  if (unknown === undefined) return { value: map };
  return { code: 'WRONG_VALUE', message: `${label} has a key ${unknown} that is not known` };
}

function missing(label: string): Checked {
  return { code: 'WRONG_VALUE', message: `${label} is missing` };
}
