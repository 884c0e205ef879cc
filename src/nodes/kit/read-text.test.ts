import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readText } from './read-text.ts';

it('reads JSON and plain numbers as data', () => {
  expect(readText('{"a": [1, true]}')).toEqual({ a: [1, true] });
  expect(readText(' ["x"]\n')).toEqual(['x']);
  expect(readText('"quoted"')).toBe('quoted');
  expect(readText('true')).toBe(true);
  expect(readText('null')).toBe(null);
  expect(readText('42')).toBe(42);
  expect(readText('-2.5')).toBe(-2.5);
});

it('keeps text that only looks like data', () => {
  for (const text of ['', 'True', 'nan', '{a}', '[1', '"a" and "b"', '1,5', '1.2.3', 'Infinity']) {
    expect(readText(text)).toBe(text);
  }
});

it('keeps a number that would not print back the same', () => {
  for (const text of ['007', '1.10', '2.0', '12345678901234567890', '-0', '1e5', '0x10']) {
    expect(readText(text)).toBe(text);
  }
});

it('keeps JSON that is nested past the limit of a value', () => {
  const deep = '['.repeat(200) + ']'.repeat(200);
  expect(readText(deep)).toBe(deep);
});

it('reads a reserved key as data', () => {
  const value = readText('{"__proto__": {"admin": true}}');
  expect(Object.getPrototypeOf(value)).toBe(null);
  expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true}}');
});

it('reads whatever JSON was written from a list or map', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 4 })), (list) => {
      const json = JSON.stringify(list);
      expect(JSON.stringify(readText(json))).toBe(json);
    }),
  );
});

it('never throws, and loses nothing when it makes a number', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^-?[0-9]{1,25}(\.[0-9]{1,5})?$/)),
      (text) => {
        const value = readText(text);
        if (typeof value === 'number') expect(String(value)).toBe(text.trim());
      },
    ),
  );
});
