import { ENGINE_LIMITS, FLOW_TEXT_LIMITS } from '../../base/index.ts';
import type { Fields } from '../../contract/index.ts';
import { CODE_GRANTS } from '../grants/index.ts';

/**
 * The keys of the native format, declared once: the reader, the JSON Schema for editors and the
 * reference page come from these tables. What a node's own config may hold is declared by its type.
 */

export const INPUT_TYPES = [
  'string',
  'number',
  'integer',
  'boolean',
  'array',
  'object',
  'any',
] as const;

export const INPUT_FIELDS = {
  type: {
    kind: 'choice',
    choices: INPUT_TYPES,
    default: 'string',
    summary: 'What the input must be.',
  },
  required: {
    kind: 'boolean',
    summary: 'Whether it must be given. True unless there is a default.',
  },
  default: { kind: 'json', summary: 'The value when none is given.' },
  description: { kind: 'text', summary: 'What the input is for, shown where it is asked for.' },
  enum: {
    kind: 'list',
    items: { kind: 'json', summary: 'A value.' },
    minItems: 1,
    summary: 'The values that are allowed.',
  },
  items: { kind: 'json', summary: 'A schema that every item of an array must fit.' },
  properties: { kind: 'json', summary: 'Schemas for the fields of an object, by name.' },
  input_type: { kind: 'text', summary: 'How a form asks for it, such as file. Not checked.' },
  example: { kind: 'json', summary: 'A value to show. Not checked.' },
  examples: { kind: 'json', summary: 'Values to show. Not checked.' },
} as const satisfies Fields;

export const RETRY_FIELDS = {
  attempts: {
    kind: 'integer',
    required: true,
    min: 1,
    max: ENGINE_LIMITS.retryAttempts,
    summary: 'How often the node is tried in all, the first time included.',
  },
  backoff: {
    kind: 'duration',
    default: 1_000,
    min: 0,
    max: ENGINE_LIMITS.backoffMs,
    summary: 'The wait before the second attempt; it doubles with each further one.',
  },
} as const satisfies Fields;

export const CACHE_FIELDS = {
  enabled: { kind: 'boolean', default: true, summary: 'Whether results are kept.' },
  ttl: { kind: 'duration', min: 0, summary: 'How long a result is kept.' },
  key_fields: {
    kind: 'list',
    items: { kind: 'text', minLength: 1, summary: 'A name that the node reads.' },
    summary: 'The names whose values make the key; absent means all that the node reads.',
  },
} as const satisfies Fields;

export const LIMITS_FIELDS = {
  timeout: {
    kind: 'duration',
    min: 1,
    max: ENGINE_LIMITS.executionMsMax,
    summary: 'How long one execution may take.',
  },
  steps: {
    kind: 'integer',
    min: 1,
    max: ENGINE_LIMITS.steps,
    summary: 'How many steps one execution may make.',
  },
  concurrency: {
    kind: 'integer',
    min: 1,
    max: ENGINE_LIMITS.concurrencyMax,
    summary: 'How many steps may run at the same time.',
  },
  tokens: {
    kind: 'integer',
    min: 1,
    summary: 'How many tokens of models one execution may use. Accepted, not yet used.',
  },
} as const satisfies Fields;

export const NODE_FIELDS = {
  type: { kind: 'text', required: true, summary: 'The node type, such as http or transform.' },
  description: { kind: 'text', summary: 'What the node is for, shown in the journal.' },
  depends_on: {
    kind: 'list',
    items: { kind: 'text', summary: 'A node, or node.port such as fetch.error.' },
    summary: 'The nodes that run before. One name may stand alone, without a list.',
  },
  config: { kind: 'json', summary: 'The options of the node type, see the node reference.' },
  timeout: {
    kind: 'duration',
    min: 1,
    max: ENGINE_LIMITS.executionMsMax,
    summary: 'How long one attempt may take.',
  },
  retry: {
    kind: 'object',
    fields: RETRY_FIELDS,
    summary: 'How often a failed attempt is repeated. A number alone is the attempts.',
  },
  cache: {
    kind: 'object',
    fields: CACHE_FIELDS,
    summary: 'Whether the result is kept for equal inputs. Read, and used by the server only.',
  },
  template_level: {
    kind: 'choice',
    choices: ['interpolation_only', 'safe_expressions', 'sandboxed', 'unsafe'],
    summary: 'The most that templates of this node may do. It can only lower their levels.',
  },
} as const satisfies Fields;

/** What the config of every node type may hold besides its own fields. */
export const SHARED_CONFIG_FIELDS = {
  context: {
    kind: 'map',
    values: { kind: 'reference', summary: 'A node, node.field or inputs.name.' },
    summary: 'More names for templates: each name with the value that it stands for.',
  },
  input_schema: {
    kind: 'json',
    summary: 'A schema that the values of the dependencies must fit before the node runs.',
  },
  output_schema: { kind: 'json', summary: 'A schema that the value of the node must fit.' },
} as const satisfies Fields;

const GRANTS_FIELDS = {
  hosts: {
    kind: 'list',
    items: { kind: 'text', minLength: 1, maxLength: 253, summary: 'A host, *.domain or dynamic.' },
    maxItems: FLOW_TEXT_LIMITS.grants,
    summary: 'Hosts that it may talk to; dynamic stands for those that it computes.',
  },
  connections: {
    kind: 'list',
    items: { kind: 'text', minLength: 1, maxLength: 100, summary: 'The name of a connection.' },
    maxItems: FLOW_TEXT_LIMITS.grants,
    summary: 'Connections that it may use.',
  },
  secrets: {
    kind: 'list',
    items: { kind: 'text', minLength: 1, maxLength: 100, summary: 'The name of a secret.' },
    maxItems: FLOW_TEXT_LIMITS.grants,
    summary: 'Secrets that it may use.',
  },
  code: {
    kind: 'choice',
    choices: CODE_GRANTS,
    summary: 'The highest level of its code; trusted covers templates of the level unsafe.',
  },
} as const satisfies Fields;

export const FLOW_FIELDS = {
  name: {
    kind: 'text',
    required: true,
    minLength: 1,
    maxLength: 200,
    summary: 'The name of the flow.',
  },
  version: {
    kind: 'text',
    default: '1.0.0',
    minLength: 1,
    maxLength: 64,
    summary: 'The version of the flow, such as 1.0.0.',
  },
  description: { kind: 'text', summary: 'What the flow is for.' },
  tags: {
    kind: 'list',
    items: { kind: 'text', minLength: 1, maxLength: 50, summary: 'A word without commas.' },
    maxItems: 20,
    summary: 'Words by which the flow is found in lists.',
  },
  inputs: {
    kind: 'map',
    values: { kind: 'object', fields: INPUT_FIELDS, summary: 'One input, or its type alone.' },
    summary: 'What an execution is given, by name.',
  },
  nodes: {
    kind: 'map',
    required: true,
    values: { kind: 'object', fields: NODE_FIELDS, summary: 'One node.' },
    summary: 'The nodes by name, at least one.',
  },
  outputs: {
    kind: 'map',
    values: { kind: 'reference', summary: 'A node, node.field or inputs.name.' },
    summary: 'What an execution gives, by name.',
  },
  limits: { kind: 'object', fields: LIMITS_FIELDS, summary: 'Bounds of one execution.' },
  grants: {
    kind: 'object',
    fields: GRANTS_FIELDS,
    summary:
      'The most that the flow may do beyond computing; a key that is left out is found in the nodes. ' +
      'See docs/access.md.',
  },
  triggers: { kind: 'json', summary: 'What starts the flow by itself. Accepted, not yet used.' },
} as const satisfies Fields;

/** Node types that other systems' flows use and that a later version of this server brings. */
export const PLANNED_NODE_TYPES: ReadonlySet<string> = new Set([
  'agent',
  'approval',
  'aws_s3',
  'condition',
  'crypto.sign',
  'email.receive',
  'email.send',
  'gcp_bucket',
  'gcp_pubsub',
  'http.request',
  'llm',
  'local_filesystem',
  'loop',
  'media',
  'postgres',
  'python',
  'roundtable',
  'router',
  'store',
  'wait',
  'webhook',
]);
