import { describe, expect, it } from 'vitest';
import { deriveKey, hmacSha256Hex } from '../../src/crypto/index.ts';
import { corpusJson } from './corpus.ts';

interface Vectors<One> {
  readonly numberOfTests: number;
  readonly testGroups: readonly { readonly tagSize?: number; readonly tests: readonly One[] }[];
}

interface MacVector {
  readonly tcId: number;
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
  readonly result: 'valid' | 'invalid';
}

interface KeyVector {
  readonly tcId: number;
  readonly ikm: string;
  readonly salt: string;
  readonly info: string;
  readonly size: number;
  readonly okm: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('Wycheproof', () => {
  const macs = corpusJson('crypto/wycheproof/hmac_sha256_test.json') as
    | Vectors<MacVector>
    | undefined;
  const keys = corpusJson('crypto/wycheproof/hkdf_sha256_test.json') as
    | Vectors<KeyVector>
    | undefined;

  it.skipIf(macs === undefined)('HMAC-SHA-256 gives every valid tag and no other', () => {
    const tests = (macs?.testGroups ?? []).flatMap(({ tests, tagSize = 256 }) =>
      tests.map((one) => ({ ...one, digits: tagSize / 4 })),
    );
    expect(tests).toHaveLength(macs?.numberOfTests ?? 0);
    const wrong = tests.filter(({ key, msg, tag, digits, result }) => {
      const isSame = hmacSha256Hex(bytes(key), bytes(msg)).slice(0, digits) === tag;
      return isSame !== (result === 'valid');
    });
    expect(wrong.map(({ tcId }) => tcId)).toEqual([]);
  });

  it.skipIf(keys === undefined)(
    'HKDF with SHA-256 gives every key, and none that is too long',
    () => {
      const tests = (keys?.testGroups ?? []).flatMap((group) => group.tests);
      expect(tests).toHaveLength(keys?.numberOfTests ?? 0);
      for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
        const derive = () => {
          const about = { info: bytes(info), salt: bytes(salt), bytes: size };
          return Buffer.from(deriveKey(bytes(ikm), about)).toString('hex');
        };
        if (result === 'invalid') expect(derive, `${tcId}`).toThrow('a length that HKDF gives');
        else expect(derive(), `${tcId}`).toBe(okm);
      }
    },
  );
});
