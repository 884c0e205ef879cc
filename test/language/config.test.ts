import { describe, expect, it } from 'vitest';
import { problemsOf } from './compiled.ts';

describe('the config of a node', () => {
  it('accepts every kind of value', () => {
    expect(
      problemsOf(`name: x
inputs: {n: integer}
nodes:
  a:
    type: echo
    config:
      value: {deep: [1, null, "{{ inputs.n }}"]}
      text: hi
      wait: 2s
      size: 2KB
      count: "{{ inputs.n }}"
      mode: slow
      names: [a, "{{ inputs.n }}"]
      flag: true
      code: "return '{{ x }}'"
      other: a
`),
    ).toEqual([]);
  });

  it('finds the key that was meant', () => {
    expect(
      problemsOf(`name: x
inputs: {n: integer}
nodes:
  a:
    type: echo
    config:
      txt: hi
      Mode: fast
      quantity: 5
`),
    ).toEqual([
      '7:7 UNKNOWN_KEY nodes.a.config.txt | txt is not a key of nodes.a.config | Did you mean text?',
      '8:7 UNKNOWN_KEY nodes.a.config.Mode | Mode is not a key of nodes.a.config | Did you mean mode?',
      '9:7 UNKNOWN_KEY nodes.a.config.quantity | quantity is not a key of nodes.a.config | The keys here are code, context, count, flag, input_schema, names, other, output_schema, size, value, wait.',
    ]);
  });

  it('refuses values of another type', () => {
    expect(
      problemsOf(`name: x
inputs: {n: integer}
nodes:
  a:
    type: echo
    config:
      text: 5
      wait: [1]
      count: "3"
      flag: "true"
      names: a
      code: {}
      mode: 1
`),
    ).toEqual([
      '7:13 WRONG_TYPE nodes.a.config.text | text must be text, not the number 5 | Put it in quotes: "5".',
      '8:13 WRONG_TYPE nodes.a.config.wait | wait must be a duration such as 500ms, 30s, 5m or 1h, or a number of seconds, not a list | Write a duration such as 500ms, 30s, 5m or 1h, or a number of seconds.',
      '9:14 WRONG_TYPE nodes.a.config.count | count must be a whole number, not the text "3" | Remove the quotes.',
      '10:13 WRONG_TYPE nodes.a.config.flag | flag must be true or false, not the text "true" | Remove the quotes.',
      '11:14 WRONG_TYPE nodes.a.config.names | names must be a list, not the text "a" | Write a list.',
      '12:13 WRONG_TYPE nodes.a.config.code | code must be text, not a map | Write text.',
      '13:13 WRONG_TYPE nodes.a.config.mode | mode must be fast or slow, not the number 1 | Write fast or slow.',
    ]);
  });

  it('refuses values out of range', () => {
    expect(
      problemsOf(`name: x
inputs: {n: integer}
nodes:
  a:
    type: echo
    config:
      wait: 2m
      count: 11
      names: [a, b, c, d]
      size: big
`),
    ).toEqual([
      '7:13 WRONG_VALUE nodes.a.config.wait | wait must be between 0 ms and 1 min, not 2 min | Write a value between 0 ms and 1 min.',
      '8:14 WRONG_VALUE nodes.a.config.count | count must be between 1 and 10, not 11 | Write a value between 1 and 10.',
      '9:14 WRONG_VALUE nodes.a.config.names | names must have at most 3 entries, not 4 | Write at most 3 entries.',
      '10:13 WRONG_VALUE nodes.a.config.size | size must be a size such as 512KB, 100MB or 1GB, or a number of bytes, not "big" | Write a size such as 512KB, 100MB or 1GB, or a number of bytes.',
    ]);
  });

  it('refuses a half of a whole number', () => {
    expect(
      problemsOf(`name: x
inputs: {n: integer}
nodes:
  a:
    type: echo
    config:
      count: 2.5
`),
    ).toEqual([
      '7:14 WRONG_TYPE nodes.a.config.count | count must be a whole number, not the number 2.5 | Write a whole number.',
    ]);
  });

  it('finds the choice that was meant', () => {
    expect(
      problemsOf(`name: x
inputs: {n: integer}
nodes:
  a:
    type: echo
    config:
      mode: Slow
`),
    ).toEqual([
      '7:13 WRONG_VALUE nodes.a.config.mode | mode cannot be "Slow" | Did you mean slow?',
    ]);
  });

  it('takes a key without value as not given', () => {
    expect(
      problemsOf(`name: x
inputs: {n: integer}
nodes:
  a:
    type: echo
    config:
      text:
      count: null
`),
    ).toEqual([]);
  });

  it('refuses a required key without value', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: wrap, config: {code: }}
`),
    ).toEqual(['3:28 MISSING_KEY nodes.a.config.code | code has no value | Add code: code.']);
  });

  it('refuses a missing config', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: wrap}
`),
    ).toEqual(['3:3 MISSING_KEY nodes.a.config.code | code is missing | Add code: code.']);
  });

  it('refuses a config that is no map', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: wrap, config: [code]}
`),
    ).toEqual([
      '3:27 WRONG_TYPE nodes.a.config | config must be a map, not a list | Write the options by name below config.',
    ]);
  });

  it('refuses braces where nothing renders them', () => {
    expect(
      problemsOf(`name: x
inputs: {n: integer}
nodes:
  a:
    type: echo
    config:
      mode: "{{ inputs.n }}"
      flag: "{% if x %}true{% endif %}"
`),
    ).toEqual([
      '7:14 WRONG_VALUE nodes.a.config.mode | mode is not a template, but holds braces | Write inputs.n alone.',
      '8:14 WRONG_VALUE nodes.a.config.flag | flag is not a template, but holds braces | Write the value itself, without braces.',
    ]);
  });

  it('tells to write a reference without braces', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array}
nodes:
  a: {type: split, config: {field: "{{ inputs.xs }}"}}
`),
    ).toEqual([
      '4:37 WRONG_VALUE nodes.a.config.field | field is not a template, but holds braces | Write inputs.xs alone.',
    ]);
  });

  it('refuses what is no reference', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: split, config: {field: "a b"}}
  b: {type: split, config: {field: "inputs..x"}}
  c: {type: split, config: {field: [inputs.x]}}
`),
    ).toEqual([
      '3:36 WRONG_VALUE nodes.a.config.field | field must be a name such as inputs.items or node.field, not "a b" | Write the name alone: node, node.field, node.items[0].name or inputs.name.',
      '4:36 WRONG_VALUE nodes.b.config.field | field must be a name such as inputs.items or node.field, not "inputs..x" | Write the name alone: node, node.field, node.items[0].name or inputs.name.',
      '5:36 WRONG_TYPE nodes.c.config.field | field must be a name such as inputs.items or node.field, not a list | Write a name such as inputs.items or node.field.',
    ]);
  });

  it('puts what a type finds at its place', () => {
    expect(
      problemsOf(`name: x
nodes:
  a:
    type: choose
    config:
      conditions:
        - {condition: "{{ inputs }}", then: b}
        - {then: c}
`),
    ).toEqual([
      '8:11 MISSING_KEY nodes.a.config.conditions[1].condition | a condition has nothing to decide on | Add it.',
    ]);
  });

  it('reports one cause once', () => {
    expect(
      problemsOf(`name: x
nodes:
  a:
    type: choose
    config:
      conditions:
        - {then: c, conditon: "{{ inputs }}"}
`),
    ).toEqual([
      '7:21 UNKNOWN_KEY nodes.a.config.conditions[0].conditon | conditon is not a key of nodes.a.config.conditions[0] | Did you mean condition?',
    ]);
  });

  it('refuses unsafe templates', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: page, config: {template: hi, level: unsafe}}
`),
    ).toEqual([
      '3:49 WRONG_VALUE nodes.a.config.level | level unsafe is not allowed to flows: it needs the setting TEMPLATE_UNSAFE | Write sandboxed, which has the whole language; or let the operator set TEMPLATE_UNSAFE=true.',
    ]);
  });

  it('reads schemas in both forms', () => {
    expect(
      problemsOf(`name: x
nodes:
  a:
    type: wrap
    config:
      code: x
      input_schema: {name: string, tags: "enum[a, b]"}
      output_schema: {type: object, properties: {n: {type: number, minimum: 0}}}
`),
    ).toEqual([]);
  });

  it('refuses schemas that cannot be checked', () => {
    expect(
      problemsOf(`name: x
nodes:
  a:
    type: wrap
    config:
      code: x
      input_schema: {name: strin, n: number}
      output_schema:
        type: object
        properties:
          n: {type: number, minimun: 0}
          p: {type: string, pattern: "(?=x)"}
          r: {$ref: "#"}
`),
    ).toEqual([
      '7:28 WRONG_VALUE nodes.a.config.input_schema.name | input_schema: "strin" is not a type; did you mean string? | Correct the schema.',
      '11:38 WRONG_VALUE nodes.a.config.output_schema.properties.n.minimun | output_schema: minimun is not a keyword that is checked; did you mean minimum? | Correct the schema.',
      '12:38 WRONG_VALUE nodes.a.config.output_schema.properties.p.pattern | output_schema: pattern must be a regular expression of RE2 (no backreferences, no lookaround) | Correct the schema.',
      '13:21 WRONG_VALUE nodes.a.config.output_schema.properties.r["$ref"] | output_schema: $ref is not supported: write the schema out where it is used | Correct the schema.',
    ]);
  });

  it('reserves inputs among the names of context', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: wrap, context: {inputs: b, ok: inputs}, config: {code: x}}
`),
    ).toEqual([
      '3:29 RESERVED_NAME nodes.a.context.inputs | no name of context can be inputs: it always means the inputs of the flow | Choose another name.',
    ]);
  });
});
