import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/base/index.ts';
import { outputsOf, run } from './run-flow.ts';

const USERS = [
  { id: 1, name: 'Ida', score: 85 },
  { id: 2, name: 'Ben', score: 92 },
  { id: 3, name: 'Mia', score: 78 },
];

const grades = (options: string) => `
name: grades
inputs: {users: {type: array, required: true}}
nodes:
  grade_all:
    type: foreach
    config: {array_field: inputs.users, item_name: user, subgraph_nodes: [grade]${options}}
  grade:
    type: transform
    config:
      template:
        id: "{{ user.id }}"
        name: "{{ user.name }}"
        grade: "{% if user.score >= 90 %}A{% elif user.score >= 80 %}B{% else %}C{% endif %}"
outputs: {graded: grade_all}
`;

describe('acceptance case 3', () => {
  it('gives equal results one after the other and in parallel', async () => {
    const graded = [
      { id: 1, name: 'Ida', grade: 'B' },
      { id: 2, name: 'Ben', grade: 'A' },
      { id: 3, name: 'Mia', grade: 'C' },
    ];
    for (const options of ['', ', parallel: false', ', parallel: true, concurrency: 2']) {
      expect(await outputsOf(grades(options), { users: USERS })).toEqual({ graded });
    }
  });

  it('gives an empty list for an empty list', async () => {
    expect(await outputsOf(grades(''), { users: [] })).toEqual({ graded: [] });
  });

  it('fails the execution when one item fails', async () => {
    const users = [USERS[0], { id: 9, name: 'Zoe' }, USERS[2]];
    const result = await run(grades(''), { users });
    expect(result.status).toBe('failed');
    expect(result.error).toMatchObject({ code: 'TEMPLATE_UNDEFINED', node: 'grade', path: '1' });
    expect(result.outputs).toEqual({});
  });

  it('gives null for the failed item when asked to go on', async () => {
    const users = [USERS[0], { id: 9, name: 'Zoe' }, USERS[2]];
    expect(await outputsOf(grades(', on_error: continue'), { users })).toEqual({
      graded: [{ id: 1, name: 'Ida', grade: 'B' }, null, { id: 3, name: 'Mia', grade: 'C' }],
    });
  });

  it('refuses what is no list, naming the reference', async () => {
    const flow = grades('').replace('type: array', 'type: any');
    const result = await run(flow, { users: { Ida: 1 } });
    expect(result.error).toMatchObject({
      code: 'NODE_INPUT_INVALID',
      message: 'inputs.users must be a list, but it is a map',
      node: 'grade_all',
    });
  });
});

describe('several nodes for each item', () => {
  const flow = (collect: string) => `
name: reading-times
inputs:
  documents: {type: array, default: [{title: One, words: 100}, {title: Two, words: 650}]}
  pace: {type: number, default: 200}
nodes:
  all:
    type: foreach
    config:
      {array_field: inputs.documents, item_name: doc, subgraph_nodes: [time, category]${collect}}
  time:
    type: transform
    config:
      template:
        title: "{{ doc.title }}"
        minutes: "{{ [1, (doc.words / inputs.pace) | round | int] | max }}"
  category:
    type: transform
    depends_on: [time]
    config:
      template:
        title: "{{ time.title }}"
        category: "{% if time.minutes <= 1 %}quick{% else %}medium{% endif %}"
        position: "{{ _iteration_index }}"
        last: "{{ _is_last }}"
outputs: {all: all}
`;

  it('gives the value of the last one', async () => {
    expect(await outputsOf(flow(''))).toEqual({
      all: [
        { title: 'One', category: 'quick', position: 0, last: false },
        { title: 'Two', category: 'medium', position: 1, last: true },
      ],
    });
  });

  it('gives what collect_output names', async () => {
    expect(await outputsOf(flow(', collect_output: time'))).toEqual({
      all: [
        { title: 'One', minutes: 1 },
        { title: 'Two', minutes: 3 },
      ],
    });
    expect(await outputsOf(flow(', collect_output: time.minutes'))).toEqual({ all: [1, 3] });
    expect(await outputsOf(flow(', collect_output: doc'))).toEqual({
      all: [
        { title: 'One', words: 100 },
        { title: 'Two', words: 650 },
      ],
    });
  });
});

it('fans out over a split, aggregates a member by name and joins under names', async () => {
  const flow = `
name: company-scores
version: "1.0.0"
inputs:
  companies: {type: array, default: [Acorn, Birch, Cedar]}
nodes:
  split_companies:
    type: split
    config: {field: "inputs.companies", item_name: "company"}
  analyze_each:
    type: foreach
    depends_on: [split_companies]
    config:
      array_field: "split_companies"
      item_name: "current"
      parallel: true
      subgraph_nodes: ["fetch_info", "analyze", "score"]
  fetch_info:
    type: transform
    config: {template: {name: "{{ current }}", letters: "{{ current | length }}"}}
  analyze:
    type: template
    depends_on: [fetch_info]
    config: {template: "{{ fetch_info.name }} is sound"}
  score:
    type: transform
    depends_on: [analyze, fetch_info]
    config:
      template:
        company: "{{ current }}"
        score: "{{ fetch_info.letters * 10 }}"
        why: "{{ analyze }}"
  collect:
    type: aggregate
    depends_on: [analyze_each]
    config: {mode: "array", field: "score"}
  market: {type: template, config: {template: "calm seas"}}
  combined:
    type: join
    depends_on: [collect, market]
    config:
      sources: {companies: "collect", market: "market"}
      join_type: "merge"
  report:
    type: template
    depends_on: [combined]
    config:
      template: >-
        {{ combined.companies | map(attribute='company') | join(', ') }} on {{ combined.market }}
outputs: {report: report, scores: collect, market: market}
`;
  expect(await outputsOf(flow)).toEqual({
    report: 'Acorn, Birch, Cedar on calm seas',
    scores: [
      { company: 'Acorn', score: 50, why: 'Acorn is sound' },
      { company: 'Birch', score: 50, why: 'Birch is sound' },
      { company: 'Cedar', score: 50, why: 'Cedar is sound' },
    ],
    market: 'calm seas',
  });
});

it('runs parallel nodes for each product and one report over all of them', async () => {
  const flow = `
name: product-check
version: "1.0.0"
inputs:
  product_ids: {type: array, required: true, default: ["P-1", "P-22", "P-333"]}
nodes:
  split_products: {type: split, config: {field: "inputs.product_ids", item_name: "product_id"}}
  details:
    type: transform
    depends_on: [split_products]
    config: {template: {title: "Product {{ product_id }}"}}
  inventory:
    type: transform
    depends_on: [split_products]
    config: {template: {stock: "{{ product_id | length }}"}}
  reviews:
    type: transform
    depends_on: [split_products]
    config: {template: {stars: [4, 5]}}
  analyze:
    type: template
    depends_on: [details, inventory, reviews]
    config:
      template: "{{ details.title }}: {{ inventory.stock }} left, {{ reviews.stars | max }} stars"
  metrics:
    type: transform
    depends_on: [analyze]
    config:
      template:
        product_id: "{{ product_id }}"
        stock_health: "{% if inventory.stock > 3 %}good{% else %}low{% endif %}"
        note: "{{ analyze }}"
  collect: {type: aggregate, depends_on: [metrics], config: {mode: array}}
  summary:
    type: template
    depends_on: [collect]
    config:
      template: >-
        {{ collect | selectattr('stock_health', 'equalto', 'good') | list | length }}
        of {{ collect | length }}
  report:
    type: transform
    depends_on: [summary, collect]
    config: {template: {summary: "{{ summary }}", count: "{{ collect | length }}"}}
outputs: {report: report, products: collect, summary: summary}
`;
  expect(await outputsOf(flow)).toEqual({
    report: { summary: '2 of 3', count: 3 },
    products: [
      { product_id: 'P-1', stock_health: 'low', note: 'Product P-1: 3 left, 5 stars' },
      { product_id: 'P-22', stock_health: 'good', note: 'Product P-22: 4 left, 5 stars' },
      { product_id: 'P-333', stock_health: 'good', note: 'Product P-333: 5 left, 5 stars' },
    ],
    summary: '2 of 3',
  });
});

it('takes the value of code under the name in which system 1 wraps it', async () => {
  const flow = `
name: coded-metrics
inputs: {ids: {type: array, default: [3, 1]}}
nodes:
  each: {type: split, config: {field: inputs.ids, item_name: id}}
  measure: {type: javascript, depends_on: [each], config: {code: "return {id, twice: id * 2}"}}
  values: {type: aggregate, depends_on: [measure], config: {mode: array, field: "result"}}
  ids: {type: aggregate, depends_on: [measure], config: {field: twice}}
outputs: {values: values, twice: ids}
`;
  const code = {
    // Stands in for the jail: what the code above does with its names.
    javascript: async ({ names }: { names: Readonly<Record<string, Value>> }) => ({
      value: { id: names.id ?? null, twice: Number(names.id) * 2 },
      logs: [],
    }),
    python: async () => ({ value: null, logs: [] }),
  };
  expect(await outputsOf(flow, {}, { code })).toEqual({
    values: [
      { id: 3, twice: 6 },
      { id: 1, twice: 2 },
    ],
    twice: [6, 2],
  });
});
