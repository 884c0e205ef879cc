import { describe, expect, it } from 'vitest';
import { planOf, problemsOf } from './compiled.ts';

const NODE = 'nodes: {a: {type: wrap, config: {code: x}}}';

describe('mistakes that people make', () => {
  it('reads a route of the name of its own router as a value, as system 1 does', () => {
    const plan = planOf(`name: test-api-workflow
nodes:
  echo:
    type: choose
    config: {conditions: [{is_default: true, then: echo}]}
  after: {type: wrap, depends_on: [echo.echo], config: {code: x}}
outputs: {result: echo}
`);
    const edges = plan.nodes.flatMap(({ outgoing }) => outgoing);
    expect(edges.map(({ from, port, to, kind }) => [from, port, to, kind])).toEqual([
      ['echo', 'echo', 'after', 'data'],
    ]);
  });

  it('still refuses a router that depends on itself', () => {
    expect(
      problemsOf(`name: x
nodes:
  r:
    type: choose
    depends_on: [r]
    config: {conditions: [{is_default: true, then: r}]}
`),
    ).toEqual([
      '5:18 CYCLE nodes.r.depends_on[0] | the node r waits for itself | Remove the dependency.',
    ]);
  });

  it.each([
    ['depends', 'depends_on'],
    ['dependsOn', 'depends_on'],
    ['desc', 'description'],
    ['config_map', 'config'],
  ])('finds the key that %s is the start of, or starts with', (key, meant) => {
    expect(
      problemsOf(`name: x\nnodes: {a: {type: wrap, config: {code: x}, ${key}: [b]}}\n`),
    ).toEqual([
      `2:44 UNKNOWN_KEY nodes.a.${key} | ${key} is not a key of nodes.a | Did you mean ${meant}?`,
    ]);
  });

  it('does not take a short word for the start of a key', () => {
    expect(problemsOf(`name: x\nde: y\n${NODE}\n`)).toEqual([
      '2:1 UNKNOWN_KEY de | de is not a key of a flow | The keys here are description, grants, inputs, limits, name, nodes, outputs, tags, triggers, version.',
    ]);
  });

  it('finds the type of an input that was meant', () => {
    expect(problemsOf(`name: x\ninputs: {a: strng, b: date}\n${NODE}\n`)).toEqual([
      '2:13 WRONG_VALUE inputs.a | an input cannot have the type "strng" | Did you mean string?',
      '2:23 WRONG_VALUE inputs.b | an input cannot have the type "date" | The types are string, number, integer, boolean, array, object, any.',
    ]);
  });

  it.each(['{a: 1}', '[5]', '[""]'])('says nothing of names where depends_on is %s', (written) => {
    const problems = problemsOf(`name: x
nodes:
  a: {type: wrap, config: {code: x}}
  b: {type: echo, depends_on: ${written}, config: {text: "{{ a }}"}}
`);
    expect(problems.map((problem) => problem.split(' ', 3).slice(1).join(' '))).toEqual([
      `${written === '[""]' ? 'WRONG_VALUE' : 'WRONG_TYPE'} nodes.b.depends_on${written.startsWith('[') ? '[0]' : ''}`,
    ]);
  });

  it('says which foreach an item belongs to', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [a], item_name: row}}
  a: {type: echo, config: {text: "{{ row }}"}}
  b: {type: echo, depends_on: [each], config: {text: "{{ row }}"}}
`),
    ).toEqual([
      '6:58 UNKNOWN_VARIABLE nodes.b.config.text | nothing is named "row": no input, node or item before b | row is the item of each; only the nodes in its subgraph_nodes see it.',
    ]);
  });
});

describe('the text of a flow, once more', () => {
  it('breaks lines at a carriage return alone', () => {
    expect(problemsOf(`name: x\r${NODE}\routputs: {a: b}\r`)).toEqual([
      '3:14 UNKNOWN_NODE outputs.a | no node is named "b" | Correct the name or add the node.',
    ]);
  });

  it('refuses a tag once, where it stands', () => {
    expect(
      problemsOf(`name: x
description: &d !!binary   aGk=
version: !!timestamp # !no
  2024-01-01
${NODE}
`),
    ).toEqual([
      '2:17 YAML_TAG_REFUSED description | the YAML tag !!binary is not allowed | Remove the tag; flows hold plain data.',
      '3:10 YAML_TAG_REFUSED version | the YAML tag !!timestamp is not allowed | Remove the tag; flows hold plain data.',
    ]);
  });

  it('reads on behind many tags', () => {
    const tags = Array.from({ length: 30 }, () => '!a 1').join(', ');
    const problems = problemsOf(`name: x\ngrants: [${tags}]\nnode: {}\n`);
    expect(problems.filter((problem) => problem.includes('YAML_TAG_REFUSED'))).toHaveLength(30);
    expect(problems.at(-1)).toContain('3:1 UNKNOWN_KEY node | ');
  });

  it('says which of several brackets is open', () => {
    const open = (text: string, file?: string) => problemsOf(text, file)[0]?.split('| ').at(-1);
    expect(open('name: x\nnodes: {a: {type: wrap, config: {}}\n')).toBe(
      'Close the { of line 2, column 8.',
    );
    expect(open('{"name": "x", "nodes": [1, {"a": []', 'x.json')).toBe(
      'Close the { of line 1, column 28.',
    );
    expect(open("name: 'it''s\nnodes: {}\n")).toBe("Close the ' of line 1, column 7.");
    expect(open('name: "a\\"\nnodes: {}\n')).toBe('Close the " of line 1, column 7.');
  });

  it.each([
    ["name: 'it's'", 11, 'text stands behind a value that has ended'],
    ['name: - x', 7, 'a list starts on the line of its key'],
    ['name: [a, b}}', 13, 'a closing bracket closes nothing'],
    ['name: {a: 1}}', 13, 'a closing bracket closes nothing'],
  ])('explains %s', (line, column, message) => {
    expect(problemsOf(`${line}\n${NODE}\n`)[0]).toContain(
      `1:${column} YAML_SYNTAX  | ${message} | `,
    );
  });

  it('explains a quote that other keys follow', () => {
    expect(problemsOf(`name: "x\nversion: "1.0"\n${NODE}\n`)).toEqual([
      '1:9 YAML_SYNTAX  | a quote is not closed | Close the quote on the line where it opens.',
    ]);
  });

  it('explains a bracket that the lines below leave open', () => {
    expect(problemsOf('name: x\nnodes:\n  a:\n    depends_on: [b\n    type: wrap\n')).toEqual([
      '5:5 YAML_SYNTAX  | a bracket above is not closed | Close it, or indent what belongs inside.',
    ]);
  });

  it('takes a key below a value for wrong indentation', () => {
    expect(problemsOf('name: x\n nodes:\n  a: 1\n')).toEqual([
      '2:2 YAML_SYNTAX  | the indentation does not fit the lines above | Indent the keys of one map by the same number of spaces.',
    ]);
  });
});

describe('a file named .json', () => {
  const mistakeIn = (text: string) => problemsOf(text, 'x.json')[0]?.split(' | ').slice(0, 2);

  it.each([
    ['{"name": True}', '1:10', 'True is no JSON value'],
    ['{"name": undefined}', '1:10', 'undefined is no JSON value'],
    ['{"name": -Infinity}', '1:10', '-Infinity is no JSON value'],
    ['{"name": 01}', '1:10', '01 is no JSON value'],
    ['{"name": .5}', '1:10', '.5 is no JSON value'],
    ['{"name": }', '1:10', 'a value is missing'],
    ['{"name" "x"}', '1:9', 'a : is missing behind a key'],
    ['{"name": "x" "nodes": {}}', '1:14', 'a , or } is missing'],
    ['["x" "y"]', '1:6', 'a , or ] is missing'],
    ['{"name": "x"]', '1:13', 'a , or } is missing'],
    ['[1,]', '1:4', 'a comma stands before a closing bracket'],
    ['{name: "x"}', '1:2', 'a key in double quotes is missing, not name'],
    ['{1: "x"}', '1:2', 'a key in double quotes is missing, not 1'],
    ['{"name": "x"} // end', '1:15', 'JSON has no comments'],
    ['# start\n{"name": "x"}', '1:1', 'JSON has no comments'],
    ['{"name": "x"} {}', '1:15', 'something stands behind the end'],
    ['{"name": "a\tb"}', '1:12', 'a line break or tab stands inside quotes'],
    ['{"name": "a\nb"}', '1:12', 'a line break or tab stands inside quotes'],
    ['{"name": "a\\qb"}', '1:12', 'JSON has no such escape'],
    ['{"name": "\\u12g4"}', '1:11', 'JSON has no such escape'],
    ['name: x', '1:1', 'name is no JSON value'],
    ['{"name": !!str x}', '1:10', '!!str is no JSON value'],
  ])('shows what is no JSON in %s', (text, place, message) => {
    expect(mistakeIn(text)).toEqual([`${place} JSON_SYNTAX `, message]);
  });

  it('says what is open where the text ends too early', () => {
    expect(mistakeIn('{"name": "x')).toEqual([
      '1:12 JSON_SYNTAX ',
      'the text ends while a bracket or quote is open',
    ]);
    expect(mistakeIn('{"name":')?.[0]).toBe('1:9 JSON_SYNTAX ');
  });

  it('takes all that JSON has, however long', () => {
    const data = '[-0, 1.5e+3, true, false, null, "", [], {}, "\\u00e9\\n\\/", " {"]';
    const long = 'a'.repeat(900_000);
    const nodes = '{"a": {"type": "wrap", "config": {"code": "x"}}}';
    const text = `{"name": "x", "description": "${long}", "triggers": ${data},\r\n\t"nodes": ${nodes}} \n`;
    expect(problemsOf(`\ufeff ${text}`, 'x.json')).toEqual([
      expect.stringContaining('triggers is read, but nothing uses it yet'),
    ]);
  });

  it('leaves depth to the limit on depth', () => {
    expect(mistakeIn('['.repeat(100_000))).toEqual([
      '1:131 YAML_TOO_DEEP ',
      'lists and maps are nested more than 64 levels deep',
    ]);
  });
});
