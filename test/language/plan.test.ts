import { describe, expect, it } from 'vitest';
import type { PlanNode } from '../../src/language/index.ts';
import { planOf } from './compiled.ts';

const HEAD = 'name: x\ninputs: {xs: array}\nnodes:\n';

/** Where a node runs and what it waits for: `outer/inner <- a, b.port, c.route!` (! is control). */
function shapeOf(node: PlanNode): string {
  const edges = node.incoming.map(
    ({ from, port, kind }) =>
      `${from}${port === 'default' ? '' : `.${port}`}${kind === 'control' ? '!' : ''}`,
  );
  const closes = node.closes === undefined ? '' : ` closes ${node.closes}`;
  return `${node.name}: ${node.scope.join('/')}${closes} <- ${edges.join(', ')}`;
}

function shapes(nodes: string): readonly string[] {
  return planOf(HEAD + nodes).nodes.map(shapeOf);
}

describe('the plan of a flow', () => {
  it('runs what is downstream of a split inside its region, up to the aggregate', () => {
    expect(
      shapes(`  each: {type: split, config: {field: inputs.xs}}
  load: {type: echo}
  a: {type: echo, depends_on: [each, load]}
  b: {type: echo, depends_on: [a]}
  all: {type: aggregate, depends_on: [b, load]}
  after: {type: echo, depends_on: [all]}
`),
    ).toEqual([
      'each:  <- ',
      'load:  <- ',
      'a: each <- each, load',
      'b: each <- a',
      'all:  closes each <- b, load',
      'after:  <- all',
    ]);
  });

  it('nests splits', () => {
    expect(
      shapes(`  outer: {type: split, config: {field: inputs.xs, item_name: row}}
  inner: {type: split, depends_on: [outer], config: {field: row.cells, item_name: cell}}
  a: {type: echo, depends_on: [inner], config: {text: "{{ row }} {{ cell }}"}}
  cells: {type: aggregate, depends_on: [a]}
  rows: {type: aggregate, depends_on: [cells]}
`),
    ).toEqual([
      'outer:  <- ',
      'inner: outer <- outer',
      'a: outer/inner <- inner',
      'cells: outer closes inner <- a',
      'rows:  closes outer <- cells',
    ]);
  });

  it('makes an aggregate outside regions close nothing', () => {
    expect(shapes('  a: {type: echo}\n  all: {type: aggregate, depends_on: [a]}\n')).toEqual([
      'a:  <- ',
      'all:  <- a',
    ]);
  });

  it('lets a foreach wait for what its nodes need, and start them itself', () => {
    expect(
      shapes(`  load: {type: echo}
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m, n]}}
  m: {type: echo, depends_on: [load, each]}
  n: {type: echo, depends_on: [m]}
  after: {type: echo, depends_on: [each]}
`),
    ).toEqual([
      'load:  <- ',
      'each:  <- load',
      'm: each <- load, each',
      'n: each <- m',
      'after:  <- each',
    ]);
  });

  it('gives a foreach over a split the whole list', () => {
    expect(
      shapes(`  parts: {type: split, config: {field: inputs.xs}}
  each: {type: foreach, depends_on: [parts], config: {array_field: parts, subgraph_nodes: [m]}}
  m: {type: echo}
  all: {type: aggregate, depends_on: [each]}
`),
    ).toEqual(['parts:  <- ', 'each:  <- parts', 'm: each <- ', 'all:  <- each']);
  });

  it('runs a foreach over another list inside the region of the split', () => {
    expect(
      shapes(`  parts: {type: split, config: {field: inputs.xs, item_name: part}}
  each: {type: foreach, depends_on: [parts], config: {array_field: part.rows, subgraph_nodes: [m]}}
  m: {type: echo}
  all: {type: aggregate, depends_on: [each]}
`),
    ).toEqual([
      'parts:  <- ',
      'each: parts <- parts',
      'm: parts/each <- ',
      'all:  closes parts <- each',
    ]);
  });

  it('nests a foreach in a foreach, and a split in a foreach', () => {
    expect(
      shapes(`  load: {type: echo}
  one: {type: foreach, config: {array_field: inputs.xs, item_name: x, subgraph_nodes: [two]}}
  two: {type: foreach, config: {array_field: x.rows, item_name: y, subgraph_nodes: [cut, m, all]}}
  cut: {type: split, config: {field: y.cells, item_name: z}}
  m: {type: echo, depends_on: [cut, load]}
  all: {type: aggregate, depends_on: [m]}
`),
    ).toEqual([
      'load:  <- ',
      'one:  <- load',
      'two: one <- load',
      'cut: one/two <- ',
      'm: one/two/cut <- cut, load',
      'all: one/two closes cut <- m',
    ]);
  });

  it('replaces a data edge by the route between the same two nodes', () => {
    expect(
      shapes(`  pick:
    type: choose
    config:
      conditions: [{is_default: true, then: left}, {condition: "{{ inputs.xs }}", then: word}]
  left: {type: echo, depends_on: [pick]}
  other: {type: echo, depends_on: [pick]}
  third: {type: echo, depends_on: [pick.word]}
  mend: {type: echo, depends_on: [pick.error]}
`),
    ).toEqual([
      'pick:  <- ',
      'left:  <- pick.left!',
      'other:  <- pick',
      'third:  <- pick.word',
      'mend:  <- pick.error',
    ]);
  });

  it('waits for a router outside a foreach whichever way it goes', () => {
    expect(
      shapes(`  pick: {type: choose, config: {conditions: [{is_default: true, then: m}]}}
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m, n]}}
  m: {type: echo}
  n: {type: echo}
`),
    ).toEqual(['pick:  <- ', 'each:  <- pick', 'm: each <- pick.m!', 'n: each <- ']);
  });

  it('describes the region of a foreach', () => {
    const plan = planOf(`${HEAD}  n: {type: echo}
  each: {type: foreach, config: {array_field: inputs.xs, subgraph_nodes: [m, n]}}
  m: {type: echo, depends_on: [n]}
`);
    const opens = plan.node.get('each')?.opens;
    expect({ ...opens, source: opens?.source.text, collect: opens?.collect?.text }).toEqual({
      opener: 'each',
      kind: 'foreach',
      itemName: 'item',
      source: 'inputs.xs',
      members: ['n', 'm'],
      parallel: true,
      collect: 'n',
      onError: 'fail',
    });
  });

  it('picks the values of a node of a foreach for an aggregate that names it', () => {
    const plan = planOf(`${HEAD}  each:
    type: foreach
    config: {array_field: inputs.xs, subgraph_nodes: [m, n]}
  m: {type: echo}
  n: {type: echo}
  all: {type: aggregate, depends_on: [each], config: {field: m}}
`);
    expect(plan.node.get('all')?.pick).toEqual({ foreach: 'each', member: 'm' });
    expect(plan.node.get('all')?.config).not.toHaveProperty('field');
  });

  it('knows a field that may only name the wrapping of the value', () => {
    const plan = planOf(`${HEAD}  each: {type: split, config: {field: inputs.xs}}
  m: {type: wrap, depends_on: [each], config: {code: x}}
  all: {type: aggregate, depends_on: [m], config: {field: result}}
  each2: {type: split, config: {field: inputs.xs}}
  m2: {type: echo, depends_on: [each2]}
  all2: {type: aggregate, depends_on: [m2], config: {field: result}}
`);
    expect(plan.node.get('all')?.itemAlias).toBe('result');
    expect(plan.node.get('all2')).not.toHaveProperty('itemAlias');
  });

  it('keeps retry, timeout, cache, schemas and limits', () => {
    const plan = planOf(`name: x
version: "2.1"
description: What it is for.
limits: {timeout: 5m, steps: 100, concurrency: 4}
nodes:
  a:
    type: wrap
    description: Does it.
    timeout: 1.5s
    retry: {attempts: 3}
    cache: {ttl: 7200, key_fields: [inputs]}
    config: {code: x, input_schema: {n: number}, output_schema: {type: object}}
  b: {type: wrap, retry: 2, config: {code: x}}
outputs: {result: "a.rows[0].name"}
`);
    const { description, timeoutMs, retry, cache, inputSchema, outputSchema } = plan.nodes[0] ?? {};
    expect({ description, timeoutMs, retry, cache, inputSchema, outputSchema }).toEqual({
      description: 'Does it.',
      timeoutMs: 1500,
      retry: { attempts: 3, backoffMs: 1000 },
      cache: { enabled: true, ttlMs: 7_200_000, keyFields: ['inputs'] },
      inputSchema: { n: 'number' },
      outputSchema: { type: 'object' },
    });
    expect(plan.nodes[1]?.retry).toEqual({ attempts: 2, backoffMs: 1000 });
    expect(plan.limits).toEqual({ timeoutMs: 300_000, steps: 100, concurrency: 4 });
    expect([plan.version, plan.description]).toEqual(['2.1', 'What it is for.']);
    expect(plan.outputs[0]?.reference).toMatchObject({ root: 'a', fields: ['rows', '0', 'name'] });
  });

  it('declares inputs with what was left out', () => {
    const plan = planOf(`name: x
inputs:
  a: number
  b: {default: hi, required: true}
  c: {type: array, required: false, description: Rows., items: {type: object}}
nodes: {n: {type: wrap, config: {code: x}}}
`);
    expect(plan.inputs).toEqual([
      { name: 'a', type: 'number', required: true, description: '' },
      { name: 'b', type: 'string', required: false, default: 'hi', description: '' },
      {
        name: 'c',
        type: 'array',
        required: false,
        description: 'Rows.',
        schema: { items: { type: 'object' }, type: 'array' },
      },
    ]);
  });
});
