import { ACCESS_LIMITS, type AccountId, type SessionId } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import { AppError } from '../errors/index.ts';
import type { PersonRecord, Rotation, SignInFacts } from '../store/index.ts';
import type { SignInPlace, SignIns, Tokens } from './auth.ts';
import type { AuthParts } from './auth-parts.ts';
import { judgeFacts } from './authority.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';
import { momentOf } from './identify.ts';
import type { Identities } from './identities.ts';
import { auditRow, ofPerson } from './sign-in-rows.ts';
import type { TokenSigner } from './tokens.ts';

/** Sessions from their first token to their last. */
export interface SessionTokens {
  /**
   * A new session of a person whose password was right; `details` go into its record. Errors:
   * SIGN_IN_REFUSED where `facts` do not hold any more, of which nothing is recorded.
   */
  begin(
    facts: SignInFacts,
    place: SignInPlace,
    details: Readonly<Record<string, unknown>>,
  ): Promise<Tokens>;
  refresh: SignIns['refresh'];
}

interface SessionParts {
  readonly parts: Pick<AuthParts, 'store' | 'audit' | 'clock' | 'settings' | 'newId' | 'log'>;
  readonly tokens: TokenSigner;
  readonly identities: Identities;
  readonly csrfToken: SignIns['csrfToken'];
}

/** See SignIns; a refresh token is good once, and one that comes again ends its session. */
export function openSessionTokens(own: SessionParts): SessionTokens {
  const { parts, tokens } = own;
  return {
    begin: async ({ account, person, passwordHash }, place, details) => {
      const at = parts.clock.now();
      const session = parts.newId() as SessionId; // The maker of session ids.
      const expiresAt = at + parts.settings.refreshMs;
      const refresh = await tokens.signRefresh({ account, session, sessionEndsAt: expiresAt });
      const draft = {
        id: session,
        person: person.id,
        at,
        expiresAt,
        address: place.address,
        agent: place.agent.slice(0, ACCESS_LIMITS.agentCharacters),
        refreshHash: sha256Hex(refresh.id),
        ifPasswordHash: passwordHash,
      };
      const what = { at, action: 'auth.sign-in', outcome: 'done', details } as const;
      const row = auditRow({ ...what, ...ofPerson(person.id) }, place);
      await parts.store.account(account).sessions.create(draft, row);
      return given(own, { account, person, session, refresh });
    },
    refresh: (refreshToken, place) => refreshed(refreshToken, place, own),
  };
}

async function given(
  { parts, tokens, csrfToken }: SessionParts,
  of: {
    readonly account: AccountId;
    readonly person: PersonRecord;
    readonly session: SessionId;
    readonly refresh: { readonly token: string; readonly expiresAt: number };
  },
): Promise<Tokens> {
  const { account, person, session, refresh } = of;
  const access = await tokens.signAccess({ account, person: person.id, session });
  const now = parts.clock.now();
  return {
    accessToken: access.token,
    expiresInMs: access.expiresAt - now,
    refreshToken: refresh.token,
    refreshExpiresInMs: refresh.expiresAt - now,
    csrfToken: csrfToken(session),
    session,
    account,
    person,
  };
}

async function refreshed(
  refreshToken: string,
  place: SignInPlace,
  own: SessionParts,
): Promise<Tokens> {
  const { parts, tokens, identities } = own;
  const verified = await tokens.verifyRefresh(refreshToken);
  if (!('claims' in verified)) return refuse({ place, own });
  const { account, session, id } = verified.claims;
  const facts = await identities.ask({ kind: 'session', account, id: session });
  const judged = judgeFacts(facts, momentOf(parts));
  if ('loss' in judged) return refuse({ place, own }, facts?.account);
  // `judgeFacts` lets no session in without both.
  const { person, session: row } = facts ?? {};
  if (person === undefined || row === undefined) return refuse({ place, own });
  const at = parts.clock.now();
  const next = await tokens.signRefresh({ account, session, sessionEndsAt: row.expiresAt });
  const what = { at, ...ofPerson(person.id), targetKind: 'session', targetId: session };
  const rotation = await parts.store.account(account).sessions.rotate(
    session,
    {
      from: sha256Hex(id),
      to: sha256Hex(next.id),
      at,
      arrivedAt: place.arrivedAt,
      idleSince: at - parts.settings.idleMs,
    },
    {
      rotated: auditRow({ ...what, action: 'auth.refresh', outcome: 'done' }, place),
      reuse: auditRow({ ...what, action: 'auth.refresh-reuse', outcome: 'denied' }, place),
    },
  );
  if (rotation === 'rotated') return given(own, { account, person, session, refresh: next });
  if (rotation === 'reused') {
    const { requestId } = place;
    parts.log.warn('a refresh token came again, so its session was ended', { session, requestId });
    parts.audit.observe({ kind: 'failure', account, address: place.address });
  }
  throw new AppError('SESSION_OVER', { message: WHY[rotation] });
}

const WHY: Readonly<Record<Exclude<Rotation, 'rotated'>, string>> = {
  concurrent: 'the refresh token was used by another request at the same time',
  reused: 'the refresh token was used before; the session was ended',
  over: 'the session is over',
};

/** The record of it is that of every request that is refused. */
function refuse(
  { place, own: { parts } }: { readonly place: SignInPlace; readonly own: SessionParts },
  account: AccountId = DEFAULT_ACCOUNT,
): never {
  parts.audit.observe({ kind: 'failure', account, address: place.address });
  throw new AppError('SESSION_OVER', { message: 'the refresh token is not good any more' });
}
