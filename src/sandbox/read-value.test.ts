import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotAValue, toValue, type Value } from '../base/index.ts';
import { ValueReader } from './read-value.ts';

const LIMITS = { depth: 100, members: 1_000, keys: 900 };

function read(text: string, limits = LIMITS): Value {
  const reader = new ValueReader(Buffer.from(text), limits);
  while (!reader.read(Number.NEGATIVE_INFINITY));
  return reader.result;
}

/** What `JSON.parse` and `toValue` make of it, or the name of what they throw. */
function usual(text: string): unknown {
  try {
    return toValue(JSON.parse(text));
  } catch (error) {
    return error instanceof Error ? error.constructor.name : error;
  }
}

function ours(text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    return error instanceof Error ? error.constructor.name : error;
  }
}

describe('JSON read in slices', () => {
  it('is what it is when read at once', () => {
    const spaces = fc.constantFrom(undefined, 1, '\t', '\n\r ');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), spaces, (data, space) => {
        const text = JSON.stringify(data, undefined, space);
        expect(ours(text)).toEqual(usual(text));
      }),
    );
  });

  it('is refused where it is none, and only there', () => {
    const piece = fc.constantFrom(
      ...['[', ']', '{', '}', ',', ':', '"', '"a"', '\\', '\\u0041', '0', '-', '1.5e3', '00'],
      ...['true', 'nul', ' ', '\n', '\u0001', 'é', '\ufeff', '.', '"__proto__":1'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const expected = usual(text);
        // Of a text that is no JSON, a number too large for one may be told first.
        const isEither = expected === 'SyntaxError' && ours(text) === 'NotAValue';
        if (!isEither) expect(ours(text)).toEqual(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['', 'SyntaxError'],
    ['"open', 'SyntaxError'],
    ['"\\', 'SyntaxError'],
    ['[1,]', 'SyntaxError'],
    ['{"a":1,}', 'SyntaxError'],
    ['{"a"}', 'SyntaxError'],
    ['[1}', 'SyntaxError'],
    ['1 2', 'SyntaxError'],
    ['"\\ud800"', '\ud800'],
    ['"a\\"b"', 'a"b'],
    ['"\\\\"', '\\'],
    ['-0', -0],
    [' [ ] ', []],
    ['{"a":1,"b":2,"a":3}', { a: 3, b: 2 }],
  ])('%j gives %j', (text, expected) => {
    expect(ours(text)).toEqual(expected);
  });

  it('has maps without a prototype, which no key can give one', () => {
    const map = read('{"__proto__":{"polluted":1},"constructor":2}') as object;
    expect(Object.getPrototypeOf(map)).toBe(null);
    expect(Object.keys(map)).toEqual(['__proto__', 'constructor']);
  });

  it('is frozen all the way down, so that it need not be copied', () => {
    const value = read('[{"a":[{}]}]') as readonly [{ readonly a: readonly [object] }];
    for (const part of [value, value[0], value[0].a, value[0].a[0]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('holds text as it was, also where it is no UTF-8', () => {
    const bytes = Buffer.from([0x22, 0xff, 0xc3, 0x22]);
    const reader = new ValueReader(bytes, LIMITS);
    expect(reader.read(Number.POSITIVE_INFINITY)).toBe(true);
    expect(reader.result).toBe(JSON.parse(bytes.toString()));
  });

  it.each([
    ['[[[[]]]]', { ...LIMITS, depth: 3 }, '[0][0][0] is nested too deeply'],
    ['{"a":[1,{"b":1e999}]}', LIMITS, 'a[1].b is Infinity'],
    ['[1,2,[3,4]]', { ...LIMITS, members: 4 }, 'more than 4 members in all its lists and maps'],
    ['{"a":1,"b":2}', { ...LIMITS, keys: 1 }, 'more than 1 members in one map'],
  ])('refuses %s beyond its limits', (text, limits, message) => {
    expect(() => read(text, limits)).toThrow(NotAValue);
    expect(() => read(text, limits)).toThrow(message);
  });

  it('stops at the time it was given, and goes on from there', () => {
    const text = JSON.stringify(Array.from({ length: 900 }, (_, index) => index));
    const reader = new ValueReader(Buffer.from(text), LIMITS);
    let slices = 0;
    while (!reader.read(Number.NEGATIVE_INFINITY)) slices += 1;
    expect(slices).toBeGreaterThan(3);
    expect(reader.result).toEqual(JSON.parse(text));
  });

  it('does not take quadratic time over nested or broken data', () => {
    expect(ours('['.repeat(1_000_000))).toBe('NotAValue');
    expect(ours('-'.repeat(1_000_000))).toBe('SyntaxError');
    expect(ours(`"${'\\"'.repeat(1_000_000)}`)).toBe('SyntaxError');
  });
});
