import {
  AppError,
  conditionIssues,
  defineNode,
  eachItem,
  fieldRemedy,
  isTrue,
  listAt,
  listUpstream,
  type NodeInput,
  TEMPLATE_USES,
} from '../kit/index.ts';

export const filterNode = defineNode({
  id: 'filter',
  version: 1,
  title: 'Filter',
  summary: 'Keeps the items for which a condition holds.',
  role: 'filter',
  effect: 'pure',
  needs: [],
  config: {
    condition: {
      kind: 'text',
      required: true,
      template: { level: TEMPLATE_USES.condition, when: 'by-node', names: ['item'] },
      summary: 'A template on item that says whether it is kept, such as {{ item.score > 0.8 }}.',
    },
    field: {
      kind: 'reference',
      expects: 'list',
      summary: 'The list to filter; without it the item of the region, or the list upstream.',
    },
  },
  output: 'any',
  outputSummary:
    'The kept items as a list. In a region without field the item itself; downstream of an item ' +
    'that is not kept nothing runs.',
  example: `name: keep-adults
inputs:
  people:
    type: array
    default: [{name: Ada, age: 36}, {name: Tim, age: 9}]
nodes:
  adults:
    type: filter
    config: {field: inputs.people, condition: "{{ item.age >= 18 }}"}
outputs: {adults: adults}
`,
  check: (config) => conditionIssues(config.condition, 'condition'),
  async run(context, config, input) {
    if (input.inRegion && config.field === undefined) {
      const value = input.upstream ?? null;
      return isTrue(context.render(config.condition)) ? { value } : { value, drop: true };
    }
    const list = config.field === undefined ? listUpstream(input) : listAt(context, config.field);
    if (list === undefined) throw noList(context.node, input);
    const kept = await eachItem(context, list, (item) =>
      isTrue(context.render(config.condition, { item })),
    );
    return { value: list.filter((_, index) => kept[index]) };
  },
});

function noList(node: string, input: NodeInput): AppError {
  return new AppError('NODE_INPUT_INVALID', {
    message: `${node} has no list to filter: none of the nodes in its depends_on gives one`,
    remedy: fieldRemedy(input),
    retryable: false,
  });
}
