import { DATA_LIMITS, defineNode, TEMPLATE_USES } from '../kit/index.ts';

export const delayNode = defineNode({
  id: 'delay',
  version: 1,
  title: 'Delay',
  summary: 'Waits, then passes on the value it was given.',
  role: 'step',
  effect: 'pure',
  needs: [],
  config: {
    duration: {
      kind: 'duration',
      required: true,
      min: 0,
      max: DATA_LIMITS.delayMs,
      template: { level: TEMPLATE_USES.condition, when: 'before' },
      summary: 'How long to wait, such as 500ms, 2s or 1h; at most 24 hours.',
    },
  },
  output: 'any',
  outputSummary: 'The value of the one node before it; null where there is none or several.',
  example: `name: wait-a-little
inputs:
  name: {type: string, default: Ada}
nodes:
  wait: {type: delay, config: {duration: 10ms}}
  greet:
    type: template
    depends_on: [wait]
    config: {template: "Hello {{ inputs.name }}"}
outputs: {greeting: greet}
`,
  // The engine waits, not the node: on a server nothing of a long wait stays in memory.
  run: (context, config, input) => {
    context.signal.throwIfAborted();
    return { value: input.upstream ?? null, notBefore: context.now() + config.duration };
  },
});
