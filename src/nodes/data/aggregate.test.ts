import { expect, it } from 'vitest';
import { trialVisit } from '../kit/trial-visit.ts';
import { aggregateNode } from './aggregate.ts';

const people = [
  { name: 'Ada', home: { city: 'London' } },
  { name: 'Tim', home: null },
];

it('gives the values as a list in their order', async () => {
  expect((await trialVisit(aggregateNode, { items: people })).value).toEqual(people);
  expect((await trialVisit(aggregateNode, { items: [] })).value).toEqual([]);
});

it('gives a map by position', async () => {
  const trial = { config: { mode: 'object' }, items: ['a', null] };
  expect((await trialVisit(aggregateNode, trial)).value).toEqual({ 0: 'a', 1: null });
});

it('merges maps under prefixed keys and keeps other values under result', async () => {
  const trial = { config: { mode: 'merge' }, items: [{ id: 1, grade: 'B' }, 'x', { id: 2 }] };
  expect((await trialVisit(aggregateNode, trial)).value).toEqual({
    '0_id': 1,
    '0_grade': 'B',
    result_1: 'x',
    '2_id': 2,
  });
});

it('takes one field of each value, null where it is missing', async () => {
  const named = await trialVisit(aggregateNode, { config: { field: 'name' }, items: people });
  expect(named.value).toEqual(['Ada', 'Tim']);
  const cities = { config: { field: 'home.city', mode: 'object' }, items: [...people, 'text'] };
  expect((await trialVisit(aggregateNode, cities)).value).toEqual({
    0: 'London',
    1: null,
    2: null,
  });
});

it('takes an item itself under its alias, unless it has such a field', async () => {
  const trial = {
    config: { field: 'result' },
    items: [1, { result: 2 }, { a: 3 }, { result: null }],
  };
  const { value } = await trialVisit(aggregateNode, { ...trial, itemAlias: 'result' });
  expect(value).toEqual([1, 2, { a: 3 }, null]);
  expect((await trialVisit(aggregateNode, trial)).value).toEqual([null, 2, null, null]);
});

it('keeps a reserved key as data', async () => {
  const hostile = JSON.parse('{"__proto__": {"admin": true}}');
  const { value } = await trialVisit(aggregateNode, {
    config: { mode: 'merge' },
    items: [hostile],
  });
  expect(JSON.stringify(value)).toBe('{"0___proto__":{"admin":true}}');
  expect(Object.getPrototypeOf(value)).toBe(null);
  const field = await trialVisit(aggregateNode, { config: { field: 'constructor' }, items: [{}] });
  expect(field.value).toEqual([null]);
});
