import type { Field, Fields } from '../../contract/index.ts';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const TEMPLATE: JsonSchema = { type: 'string', pattern: '\\{\\{|\\{%' };
const DURATION = '^\\s*\\d+(\\.\\d+)?\\s*(ms|s|m|h|d)?\\s*$';
const SIZE = '^\\s*\\d+(\\.\\d+)?\\s*([bB]|[kKmMgG][iI]?[bB])?\\s*$';

/** The schema of a table of fields; a key without value is allowed where it is optional. */
export function fieldsSchema(fields: Fields, more: Fields = {}): JsonSchema {
  const all = { ...more, ...fields };
  const required = Object.keys(all).filter((key) => all[key]?.required === true);
  const properties = Object.entries(all).map(([key, field]) => [key, optional(field)]);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function optional(field: Field): JsonSchema {
  const schema = fieldSchema(field);
  if (field.required === true || field.kind === 'json') return schema;
  const { description, ...rest } = schema;
  return { description, anyOf: [rest, { type: 'null' }] };
}

/**
 * The schema of one field as a flow may write it: durations and sizes as text or number, and text
 * that holds a template wherever templates are rendered.
 */
export function fieldSchema(field: Field, isTemplated = false): JsonSchema {
  const renders = isTemplated || field.template !== undefined;
  const schema = kindSchema(field, renders);
  const isText = ['text', 'code', 'json', 'tree'].includes(field.kind);
  const shown = { description: description(field), ...defaultOf(field) };
  if (!renders || isText) return { ...shown, ...schema };
  return { ...shown, anyOf: [schema, TEMPLATE] };
}

function description(field: Field): string {
  const level = field.template?.level.replaceAll('_', ' ');
  return level === undefined ? field.summary : `${field.summary} Templates: ${level}.`;
}

function defaultOf(field: Field): JsonSchema {
  if (!('default' in field) || field.default === undefined) return {};
  if (field.kind === 'duration') return { default: `${field.default}ms` };
  return { default: field.default };
}

function kindSchema(field: Field, renders: boolean): JsonSchema {
  switch (field.kind) {
    case 'text':
      return { type: 'string', ...range(field, 'minLength', 'maxLength') };
    case 'number':
    case 'integer':
      return { type: field.kind, ...limits(field) };
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return { enum: field.choices };
    case 'duration':
      return {
        anyOf: [
          { type: 'number', minimum: 0 },
          { type: 'string', pattern: DURATION },
        ],
      };
    case 'size':
      return {
        anyOf: [
          { type: 'number', minimum: 0 },
          { type: 'string', pattern: SIZE },
        ],
      };
    case 'list': {
      const items = fieldSchema(field.items, renders);
      return { type: 'array', items, ...range(field, 'minItems', 'maxItems') };
    }
    case 'map': {
      const values = fieldSchema(field.values, renders);
      const count = field.minItems === undefined ? {} : { minProperties: field.minItems };
      return { type: 'object', additionalProperties: values, ...count };
    }
    case 'object':
      return fieldsSchema(field.fields);
    case 'json':
      return {};
    case 'tree':
      return { type: ['string', 'object'] };
    case 'reference':
    case 'node':
    case 'code':
      return { type: 'string', minLength: 1 };
  }
}

function limits(field: { readonly min?: number; readonly max?: number }): JsonSchema {
  return {
    ...(field.min === undefined ? {} : { minimum: field.min }),
    ...(field.max === undefined ? {} : { maximum: field.max }),
  };
}

function range(field: Field, ...keys: readonly string[]): JsonSchema {
  const entries = Object.entries(field).filter(([key]) => keys.includes(key));
  return Object.fromEntries(entries);
}
