import {
  type Ed25519Signer,
  ed25519FromSeed,
  ed25519Verify,
  hkdfSha256,
  hmacSha256Hex,
  sha256Hex,
} from '../crypto/index.ts';

/** What one ENCRYPTION_KEY seals with. Keys for different purposes are derived apart (HKDF). */
export interface SealKey {
  /** The first 16 hex digits of the SHA-256 of the public key. */
  readonly id: string;
  /** Ed25519, hex. */
  readonly publicKey: string;
  /** HMAC-SHA-256, hex. */
  mac(text: string): string;
  /** Ed25519, hex. */
  sign(text: string): string;
  isSigned(text: string, signature: string): boolean;
}

/** The key that seals now, and all whose seals are believed. */
export interface SealKeys {
  readonly current: SealKey;
  /** By the id that a seal names; undefined for keys that the settings do not have. */
  byId(id: string): SealKey | undefined;
  /** Signs what is sent to an address of the operator; hex. Receivers are given it once. */
  readonly webhookKey: string;
}

export interface EncryptionKeys {
  /** ENCRYPTION_KEY, 32 bytes. */
  readonly current: Uint8Array;
  /** ENCRYPTION_KEYS_PREVIOUS: they check, and seal nothing. */
  readonly previous: readonly Uint8Array[];
}

const KEY_BYTES = 32;

/** The keys of the chain, from those of the settings. */
export function sealKeys({ current, previous }: EncryptionKeys): SealKeys {
  const keys = [current, ...previous].map((key) => sealKey(key));
  const [own] = keys;
  if (own === undefined) throw new RangeError('there is a current key');
  const known = new Map(keys.map((key) => [key.id, key]));
  const webhookKey = hkdfSha256(current, 'sluice audit webhook v1', KEY_BYTES);
  return Object.freeze({
    current: own,
    byId: (id: string) => known.get(id),
    webhookKey: Buffer.from(webhookKey).toString('hex'),
  });
}

function sealKey(secret: Uint8Array): SealKey {
  const macKey = hkdfSha256(secret, 'sluice audit mac v1', KEY_BYTES);
  const seed = hkdfSha256(secret, 'sluice audit sign v1', KEY_BYTES);
  const signer: Ed25519Signer = ed25519FromSeed(seed);
  const { publicKey } = signer;
  return Object.freeze({
    id: sha256Hex(Buffer.from(publicKey, 'hex')).slice(0, 16),
    publicKey,
    mac: (text: string) => hmacSha256Hex(macKey, text),
    sign: (text: string) => signer.sign(text),
    isSigned: (text: string, signature: string) => ed25519Verify(publicKey, text, signature),
  });
}
