import { defineNode, itemNameIssues, listAt } from '../kit/index.ts';

export const splitNode = defineNode({
  id: 'split',
  version: 1,
  title: 'Split',
  summary: 'Runs everything downstream once for each item of a list, up to the next aggregate.',
  role: 'split',
  effect: 'pure',
  needs: [],
  config: {
    field: {
      kind: 'reference',
      expects: 'list',
      required: true,
      summary: 'The list to split, such as inputs.companies or fetch.body.rows.',
    },
    item_name: {
      kind: 'text',
      default: 'item',
      summary: 'The name under which templates downstream see the item.',
    },
  },
  output: 'list',
  outputSummary: 'The list itself; inside the region the node reads as the item.',
  example: `name: greet-everyone
inputs:
  people: {type: array, default: [Ada, Grace]}
nodes:
  each_person:
    type: split
    config: {field: inputs.people, item_name: person}
  greet:
    type: template
    depends_on: [each_person]
    config: {template: "Hello {{ person }}"}
  all:
    type: aggregate
    depends_on: [greet]
outputs: {greetings: all}
`,
  check: (config) => itemNameIssues(config.item_name),
  region: (config) => ({
    itemName: typeof config.item_name === 'string' ? config.item_name : 'item',
    source: typeof config.field === 'string' ? config.field : '',
    members: [],
    parallel: true,
    onError: 'fail',
  }),
  run(context, config) {
    const items = listAt(context, config.field);
    return { value: items, items };
  },
});
