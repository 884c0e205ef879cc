import { describe, expect, it } from 'vitest';
import { problemsOf } from './compiled.ts';

describe('the graph of a flow', () => {
  it('finds the node that was meant', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  fetch: {type: echo}
  report: {type: echo, depends_on: [fetsh, fetch.eror, inputs, nothing_like_it]}
`),
    ).toEqual([
      '5:37 UNKNOWN_NODE nodes.report.depends_on[0] | no node is named "fetsh" | Did you mean fetch?',
      '5:44 UNKNOWN_PORT nodes.report.depends_on[1] | the node fetch has no port "eror" | Did you mean fetch.error?',
      '5:56 UNKNOWN_NODE nodes.report.depends_on[2] | depends_on names nodes; inputs are always there | Remove it.',
      '5:64 UNKNOWN_NODE nodes.report.depends_on[3] | no node is named "nothing_like_it" | Correct the name or add the node.',
    ]);
  });

  it('lists the ports of a node', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  pick:
    type: choose
    config:
      conditions:
        - {condition: "{{ inputs.s }}", then: left}
        - {is_default: true, then: other}
  left: {type: echo, depends_on: [pick.left]}
  a: {type: echo, depends_on: [pick.lefty]}
  b: {type: echo, depends_on: [pick.selected_route]}
  c: {type: echo, depends_on: [left.x]}
`),
    ).toEqual([
      '11:32 UNKNOWN_PORT nodes.a.depends_on[0] | the node pick has no port "lefty" | Did you mean pick.left?',
      '12:32 UNKNOWN_PORT nodes.b.depends_on[0] | the node pick has no port "selected_route" | Its ports are default, left, other, error. To read a field of it depend on pick.',
      '13:32 UNKNOWN_PORT nodes.c.depends_on[0] | the node left has no port "x" | Its ports are default, error. To read a field of it depend on left.',
    ]);
  });

  it('shows a circle whole and once', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  a: {type: echo, depends_on: [c]}
  b: {type: echo, depends_on: [a]}
  c: {type: echo, depends_on: [b]}
  after: {type: echo, depends_on: [c], config: {text: "{{ nothing }}"}}
`),
    ).toEqual([
      '4:32 CYCLE nodes.a.depends_on[0] | nodes wait for each other: a -> b -> c -> a | Remove one of these dependencies.',
    ]);
  });

  it('shows two circles', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  a: {type: echo, depends_on: [b]}
  b: {type: echo, depends_on: [a]}
  c: {type: echo, depends_on: [d]}
  d: {type: echo, depends_on: [c]}
`),
    ).toEqual([
      '4:32 CYCLE nodes.a.depends_on[0] | nodes wait for each other: a -> b -> a | Remove one of these dependencies.',
      '6:32 CYCLE nodes.c.depends_on[0] | nodes wait for each other: c -> d -> c | Remove one of these dependencies.',
    ]);
  });

  it('shows a node that waits for itself', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  a: {type: echo, depends_on: [a]}
`),
    ).toEqual([
      '4:32 CYCLE nodes.a.depends_on[0] | the node a waits for itself | Remove the dependency.',
    ]);
  });

  it('shows a circle through a route', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  pick:
    type: choose
    depends_on: [b]
    config: {conditions: [{is_default: true, then: a}]}
  a: {type: echo}
  b: {type: echo, depends_on: [a]}
`),
    ).toEqual([
      '6:18 CYCLE nodes.pick.depends_on[0] | nodes wait for each other: pick -> a -> b -> pick | Remove one of these dependencies.',
    ]);
  });

  it('shows a circle through a foreach', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m]}}
  m: {type: echo, depends_on: [o]}
  o: {type: echo, depends_on: [each]}
`),
    ).toEqual([
      '5:32 CYCLE nodes.m.depends_on[0] | nodes wait for each other: each -> o -> each | Remove one of these dependencies.',
    ]);
  });

  it('accepts that a node of a foreach depends on it', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m]}}
  m: {type: echo, depends_on: [each]}
`),
    ).toEqual([]);
  });

  it('refuses the error of a foreach inside it', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m]}}
  m: {type: echo, depends_on: [each.error]}
`),
    ).toEqual([
      '5:32 CYCLE nodes.m.depends_on[0] | m runs inside each and cannot wait for its failure | Remove the dependency, or take m out of each.',
    ]);
  });

  it('finds a node that needs two routes at once', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  pick:
    type: choose
    config:
      conditions:
        - {condition: "{{ inputs.s }}", then: left}
        - {condition: "{{ inputs.s }}", then: right}
        - {is_default: true, then: other}
  left: {type: echo}
  right: {type: echo, depends_on: [left]}
  after: {type: echo, depends_on: [right]}
`),
    ).toEqual([
      '12:3 UNREACHABLE_NODE nodes.right | right can never run: it needs pick to leave on two ports at once | Remove one of its dependencies, or let pick lead to it on one route only.',
    ]);
  });

  it('accepts a node that either route feeds', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  pick:
    type: choose
    config:
      conditions:
        - {condition: "{{ inputs.s }}", then: left}
        - {condition: "{{ inputs.s }}", then: right}
        - {is_default: true, then: other}
  left: {type: echo}
  right: {type: echo}
  after: {type: echo, depends_on: [left, right]}
`),
    ).toEqual([]);
  });

  it('accepts what stands on the error of a router', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  pick:
    type: choose
    config:
      conditions:
        - {condition: "{{ inputs.s }}", then: left}
        - {is_default: true, then: other}
  left: {type: echo}
  mend: {type: echo, depends_on: [pick.error]}
`),
    ).toEqual([]);
  });

  it('finds a node behind a route and the failure of its router', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  pick:
    type: choose
    config:
      conditions:
        - {condition: "{{ inputs.s }}", then: left}
        - {is_default: true, then: other}
  mend: {type: echo, depends_on: [pick.error]}
  left: {type: echo, depends_on: [mend]}
`),
    ).toEqual([
      '11:3 UNREACHABLE_NODE nodes.left | left can never run: it needs pick to leave on two ports at once | Remove one of its dependencies, or let pick lead to it on one route only.',
    ]);
  });

  it('refuses a member that is not there', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m, nn]}}
  m: {type: echo}
`),
    ).toEqual([
      '4:78 UNKNOWN_NODE nodes.each.config.subgraph_nodes[1] | the foreach each runs the node "nn", which is not there | Correct the name or add the node.',
    ]);
  });

  it('refuses a foreach in itself', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [each, m]}}
  m: {type: echo}
`),
    ).toEqual([
      '4:75 REGION_MEMBER nodes.each.config.subgraph_nodes[0] | the foreach each cannot be one of its own nodes | Remove it from the list.',
    ]);
  });

  it('refuses a node of two foreaches', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  one: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m]}}
  two: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m]}}
  m: {type: echo}
`),
    ).toEqual([
      '5:74 REGION_MEMBER nodes.two.config.subgraph_nodes[0] | the node m belongs to the foreach one already | Give each foreach nodes of its own.',
    ]);
  });

  it('refuses a dependency on the inside of a foreach', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m]}}
  m: {type: echo}
  out: {type: echo, depends_on: [m]}
`),
    ).toEqual([
      '6:34 REGION_MEMBER nodes.out.depends_on[0] | out depends on m, which runs once for each item of each | Depend on each, or add out to its subgraph_nodes.',
    ]);
  });

  it('refuses collect_output of another node', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  each:
    type: foreach
    config: {array_field: inputs.xs, subgraph_nodes: [score], collect_output: scor.x}
  score: {type: echo}
`),
    ).toEqual([
      '6:79 UNKNOWN_NODE nodes.each.config.collect_output | the foreach each does not run the node "scor" | Did you mean score?',
    ]);
  });

  it('refuses two splits side by side', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  s1: {type: split, config: {field: inputs.xs, item_name: one}}
  s2: {type: split, config: {field: inputs.xs, item_name: two}}
  both: {type: echo, depends_on: [s1, s2]}
  after: {type: echo, depends_on: [both], config: {text: "{{ nothing }}"}}
`),
    ).toEqual([
      '6:39 REGION_MIXED nodes.both.depends_on[1] | both depends on items of s1 (by s1) and on items of s2 (by s2), which do not belong together | Aggregate the items of s1 or of s2 before they meet.',
    ]);
  });

  it('refuses two splits that meet further down', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  s1: {type: split, config: {field: inputs.xs, item_name: one}}
  s2: {type: split, config: {field: inputs.xs, item_name: two}}
  a: {type: echo, depends_on: [s1]}
  b: {type: echo, depends_on: [s2]}
  all: {type: aggregate, depends_on: [a, b]}
`),
    ).toEqual([
      '8:42 REGION_MIXED nodes.all.depends_on[1] | all depends on items of s1 (by a) and on items of s2 (by b), which do not belong together | Aggregate the items of s1 or of s2 before they meet.',
    ]);
  });

  it('accepts splits inside each other', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  s1: {type: split, config: {field: inputs.xs, item_name: one}}
  s2: {type: split, depends_on: [s1], config: {field: one.rows, item_name: two}}
  a: {type: echo, depends_on: [s2, s1]}
  inner: {type: aggregate, depends_on: [a]}
  out: {type: aggregate, depends_on: [inner]}
`),
    ).toEqual([]);
  });

  it('refuses a list where something else is declared', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  a: {type: split, config: {field: inputs.s}}
  b: {type: split, config: {field: inputs}}
  c: {type: split, depends_on: [d], config: {field: d}}
  d: {type: echo}
`),
    ).toEqual([
      '4:36 WRONG_TYPE nodes.a.config.field | a list is needed here, but the input s is declared as string | Name a list.',
      '5:36 WRONG_TYPE nodes.b.config.field | a list is needed here, but inputs is the map of all inputs | Name a list.',
      '6:53 WRONG_TYPE nodes.c.config.field | a list is needed here, but the node d gives a map | Name a list.',
    ]);
  });

  it('refuses outputs that are not there', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  fetch: {type: echo}
outputs: {a: fetsh, b: inputs.ss, c: s, d: inputs.s, e: fetch.deep.er}
`),
    ).toEqual([
      '5:14 UNKNOWN_NODE outputs.a | no node is named "fetsh" | Did you mean fetch?',
      '5:24 UNKNOWN_INPUT outputs.b | the flow has no input "ss" | Did you mean inputs.xs?',
      '5:38 UNKNOWN_NODE outputs.c | no node is named "s" | Write inputs.s.',
    ]);
  });

  it('refuses a node field that names none', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  fetch: {type: echo}
  a: {type: echo, config: {other: fetsh}}
`),
    ).toEqual([
      '5:35 UNKNOWN_NODE nodes.a.config.other | no node is named "fetsh" | Did you mean fetch?',
    ]);
  });

  it('goes on behind an unknown type without guessing', () => {
    expect(
      problemsOf(`name: x
inputs: {xs: array, s: string}
nodes:
  each: {type: spliit, config: {field: inputs.xs, item_name: one}}
  a: {type: echo, depends_on: [each, each.port], config: {text: "{{ one }}"}}
  b: {type: echo, config: {text: "{{ one }}"}}
`),
    ).toEqual([
      '4:16 UNKNOWN_NODE_TYPE nodes.each.type | there is no node type "spliit" | Did you mean split?',
      '6:38 UNKNOWN_VARIABLE nodes.b.config.text | nothing is named "one": no input, node or item before b | Correct the name.',
    ]);
  });
});
