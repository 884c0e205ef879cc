import {
  assert,
  defineNode,
  fieldAt,
  isMap,
  mapOf,
  type Value,
  type ValueMap,
} from '../kit/index.ts';

export const aggregateNode = defineNode({
  id: 'aggregate',
  version: 1,
  title: 'Aggregate',
  summary: 'Ends the region of a split and collects what its items gave, in their order.',
  role: 'aggregate',
  effect: 'pure',
  needs: [],
  config: {
    mode: {
      kind: 'choice',
      choices: ['array', 'object', 'merge'],
      default: 'array',
      summary: 'A list, a map by position, or one map with all fields prefixed by the position.',
    },
    field: {
      kind: 'text',
      minLength: 1,
      summary: 'Takes only this field of each value, such as score or address.city.',
    },
  },
  output: 'any',
  outputSummary:
    'array: a list. object: {"0": first, "1": second}. merge: the fields of every map as 0_name, ' +
    '1_name, and values that are no maps as result_0, result_1. A missing field is null.',
  example: `name: collect-prices
inputs:
  prices: {type: array, default: [3, 5]}
nodes:
  each_price: {type: split, config: {field: inputs.prices, item_name: price}}
  double:
    type: transform
    depends_on: [each_price]
    config: {template: {was: "{{ price }}", now: "{{ price * 2 }}"}}
  all:
    type: aggregate
    depends_on: [double]
    config: {field: now}
outputs: {doubled: all}
`,
  run(_context, config, input) {
    assert(input.items !== undefined, 'an aggregate is given the values of its items');
    const { field } = config;
    const whole = (item: Value) => (input.itemAlias === field ? item : null);
    const fieldOf = (item: Value) => (field === undefined ? item : fieldAt(item, field));
    const items = input.items.map((item) => {
      const own = fieldOf(item);
      return own === undefined ? whole(item) : own;
    });
    return { value: collect(config.mode, items) };
  },
});

function collect(mode: 'array' | 'object' | 'merge', items: readonly Value[]): Value {
  if (mode === 'array') return items;
  return mode === 'object' ? byPosition(items) : merged(items);
}

function byPosition(items: readonly Value[]): ValueMap {
  return mapOf(items.map((item, index) => [String(index), item]));
}

function merged(items: readonly Value[]): ValueMap {
  return mapOf(
    items.flatMap((item, index): [string, Value][] =>
      isMap(item)
        ? Object.entries(item).map(([key, value]) => [`${index}_${key}`, value])
        : [[`result_${index}`, item]],
    ),
  );
}
