import fc from 'fast-check';
import { expect, it } from 'vitest';
import { equalValues, toValue } from '../../base/index.ts';
import { canonicalText, mapOf } from './map-of.ts';

it('makes a map without a prototype, in which a later entry wins', () => {
  const map = mapOf([
    ['a', 1],
    ['__proto__', 2],
    ['a', 3],
  ]);
  expect(Object.getPrototypeOf(map)).toBe(null);
  expect(Object.entries(map)).toEqual([
    ['a', 3],
    ['__proto__', 2],
  ]);
});

it('tells types apart and ignores the order of keys', () => {
  expect(canonicalText(1)).not.toBe(canonicalText('1'));
  expect(canonicalText(toValue({ b: 1, a: [null] }))).toBe('{"a":[null],"b":1}');
});

it('gives one text exactly for equal values', () => {
  const anyValue = fc.jsonValue({ maxDepth: 2 }).map((data) => toValue(data));
  fc.assert(
    fc.property(anyValue, anyValue, (left, right) => {
      expect(canonicalText(left) === canonicalText(right)).toBe(equalValues(left, right));
      expect(canonicalText(left)).not.toContain('\n');
    }),
  );
});
