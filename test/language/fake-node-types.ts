import { isList, isMap, type Value } from '../../src/base/index.ts';
import type { NodeType } from '../../src/contract/index.ts';
import { defineNode } from '../../src/nodes/kit/index.ts';

/** What every node type of these tests has in common; none of them is ever run. */
const base = {
  version: 1,
  title: 'Fake',
  summary: 'A node type of the tests.',
  role: 'step',
  effect: 'pure',
  needs: [],
  output: 'any',
  outputSummary: 'Nothing.',
  example: '',
} as const;

const nothing = { value: null };

const echo = defineNode({
  ...base,
  id: 'echo',
  config: {
    value: {
      kind: 'json',
      summary: 'Any data.',
      template: { level: 'safe_expressions', when: 'before' },
    },
    text: {
      kind: 'text',
      summary: 'Some text.',
      template: { level: 'safe_expressions', when: 'before' },
    },
    wait: {
      kind: 'duration',
      summary: 'A time.',
      min: 0,
      max: 60_000,
      template: { level: 'safe_expressions', when: 'before' },
    },
    size: { kind: 'size', summary: 'A size.', default: 1024 },
    count: {
      kind: 'integer',
      summary: 'A count.',
      min: 1,
      max: 10,
      default: 3,
      template: { level: 'interpolation_only', when: 'before' },
    },
    mode: { kind: 'choice', choices: ['fast', 'slow'], default: 'fast', summary: 'A mode.' },
    names: {
      kind: 'list',
      items: { kind: 'text', summary: 'A name.' },
      template: { level: 'safe_expressions', when: 'before' },
      maxItems: 3,
      summary: 'Names.',
    },
    flag: { kind: 'boolean', default: false, summary: 'A flag.' },
    code: { kind: 'code', language: 'javascript', summary: 'Some code.' },
    other: { kind: 'node', summary: 'A node.' },
  },
  output: 'map',
  run: () => nothing,
});

const page = defineNode({
  ...base,
  id: 'page',
  config: {
    template: {
      kind: 'tree',
      required: true,
      template: { level: 'sandboxed', when: 'by-node', names: ['row'] },
      summary: 'Templates.',
    },
    level: {
      kind: 'choice',
      choices: ['interpolation_only', 'safe_expressions', 'sandboxed', 'unsafe'],
      default: 'safe_expressions',
      summary: 'A level.',
    },
  },
  run: () => nothing,
});

const wrap = defineNode({
  ...base,
  id: 'wrap',
  config: { code: { kind: 'code', language: 'javascript', required: true, summary: 'Code.' } },
  valueAlias: 'result',
  run: () => nothing,
});

const split = defineNode({
  ...base,
  id: 'split',
  role: 'split',
  output: 'list',
  config: {
    field: { kind: 'reference', expects: 'list', required: true, summary: 'A list.' },
    item_name: { kind: 'text', default: 'item', summary: 'A name.' },
  },
  region: (config) => ({
    itemName: String(config.item_name),
    source: String(config.field),
    members: [],
    parallel: true,
    onError: 'fail',
  }),
  run: () => nothing,
});

const aggregate = defineNode({
  ...base,
  id: 'aggregate',
  role: 'aggregate',
  config: { field: { kind: 'text', summary: 'A field.' } },
  run: () => nothing,
});

const foreach = defineNode({
  ...base,
  id: 'foreach',
  role: 'foreach',
  output: 'list',
  config: {
    array_field: { kind: 'reference', expects: 'list', required: true, summary: 'A list.' },
    subgraph_nodes: {
      kind: 'list',
      items: { kind: 'node', summary: 'A node.' },
      minItems: 1,
      required: true,
      summary: 'Nodes.',
    },
    item_name: { kind: 'text', default: 'item', summary: 'A name.' },
    collect_output: { kind: 'text', summary: 'A node.' },
  },
  region: (config) => ({
    itemName: String(config.item_name),
    source: String(config.array_field),
    members: isList(config.subgraph_nodes) ? config.subgraph_nodes.map(String) : [],
    parallel: true,
    onError: 'fail',
    ...(typeof config.collect_output === 'string' ? { collect: config.collect_output } : {}),
  }),
  run: () => nothing,
});

const choose = defineNode({
  ...base,
  id: 'choose',
  output: 'map',
  config: {
    conditions: {
      kind: 'list',
      required: true,
      minItems: 1,
      summary: 'Conditions.',
      items: {
        kind: 'object',
        summary: 'A condition.',
        fields: {
          condition: {
            kind: 'text',
            template: { level: 'safe_expressions', when: 'by-node' },
            summary: 'A condition.',
          },
          // biome-ignore lint/suspicious/noThenProperty: system 1's key
          then: { kind: 'text', required: true, summary: 'A route.' },
          is_default: { kind: 'boolean', default: false, summary: 'The last resort.' },
        },
      },
    },
  },
  check: (config) =>
    conditionsOf(config.conditions).flatMap((condition, index) =>
      condition.condition === undefined && condition.is_default !== true
        ? [
            {
              code: 'MISSING_KEY' as const,
              field: `conditions[${index}].condition`,
              message: 'a condition has nothing to decide on',
            },
          ]
        : [],
    ),
  routes: (config) => conditionsOf(config.conditions).map((condition) => String(condition.then)),
  run: () => nothing,
});

function conditionsOf(value: Value | undefined): readonly Readonly<Record<string, Value>>[] {
  return isList(value) ? value.filter(isMap) : [];
}

const broken = defineNode({
  ...base,
  id: 'broken',
  config: {},
  check: () => {
    throw new TypeError('a defect');
  },
  run: () => nothing,
});

export const FAKE_NODE_TYPES: readonly NodeType[] = [
  aggregate,
  broken,
  choose,
  echo,
  foreach,
  page,
  split,
  wrap,
];
