/** Flows of the campaigns; each says how many effects one execution has. */
export interface ChaosFlow {
  readonly name: string;
  readonly effects: number;
  readonly source: (service: string) => string;
}

export const CHAOS_FLOWS: readonly ChaosFlow[] = [
  {
    name: 'pure',
    effects: 0,
    source: () => `name: pure
inputs: {n: {type: integer, required: true}}
nodes:
  a: {type: template, config: {template: "n{{ inputs.n }}"}}
  b: {type: template, depends_on: [a], config: {template: "{{ a }}-b"}}
  c: {type: template, depends_on: [a, b], config: {template: "{{ a }} {{ b }}"}}
outputs: {text: c}
`,
  },
  {
    name: 'effects',
    effects: 2,
    source: (service) => `name: effects
inputs: {n: {type: integer, required: true}}
nodes:
  a: {type: template, config: {template: "n{{ inputs.n }}"}}
  first:
    type: http
    depends_on: [a]
    retry: {attempts: 5, backoff: 100ms}
    config: {url: "${service}/first", method: POST, body: {from: "{{ a }}", in: "{{ execution_id }}"}}
  b: {type: template, depends_on: [first], config: {template: "{{ first.status_code }}"}}
  second:
    type: http
    depends_on: [b]
    retry: {attempts: 5, backoff: 100ms}
    config: {url: "${service}/second", method: POST, body: {from: "{{ b }}", in: "{{ execution_id }}"}}
  c:
    type: template
    depends_on: [second, a]
    config: {template: "{{ a }} {{ second.status_code }}"}
outputs: {text: c}
`,
  },
  {
    name: 'waits',
    effects: 1,
    source: (service) => `name: waits
inputs: {n: {type: integer, required: true}}
nodes:
  a: {type: template, config: {template: "n{{ inputs.n }}"}}
  pause: {type: delay, depends_on: [a], config: {duration: 1200ms}}
  after:
    type: http
    depends_on: [pause]
    retry: {attempts: 5, backoff: 100ms}
    config: {url: "${service}/after", method: POST, body: {from: "{{ pause }}", in: "{{ execution_id }}"}}
  c:
    type: template
    depends_on: [after, pause]
    config: {template: "{{ pause }} {{ after.status_code }}"}
outputs: {text: c}
`,
  },
  {
    name: 'items',
    effects: 3,
    source: (service) => `name: items
inputs:
  n: {type: integer, required: true}
  list: {type: array, default: [1, 2, 3]}
nodes:
  each:
    type: foreach
    config: {array_field: inputs.list, item_name: one, subgraph_nodes: [say, send]}
  say: {type: template, config: {template: "{{ inputs.n }}/{{ one }}"}}
  send:
    type: http
    depends_on: [say]
    retry: {attempts: 5, backoff: 100ms}
    config: {url: "${service}/each", method: POST, body: {from: "{{ say }}", in: "{{ execution_id }}"}}
outputs: {all: each}
`,
  },
];
