import { describe, expect, test } from 'vitest';
import { equalSecrets, randomToken, sha256Hex, uuidv7 } from './index.ts';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('uuidv7', () => {
  test('holds its time in the first 48 bits, and version and variant of RFC 9562', () => {
    const id = uuidv7(0x017f22e279b0);
    expect(id).toMatch(FORM);
    expect(id.startsWith('017f22e2-79b0-7')).toBe(true);
  });

  test('sorts by time', () => {
    const ids = [1, 255, 256, 65_536, 2 ** 40, 2 ** 48 - 1].map(uuidv7);
    expect([...ids].sort()).toEqual(ids);
  });

  test('100,000 ids of one millisecond all differ, over many refills of the pool', () => {
    const ids = new Set(Array.from({ length: 100_000 }, () => uuidv7(1_700_000_000_000)));
    expect(ids.size).toBe(100_000);
  });

  test('every free bit takes both values', () => {
    const seen = Array.from({ length: 2_000 }, () => BigInt(`0x${uuidv7(0).replaceAll('-', '')}`));
    const ones = seen.reduce((all, id) => all | id, 0n);
    const zeros = seen.reduce((all, id) => all & id, (1n << 128n) - 1n);
    // 48 bits of time are 0, version is 0111, the variant begins with 10; 74 bits are free.
    expect(ones.toString(16)).toBe('7fffbfffffffffffffff');
    expect(zeros.toString(16)).toBe('70008000000000000000');
  });

  test.each([-1, 0.5, 2 ** 48, Number.NaN])('refuses the time %s', (time) => {
    expect(() => uuidv7(time)).toThrow('a time of 48 bits');
  });
});

describe('randomToken', () => {
  test('gives two hex digits a byte, never the same twice', () => {
    const tokens = new Set(Array.from({ length: 1_000 }, () => randomToken(32)));
    expect(tokens.size).toBe(1_000);
    for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{64}$/);
  });

  test('refuses a token that could be guessed', () => {
    expect(() => randomToken(8)).toThrow('128 bits');
  });
});

describe('equalSecrets', () => {
  test('tells equal texts from others, also from their beginnings', () => {
    expect(equalSecrets('correct horse', 'correct horse')).toBe(true);
    expect(equalSecrets('correct horse', 'correct hors')).toBe(false);
    expect(equalSecrets('', 'correct horse')).toBe(false);
    expect(equalSecrets('', '')).toBe(true);
  });
});

test('sha256Hex gives the digests of FIPS 180-4', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256Hex(new Uint8Array())).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});
