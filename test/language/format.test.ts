import { describe, expect, it } from 'vitest';
import { problemsOf } from './compiled.ts';

describe('the keys of a flow', () => {
  it('takes one misspelt key for one mistake', () => {
    expect(
      problemsOf(`nmae: x
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual(['1:1 UNKNOWN_KEY nmae | nmae is not a key of a flow | Did you mean name?']);
  });

  it('says what is missing', () => {
    expect(
      problemsOf(`version: "2"
`),
    ).toEqual([
      '1:1 MISSING_KEY name | name is missing | Add name: the name of the flow.',
      '1:1 MISSING_KEY nodes | nodes is missing | Add nodes: the nodes by name, at least one.',
    ]);
  });

  it('refuses keys that it does not know', () => {
    expect(
      problemsOf(`name: x
steps: []
output: {a: a}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:1 UNKNOWN_KEY steps | steps is not a key of a flow | The keys here are description, grants, inputs, limits, name, nodes, outputs, tags, triggers, version.',
      '3:1 UNKNOWN_KEY output | output is not a key of a flow | Did you mean outputs?',
    ]);
  });

  it('refuses a version that YAML reads as a number', () => {
    expect(
      problemsOf(`name: x
version: 1.0
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:10 WRONG_TYPE version | version must be text, not the number 1 | Put it in quotes: "1.0".',
    ]);
  });

  it('refuses a name that is no text', () => {
    expect(
      problemsOf(`name: [x]
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual(['1:7 WRONG_TYPE name | name must be text, not a list | Write text.']);
  });

  it('refuses an empty name', () => {
    expect(
      problemsOf(`name: ""
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual(['1:7 WRONG_VALUE name | name is empty | Write some text.']);
  });

  it('refuses nodes without nodes', () => {
    expect(
      problemsOf(`name: x
nodes: {}
`),
    ).toEqual(['2:8 FLOW_EMPTY nodes | the flow has no nodes | Add at least one node.']);
  });

  it('refuses nodes without value', () => {
    expect(
      problemsOf(`name: x
nodes:
`),
    ).toEqual([
      '2:1 MISSING_KEY nodes | nodes has no value | Add nodes: the nodes by name, at least one.',
    ]);
  });

  it('refuses a list of nodes', () => {
    expect(
      problemsOf(`name: x
nodes:
  - name: a
    type: wrap
`),
    ).toEqual([
      '3:3 WRONG_TYPE nodes | nodes must be a map by name, not a list | Write each one under its name, in place of "- name: ...".',
    ]);
  });

  it('refuses a node that is no map', () => {
    expect(
      problemsOf(`name: x
nodes: {a: wrap, b: }
`),
    ).toEqual([
      '2:9 WRONG_TYPE nodes.a | the node a must be a map with type and config, not text | Write type: and config: below its name.',
      '2:18 WRONG_TYPE nodes.b | the node b must be a map with type and config, not empty | Write type: and config: below its name.',
    ]);
  });

  it('refuses names that cannot be read', () => {
    expect(
      problemsOf(`name: x
nodes:
  inputs: {type: echo}
  "a b": {type: echo}
  "é": {type: echo}
`),
    ).toEqual([
      '3:3 RESERVED_NAME nodes.inputs | no node can be named inputs: the name has a meaning already | Choose another name.',
      '4:3 INVALID_NAME nodes["a b"] | the node name "a b" has characters that are not allowed | Use 1 to 64 letters a to z, digits, _ and -.',
      '5:3 INVALID_NAME nodes["é"] | the node name "é" has characters that are not allowed | Use 1 to 64 letters a to z, digits, _ and -.',
    ]);
  });

  it('warns of what nothing uses yet', () => {
    expect(
      problemsOf(`name: x
grants: {hosts: [a.test]}
triggers: []
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      'warning 3:1 UNKNOWN_KEY triggers | triggers is read, but nothing uses it yet | Keep it for the server, or remove it.',
    ]);
  });

  it('checks limits', () => {
    expect(
      problemsOf(`name: x
limits: {timeout: 8d, steps: 0, concurrency: many, tokens: 5}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:19 WRONG_VALUE limits.timeout | timeout must be between 1 ms and 7 d, not 8 d | Write a value between 1 ms and 7 d.',
      '2:30 WRONG_VALUE limits.steps | steps must be between 1 and 100000, not 0 | Write a value between 1 and 100000.',
      '2:46 WRONG_TYPE limits.concurrency | concurrency must be a whole number, not the text "many" | Write a whole number.',
      'warning 2:52 UNKNOWN_KEY limits.tokens | limits.tokens is read, but nothing uses it yet | Keep it for the server, or remove it.',
    ]);
  });

  it('reads inputs in both forms', () => {
    expect(
      problemsOf(`name: x
inputs:
  a: string
  b: {type: array, default: []}
  c: {type: integer, enum: [1, 2], required: false}
  d: {}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([]);
  });

  it('refuses input types of other languages', () => {
    expect(
      problemsOf(`name: x
inputs: {a: str, b: {type: list}, c: {type: 5}, d: [string], e: uuid}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:13 WRONG_VALUE inputs.a | an input cannot have the type "str" | Write string.',
      '2:28 WRONG_VALUE inputs.b.type | an input cannot have the type "list" | Write array.',
      '2:45 WRONG_TYPE inputs.c.type | the type of an input is a name, not the number 5 | The types are string, number, integer, boolean, array, object, any.',
      '2:52 WRONG_TYPE inputs.d | an input is a type or a map with type, not a list | Write a type such as string, or type: string below the name.',
      '2:65 WRONG_VALUE inputs.e | an input cannot have the type "uuid" | The types are string, number, integer, boolean, array, object, any.',
    ]);
  });

  it('refuses a default that is not of the type', () => {
    expect(
      problemsOf(`name: x
inputs: {a: {type: integer, default: "5"}, b: {type: string, enum: [x, y], default: z}}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:38 WRONG_TYPE inputs.a.default | the default of a must be an integer, not the string "5" | Correct the default, or what is declared for the input.',
      '2:85 WRONG_TYPE inputs.b.default | the default of b must be one of "x", "y", not "z" | Correct the default, or what is declared for the input.',
    ]);
  });

  it('refuses a wrong schema of an input', () => {
    expect(
      problemsOf(`name: x
inputs:
  a: {type: array, items: {type: strin}}
  b: {type: object, properties: {c: {$ref: "#"}}}
  d: {enum: []}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '3:27 WRONG_VALUE inputs.a.items | type must be one of string, number, integer, boolean, array, object, null, any, or a list of them | Correct the schema.',
      '4:33 WRONG_VALUE inputs.b.properties | $ref is not supported: write the schema out where it is used | Correct the schema.',
      '5:13 WRONG_VALUE inputs.d.enum | enum must have at least 1 entry, not 0 | Write at least 1 entry.',
    ]);
  });

  it('refuses yes as a truth', () => {
    expect(
      problemsOf(`name: x
inputs: {a: {type: string, required: yes}}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:38 WRONG_TYPE inputs.a.required | required must be true or false, not the text "yes" | Write true.',
    ]);
  });

  it('refuses outputs that are no references', () => {
    expect(
      problemsOf(`name: x
outputs: {a: "{{ a }}", b: [a], c: {from: a}, "": a}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:15 WRONG_VALUE outputs.a | a is not a template, but holds braces | Write a alone.',
      '2:28 WRONG_TYPE outputs.b | b must be a name such as inputs.items or node.field, not a list | Write a name such as inputs.items or node.field.',
      '2:36 WRONG_TYPE outputs.c | c must be a name such as inputs.items or node.field, not a map | Write a name such as inputs.items or node.field.',
      '2:47 INVALID_NAME outputs[""] | the output name "" is not allowed | Use 1 to 128 characters that can be seen.',
    ]);
  });

  it('checks the keys of a node', () => {
    expect(
      problemsOf(`name: x
nodes:
  a:
    type: wrap
    dependson: [b]
    retry: {attempts: 21, backof: 1s}
    timeout: soon
    cache: {ttl: never, enabled: 1}
    config: {code: x}
`),
    ).toEqual([
      '5:5 UNKNOWN_KEY nodes.a.dependson | dependson is not a key of nodes.a | Did you mean depends_on?',
      '6:23 WRONG_VALUE nodes.a.retry.attempts | attempts must be between 1 and 20, not 21 | Write a value between 1 and 20.',
      '6:27 UNKNOWN_KEY nodes.a.retry.backof | backof is not a key of nodes.a.retry | Did you mean backoff?',
      '7:14 WRONG_VALUE nodes.a.timeout | timeout must be a duration such as 500ms, 30s, 5m or 1h, or a number of seconds, not "soon" | Write a duration such as 500ms, 30s, 5m or 1h, or a number of seconds.',
      '8:18 WRONG_VALUE nodes.a.cache.ttl | ttl must be a duration such as 500ms, 30s, 5m or 1h, or a number of seconds, not "never" | Write a duration such as 500ms, 30s, 5m or 1h, or a number of seconds.',
      '8:34 WRONG_TYPE nodes.a.cache.enabled | enabled must be true or false, not the number 1 | Write true or false.',
    ]);
  });

  it('accepts the short forms of a node', () => {
    expect(
      problemsOf(`name: x
nodes:
  b: {type: wrap, config: {code: x}}
  a: {type: wrap, depends_on: b, retry: 3, timeout: 5, cache: {ttl: 7200}, config: {code: x}}
`),
    ).toEqual([]);
  });

  it('refuses too many attempts in the short form', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: wrap, retry: 50, config: {code: x}}
`),
    ).toEqual([
      '3:26 WRONG_VALUE nodes.a.retry | retry must be between 1 and 20, not 50 | Write a value between 1 and 20.',
    ]);
  });

  it('refuses depends_on that is no list', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: wrap, depends_on: {b: 1}, config: {code: x}}
  c: {type: wrap, depends_on: [""], config: {code: x}}
`),
    ).toEqual([
      '3:31 WRONG_TYPE nodes.a.depends_on | depends_on must be a list of nodes, not a map | Write depends_on: [node].',
      '4:32 WRONG_VALUE nodes.c.depends_on[0] | depends_on[0] names no node | Name a node, or remove the entry.',
    ]);
  });

  it('says that a node type comes later', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: llm, config: {prompt: hi}}
  b: {type: email.send}
`),
    ).toEqual([
      '3:13 UNKNOWN_NODE_TYPE nodes.a.type | the node type llm is not part of this version yet | It comes with a later version; until then take another type or leave the node out.',
      '4:13 UNKNOWN_NODE_TYPE nodes.b.type | the node type email.send is not part of this version yet | It comes with a later version; until then take another type or leave the node out.',
    ]);
  });

  it('finds the type that was meant', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: aggregat}
  b: {type: Split}
  c: {type: frobnicate}
  d: {}
  e: {type: 5}
`),
    ).toEqual([
      '3:13 UNKNOWN_NODE_TYPE nodes.a.type | there is no node type "aggregat" | Did you mean aggregate?',
      '4:13 UNKNOWN_NODE_TYPE nodes.b.type | there is no node type "Split" | Did you mean split?',
      '5:13 UNKNOWN_NODE_TYPE nodes.c.type | there is no node type "frobnicate" | The types are aggregate, broken, choose, echo, foreach, page, split, wrap.',
      '6:3 MISSING_KEY nodes.d.type | type is missing | Add type: the node type, such as http or transform.',
      '7:13 WRONG_TYPE nodes.e.type | type must be text, not the number 5 | Put it in quotes: "5".',
    ]);
  });

  it('tells that an option belongs under config', () => {
    expect(
      problemsOf(`name: x
nodes:
  a:
    type: wrap
    code: return 1
`),
    ).toEqual([
      '5:5 UNKNOWN_KEY nodes.a.code | code is not a key of nodes.a | Move code under config.',
    ]);
  });

  it('reports a defect of a node type and goes on', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: broken}
  b: {type: nope}
`),
    ).toEqual([
      '3:3 INTERNAL nodes.a.config | the node type broken failed to judge this config (check) | Report this: it is a defect of the node type.',
      '4:13 UNKNOWN_NODE_TYPE nodes.b.type | there is no node type "nope" | The types are aggregate, broken, choose, echo, foreach, page, split, wrap.',
    ]);
  });
});
