import { CompactSign, compactVerify } from 'jose';
import { assert } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import { readToken, type TokenHeader, type TokenParts } from './token-form.ts';

/** One secret that signs; `id` is the `kid` of its tokens. */
export interface SigningKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** RFC 7518 section 3.2: no key shorter than what the hash gives. */
const KEY_BYTES_LEAST = 32;
const KEY_ID_CHARACTERS = 16;

/** The key of a secret; its id tells secrets apart and says nothing useful about them. */
export function signingKey(secret: string): SigningKey {
  const bytes = new TextEncoder().encode(secret);
  assert(bytes.byteLength >= KEY_BYTES_LEAST, 'a signing secret has at least 32 bytes');
  return Object.freeze({ id: sha256Hex(`kid${secret}`).slice(0, KEY_ID_CHARACTERS), bytes });
}

/** The keys by their ids, the current one first; a secret that stands twice counts once. */
export function signingKeys(secrets: readonly string[]): ReadonlyMap<string, SigningKey> {
  const keys = secrets.map(signingKey);
  return new Map(keys.map((key) => [key.id, key]));
}

/** Signs claims with HS256 (RFC 7515 compact form). */
export async function signToken(
  claims: Readonly<Record<string, unknown>>,
  { key, type }: { readonly key: SigningKey; readonly type: string },
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'HS256', typ: type, kid: key.id })
    .sign(key.bytes);
}

export type Signed = TokenParts | { readonly reason: 'malformed' | 'unknown-key' | 'signature' };

/**
 * Whether one of our keys signed the token, whatever it claims. `keyOf` chooses among keys that are
 * known already; nothing that a token brings along becomes a key. Never rejects.
 */
export async function verifySignature(
  token: unknown,
  keyOf: (header: TokenHeader) => SigningKey | undefined,
): Promise<Signed> {
  const parts = readToken(token);
  if (parts === undefined) return { reason: 'malformed' };
  const key = keyOf(parts.header);
  if (key === undefined) return { reason: 'unknown-key' };
  // A proof of the cast: `readToken` gives nothing for what is no text.
  const isSigned = await isSignedBy(token as string, key);
  return isSigned ? parts : { reason: 'signature' };
}

async function isSignedBy(token: string, key: SigningKey): Promise<boolean> {
  try {
    await compactVerify(token, key.bytes, { algorithms: ['HS256'] });
    return true;
  } catch {
    // Whatever the library has against it: it is not proven to be ours.
    return false;
  }
}
