import { emptyMap, isMap, type Value, type ValueMap } from '../../base/index.ts';

/** JSON Schema keywords that this checker applies. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', 'not'],
  ...['properties', 'required', 'additionalProperties', 'items', 'uniqueItems'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'pattern'],
]);

/** Keywords that say something to people and nothing to a checker. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...['title', 'description', 'default', 'example', 'examples', 'format'],
  ...['$schema', '$id', '$comment', 'deprecated', 'readOnly', 'writeOnly'],
]);

export const TYPE_NAMES: ReadonlySet<string> = new Set([
  ...['string', 'number', 'integer', 'boolean', 'array', 'object', 'null', 'any'],
]);

const ENUM = /^enum\[([^\]]*)\]$/;

/** True for `string`, `enum[a, b]` and the like. */
export function isShortType(value: Value | undefined): boolean {
  return typeof value === 'string' && (TYPE_NAMES.has(value) || ENUM.test(value));
}

const STRUCTURE = ['properties', 'items', 'required', 'additionalProperties', 'enum', 'anyOf'];

/**
 * True for system 1's short form, a map from field to type such as `{name: string, tags: "enum[a,
 * b]"}`: texts and maps, with at least one key that is no keyword. A map that says `type: object`
 * beside anything but short types is JSON Schema with a misspelt keyword.
 */
export function isShorthand(schema: ValueMap): boolean {
  const values = Object.values(schema);
  const hasField = Object.keys(schema).some((key) => !KEYWORDS.has(key) && !ANNOTATIONS.has(key));
  if (Object.keys(schema).some((key) => key.startsWith('$'))) return false;
  if (!hasField || STRUCTURE.some((key) => Object.hasOwn(schema, key))) return false;
  if (isShortType(schema.type)) return values.every(isShortType);
  return values.every((value) => typeof value === 'string' || isMap(value));
}

/**
 * The JSON Schema of a schema that may be short: one level, its fields are expanded when reached.
 */
export function expanded(schema: Value): Value {
  if (typeof schema === 'string') return shortType(schema);
  if (!isMap(schema) || !isShorthand(schema)) return schema;
  const whole = emptyMap();
  whole.type = 'object';
  whole.properties = schema;
  whole.required = Object.keys(schema);
  return whole;
}

function shortType(text: string): ValueMap {
  const schema = emptyMap();
  const choices = ENUM.exec(text)?.[1];
  if (choices !== undefined) schema.enum = choices.split(',').map((choice) => choice.trim());
  else if (text !== 'any') schema.type = text;
  return schema;
}
