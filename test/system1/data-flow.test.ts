import { describe, expect, it } from 'vitest';
import { outputsOf } from './run-flow.ts';

const SHOPS = [
  { name: 'North Mill', revenue: 2_000_000, trade: 'Textiles', employees: 50 },
  { name: 'Quiet Bay', revenue: 500_000, trade: 'Fishing', employees: 25 },
  { name: 'Tall Pines', revenue: 5_000_000, trade: 'Textiles', employees: 100 },
  { name: 'Red Barn', revenue: 800_000, trade: 'Farming', employees: 30 },
  { name: 'Old Lock', revenue: 1_200_000, trade: 'Textiles', employees: 40 },
];

describe('split, filter, transform, aggregate, summary', () => {
  const flow = `
name: Shops of the county
version: "1.0.0"
inputs:
  shops: {type: array, required: true}
nodes:
  split_shops:
    type: split
    description: One shop at a time
    config: {field: inputs.shops, item_name: shop}
  large_only:
    type: filter
    depends_on: [split_shops]
    config: {condition: "{{ shop.revenue > 1000000 }}"}
  reshape:
    type: transform
    depends_on: [large_only]
    config:
      template:
        shop_id: "{{ item.name | replace(' ', '_') | lower }}"
        display_name: "{{ item.name }}"
        revenue_millions: "{{ (item.revenue / 1000000) | round(2) }}"
        size: >-
          {% if item.employees > 75 %}large{% elif item.employees > 40 %}medium
          {%- else %}small{% endif %}
        risk: >-
          {% if item.revenue > 3000000 %}low{% elif item.revenue > 1500000 %}medium
          {%- else %}high{% endif %}
  collect:
    type: aggregate
    depends_on: [reshape]
    config: {mode: array}
  summary:
    type: transform
    depends_on: [collect]
    config:
      context: {shops: collect}
      template:
        count: "{{ shops | length }}"
        total_millions: "{{ shops | sum(attribute='revenue_millions') | round(2) }}"
        first: "{{ shops[0].display_name }}"
outputs:
  shops: collect
  summary: summary
`;

  it('gives the large shops in order, and their summary', async () => {
    expect(await outputsOf(flow, { shops: SHOPS })).toEqual({
      shops: [
        {
          shop_id: 'north_mill',
          display_name: 'North Mill',
          revenue_millions: 2,
          size: 'medium',
          risk: 'medium',
        },
        {
          shop_id: 'tall_pines',
          display_name: 'Tall Pines',
          revenue_millions: 5,
          size: 'large',
          risk: 'low',
        },
        {
          shop_id: 'old_lock',
          display_name: 'Old Lock',
          revenue_millions: 1.2,
          size: 'small',
          risk: 'high',
        },
      ],
      summary: { count: 3, total_millions: 8.2, first: 'North Mill' },
    });
  });

  it('gives an empty list when nothing is large', async () => {
    const small = SHOPS.filter((shop) => shop.revenue < 1_000_000);
    const without = flow
      .replace(/ {8}first: .*\n/, '')
      .replace("sum(attribute='revenue_millions')", 'sum');
    expect(await outputsOf(without, { shops: small })).toEqual({
      shops: [],
      summary: { count: 0, total_millions: 0 },
    });
  });
});

describe('the pipeline of acceptance case 1', () => {
  const pipeline = (extra: string, outputs: string) => `
name: pipeline
inputs: {rows: {type: array, required: true}}
nodes:
  each: {type: split, config: {field: inputs.rows, item_name: row}}
  serious:
    type: filter
    depends_on: [each]
    config: {condition: "{{ row.severity in ['major', 'critical'] }}"}
  target:
    type: transform
    depends_on: [serious]
    config:
      template:
        who: "{{ item.name }}"
        priority: "{% if item.severity == 'critical' %}urgent{% else %}high{% endif %}"
${extra}
outputs: ${outputs}
`;
  const rows = [
    { name: 'first', severity: 'major' },
    { name: 'second', severity: 'minor' },
    { name: 'third', severity: 'critical' },
  ];
  const targets = [
    { who: 'first', priority: 'high' },
    { who: 'third', priority: 'urgent' },
  ];

  it('gives the same items in order through an aggregate', async () => {
    const flow = pipeline('  all: {type: aggregate, depends_on: [target]}', '{all: all}');
    expect(await outputsOf(flow, { rows })).toEqual({ all: targets });
  });

  it('gives the list of a node whose region stays open', async () => {
    const flow = pipeline('', '{kept: serious, targets: target, rows: each}');
    expect(await outputsOf(flow, { rows })).toEqual({
      kept: [rows[0], rows[2]],
      targets,
      rows,
    });
  });

  it('aggregates as a map by position, as merged fields, and one field only', async () => {
    const object = pipeline(
      '  all: {type: aggregate, depends_on: [target], config: {mode: object}}',
      '{all: all}',
    );
    expect(await outputsOf(object, { rows })).toEqual({ all: { 0: targets[0], 1: targets[1] } });
    const merge = pipeline(
      '  all: {type: aggregate, depends_on: [target], config: {mode: merge}}',
      '{all: all}',
    );
    expect(await outputsOf(merge, { rows })).toEqual({
      all: { '0_who': 'first', '0_priority': 'high', '1_who': 'third', '1_priority': 'urgent' },
    });
    const field = pipeline(
      '  all: {type: aggregate, depends_on: [target], config: {field: who}}',
      '{all: all}',
    );
    expect(await outputsOf(field, { rows })).toEqual({ all: ['first', 'third'] });
    const missing = pipeline(
      '  all: {type: aggregate, depends_on: [target], config: {field: nope}}',
      '{all: all}',
    );
    expect(await outputsOf(missing, { rows })).toEqual({ all: [null, null] });
  });

  it('renders a text template for each item', async () => {
    const flow = pipeline(
      `  line:
    type: transform
    depends_on: [serious]
    config: {template: "{{ item.name }} ({{ item.severity }})"}
  all: {type: aggregate, depends_on: [line]}`,
      '{all: all}',
    );
    expect(await outputsOf(flow, { rows })).toEqual({ all: ['first (major)', 'third (critical)'] });
  });
});

describe('without a region', () => {
  it('filters and maps the list that a node before gave', async () => {
    const flow = `
name: lists
inputs: {numbers: {type: array, default: [1, 2, 3, 4]}}
nodes:
  numbers: {type: template, config: {template: "{{ inputs.numbers }}"}}
  even: {type: filter, depends_on: [numbers], config: {condition: "{{ item % 2 == 0 }}"}}
  squares:
    type: transform
    depends_on: [even]
    config: {template: {n: "{{ item }}", square: "{{ item * item }}"}}
  odd: {type: filter, config: {field: inputs.numbers, condition: "{{ item % 2 == 1 }}"}}
  all: {type: aggregate, depends_on: [squares], config: {field: square}}
outputs: {squares: squares, odd: odd, all: all}
`;
    expect(await outputsOf(flow)).toEqual({
      squares: [
        { n: 2, square: 4 },
        { n: 4, square: 16 },
      ],
      odd: [1, 3],
      all: [4, 16],
    });
  });
});
