import { describe, expect, it } from 'vitest';
import { problemsOf } from './compiled.ts';

describe('the text of a flow', () => {
  it('refuses a file without anything in it', () => {
    expect(problemsOf(``)).toEqual([
      '1:1 FLOW_EMPTY  | the file holds no flow | Write name, nodes and outputs.',
    ]);
  });

  it('refuses a file of comments', () => {
    expect(
      problemsOf(`# nothing yet
`),
    ).toEqual(['1:1 FLOW_EMPTY  | the file holds no flow | Write name, nodes and outputs.']);
  });

  it('refuses text that is no map', () => {
    expect(
      problemsOf(`hello
`),
    ).toEqual([
      '1:1 UNKNOWN_FORMAT  | a flow is a map with name, nodes and outputs, not text | Write a native flow: name, nodes, outputs.',
    ]);
  });

  it('refuses a list', () => {
    expect(
      problemsOf(`- a: 1
`),
    ).toEqual([
      '1:1 UNKNOWN_FORMAT  | a flow is a map with name, nodes and outputs, not a list | Write a native flow: name, nodes, outputs.',
    ]);
  });

  it('refuses a map that is no flow', () => {
    expect(
      problemsOf(`country: no
city: 5
`),
    ).toEqual([
      '1:1 UNKNOWN_FORMAT  | this is no flow: it has neither name nor nodes | Write a native flow: name, nodes, outputs.',
    ]);
  });

  it('shows the place of a byte that is not UTF-8', () => {
    expect(problemsOf(new Uint8Array([110, 97, 109, 101, 58, 32, 195, 40]))).toEqual([
      '1:7 FLOW_NOT_TEXT  | byte 6 of the file (0xc3) is not UTF-8 | Save the file as UTF-8.',
    ]);
  });

  it('knows UTF-16 by its mark', () => {
    expect(problemsOf(new Uint8Array([255, 254, 110, 0]))).toEqual([
      '1:1 FLOW_NOT_TEXT  | the file is UTF-16, not UTF-8 | Save the file as UTF-8.',
    ]);
  });

  it('refuses a control character', () => {
    expect(
      problemsOf(`name: ab
nodes: {}
`),
    ).toEqual([
      '1:8 FLOW_NOT_TEXT  | the flow holds the character U+0007, which text does not have | Remove the character; inside double quotes it can be written as an escape.',
    ]);
  });

  it('refuses a hidden mark in a name', () => {
    expect(
      problemsOf(`name: "a\\u202Eb"
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '1:7 INVALID_NAME name | the name holds control characters or marks that cannot be seen | Write the name in plain characters.',
    ]);
  });

  it('accepts a byte order mark', () => {
    expect(
      problemsOf(`﻿name: a
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([]);
  });

  it('refuses a tab as indentation', () => {
    expect(
      problemsOf(`name: a
nodes:
	a: {}
`),
    ).toEqual(['3:1 YAML_SYNTAX  | a tab is used to indent | Indent with spaces.']);
  });

  it('refuses wrong indentation', () => {
    expect(
      problemsOf(`name: a
nodes:
  a:
    type: wrap
   config: {}
`),
    ).toEqual([
      '5:1 YAML_SYNTAX  | the indentation does not fit the lines above | Indent the keys of one map by the same number of spaces.',
    ]);
  });

  it('refuses an open bracket', () => {
    expect(
      problemsOf(`name: a
nodes: {a: {type: wrap
`),
    ).toEqual([
      '2:23 YAML_SYNTAX  | the text ends while a bracket or quote is open | Close the { of line 2, column 12.',
    ]);
  });

  it('refuses an open quote', () => {
    expect(
      problemsOf(`name: "a
nodes: {}
`),
    ).toEqual([
      '2:10 YAML_SYNTAX  | the text ends while a bracket or quote is open | Close the " of line 1, column 7.',
    ]);
  });

  it('refuses a second document', () => {
    expect(
      problemsOf(`name: a
---
name: b
`),
    ).toEqual([
      '2:1 YAML_SYNTAX  | the file holds a second document after "---" | Write one flow in one file.',
    ]);
  });

  it('says where a key stood first', () => {
    expect(
      problemsOf(`name: a
name: b
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:1 DUPLICATE_KEY name | the key name is given twice, first in line 1 | Remove or rename one of the two.',
    ]);
  });

  it('compares keys after their escapes', () => {
    expect(
      problemsOf(`name: a
"na\\u006de": b
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:1 DUPLICATE_KEY name | the key name is given twice, first in line 1 | Remove or rename one of the two.',
    ]);
  });

  it('refuses keys of the host at any depth', () => {
    expect(
      problemsOf(`name: a
nodes: {a: {type: echo, config: {value: {__proto__: 1, deep: {constructor: 2}}}}}
`),
    ).toEqual([
      '2:42 FORBIDDEN_KEY nodes.a.config.value.__proto__ | the key __proto__ is not allowed | Rename it.',
      '2:63 FORBIDDEN_KEY nodes.a.config.value.deep.constructor | the key constructor is not allowed | Rename it.',
    ]);
  });

  it('refuses keys of the host through a merge', () => {
    expect(
      problemsOf(`name: a
<<: {prototype: 1}
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual(['2:6 FORBIDDEN_KEY <<.prototype | the key prototype is not allowed | Rename it.']);
  });

  it('refuses keys that are not text', () => {
    expect(
      problemsOf(`name: a
nodes: {a: {type: echo, config: {value: {200: ok, true: no, [a]: b}}}}
`),
    ).toEqual([
      '2:42 KEY_NOT_TEXT nodes.a.config.value | the key 200 is not text | Put it in quotes: "200".',
      '2:51 KEY_NOT_TEXT nodes.a.config.value | the key true is not text | Put it in quotes: "true".',
      '2:61 KEY_NOT_TEXT nodes.a.config.value | a key is a list | Put the key in quotes.',
    ]);
  });

  it('refuses tags', () => {
    expect(
      problemsOf(`name: !!python/name:os.system a
nodes: {a: {type: wrap, config: {code: !custom x}}}
`),
    ).toEqual([
      '1:7 YAML_TAG_REFUSED name | the YAML tag !!python/name:os.system is not allowed | Remove the tag; flows hold plain data.',
      '2:40 YAML_TAG_REFUSED nodes.a.config.code | the YAML tag !custom is not allowed | Remove the tag; flows hold plain data.',
    ]);
  });

  it('refuses an alias inside its own value', () => {
    expect(
      problemsOf(`name: a
nodes: {a: {type: echo, config: {value: &v [*v]}}}
`),
    ).toEqual([
      '2:45 YAML_SYNTAX nodes.a.config.value[0] | the alias *v stands inside the value that it names | Write the value out.',
    ]);
  });

  it('refuses an alias without anchor', () => {
    expect(
      problemsOf(`name: a
nodes: {a: {type: echo, config: {value: *v}}}
`),
    ).toEqual([
      '2:41 YAML_SYNTAX nodes.a.config.value | no anchor &v stands before this alias | Write the value out.',
    ]);
  });

  it('refuses numbers that JSON cannot hold', () => {
    expect(
      problemsOf(`name: a
nodes: {a: {type: echo, config: {value: [.inf, 12345678901234567890]}}}
`),
    ).toEqual([
      '2:42 WRONG_VALUE nodes.a.config.value[0] | the number .inf cannot be written in JSON | Write a finite number, or put it in quotes.',
      '2:48 WRONG_VALUE nodes.a.config.value[1] | the whole number 12345678901234567890 is too large to be kept exactly | Put it in quotes if it is an id.',
    ]);
  });

  it('refuses what is merged and no map', () => {
    expect(
      problemsOf(`name: a
<<: 5
nodes: {a: {type: wrap, config: {code: x}}}
`),
    ).toEqual([
      '2:5 WRONG_TYPE  | << merges a map or a list of maps, not the number 5 | Write a value of the type shown.',
    ]);
  });

  it('explains a template without quotes', () => {
    expect(
      problemsOf(`name: a
nodes:
  a:
    type: echo
    config:
      text: {{ inputs.x }}
`),
    ).toEqual([
      '6:14 KEY_NOT_TEXT nodes.a.config.text | braces without quotes are a map, not a template | Put the whole value in quotes: "{{ ... }}".',
    ]);
  });

  it('explains a colon inside plain text', () => {
    expect(
      problemsOf(`name: a
nodes:
  a:
    type: echo
    config:
      text: Classify: this
`),
    ).toEqual([
      '6:13 YAML_SYNTAX  | a second "key: value" stands on a line that has one already | Text that holds ": " needs quotes. Put the text in quotes, or use a block: key: | and the text below it.',
    ]);
  });

  it('explains an unknown escape', () => {
    expect(
      problemsOf(`name: "a\\qb"
nodes: {}
`),
    ).toEqual([
      '1:9 YAML_SYNTAX  | an escape in double quotes is not known | Write \\\\ for a backslash, or use single quotes, where nothing is escaped.',
    ]);
  });

  it('accepts JSON', () => {
    expect(
      problemsOf(
        `{"name": "a", "nodes": {"a": {"type": "wrap", "config": {"code": "\\u0041\\/"}}}}`,
        'flow.json',
      ),
    ).toEqual([]);
  });

  it('refuses JSON with a trailing comma', () => {
    expect(problemsOf(`{"name": "a", "nodes": {},}`, 'flow.json')).toEqual([
      '1:27 JSON_SYNTAX  | a comma stands before a closing bracket | Remove the comma.',
    ]);
  });

  it('refuses JSON that is YAML', () => {
    expect(problemsOf(`{'name': 'a', 'nodes': {}}`, 'flow.json')).toEqual([
      '1:2 JSON_SYNTAX  | JSON has no single quotes | Use double quotes.',
    ]);
  });

  it('refuses JSON that ends too early', () => {
    expect(problemsOf(`{"name": "a"`, 'flow.json')).toEqual([
      '1:13 JSON_SYNTAX  | the text ends while a bracket or quote is open | Close the { of line 1, column 1.',
    ]);
  });

  it('knows a graph of nodes and edges', () => {
    expect(
      problemsOf(`{"name": "t", "nodes": [{"id": "s", "type": "start"}], "edges": []}`),
    ).toEqual([
      '1:56 UNKNOWN_FORMAT edges | this looks like a graph of the Agentic Workflow Engine: a list of nodes and a list of edges | Importing it comes with a later version; write a native flow until then.',
    ]);
  });

  it('knows a flow with metadata', () => {
    expect(
      problemsOf(`metadata: {name: x}
nodes: {a: {type: delay, params: {duration: 1s}}}
`),
    ).toEqual([
      '2:1 UNKNOWN_FORMAT nodes | this looks like a FlowRunner flow: its nodes lead on by next and take params | Importing it comes with a later version; write a native flow until then.',
    ]);
  });

  it('knows a flow with next', () => {
    expect(
      problemsOf(`name: x
nodes:
  a: {type: condition, params: {}, next: {default: b}}
`),
    ).toEqual([
      '2:1 UNKNOWN_FORMAT nodes | this looks like a FlowRunner flow: its nodes lead on by next and take params | Importing it comes with a later version; write a native flow until then.',
    ]);
  });
});
