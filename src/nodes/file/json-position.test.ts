import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFaultAt } from './json-position.ts';

describe('jsonFaultAt', () => {
  it.each([
    ['{"a": 1,}', 8],
    ['{"a": tru}', 6],
    ['[1 2]', 3],
    ['[1,]', 3],
    ['{a: 1}', 1],
    ["{'a': 1}", 1],
    ['[1', 2],
    ['"open', 0],
    ['"bad \\x"', 0],
    ['1 2', 2],
    ['[01]', 1],
    ['{"a" 1}', 5],
    ['[1}', 2],
    ['{]', 1],
    [',', 0],
    ['', 0],
    ['NaN', 0],
    ['[1] // x', 4],
    ['"tab\t"', 0],
  ])('finds the fault of %j', (text, offset) => {
    expect(jsonFaultAt(text)).toBe(offset);
  });

  it('finds a fault exactly where JSON.parse does (property)', () => {
    const parses = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const cut = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', ']', '1', 'x', ':'),
    );
    fc.assert(
      fc.property(cut, ([json, position, insert]) => {
        const at = position % (json.length + 1);
        const text = json.slice(0, at) + insert + json.slice(at);
        expect([text, jsonFaultAt(text) === undefined]).toEqual([text, parses(text)]);
      }),
      { numRuns: 1_000 },
    );
  });
});
