import {
  type ConfigIssue,
  defineNode,
  ENGINE_LIMITS,
  isList,
  itemNameIssues,
  listAt,
  type Value,
} from '../kit/index.ts';

export const foreachNode = defineNode({
  id: 'foreach',
  version: 1,
  title: 'For each',
  summary: 'Runs a few named nodes once for each item of a list and collects what each item gave.',
  role: 'foreach',
  effect: 'pure',
  needs: [],
  config: {
    array_field: {
      kind: 'reference',
      expects: 'list',
      required: true,
      summary: 'The list to go through; a split upstream stands for its whole list.',
    },
    subgraph_nodes: {
      kind: 'list',
      items: { kind: 'node', summary: 'A node that runs once for each item.' },
      minItems: 1,
      required: true,
      summary: 'The nodes that run once for each item; each belongs to one foreach only.',
    },
    item_name: {
      kind: 'text',
      default: 'item',
      summary: 'The name under which templates of these nodes see the item.',
    },
    parallel: {
      kind: 'boolean',
      default: true,
      summary: 'Whether items run at the same time; false runs one after the other.',
    },
    concurrency: {
      kind: 'integer',
      min: 1,
      max: ENGINE_LIMITS.regionItems,
      summary: 'How many items may run at the same time, within the limit of the execution.',
    },
    collect_output: {
      kind: 'text',
      minLength: 1,
      summary: 'What each item gives: a node of the subgraph, a field of it, or the item name.',
    },
    on_error: {
      kind: 'choice',
      choices: ['fail', 'continue'],
      default: 'fail',
      summary: 'Whether a failed item fails the execution, or gives null while the rest go on.',
    },
  },
  output: 'list',
  outputSummary:
    'One value for each item in order: that of collect_output, else of the last of subgraph_nodes.',
  example: `name: word-lengths
inputs:
  words: {type: array, default: [red, green]}
nodes:
  measure_all:
    type: foreach
    config:
      array_field: inputs.words
      item_name: word
      subgraph_nodes: [measure]
  measure:
    type: transform
    config:
      template: {word: "{{ word }}", letters: "{{ word | length }}"}
outputs: {lengths: measure_all}
`,
  check: (config) => [...itemNameIssues(config.item_name), ...repeated(config.subgraph_nodes)],
  region: (config) => ({
    itemName: typeof config.item_name === 'string' ? config.item_name : 'item',
    source: typeof config.array_field === 'string' ? config.array_field : '',
    members: isList(config.subgraph_nodes) ? config.subgraph_nodes.filter(isText) : [],
    parallel: config.parallel !== false,
    onError: config.on_error === 'continue' ? 'continue' : 'fail',
    ...(typeof config.concurrency === 'number' ? { concurrency: config.concurrency } : {}),
    ...(isText(config.collect_output) ? { collect: config.collect_output } : {}),
  }),
  run(context, config) {
    const items = listAt(context, config.array_field);
    return { value: items, items };
  },
});

function repeated(members: Value | undefined): readonly ConfigIssue[] {
  if (!isList(members)) return [];
  const index = members.findIndex((member, at) => isText(member) && members.indexOf(member) < at);
  if (index === -1) return [];
  return [
    {
      code: 'WRONG_VALUE',
      field: `subgraph_nodes[${index}]`,
      message: `subgraph_nodes names ${JSON.stringify(members[index])} twice`,
      remedy: 'Name each node once; a node runs once for each item.',
    },
  ];
}

function isText(value: Value | undefined): value is string {
  return typeof value === 'string';
}
