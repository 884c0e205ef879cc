import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type SigningKey, verifySignature } from '../../src/auth/token-signature.ts';
import { corpusJson } from './corpus.ts';

/**
 * Vectors of others through our own verifier, at the layer of signatures: their claims are not
 * ours. Our keys are texts of the settings, so that a JSON Web Key never becomes one; the sets that
 * the vectors bring are taken only where each key in them is one that we could have.
 */
interface Jwk {
  readonly kty?: string;
  readonly alg?: string;
  readonly use?: string;
  readonly kid?: string;
  readonly k?: string;
}

interface Group {
  readonly comment: string;
  readonly private?: Jwk | { readonly keys: readonly Jwk[] };
  readonly public?: Jwk | { readonly keys: readonly Jwk[] };
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly result: 'valid' | 'invalid' | 'acceptable';
    readonly jws?: string;
    readonly jwe?: string;
  }[];
}

/** Those of the keys that could be ours, by their kid; none where one of a set could not be. */
function keysOf(group: Group): ReadonlyMap<string, SigningKey> {
  const given = group.private ?? {};
  const list = 'keys' in given ? given.keys : [given];
  const keys = list.flatMap(({ kty, alg, use, kid = '', k = '' }) => {
    const bytes = Buffer.from(k, 'base64url');
    const isOurs = kty === 'oct' && alg === 'HS256' && use === 'sig' && bytes.byteLength >= 32;
    return isOurs ? [{ id: kid, bytes }] : [];
  });
  const byId = new Map(keys.map((key) => [key.id, key]));
  return byId.size === list.length ? byId : new Map();
}

/** Every key of a group as bytes for HMAC, as a confused verifier would use it. */
function confusedKeys(group: Group): readonly SigningKey[] {
  const texts = [group.public, group.private].flatMap((key) => {
    return key === undefined ? [] : [JSON.stringify(key), JSON.stringify(key, null, 2)];
  });
  return texts.map((text) => ({ id: '', bytes: Buffer.from(text) }));
}

/** Whether the same text, letter for letter, is called valid under the same key. */
function isValidToo(group: Group, token: string): boolean {
  return group.tests.some(({ jws, result }) => result === 'valid' && jws === token);
}

const numberOf = (label: string) => Number(label.split(' ')[0]);

/**
 * By their numbers. Signature 367 and 370 are called invalid for padding that their texts do not
 * have: they are 357 again, which is valid, so nobody can be right about all three; what they meant
 * is tested below. Refused are valid ones with blanks in the header (376, 377), with a character in
 * a part that is not of base64url (372, 373): we write neither.
 */
const EXPECTED: Readonly<Record<string, object>> = {
  signature: {
    accepted: [1, 348, 352, 357, 358, 359],
    contradictions: [367, 370],
    refused: [372, 373, 376, 377],
  },
  key: { accepted: [2, 13], contradictions: [], refused: [] },
  crypto: { accepted: [1, 48], contradictions: [], refused: [] },
};

describe.each(['signature', 'key', 'crypto'])('Wycheproof, JSON Web %s', (name) => {
  const path = `crypto/wycheproof/json_web_${name}_test.json`;
  const file = corpusJson(path) as
    | { readonly numberOfTests: number; readonly testGroups: readonly Group[] }
    | undefined;

  it.skipIf(file === undefined)(
    'nothing invalid is accepted, and of the valid all of ours',
    async () => {
      const falseAccepts: string[] = [];
      const contradictions: string[] = [];
      const accepted: string[] = [];
      const ourValid: string[] = [];
      let run = 0;
      for (const group of file?.testGroups ?? []) {
        const keys = keysOf(group);
        for (const { tcId, comment, result, jws, jwe } of group.tests) {
          const token = jws ?? jwe ?? '';
          const label = `${tcId} ${group.comment} ${comment}`;
          run += 1;
          const signed = await verifySignature(token, ({ kid }) => keys.get(kid));
          if (!('reason' in signed)) {
            const isContradicted = result === 'invalid' && isValidToo(group, token);
            if (isContradicted) contradictions.push(label);
            else (result === 'invalid' ? falseAccepts : accepted).push(label);
          }
          if (result === 'valid' && keys.size > 0) ourValid.push(label);
          for (const key of confusedKeys(group)) {
            if (!('reason' in (await verifySignature(token, () => key)))) falseAccepts.push(label);
          }
        }
      }
      expect(falseAccepts).toEqual([]);
      expect({
        accepted: accepted.map(numberOf),
        contradictions: contradictions.map(numberOf),
        refused: ourValid.filter((label) => !accepted.includes(label)).map(numberOf),
      }).toEqual(EXPECTED[name]);
      expect(run).toBe(file?.numberOfTests);
    },
  );
});

describe('padding and spare bits, under a good signature', () => {
  const key = { id: 'k', bytes: Buffer.alloc(32, 7) };
  const isTaken = async (header: string, payload: string, ending = '') => {
    const input = `${header}.${payload}`;
    const mac = createHmac('sha256', key.bytes).update(input).digest('base64url');
    return !('reason' in (await verifySignature(`${input}.${mac}${ending}`, () => key)));
  };
  const [plain, spare] = ['{"alg":"HS256","kid":"k"}', '{"alg":"HS256","kid":"kk"}'].map((text) =>
    Buffer.from(text).toString('base64url'),
  ) as [string, string];

  it('are refused in each part, and the same without them is taken', async () => {
    expect(await isTaken(plain, 'VGVzdA')).toBe(true);
    expect(await isTaken(spare, 'VGVzdA')).toBe(true);
    expect(await isTaken(`${plain}==`, 'VGVzdA')).toBe(false);
    expect(await isTaken(`${spare}=`, 'VGVzdA')).toBe(false);
    expect(await isTaken(plain, 'VGVzdA==')).toBe(false);
    expect(await isTaken(plain, 'VGVzdA', '=')).toBe(false);
    expect(await isTaken(plain, 'VGVzdB')).toBe(false);
  });
});

describe('RFC 7520, the JOSE cookbook', () => {
  const list = corpusJson('crypto/rfc7520-jose-cookbook.json') as
    | readonly { readonly path: string; readonly vector: Readonly<Record<string, unknown>> }[]
    | undefined;

  it.skipIf(list === undefined)(
    'of all compact tokens only the one of HS256 is accepted',
    async () => {
      const accepted: string[] = [];
      let run = 0;
      for (const { path, vector } of list ?? []) {
        for (const token of compactTokens(vector)) {
          for (const bytes of [...octKeys(vector), Buffer.from('')]) {
            run += 1;
            const signed = await verifySignature(token, () => ({ id: '', bytes }));
            if (!('reason' in signed)) accepted.push(path);
          }
        }
      }
      expect(run).toBeGreaterThan(15);
      expect(accepted).toEqual(['jws/4_4.hmac-sha2_integrity_protection.json']);
    },
  );
});

/** Every text in a value that has the dots of a token. */
function compactTokens(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^[\w-]*(?:\.[\w-]*){2,4}$/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(compactTokens);
}

function octKeys(value: unknown): readonly Uint8Array[] {
  if (typeof value !== 'object' || value === null) return [];
  // A proof of the cast: an object, of which two members are asked for by name.
  const { kty, k } = value as { readonly kty?: unknown; readonly k?: unknown };
  const own = kty === 'oct' && typeof k === 'string' ? [Buffer.from(k, 'base64url')] : [];
  return [...own, ...Object.values(value).flatMap(octKeys)];
}
