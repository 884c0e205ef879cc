import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowTextAs, formatOf } from './flow-text.ts';
import { readData } from './read-data.ts';

const data = (text: string, file: string) => readData(new TextEncoder().encode(text), file);

describe('the text of a flow in another format', () => {
  it('comes back unchanged in its own, comments included', () => {
    const text = '# why\nname: a # here\n';
    expect(flowTextAs(text, 'yaml', 'yaml')).toBe(text);
  });

  it('becomes JSON with the keys in their order, also those that look like numbers', () => {
    expect(flowTextAs('b: 1\n10: x\n"9": [true, {}]\n'.replace('10', '"10"'), 'yaml', 'json')).toBe(
      '{\n  "b": 1,\n  "10": "x",\n  "9": [\n    true,\n    {}\n  ]\n}\n',
    );
  });

  it('becomes YAML that means the same, whatever a text looks like', () => {
    const text = JSON.stringify({
      a: 'yes',
      b: '1e3',
      c: '0o17',
      d: ' x',
      e: 'a\nb\n',
      f: '{{ x }}',
    });
    const yaml = flowTextAs(text, 'json', 'yaml');
    expect(data(yaml, 'flow.yaml')).toEqual(data(text, 'flow.json'));
  });

  it('means the same there and back for any data', () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(isText);
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter(isText);
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.constantFrom(
          'yes',
          'off',
          'null',
          '~',
          '12:30',
          '0x1f',
          '<<',
          '---',
          '- a',
          'a: b',
          '#',
        ),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 5 }), (map) => {
        const json = JSON.stringify(map);
        const yaml = flowTextAs(json, 'json', 'yaml');
        expect(data(yaml, 'flow.yaml')).toEqual(data(json, 'flow.json'));
        const back = flowTextAs(yaml, 'yaml', 'json');
        expect(data(back, 'flow.json')).toEqual(data(json, 'flow.json'));
      }),
      { numRuns: 300 },
    );
  });

  it('is refused where it is no flow', () => {
    expect(() => flowTextAs('a: [', 'yaml', 'json')).toThrow();
    expect(() => flowTextAs('{"__proto__": 1}', 'json', 'yaml')).toThrow();
  });
});

// What the reader of flows refuses in any text, and names that are reserved.
function isText(text: string): boolean {
  const isReserved = ['__proto__', 'constructor', 'prototype'].includes(text);
  return (
    !isReserved &&
    !/(?![\t\n\r\u0085])\p{Cc}|[\ufeff\ufffe\uffff\r\u0085\u2028\u2029]|\p{Cs}/u.test(text)
  );
}

describe('the format of a text', () => {
  it.each([
    ['{"name": "a"}', 'json'],
    ['  \n{"name": "a"}', 'json'],
    ['{name: a}', 'yaml'],
    ['name: a', 'yaml'],
    ['[1]', 'yaml'],
  ])('%s is %s', (text, format) => {
    expect(formatOf(text)).toBe(format);
  });
});
