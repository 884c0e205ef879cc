import { ACCESS_LIMITS, type AccountId, type PersonId, type SessionId } from '../base/index.ts';
import { readMembers } from './token-form.ts';

/** Who an access token is for. */
export interface TokenSubject {
  readonly person: PersonId;
  readonly account: AccountId;
  readonly session: SessionId;
}

/** What every token says. Times are milliseconds since 1970, of whole seconds. */
export interface TokenLife {
  /** `jti`, which no two tokens share. */
  readonly id: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export type AccessClaims = TokenSubject & TokenLife;
export type RefreshClaims = Pick<TokenSubject, 'account' | 'session'> & TokenLife;

export type ClaimsFault = 'claims' | 'expired' | 'early';
export type Judged<Claims> = { readonly claims: Claims } | { readonly reason: ClaimsFault };

/** What claims are judged against. */
export interface ClaimsMoment {
  readonly audience: string;
  readonly now: number;
  /** The longest that a token of this kind is good. */
  readonly lifeMs: number;
}

/** `iss` of all our tokens. */
export const ISSUER = 'sluice';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const ACCOUNT = /^[a-z0-9][a-z0-9-]{0,62}$/;
const TOKEN_ID = /^[\w-]{22}$/;
const PERSON = 'person:';

/**
 * Reads what an access token claims, after its signature was proven. Only these claims are looked
 * at; a role or a permission among others says nothing, because rights come from the store.
 */
export function readAccessClaims(payload: Uint8Array, moment: ClaimsMoment): Judged<AccessClaims> {
  const members = readMembers(payload) ?? {};
  const judged = readLife(members, moment);
  if ('reason' in judged) return judged;
  const { sub, acc, sid } = members;
  const person = typeof sub === 'string' && sub.startsWith(PERSON) ? sub.slice(PERSON.length) : '';
  if (!isOf(UUID, person) || !isOf(ACCOUNT, acc) || !isOf(UUID, sid)) return { reason: 'claims' };
  // A proof of the casts: the three have the form of ids, in a token that we signed.
  const subject = {
    person: person as PersonId,
    account: acc as AccountId,
    session: sid as SessionId,
  };
  return { claims: Object.freeze({ ...subject, ...judged.claims }) };
}

/** The same for a refresh token, which names its session and the account of that. */
export function readRefreshClaims(
  payload: Uint8Array,
  moment: ClaimsMoment,
): Judged<RefreshClaims> {
  const members = readMembers(payload) ?? {};
  const judged = readLife(members, moment);
  if ('reason' in judged) return judged;
  const { acc, sid } = members;
  if (!isOf(ACCOUNT, acc) || !isOf(UUID, sid)) return { reason: 'claims' };
  // A proof of the casts: as above.
  const subject = { account: acc as AccountId, session: sid as SessionId };
  return { claims: Object.freeze({ ...subject, ...judged.claims }) };
}

/**
 * The claims of RFC 7519 section 4.1. An end is an end: no tolerance lengthens it. A beginning may
 * lie ahead by ACCESS_LIMITS.clockSkewMs, because another machine may have signed.
 */
function readLife(
  { iss, aud, jti, iat, exp, nbf }: Readonly<Record<string, unknown>>,
  { audience, now, lifeMs }: ClaimsMoment,
): Judged<TokenLife> {
  if (iss !== ISSUER || aud !== audience || !isOf(TOKEN_ID, jti)) return { reason: 'claims' };
  if (!isTime(iat) || !isTime(exp) || !(nbf === undefined || isTime(nbf))) {
    return { reason: 'claims' };
  }
  if (exp < iat || (exp - iat) * 1_000 > lifeMs) return { reason: 'claims' };
  if (exp * 1_000 <= now) return { reason: 'expired' };
  if (Math.max(iat, nbf ?? 0) * 1_000 > now + ACCESS_LIMITS.clockSkewMs) return { reason: 'early' };
  return { claims: { id: jti, issuedAt: iat * 1_000, expiresAt: exp * 1_000 } };
}

function isOf(form: RegExp, value: unknown): value is string {
  return typeof value === 'string' && form.test(value);
}

/** Whole seconds since 1970, in the range where milliseconds are exact too. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 40;
}
