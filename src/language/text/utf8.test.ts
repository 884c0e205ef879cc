import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstBadByte } from './utf8.ts';

describe('firstBadByte', () => {
  it.each([
    ['a lone continuation', [0x61, 0x80], 1],
    ['an overlong slash', [0xc0, 0xaf], 0],
    ['an overlong form of three bytes', [0xe0, 0x80, 0xaf], 0],
    ['a surrogate', [0x61, 0xed, 0xa0, 0x80], 1],
    ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80], 0],
    ['a sequence that is cut', [0xe2, 0x82], 0],
    ['a byte that starts nothing', [0xff], 0],
  ])('finds %s', (_, bytes, offset) => {
    expect(firstBadByte(Uint8Array.from(bytes))).toBe(offset);
  });

  it('finds one exactly where the strict decoder does', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let isText = true;
        try {
          decoder.decode(bytes);
        } catch {
          isText = false;
        }
        return (firstBadByte(bytes) === undefined) === isText;
      }),
      { numRuns: 2_000 },
    );
  });
});
