import type { NodeType } from '../../contract/index.ts';
import {
  FLOW_FIELDS,
  INPUT_FIELDS,
  LIMITS_FIELDS,
  NODE_FIELDS,
  SHARED_CONFIG_FIELDS,
} from '../flow/index.ts';
import { fieldTable } from './field-table.ts';

const GENERATED = '<!-- Generated from the code. Change the tables there, not this page. -->';

// What a value is where a table of its own follows, or where its field is wider than what is read.
const KINDS = {
  inputs: 'map to an input',
  nodes: 'map to a node',
  limits: 'map',
  config: 'map',
  items: 'schema',
  properties: 'map to a schema',
  input_schema: 'schema',
  output_schema: 'schema',
} as const;

/** The reference page of the native format, as Markdown. */
export function describeFlowFormat(): string {
  return [
    `# The flow format\n\n${GENERATED}\n`,
    'A flow is YAML 1.2 or JSON text with these keys. Nothing else is accepted: an unknown key is a\n' +
      'problem, and so is a key that is given twice.\n',
    `## A flow\n\n${fieldTable(FLOW_FIELDS, KINDS)}`,
    `## An input\n\n${fieldTable(INPUT_FIELDS, KINDS)}`,
    'An input may also be its type alone: `city: string`. It is then required.\n',
    `## A node\n\n${fieldTable(NODE_FIELDS, KINDS)}`,
    `## What every config may hold\n\n${fieldTable(SHARED_CONFIG_FIELDS, KINDS)}`,
    '`context` may also stand beside `config`.\n',
    `## Limits\n\n${fieldTable(LIMITS_FIELDS)}`,
    VALUES,
  ].join('\n');
}

const VALUES = `## How values are written

- A **duration** is \`500ms\`, \`2s\`, \`1.5m\`, \`1h\`, \`7d\`, or a number of seconds.
- A **size** is \`512KB\`, \`100MB\`, \`1GB\` in powers of 1024, or a number of bytes.
- A **reference** is \`inputs.name\`, \`node\`, \`node.field.deeper\`, \`node.items[0].name\`, or a name of
  the region or of \`context\`. It has no braces.
- A **template** is text with \`{{ ... }}\` or \`{% ... %}\`. It is rendered only where a
  table names a level; anywhere else the braces are a problem.
- \`yes\`, \`no\`, \`on\` and \`off\` are text, as YAML 1.2 has them. A version such as \`1.0\` needs quotes.
- Anchors, aliases and merge keys (\`<<\`) work within limits. Tags do not,
  save those of plain data such as \`!!str\`.
`;

/** The reference page of all node types, as Markdown, sorted by id. */
export function describeNodeTypes(nodeTypes: readonly NodeType[]): string {
  const sorted = nodeTypes.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  const list = sorted.map(({ id, summary }) => `- [\`${id}\`](#${anchorOf(id)}): ${summary}`);
  const intro = `# Node types\n\n${GENERATED}\n\n${list.join('\n')}\n`;
  return [intro, ...sorted.map(describeNodeType)].join('\n');
}

function anchorOf(id: string): string {
  return id.replaceAll('.', '').toLowerCase();
}

function describeNodeType(type: NodeType): string {
  const needs = type.needs.length === 0 ? 'nothing' : type.needs.join(', ');
  return [
    `## ${type.id}\n`,
    `${type.summary}\n`,
    `Effect: ${type.effect}. Needs: ${needs}. Version: ${type.version}.\n`,
    fieldTable(type.config),
    `**Value.** ${type.outputSummary}\n`,
    `\`\`\`yaml\n${type.example.trimEnd()}\n\`\`\`\n`,
  ].join('\n');
}
