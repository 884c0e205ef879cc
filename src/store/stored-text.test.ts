import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUuid, originalText, searchableText, storedText } from './stored-text.ts';

const anyText = () => fc.string({ unit: 'binary' });
const hostile = () =>
  fc.array(fc.constantFrom('\0', '\x1d', '\x1e', '\uFFFE', '\ud800', '\udc00', '0041', 'a', '|'), {
    maxLength: 12,
  });

describe('a stored text', () => {
  it('gives back any text, and holds nothing that the database refuses', () => {
    const check = (text: string) => {
      const stored = storedText(text);
      expect(originalText(stored)).toBe(text);
      for (const refused of ['\0', '\x1d', '\x1e']) expect(stored).not.toContain(refused);
      expect(/\p{Surrogate}/u.test(stored)).toBe(false);
    };
    fc.assert(fc.property(anyText(), check));
    fc.assert(fc.property(hostile(), (parts) => check(parts.join(''))));
  });

  it('is the text itself where it can be', () => {
    const text = `Robert'); DROP TABLE flows;-- "\\ %_ \u200b 😀 \n\t`;
    expect(storedText(text)).toBe(text);
  });

  it('differs for texts that differ', () => {
    fc.assert(
      fc.property(hostile(), hostile(), (one, other) => {
        const [a, b] = [one.join(''), other.join('')];
        expect(storedText(a) === storedText(b)).toBe(a === b);
      }),
    );
  });

  it('is found by its parts in any case, and by nothing that spans two texts', () => {
    const all = searchableText('Größe\0', 'Ab');
    expect(all.includes(searchableText('GRÖSSE'.toLowerCase().replace('ss', 'ß')))).toBe(true);
    expect(all.includes(searchableText('e\0'))).toBe(true);
    expect(all.includes(searchableText('\0ab'))).toBe(false);
    expect(all.includes(searchableText('|ab'))).toBe(false);
  });
});

describe('a UUID', () => {
  it('has one form', () => {
    expect(isUuid('0190A6E4-1b2c-7def-8123-456789abcdef')).toBe(true);
    for (const text of [
      '',
      '{0190a6e4-1b2c-7def-8123-456789abcdef}',
      '0190a6e41b2c7def8123456789abcdef',
      '0190a6e4-1b2c-7def-8123-456789abcdef\n',
      "0190a6e4-1b2c-7def-8123-456789abcde'",
    ]) {
      expect(isUuid(text)).toBe(false);
    }
  });
});
