import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * HMAC-SHA-256 (RFC 2104, FIPS 198-1): 32 bytes. Text is taken as UTF-8; a key of any length, of
 * which only one with 32 random bytes is worth its name.
 */
export function hmacSha256(key: Uint8Array, data: string | Uint8Array): Uint8Array {
  return Uint8Array.from(createHmac('sha256', key).update(data).digest());
}

/** The same as 64 lower-case hex digits. */
export function hmacSha256Hex(key: Uint8Array, data: string | Uint8Array): string {
  return createHmac('sha256', key).update(data).digest('hex');
}

/** Compares in a time that depends on no byte; texts of different lengths differ at once. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}
