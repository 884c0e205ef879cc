import { randomText, sha256Hex } from '../crypto/index.ts';
import type { MadeKey, MadeToken } from './auth.ts';

const SECRET_BYTES = 32;
/** `sk_` and eight characters more: enough to tell keys apart, and 208 bits stay unknown. */
const PREFIX_CHARACTERS = 11;

/**
 * A new API key. Its SHA-256 is enough for the store: what has 256 random bits is not found by
 * trying, so a slow hash would protect nothing (ASVS 5.0 11.4.2 is about passwords).
 */
export function makeKey(): MadeKey {
  const key = `sk_${randomText(SECRET_BYTES)}`;
  return { key, prefix: key.slice(0, PREFIX_CHARACTERS), hash: sha256Hex(key) };
}

/** A new one-time token, for links, resets and invitations. */
export function makeToken(): MadeToken {
  const token = randomText(SECRET_BYTES);
  return { token, hash: tokenHash(token) };
}

/** The SHA-256 under which a one-time token is kept. */
export function tokenHash(token: string): string {
  return sha256Hex(token);
}
