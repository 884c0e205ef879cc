import { expect, it } from 'vitest';
import { itemNameIssues } from './item-name.ts';

it('accepts names that a template can read', () => {
  for (const name of ['item', 'order_line', 'Company2', '_x', undefined]) {
    expect(itemNameIssues(name)).toEqual([]);
  }
});

it('refuses names that a template could not read', () => {
  for (const name of [
    '',
    'my-item',
    '2nd',
    'a.b',
    'a b',
    'inputs',
    'not',
    'loop',
    'é',
    '{{ x }}',
  ]) {
    expect(itemNameIssues(name)).toMatchObject([{ code: 'INVALID_NAME', field: 'item_name' }]);
  }
  expect(itemNameIssues('x'.repeat(65))).toHaveLength(1);
});

it('leaves values of a wrong type to the check of the field', () => {
  expect(itemNameIssues(['item'])).toEqual([]);
});
