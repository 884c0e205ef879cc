/**
 * Threat: two readers of one token see different things, because base64url, JSON and dots leave
 * room: padding, spare bits, blanks, names that stand twice (RFC 8725 sections 2.4 and 3.6). A
 * token is read here in the one spelling in which we write it, and any other is none of ours.
 */
import { ACCESS_LIMITS } from '../base/index.ts';

/** The three parts of a token, decoded; nothing of it is proven yet. */
export interface TokenParts {
  readonly header: TokenHeader;
  readonly payload: Uint8Array;
}

/** What a header may say; it chooses a key and nothing else (RFC 7515 section 4.1). */
export interface TokenHeader {
  readonly alg: 'HS256';
  readonly kid: string;
  readonly typ?: string;
}

/** A SHA-256 in base64url. */
const SIGNATURE_CHARACTERS = 43;
const FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Reads a token; undefined where it is not of the one form. Linear, and no key is needed. */
export function readToken(token: unknown): TokenParts | undefined {
  if (typeof token !== 'string' || token.length > ACCESS_LIMITS.tokenCharacters) return undefined;
  if (!FORM.test(token)) return undefined;
  const [first = '', second = '', third = ''] = token.split('.');
  if (third.length !== SIGNATURE_CHARACTERS || decodePart(third) === undefined) return undefined;
  const headerBytes = decodePart(first);
  const payload = decodePart(second);
  const header = headerBytes === undefined ? undefined : headerOf(readMembers(headerBytes));
  return header === undefined || payload === undefined ? undefined : { header, payload };
}

/** The bytes of a part whose every bit counts. */
function decodePart(part: string): Uint8Array | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

/**
 * The members of a JSON object that is written without blanks, each name once and each value in its
 * shortest spelling: what writing it again gives letter for letter. Undefined for any other text.
 */
export function readMembers(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    // A proof of the cast: it is an object, and its own names are all that anybody reads.
    return isObject && JSON.stringify(value) === text ? { ...value } : undefined;
  } catch {
    // No text, no JSON, or too deep to be written again: not a token of ours, which is no error.
    return undefined;
  }
}

/**
 * No member but ours is obeyed, and none is ignored: `jwk`, `jku`, `x5u` and `x5c` name a key of
 * the sender's, `crit`, `b64` and `zip` change what is signed (RFC 7515 section 4.1, RFC 7797).
 */
function headerOf(members: Readonly<Record<string, unknown>> | undefined): TokenHeader | undefined {
  if (members === undefined) return undefined;
  const { alg, kid, typ, ...others } = members;
  if (alg !== 'HS256' || typeof kid !== 'string' || Object.keys(others).length > 0)
    return undefined;
  if (typ === undefined) return { alg, kid };
  return typeof typ === 'string' ? { alg, kid, typ } : undefined;
}
