import type { NodeType } from '../../contract/index.ts';
import {
  FLOW_FIELDS,
  INPUT_FIELDS,
  INPUT_TYPES,
  NODE_FIELDS,
  RETRY_FIELDS,
  SHARED_CONFIG_FIELDS,
} from '../flow/index.ts';
import { fieldSchema, fieldsSchema, type JsonSchema } from './field-schema.ts';

/**
 * The JSON Schema (draft 2020-12) of the native format, for editors: the keys of a flow, and for
 * each node type its config. It knows shapes only; names, edges and templates are checked by
 * `compile`.
 */
export function flowJsonSchema(nodeTypes: readonly NodeType[]): JsonSchema {
  const flow = fieldsSchema(FLOW_FIELDS);
  const properties = {
    // A schema is an object by construction; its properties are replaced one by one below.
    ...(flow.properties as Record<string, JsonSchema>),
    inputs: byName(FLOW_FIELDS.inputs.summary, inputSchema()),
    nodes: {
      description: FLOW_FIELDS.nodes.summary,
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[a-zA-Z0-9_-]{1,64}$' },
      additionalProperties: { $ref: '#/$defs/node' },
    },
    outputs: byName(FLOW_FIELDS.outputs.summary, fieldSchema(FLOW_FIELDS.outputs.values)),
  };
  const sorted = nodeTypes.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sluice flow',
    description: 'A flow in the native format, as YAML or JSON.',
    ...flow,
    properties,
    $defs: { node: nodeSchema(sorted), ...configSchemas(sorted) },
  };
}

function byName(description: string, values: JsonSchema): JsonSchema {
  const map = { type: 'object', additionalProperties: values };
  return { description, anyOf: [map, { type: 'null' }] };
}

function inputSchema(): JsonSchema {
  const types = { description: 'The type alone.', enum: INPUT_TYPES };
  return { anyOf: [types, fieldsSchema(INPUT_FIELDS)] };
}

function nodeSchema(nodeTypes: readonly NodeType[]): JsonSchema {
  const node = fieldsSchema({ ...NODE_FIELDS, context: SHARED_CONFIG_FIELDS.context });
  const dependency = { description: NODE_FIELDS.depends_on.items.summary, type: 'string' };
  return {
    ...node,
    properties: {
      // As above: the properties of a schema that was just made.
      ...(node.properties as Record<string, JsonSchema>),
      type: {
        description: NODE_FIELDS.type.summary,
        oneOf: nodeTypes.map(({ id, summary }) => ({ const: id, description: summary })),
      },
      depends_on: {
        description: NODE_FIELDS.depends_on.summary,
        anyOf: [dependency, { type: 'array', items: dependency }, { type: 'null' }],
      },
      retry: {
        description: NODE_FIELDS.retry.summary,
        anyOf: [fieldSchema(RETRY_FIELDS.attempts), fieldsSchema(RETRY_FIELDS), { type: 'null' }],
      },
    },
    allOf: nodeTypes.map((type) => ({
      if: { properties: { type: { const: type.id } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        properties: { config: { $ref: `#/$defs/config.${type.id}` } },
        ...(needsConfig(type) ? { required: ['config'] } : {}),
      },
    })),
  };
}

function needsConfig(type: NodeType): boolean {
  return Object.values(type.config).some((field) => field.required === true);
}

function configSchemas(nodeTypes: readonly NodeType[]): JsonSchema {
  const schemas = nodeTypes.map((type) => {
    const config = fieldsSchema(type.config, SHARED_CONFIG_FIELDS);
    const description = `Options of the node type ${type.id}.`;
    const schema = needsConfig(type)
      ? { description, ...config }
      : { description, anyOf: [config, { type: 'null' }] };
    return [`config.${type.id}`, schema] as const;
  });
  return Object.fromEntries(schemas);
}
