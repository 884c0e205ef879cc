import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { assert } from '../base/index.ts';

/** A key pair of Ed25519 that signs; the seed stays inside. */
export interface Ed25519Signer {
  /** 64 hex digits, for everybody. */
  readonly publicKey: string;
  /** 128 hex digits; the same data always gives the same signature. Text is taken as UTF-8. */
  sign(data: string | Uint8Array): string;
}

const SEED_BYTES = 32;
/** The ASN.1 before the 32 bytes of a private key (PKCS #8) and a public one (SPKI), RFC 8410. */
const PRIVATE_HEAD = '302e020100300506032b657004220420';
const PUBLIC_HEAD = '302a300506032b6570032100';

/** The key pair of a seed of 32 bytes (Ed25519, RFC 8032 section 5.1.5). */
export function ed25519FromSeed(seed: Uint8Array): Ed25519Signer {
  assert(seed.byteLength === SEED_BYTES, 'a seed has 32 bytes');
  const der = Buffer.concat([Buffer.from(PRIVATE_HEAD, 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = spki.subarray(PUBLIC_HEAD.length / 2).toString('hex');
  const signData = (data: string | Uint8Array) => sign(null, bytesOf(data), key).toString('hex');
  return Object.freeze({ publicKey, sign: signData });
}

/** Whether the owner of the public key signed the data. Never throws: a malformed key did not. */
export function ed25519Verify(
  publicKeyHex: string,
  data: string | Uint8Array,
  signatureHex: string,
): boolean {
  if (!/^[0-9a-f]{64}$/.test(publicKeyHex) || !/^[0-9a-f]{128}$/.test(signatureHex)) return false;
  const key = publicKeyOf(publicKeyHex);
  return key !== undefined && verify(null, bytesOf(data), key, Buffer.from(signatureHex, 'hex'));
}

function publicKeyOf(hex: string): KeyObject | undefined {
  try {
    const der = Buffer.from(PUBLIC_HEAD + hex, 'hex');
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    // Not a point of the curve: whoever handed it in cannot have signed anything.
    return undefined;
  }
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
}
