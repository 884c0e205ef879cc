import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { assert } from '../base/index.ts';

/** Random bytes of the operating system as lower-case hex: two characters a byte. */
export function randomToken(bytes: number): string {
  assert(bytes >= 16, 'a token has at least 128 bits');
  return randomBytes(bytes).toString('hex');
}

/** The same in base64url without padding (RFC 4648 section 5): 43 characters for 32 bytes. */
export function randomText(bytes: number): string {
  assert(bytes >= 16, 'a token has at least 128 bits');
  return randomBytes(bytes).toString('base64url');
}

/** A number from 0 to below `end`, each as likely as the others; `end` up to 2^48. */
export function randomBelow(end: number): number {
  return randomInt(end);
}

/** 74 random bits are drawn for many ids at once: one id then costs under a microsecond. */
const POOL_BYTES = 1_600;
const RANDOM_BYTES = 10;
let pool = new Uint8Array(0);
let used = 0;

/**
 * A UUID of version 7 (RFC 9562, 5.7): 48 bits of `nowMs`, then 74 random bits, so that ids sort by
 * time, which keeps an index compact, and cannot be guessed.
 */
export function uuidv7(nowMs: number): string {
  assert(Number.isInteger(nowMs) && nowMs >= 0 && nowMs < 2 ** 48, 'a time of 48 bits');
  if (used + RANDOM_BYTES > pool.byteLength) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const time = nowMs.toString(16).padStart(12, '0');
  const random = Buffer.from(pool.buffer, pool.byteOffset + used, RANDOM_BYTES).toString('hex');
  used += RANDOM_BYTES;
  // Hex digits 0-2: rand_a; digit 3 gives the variant's two free bits; the rest is rand_b.
  const variant = '89ab'[Number.parseInt(random[3] ?? '0', 16) & 3];
  const head = `${time.slice(0, 8)}-${time.slice(8)}`;
  return `${head}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

/** Compares in a time that depends on neither text; texts of any length. */
export function equalSecrets(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Compares two digests of one kind, in hex, in a time that depends on neither. */
export function equalDigests(one: string, other: string): boolean {
  assert(one.length === other.length, 'digests of one kind have one length');
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}
