import { describe, expect, it, test } from 'vitest';
import {
  deriveKey,
  equalBytes,
  hkdfSha256,
  hmacSha256,
  hmacSha256Hex,
  randomBelow,
  randomText,
} from './index.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');

describe('HMAC-SHA-256', () => {
  it.each([
    [
      '0b'.repeat(20),
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      '4a656665',
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('gives what RFC 4231 says (key %.8s)', (key, data, expected) => {
    expect(hmacSha256Hex(bytes(key), data)).toBe(expected);
    expect(hex(hmacSha256(bytes(key), Buffer.from(data)))).toBe(expected);
  });

  it('takes bytes that are no text', () => {
    expect(hmacSha256Hex(bytes('aa'.repeat(20)), bytes('dd'.repeat(50)))).toBe(
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    );
  });
});

describe('HKDF with SHA-256', () => {
  const key = bytes('0b'.repeat(22));

  it('gives what RFC 5869 says', () => {
    const salt = bytes('000102030405060708090a0b0c');
    const info = bytes('f0f1f2f3f4f5f6f7f8f9');
    expect(hex(deriveKey(key, { info, bytes: 42, salt }))).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
    expect(hex(hkdfSha256(key, '', 42))).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    );
  });

  it('gives another key for another purpose, and none of a length that it cannot give', () => {
    expect(hex(hkdfSha256(key, 'one', 32))).not.toBe(hex(hkdfSha256(key, 'two', 32)));
    for (const length of [0, -1, 1.5, 255 * 32 + 1]) {
      expect(() => hkdfSha256(key, 'one', length)).toThrow('a length that HKDF gives');
    }
  });
});

test('equal bytes are equal, others and shorter ones are not', () => {
  expect(equalBytes(bytes('0102'), bytes('0102'))).toBe(true);
  expect(equalBytes(bytes('0102'), bytes('0103'))).toBe(false);
  expect(equalBytes(bytes('0102'), bytes('01'))).toBe(false);
  expect(equalBytes(bytes(''), bytes(''))).toBe(true);
});

test('random text is base64url, never the same twice, never short', () => {
  const texts = new Set(Array.from({ length: 1_000 }, () => randomText(32)));
  expect(texts.size).toBe(1_000);
  for (const text of texts) expect(text).toMatch(/^[\w-]{43}$/);
  expect(() => randomText(15)).toThrow('128 bits');
});

test('random numbers stay below their end and reach every value', () => {
  const seen = new Set(Array.from({ length: 1_000 }, () => randomBelow(5)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});
