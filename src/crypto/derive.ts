import { hkdfSync } from 'node:crypto';
import { assert } from '../base/index.ts';

/** RFC 5869 section 2.3: no more than 255 digests. */
const BYTES_MAX = 255 * 32;

/** What HKDF takes beside the key. */
export interface Derivation {
  /** What the derived key is for; two purposes never share a key. */
  readonly info: string | Uint8Array;
  readonly bytes: number;
  /** Absent: none, which RFC 5869 section 3.1 allows where the key is random already. */
  readonly salt?: Uint8Array;
}

/**
 * A key of `bytes` bytes for one purpose, from a secret with enough randomness of its own (HKDF
 * with SHA-256, RFC 5869). Who learns one derived key learns neither the secret nor another key.
 */
export function hkdfSha256(key: Uint8Array, info: string, bytes: number): Uint8Array {
  return deriveKey(key, { info, bytes });
}

/** As `hkdfSha256`, with a salt where there is one. */
export function deriveKey(key: Uint8Array, { info, bytes, salt }: Derivation): Uint8Array {
  assert(Number.isInteger(bytes) && bytes >= 1 && bytes <= BYTES_MAX, 'a length that HKDF gives');
  return new Uint8Array(hkdfSync('sha256', key, salt ?? new Uint8Array(), info, bytes));
}
