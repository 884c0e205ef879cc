/**
 * Threat: one request carries two credentials of which a proxy and we read different ones, or a
 * credential in a form that two programs read differently (ASVS 5.0 V6.3, RFC 6750 section 2). What
 * is not clearly one credential is none.
 */
import { ACCESS_LIMITS } from '../base/index.ts';
import { cookieNames, readCookie } from '../guard/index.ts';
import type { Credentials, RawHeaders } from './auth.ts';

/** The one credential of a request, as it was sent; nothing of it is judged yet. */
export type Presented =
  /** An API key, or a token where it has the form of one. */
  | { readonly kind: 'secret'; readonly secret: string; readonly isBearer: boolean }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'cookie'; readonly token: string }
  | { readonly kind: 'ticket'; readonly ticket: string }
  | { readonly kind: 'query-token'; readonly token: string }
  /** Why there is none, for people; `isMissing` where nothing was sent at all. */
  | { readonly kind: 'none'; readonly why: string; readonly isMissing: boolean };

/**
 * Reads the credential of a request. A cookie beside a ticket does not count, since browsers send
 * cookies with every WebSocket; beside a key or a token it is one credential too many.
 */
export function presentedBy(credentials: Credentials, isSecure: boolean): Presented {
  const { keys, authorizations, cookies } = headersOf(credentials.headers);
  if (keys.length > 1 || authorizations.length > 1) {
    return none('a credential is sent twice');
  }
  const inAddress = ofAddress(credentials);
  const ofHeaders = ofBoth(keys[0], authorizations[0]);
  const header = cookies.length === 0 ? undefined : cookies.join('; ');
  const cookie = readCookie(header, cookieNames(isSecure).access);
  if (ofHeaders !== undefined) {
    if (ofHeaders.kind === 'none') return ofHeaders;
    if (inAddress !== undefined) return none('the address and a header both have a credential');
    const isSame = ofHeaders.kind === 'secret' && ofHeaders.secret === cookie;
    return cookie === undefined || isSame
      ? ofHeaders
      : none('a cookie and a header have different credentials');
  }
  if (inAddress !== undefined) return inAddress;
  if (cookie !== undefined) return { kind: 'cookie', token: cookie };
  return { kind: 'none', why: 'the request has no key', isMissing: true };
}

function headersOf(headers: RawHeaders) {
  const keys: string[] = [];
  const authorizations: string[] = [];
  const cookies: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase();
    const value = headers[index + 1] ?? '';
    if (name === 'x-api-key') keys.push(value);
    else if (name === 'authorization') authorizations.push(value);
    else if (name === 'cookie') cookies.push(value);
  }
  return { keys, authorizations, cookies };
}

function ofAddress({ ticket, token }: Credentials): Presented | undefined {
  if (ticket !== undefined && token !== undefined) {
    return none('the address has a ticket and a token');
  }
  if (ticket !== undefined) return { kind: 'ticket', ticket };
  return token === undefined ? undefined : { kind: 'query-token', token };
}

/** The same key in both headers is one credential. */
function ofBoth(key: string | undefined, authorization: string | undefined) {
  const read = authorization === undefined ? undefined : authorizationOf(authorization);
  if (read?.kind === 'none') return read;
  if (key === '') return none('the X-API-Key header is empty');
  if (key === undefined) return read;
  if (read === undefined) return { kind: 'secret', secret: key, isBearer: false } as const;
  return read.kind === 'secret' && read.secret === key
    ? read
    : none('X-API-Key and Authorization name different keys');
}

/** RFC 6750 and RFC 7617; the scheme's letter case does not count. */
function authorizationOf(header: string): Presented {
  const text = header.trim();
  const bearer = /^bearer +([\w.~+/=-]+)$/i.exec(text)?.[1];
  if (bearer !== undefined) return { kind: 'secret', secret: bearer, isBearer: true };
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(text)?.[1];
  return encoded === undefined
    ? none('the Authorization header is not "Bearer <key>"')
    : (basicOf(encoded) ?? none('the Authorization header is not valid Basic'));
}

function basicOf(encoded: string): Presented | undefined {
  if (encoded.length > ACCESS_LIMITS.tokenCharacters || encoded.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return undefined; // Another spelling of other bytes.
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return undefined;
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) return undefined;
  return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function none(why: string) {
  return { kind: 'none', why, isMissing: false } as const;
}
