import { describe, expect, it } from 'vitest';
import { problemsOf } from './compiled.ts';

describe('names in templates and references', () => {
  it('accepts all that a node sees', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  a: {type: echo}
  each: {type: split, depends_on: [a], config: {field: inputs.xs, item_name: row}}
  b:
    type: echo
    depends_on: [each]
    context: {short: a.deep, first: "inputs.xs[0]"}
    config:
      text: "{{ inputs.ticket }} {{ a.x }} {{ row }} {{ item }} {{ short }} {{ first }} {{ execution_id }} {{ workflow_id }} {{ node_name }}"
`),
    ).toEqual([]);
  });

  it('accepts the names of a foreach in its nodes alone', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m], item_name: row}}
  m: {type: echo, config: {text: "{{ row }} {{ item }} {{ _iteration_index }} {{ _is_first }} {{ _is_last }}"}}
  after: {type: echo, depends_on: [each], config: {text: "{{ m }} {{ _is_first }}"}}
`),
    ).toEqual([
      '6:70 UNKNOWN_VARIABLE nodes.after.config.text | nothing is named "_is_first": no input, node or item before after | Correct the name.',
    ]);
  });

  it('accepts names that the node itself gives', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  a: {type: page, config: {template: "{{ row.x }} {{ rows.x }}"}}
`),
    ).toEqual([
      '4:54 UNKNOWN_VARIABLE nodes.a.config.template | nothing is named "rows": no input, node or item before a | Correct the name.',
    ]);
  });

  it('finds the input that was meant', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  a: {type: echo, config: {text: "{{ inputs.tikcet }} {{ input.ticket }} {{ ticket }} {{ inputs.other }}"}}
`),
    ).toEqual([
      '4:38 UNKNOWN_INPUT nodes.a.config.text | the flow has no input "tikcet" | Did you mean inputs.ticket?',
      '4:58 UNKNOWN_VARIABLE nodes.a.config.text | nothing is named "input": no input, node or item before a | Did you mean inputs.ticket?',
      '4:77 UNKNOWN_VARIABLE nodes.a.config.text | nothing is named "ticket": no input, node or item before a | Write inputs.ticket.',
      '4:90 UNKNOWN_INPUT nodes.a.config.text | the flow has no input "other" | Declare other under inputs.',
    ]);
  });

  it('says which node must come before', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  a: {type: echo, config: {text: "{{ b.x }}"}}
  b: {type: echo}
  c: {type: echo, depends_on: [a], config: {text: "{{ d }}"}}
  d: {type: echo, depends_on: [c]}
  s: {type: echo, config: {text: "{{ s }}"}}
`),
    ).toEqual([
      '4:38 NOT_UPSTREAM nodes.a.config.text | a reads b, which does not run before it | Add b to the depends_on of a.',
      '6:55 NOT_UPSTREAM nodes.c.config.text | c reads d, which runs after it | Read it in a node that runs after d.',
      '8:38 NOT_UPSTREAM nodes.s.config.text | s cannot read its own value | Name a node that runs before it.',
    ]);
  });

  it('finds the node that was meant', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  fetch: {type: echo}
  a: {type: echo, depends_on: [fetch], config: {text: "{{ fetsh.body }} {{ something_else }}"}}
`),
    ).toEqual([
      '5:59 UNKNOWN_VARIABLE nodes.a.config.text | nothing is named "fetsh": no input, node or item before a | Did you mean fetch?',
      '5:76 UNKNOWN_VARIABLE nodes.a.config.text | nothing is named "something_else": no input, node or item before a | Correct the name.',
    ]);
  });

  it('says that there is no environment', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  a: {type: echo, config: {text: "{{ env.HOME }}"}}
`),
    ).toEqual([
      '4:38 UNKNOWN_VARIABLE nodes.a.config.text | flows cannot read the environment, so there is no env | Declare an input and give its value when the flow is started.',
    ]);
  });

  it('says how to read a node with a dash', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  pre-fetch: {type: echo}
  a: {type: echo, depends_on: [pre-fetch], config: {text: "{{ pre-fetch.body }}"}}
`),
    ).toEqual([
      '5:63 UNKNOWN_VARIABLE nodes.a.config.text | nothing is named "pre": no input, node or item before a | A template reads "-" as minus. Add context: {pre_fetch: pre-fetch} and write pre_fetch.',
    ]);
  });

  it('reads a node with a dash through context', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  pre-fetch: {type: echo}
  a:
    type: echo
    depends_on: [pre-fetch]
    context: {pre_fetch: pre-fetch.body}
    config: {text: "{{ pre_fetch }}"}
`),
    ).toEqual([]);
  });

  it('checks the references of context', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  fetch: {type: echo}
  a:
    type: echo
    depends_on: [fetch]
    config:
      context: {b: fetsh, c: later.x, d: inputs.tiket, fetch: fetch}
  later: {type: echo}
`),
    ).toEqual([
      '9:20 UNKNOWN_NODE nodes.a.config.context.b | nothing is named "fetsh": no input, node or item before a | Did you mean fetch?',
      '9:30 NOT_UPSTREAM nodes.a.config.context.c | a reads later, which does not run before it | Add later to the depends_on of a.',
      '9:42 UNKNOWN_INPUT nodes.a.config.context.d | the flow has no input "tiket" | Did you mean inputs.ticket?',
    ]);
  });

  it('checks references of fields', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  a: {type: split, config: {field: fetch.rows}}
  b: {type: split, config: {field: inputs.x}}
  c: {type: split, config: {field: nothing_here}}
  fetch: {type: echo}
`),
    ).toEqual([
      '4:36 NOT_UPSTREAM nodes.a.config.field | a reads fetch, which does not run before it | Add fetch to the depends_on of a.',
      '5:36 UNKNOWN_INPUT nodes.b.config.field | the flow has no input "x" | Did you mean inputs.xs?',
      '6:36 UNKNOWN_NODE nodes.c.config.field | nothing is named "nothing_here": no input, node or item before c | Correct the name or add the node.',
    ]);
  });

  it('reads the item of its own foreach by name', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m], item_name: row}}
  m: {type: echo, config: {text: "{{ each }}"}}
`),
    ).toEqual([
      '5:38 NOT_UPSTREAM nodes.m.config.text | each has no value yet while m runs for one of its items | Read the item by its name, row.',
    ]);
  });

  it('does not see names of another region', () => {
    expect(
      problemsOf(`name: x
inputs: {ticket: string, xs: array}
nodes:
  s: {type: split, config: {field: inputs.xs, item_name: row}}
  a: {type: echo, depends_on: [s], config: {text: "{{ row }}"}}
  all: {type: aggregate, depends_on: [a]}
  b: {type: echo, depends_on: [all], config: {text: "{{ row }} {{ a }} {{ item }}"}}
`),
    ).toEqual([
      '7:57 UNKNOWN_VARIABLE nodes.b.config.text | nothing is named "row": no input, node or item before b | row is the item of s; only nodes behind it see it, up to its aggregate.',
      '7:75 UNKNOWN_VARIABLE nodes.b.config.text | nothing is named "item": no input, node or item before b | Only nodes behind a split, up to its aggregate, and those of a foreach see item.',
    ]);
  });

  it('knows no inputs where none are declared', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: echo, config: {text: "{{ inputs.ticket }}"}}
`),
    ).toEqual([
      '3:38 UNKNOWN_INPUT nodes.a.config.text | the flow has no input "ticket" | Declare ticket under inputs.',
    ]);
  });

  it('says nothing of names where a node was lost', () => {
    expect(
      problemsOf(`name: x
nodes:
  "a b": {type: wrap, config: {code: x}}
  c: {type: echo, depends_on: ["a b", d], config: {text: "{{ a }} {{ d }}"}}
`),
    ).toEqual([
      '3:3 INVALID_NAME nodes["a b"] | the node name "a b" has characters that are not allowed | Use 1 to 64 letters a to z, digits, _ and -.',
    ]);
  });
});
