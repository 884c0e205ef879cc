import { defineNode, TEMPLATE_USES } from '../kit/index.ts';

export const templateNode = defineNode({
  id: 'template',
  version: 1,
  title: 'Template',
  summary: 'Renders a template to text, or to a value where the template is one expression.',
  role: 'step',
  effect: 'pure',
  needs: [],
  config: {
    template: {
      kind: 'tree',
      required: true,
      template: { level: TEMPLATE_USES.template, when: 'by-node' },
      summary: 'The template, or a map of templates; level says how much it may do.',
    },
    level: {
      kind: 'choice',
      // The compiler lowers the level of the template to this; unsafe needs TEMPLATE_UNSAFE.
      choices: ['interpolation_only', 'safe_expressions', 'sandboxed', 'unsafe'],
      default: 'safe_expressions',
      summary:
        'How much the template may do; sandboxed also allows macro and call blocks, unsafe has a ' +
        'larger budget and needs the setting TEMPLATE_UNSAFE.',
    },
  },
  output: 'any',
  outputSummary:
    'The rendered text; a template that is one single expression keeps the type of its value.',
  example: `name: hello
inputs:
  name: {type: string, default: Ada}
nodes:
  greet:
    type: template
    config: {template: "Hello {{ inputs.name }}!"}
outputs: {greeting: greet}
`,
  run: (context, config) => ({ value: context.render(config.template) }),
});
