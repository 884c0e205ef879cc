/**
 * Threat: a cookie of ours is read by a script, sent by plain HTTP or by a page of another site, or
 * set from a neighbouring host under our name (ASVS 5.0 V3.3; claim G4.186). Where the server is
 * reached by HTTPS the names carry the prefixes that browsers enforce (RFC 6265bis section 4.1.3).
 */

export interface CookieNames {
  readonly access: string;
  readonly refresh: string;
}

/** The only path to which browsers send the refresh cookie. */
export const REFRESH_COOKIE_PATH = '/api/v1/auth';

/**
 * `__Host-` keeps a cookie to this very host; one with a path of its own can only be `__Secure-`.
 * Over plain HTTP browsers refuse both.
 */
export function cookieNames(isSecure: boolean): CookieNames {
  return isSecure
    ? { access: '__Host-sluice-access', refresh: '__Secure-sluice-refresh' }
    : { access: 'sluice-access', refresh: 'sluice-refresh' };
}

const COOKIES_MAX = 100;
const HEADER_CHARACTERS_MAX = 16_384;

/**
 * The value of a cookie; undefined where it is absent, empty or sent twice: of two a browser does
 * not say which is ours (cookie tossing). Several Cookie headers are one list.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined || header.length > HEADER_CHARACTERS_MAX) return undefined;
  const pairs = header.split(';', COOKIES_MAX + 1);
  if (pairs.length > COOKIES_MAX) return undefined;
  let found: string | undefined;
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at === -1 || pair.slice(0, at).trim() !== name) continue;
    if (found !== undefined) return undefined;
    found = pair.slice(at + 1).trim();
  }
  return found !== undefined && VALUE.test(found) ? found : undefined;
}

/** RFC 6265 section 4.1.1, cookie-octet; our values are tokens, which need no quotes. */
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/** Which of our two cookies, and how it travels. */
export interface CookieKind {
  readonly which: keyof CookieNames;
  readonly isSecure: boolean;
}

/** A whole Set-Cookie value. The value must be visible ASCII without separators, as tokens are. */
export function setCookie(kind: CookieKind, value: string, maxAgeMs: number): string {
  if (!VALUE.test(value)) throw new RangeError('the value does not fit into a cookie');
  return cookie(kind, value, Math.max(0, Math.floor(maxAgeMs / 1_000)));
}

/** Removes it; with the same attributes, without which browsers keep the old one. */
export function clearCookie(kind: CookieKind): string {
  return cookie(kind, '', 0);
}

function cookie({ which, isSecure }: CookieKind, value: string, seconds: number): string {
  const path = which === 'access' ? '/' : REFRESH_COOKIE_PATH;
  const name = cookieNames(isSecure)[which];
  const secure = isSecure ? '; Secure' : '';
  return `${name}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
