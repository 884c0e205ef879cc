import {
  AppError,
  defineNode,
  eachItem,
  fieldRemedy,
  listAt,
  listUpstream,
  type NodeContext,
  type NodeInput,
  type RenderTree,
  readText,
  TEMPLATE_USES,
  type Value,
} from '../kit/index.ts';

export const transformNode = defineNode({
  id: 'transform',
  version: 1,
  title: 'Transform',
  summary: 'Builds new data from a template: one value, or one for each item of a list.',
  role: 'step',
  effect: 'pure',
  needs: [],
  config: {
    template: {
      kind: 'tree',
      required: true,
      template: { level: TEMPLATE_USES.transform, when: 'by-node', names: ['item'] },
      summary: 'The new value: a map whose texts are templates, or one template that gives JSON.',
    },
    field: {
      kind: 'reference',
      expects: 'list',
      summary: 'The list to map; without it a template that reads item maps the list upstream.',
    },
  },
  output: 'any',
  outputSummary:
    'A list when a list was mapped, else one value. Text that is one expression keeps its type; ' +
    'other rendered text becomes data where it is JSON or a plain number; 007 and 1.10 stay text.',
  example: `name: label-people
inputs:
  people:
    type: array
    default: [{name: Ada, age: 36}, {name: Tim, age: 9}]
nodes:
  labels:
    type: transform
    config:
      field: inputs.people
      template:
        name: "{{ item.name | upper }}"
        adult: "{{ item.age >= 18 }}"
outputs: {labels: labels}
`,
  async run(context, config, input) {
    const { template, field } = config;
    if (field !== undefined) return mapped(context, template, listAt(context, field));
    if (input.inRegion) return { value: render(context, template) };
    if (!context.mentions(template, 'item')) return { value: render(context, template) };
    const list = listUpstream(input);
    if (list !== undefined) return mapped(context, template, list);
    if (input.upstream === undefined) throw noItem(context.node, input);
    return { value: render(context, template, input.upstream) };
  },
});

async function mapped(context: NodeContext, template: RenderTree, list: readonly Value[]) {
  return { value: await eachItem(context, list, (item) => render(context, template, item)) };
}

function render(context: NodeContext, template: RenderTree, item?: Value): Value {
  return context.render(template, item === undefined ? {} : { item }, readText);
}

function noItem(node: string, input: NodeInput): AppError {
  return new AppError('NODE_INPUT_INVALID', {
    message: `the template of ${node} reads item, but nothing upstream gives one`,
    remedy: fieldRemedy(input),
    retryable: false,
  });
}
