import { describe, expect, it } from 'vitest';
import { namesUsed } from './javascript-pool.ts';

const NAMES = { inputs: {}, rows: [], 'a-b': 1, __proto__x: 2 };

describe('the names that code is given', () => {
  it.each([
    ['return 1', []],
    ['return rows', ['rows']],
    ['// rows', ['rows']],
    ['return inputs.rows', ['inputs', 'rows']],
    ['return context["a-b"]', ['inputs', 'rows', 'a-b', '__proto__x']],
    ['return \\u0072ows', ['inputs', 'rows', 'a-b', '__proto__x']],
    ['return \\u{72}ows', ['inputs', 'rows', 'a-b', '__proto__x']],
  ])('of %j are those that it can reach', (code, expected) => {
    expect(namesUsed(code, NAMES)).toEqual(expected);
  });
});
