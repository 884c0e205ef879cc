import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toValue, type Value } from '../base/index.ts';
import { ValueWriter } from './write-value.ts';

function written(value: Value, bytesMax = Number.POSITIVE_INFINITY): string | undefined {
  const writer = new ValueWriter(value, bytesMax);
  while (!writer.write(Number.NEGATIVE_INFINITY));
  return writer.text;
}

const MANY = Array.from({ length: 12_000 }, (_, index) => index);

describe('a value written in slices', () => {
  it('is the text that it is when written at once', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
        const data = [first, MANY, { MANY, second, rows: MANY.map((id) => ({ id, second })) }];
        const value = toValue(data);
        expect(written(value)).toBe(JSON.stringify(value));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['a large list of nothing', MANY.map(() => [])],
    ['a large map', Object.fromEntries(MANY.map((key) => [`key "${key}"`, [key]]))],
    ['one large member', { before: 1, large: MANY, after: [] }],
    ['large items alone', [MANY, MANY, MANY]],
    ['large items among small ones', [1, MANY, 2, 3, [MANY], 4]],
    ['a text', '"\ud800é'],
    ['nothing', null],
  ])('is the same for %s', (_, data) => {
    const value = toValue(data);
    expect(written(value)).toBe(JSON.stringify(value));
  });

  it('is given up where it grows too long', () => {
    const text = JSON.stringify(MANY);
    expect(written(MANY, text.length)).toBe(text);
    expect(written(MANY, text.length - 1)).toBeUndefined();
    expect(written('é', 3)).toBeUndefined();
  });
});
