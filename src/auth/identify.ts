/**
 * Threat: someone without a key reaches a route, or learns a key by how long a comparison takes or
 * by sending two credentials of which a proxy and we read different ones (ASVS 5.0 V6.3, RFC 6750
 * section 2). What is not clearly one valid credential is nobody.
 */
import type { AccountId } from '../base/index.ts';
import { PERMISSIONS } from '../contract/index.ts';
import { equalDigests, sha256Hex } from '../crypto/index.ts';
import { AppError } from '../errors/index.ts';
import type { Principal } from './principal.ts';

/** The account of all that the keys of ADMIN_API_KEYS make; issue 4 of the plan brings others. */
export const DEFAULT_ACCOUNT = 'default' as AccountId; // The one place where this id is made.

/** Names and values in turn, as they came: only there a header that was sent twice can be seen. */
export type RawHeaders = readonly string[];

export type Identified = { readonly principal: Principal } | { readonly refusal: AppError };

export interface Authenticator {
  /**
   * Says who sent these headers, by `X-API-Key` or `Authorization: Bearer`. Never throws; the
   * refusal is UNAUTHENTICATED and does not say how near the guess was.
   */
  identify(headers: RawHeaders): Identified;
}

/** An authenticator for a fixed list of keys, each of which may do everything in one account. */
export function authenticator(options: { readonly adminKeys: readonly string[] }): Authenticator {
  const known = options.adminKeys.map((key, index) => ({
    digest: sha256Hex(key),
    principal: Object.freeze({
      id: `key:admin-${index + 1}`,
      account: DEFAULT_ACCOUNT,
      permissions: new Set(PERMISSIONS),
    }),
  }));
  return {
    identify: (headers) => {
      const credential = credentialOf(headers);
      if (typeof credential !== 'string') return { refusal: credential };
      const digest = sha256Hex(credential);
      let principal: Principal | undefined;
      // All keys are compared, whichever fits, so that the time tells nothing.
      for (const key of known) {
        if (equalDigests(key.digest, digest)) principal ??= key.principal;
      }
      return principal === undefined ? { refusal: refused('the key is not valid') } : { principal };
    },
  };
}

function credentialOf(headers: RawHeaders): string | AppError {
  const keys: string[] = [];
  const authorizations: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase();
    if (name === 'x-api-key') keys.push(headers[index + 1] ?? '');
    else if (name === 'authorization') authorizations.push(headers[index + 1] ?? '');
  }
  if (keys.length > 1 || authorizations.length > 1) return refused('a credential is sent twice');
  const [key] = keys;
  const [authorization] = authorizations;
  const bearer = authorization === undefined ? undefined : bearerOf(authorization);
  if (bearer === '') return refused('the Authorization header is not "Bearer <key>"');
  if (key === '') return refused('the X-API-Key header is empty');
  if (key !== undefined && bearer !== undefined && key !== bearer) {
    return refused('X-API-Key and Authorization name different keys');
  }
  return key ?? bearer ?? refused('the request has no key');
}

/** The credential of RFC 6750; '' where it is none. The scheme's letter case does not count. */
function bearerOf(authorization: string): string {
  return /^bearer +([\w.~+/=-]+)$/i.exec(authorization.trim())?.[1] ?? '';
}

function refused(message: string): AppError {
  return new AppError('UNAUTHENTICATED', { message });
}
