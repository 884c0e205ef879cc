/** A body for each route that takes one, by its id: what the page and the document show. */
export const BODY_EXAMPLES: Readonly<Record<string, unknown>> = {
  createFlow: {
    source:
      'name: hello\ninputs:\n  who: {type: string, default: world}\nnodes:\n  greet:\n    type: template\n    config: {template: "Hello {{ inputs.who }}"}\noutputs:\n  text: greet\n',
  },
  validateFlow: {
    source: 'name: hello\nnodes:\n  greet:\n    type: template\n    config: {template: Hello}\n',
  },
  updateFlow: {
    source: 'name: hello\nnodes:\n  greet:\n    type: template\n    config: {template: Hi}\n',
  },
  startExecution: { inputs: { who: 'Ada' } },
  retryExecution: { from: 'greet' },
};
