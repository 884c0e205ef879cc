import { expect, it } from 'vitest';
import { toValue } from '../../base/index.ts';
import { fieldAt } from './field-path.ts';

const order = toValue({ buyer: { city: 'Oslo' }, rows: [{ sku: 'A' }], 'a.b': 1 });

it('follows a dotted path through maps and lists', () => {
  expect(fieldAt(order, 'buyer.city')).toBe('Oslo');
  expect(fieldAt(order, 'rows.0.sku')).toBe('A');
  expect(fieldAt(order, 'rows[0].sku')).toBe('A');
});

it('prefers a key that holds the whole path', () => {
  expect(fieldAt(order, 'a.b')).toBe(1);
});

it('gives undefined where the path ends early', () => {
  expect(fieldAt(order, 'buyer.street')).toBeUndefined();
  expect(fieldAt(order, 'buyer.city.length')).toBeUndefined();
  expect(fieldAt(order, 'rows.1.sku')).toBeUndefined();
  expect(fieldAt(null, 'anything')).toBeUndefined();
});

it('reaches nothing of the host', () => {
  for (const path of ['__proto__', 'constructor', 'rows.length', 'rows.map', 'toString.name']) {
    expect(fieldAt(order, path)).toBeUndefined();
  }
  expect(fieldAt({ plain: 1 }, 'constructor.name')).toBeUndefined();
});
