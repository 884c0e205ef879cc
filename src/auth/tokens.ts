/**
 * Threat: a token that we did not make, or made for something else, opens a door (RFC 8725, ASVS
 * 5.0 V9; claims G2.076 to G2.078). One algorithm; the keys are those of the settings; access and
 * refresh tokens have secrets, types and audiences of their own. A token proves who asks and for
 * how long at most, and no right: each request asks the store about its session.
 */
import { type AccountId, assert, type Clock, type SessionId } from '../base/index.ts';
import { randomText } from '../crypto/index.ts';
import {
  type AccessClaims,
  type ClaimsFault,
  ISSUER,
  type Judged,
  type RefreshClaims,
  readAccessClaims,
  readRefreshClaims,
  type TokenSubject,
} from './token-claims.ts';
import { type Signed, signingKeys, signToken, verifySignature } from './token-signature.ts';

export interface TokenOptions {
  /** The current secret, then those of before; each of at least 32 bytes. */
  readonly accessSecrets: readonly string[];
  readonly refreshSecrets: readonly string[];
  readonly accessMs: number;
  readonly refreshMs: number;
  readonly clock: Pick<Clock, 'now'>;
}

export interface SignedToken {
  readonly token: string;
  /** Its `jti`. */
  readonly id: string;
  readonly expiresAt: number;
}

/** Why a token is refused, for records; who sent it learns only that it was. */
export type TokenFault = ClaimsFault | 'malformed' | 'unknown-key' | 'signature' | 'type';

export type Verified<Claims> = { readonly claims: Claims } | { readonly reason: TokenFault };

/** Signs tokens and tells whose they are; verifying never rejects. */
export interface TokenSigner {
  signAccess(subject: TokenSubject): Promise<SignedToken>;
  verifyAccess(token: string): Promise<Verified<AccessClaims>>;
  /** Never good for longer than the session, which ends at `sessionEndsAt`. */
  signRefresh(about: {
    readonly account: AccountId;
    readonly session: SessionId;
    readonly sessionEndsAt: number;
  }): Promise<SignedToken>;
  verifyRefresh(token: string): Promise<Verified<RefreshClaims>>;
}

const ACCESS = { type: 'at+jwt', audience: 'sluice:api' } as const;
const REFRESH = { type: 'rt+jwt', audience: 'sluice:refresh' } as const;
/** 128 bits: whoever has not seen a token does not know its id. */
const TOKEN_ID_BYTES = 16;

/** Our tokens for these secrets. */
export function openTokens(options: TokenOptions): TokenSigner {
  const { accessSecrets, refreshSecrets, accessMs, refreshMs, clock } = options;
  const access = kind({ ...ACCESS, secrets: accessSecrets, lifeMs: accessMs, clock });
  const refresh = kind({ ...REFRESH, secrets: refreshSecrets, lifeMs: refreshMs, clock });
  return {
    signAccess: ({ person, account, session }) =>
      access.sign({ sub: `person:${person}`, acc: account, sid: session }, Number.MAX_VALUE),
    verifyAccess: (token) => access.verify(token, readAccessClaims),
    signRefresh: ({ account, session, sessionEndsAt }) =>
      refresh.sign({ acc: account, sid: session }, sessionEndsAt),
    verifyRefresh: (token) => refresh.verify(token, readRefreshClaims),
  };
}

interface KindOptions {
  readonly type: string;
  readonly audience: string;
  readonly secrets: readonly string[];
  readonly lifeMs: number;
  readonly clock: Pick<Clock, 'now'>;
}

type ReadClaims<Claims> = (
  payload: Uint8Array,
  moment: { readonly audience: string; readonly now: number; readonly lifeMs: number },
) => Judged<Claims>;

/** One kind of token: its keys, its type, its audience and how long it is good. */
function kind({ type, audience, secrets, lifeMs, clock }: KindOptions) {
  const keys = signingKeys(secrets);
  const [current] = keys.values();
  assert(current !== undefined, 'there is a secret to sign with');
  return {
    sign: async (subject: Readonly<Record<string, string>>, endsAt: number) => {
      const id = randomText(TOKEN_ID_BYTES);
      const iat = Math.floor(clock.now() / 1_000);
      const exp = Math.min(iat + Math.floor(lifeMs / 1_000), Math.floor(endsAt / 1_000));
      const claims = { iss: ISSUER, aud: audience, ...subject, jti: id, iat, exp };
      const token = await signToken(claims, { key: current, type });
      return { token, id, expiresAt: exp * 1_000 };
    },
    verify: async <Claims>(token: string, read: ReadClaims<Claims>): Promise<Verified<Claims>> => {
      const signed: Signed = await verifySignature(token, ({ kid }) => keys.get(kid));
      if ('reason' in signed) return signed;
      if (signed.header.typ !== type) return { reason: 'type' };
      return read(signed.payload, { audience, now: clock.now(), lifeMs });
    },
  };
}
