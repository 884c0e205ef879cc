import { describe, expect, it } from 'vitest';
import { ed25519FromSeed, ed25519Verify } from './index.ts';

/** RFC 8032 section 7.1: seed, public key, message and signature. */
const VECTORS = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', // not-a-secret
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
      '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', // not-a-secret
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
] as const;

describe('Ed25519', () => {
  it.each(VECTORS)('signs and verifies what RFC 8032 says (%.8s)', (seed, key, text, signature) => {
    const message = Buffer.from(text, 'hex');
    const signer = ed25519FromSeed(Buffer.from(seed, 'hex'));
    expect(signer.publicKey).toBe(key);
    expect(signer.sign(message)).toBe(signature);
    expect(ed25519Verify(key, message, signature)).toBe(true);
  });

  it('takes text as UTF-8', () => {
    const signer = ed25519FromSeed(new Uint8Array(32));
    const signature = signer.sign('é');
    expect(ed25519Verify(signer.publicKey, Buffer.from('c3a9', 'hex'), signature)).toBe(true);
  });

  it('refuses another message, signature and key, and what is none of them', () => {
    const [, key, , signature] = VECTORS[1];
    const message = Buffer.from('72', 'hex');
    const other = VECTORS[0][1];
    expect(ed25519Verify(key, 'x', signature)).toBe(false);
    expect(ed25519Verify(other, message, signature)).toBe(false);
    expect(ed25519Verify(key, message, VECTORS[0][3])).toBe(false);
    for (const bad of ['', 'zz', signature.slice(2), `${signature}00`, signature.toUpperCase()]) {
      expect(ed25519Verify(key, message, bad)).toBe(false);
    }
    for (const bad of ['', 'zz', key.slice(2), '02'.repeat(32), 'ff'.repeat(32)]) {
      expect(ed25519Verify(bad, message, signature)).toBe(false);
    }
  });

  it('refuses a signature whose number was raised by the order of the group', () => {
    const [, key, , signature] = VECTORS[1];
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const half = Buffer.from(signature.slice(64), 'hex').reverse().toString('hex');
    const raised = (BigInt(`0x${half}`) + order).toString(16).padStart(64, '0');
    const forged = signature.slice(0, 64) + Buffer.from(raised, 'hex').reverse().toString('hex');
    expect(ed25519Verify(key, Buffer.from('72', 'hex'), forged)).toBe(false);
  });

  it('takes no seed of another length', () => {
    expect(() => ed25519FromSeed(new Uint8Array(31))).toThrow('a seed has 32 bytes');
  });
});
