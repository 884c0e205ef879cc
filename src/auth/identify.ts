/**
 * Threat: someone without a credential reaches a route, or learns a key by how long a comparison
 * takes (ASVS 5.0 V6.3, V9.2). Of a credential that is not clearly good nothing is told but that it
 * is not; a header that only names somebody, such as X-CLI-User, means nothing.
 */
import type { AccountId, ExecutionId } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import { AppError } from '../errors/index.ts';
import type { IdentityFacts, IdentityQuestion } from '../store/index.ts';
import type { AdminKeys } from './admin-keys.ts';
import type { Authenticator, Credentials, FailedAttempt, Identified, Way } from './auth.ts';
import type { AuthParts, AuthSettings } from './auth-parts.ts';
import { judgeFacts, type Loss, type Moment } from './authority.ts';
import type { BasicChecks } from './basic.ts';
import type { Current } from './current.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';
import type { Identities } from './identities.ts';
import { tokenHash } from './keys-made.ts';
import { type Presented, presentedBy } from './presented.ts';
import type { Principal } from './principal.ts';
import type { TokenSigner } from './tokens.ts';
import type { Uses } from './uses.ts';

interface IdentifyParts {
  readonly parts: Pick<AuthParts, 'store' | 'clock' | 'settings'>;
  readonly adminKeys: AdminKeys;
  readonly identities: Identities;
  readonly basic: BasicChecks;
  readonly tokens: Pick<TokenSigner, 'verifyAccess'>;
  readonly uses: Uses;
  readonly current: Current;
}

/** What is known of a try before the store is asked. */
type Try = Pick<FailedAttempt, 'account' | 'actor' | 'name'> & { readonly way: Way };

/** See Authenticator.identify. Keys of ADMIN_API_KEYS are answered at once, all else by promise. */
export function openIdentify(options: IdentifyParts): Authenticator['identify'] {
  const { adminKeys, parts } = options;
  return (credentials) => {
    const presented = presentedBy(credentials, parts.settings.isSecure);
    switch (presented.kind) {
      case 'none':
        return refused(presented.why, presented.isMissing ? 'missing' : 'malformed');
      case 'secret': {
        const digest = sha256Hex(presented.secret);
        const principal = adminKeys.find(digest);
        if (principal !== undefined) return { principal, way: 'operator-key' };
        return bySecret(presented, digest, { credentials, ...options });
      }
      case 'cookie':
        return byToken(presented.token, 'cookie', { credentials, ...options });
      case 'query-token':
        return byAddressToken(presented.token, { credentials, ...options });
      case 'ticket':
        return byTicket(presented.ticket, { credentials, ...options });
      case 'basic':
        return byBasic(presented, { credentials, ...options });
    }
  };
}

/** As `makeKey` makes them; what cannot be one asks nobody. */
const KEY = /^sk_[\w-]{43}$/;

type Asked = IdentifyParts & { readonly credentials: Credentials };

function bySecret(
  { secret, isBearer }: Extract<Presented, { kind: 'secret' }>,
  digest: string,
  asked: Asked,
): Identified | Promise<Identified> {
  if (KEY.test(secret)) return byKey(digest, asked);
  if (isBearer && secret.includes('.')) return byToken(secret, 'bearer', asked);
  return refused('the key is not valid', 'unknown');
}

async function byKey(hash: string, asked: Asked): Promise<Identified> {
  const { identities, parts } = asked;
  if (!parts.settings.takesKeys) return refused('the key is not valid', 'off', { way: 'key' });
  return answer(await identities.ask({ kind: 'key', hash }), { way: 'key' }, asked);
}

async function byToken(token: string, way: Way, asked: Asked): Promise<Identified> {
  const verified = await asked.tokens.verifyAccess(token);
  if (!('claims' in verified)) {
    const isOver = verified.reason === 'expired';
    const why = isOver ? 'the token has expired' : 'the token is not valid';
    return refused(why, verified.reason, { way });
  }
  const { account, person, session } = verified.claims;
  const facts = await asked.identities.ask({ kind: 'session', account, id: session });
  // Of an account that was deleted nothing is left, so no record is written into it either.
  const where = facts === undefined ? DEFAULT_ACCOUNT : account;
  const tried = { way, account: where, actor: `person:${person}` };
  // The session is of another person only where a secret of ours signed what we never sign.
  if (facts !== undefined && facts.person?.id !== person) return lost('unknown', tried);
  return answer(facts, tried, asked);
}

function byAddressToken(token: string, asked: Asked): Identified | Promise<Identified> {
  const { credentials, parts } = asked;
  if (credentials.socket === undefined || !parts.settings.takesTokenInUrl) {
    return refused('a token in the address is not taken', 'off', { way: 'query-token' });
  }
  return byToken(token, 'query-token', asked);
}

async function byTicket(ticket: string, asked: Asked): Promise<Identified> {
  const { parts, credentials, current } = asked;
  const { socket } = credentials;
  const bad = (reason: string, tried: Partial<Try> = {}) =>
    refused('the ticket is not valid', reason, { ...tried, way: 'ticket' });
  if (socket === undefined || ticket.length > 200) return bad('malformed');
  const found = await parts.store.directory.useTicket(tokenHash(ticket), parts.clock.now());
  if (found === undefined) return bad('unknown');
  const { account, principal: actor, session } = found;
  const wanted = socket.execution as ExecutionId | undefined; // Compared, and used for nothing.
  if (found.execution !== wanted) return bad('elsewhere', { account, actor });
  const { address } = credentials;
  const judged = await current.ofTicket({ account, id: actor, session, address });
  if ('principal' in judged) {
    return letIn({ principal: judged.principal, way: 'ticket' }, undefined, asked);
  }
  return judged.loss === 'network'
    ? lost('network', { account, actor, way: 'ticket' })
    : bad('over', { account, actor });
}

async function byBasic(
  given: { readonly username: string; readonly password: string },
  asked: Asked,
): Promise<Identified> {
  if (!asked.parts.settings.takesBasic) {
    return refused('HTTP Basic is not taken here', 'off', { way: 'basic' });
  }
  try {
    const checked = await asked.basic.check(given, asked.credentials.address);
    if ('facts' in checked) return answer(checked.facts, { way: 'basic' }, asked);
    const { account, person, name, reason } = checked.refused;
    const actor = person === undefined ? `name:${name}` : `person:${person}`;
    return refused('name or password is wrong', reason, { way: 'basic', account, actor, name });
  } catch (thrown) {
    // The name must wait, or too many are hashed already: both are answers to this request.
    const isAnswer =
      thrown instanceof AppError &&
      (thrown.code === 'RATE_LIMITED' || thrown.code === 'PASSWORDS_BUSY');
    if (!isAnswer) throw thrown;
    return { refusal: thrown, attempt: { way: 'basic', reason: 'limited' } };
  }
}

function answer(facts: IdentityFacts | undefined, tried: Try, asked: Asked): Identified {
  const { credentials, parts } = asked;
  const judged = judgeFacts(facts, momentOf(parts, credentials.address));
  if ('loss' in judged) {
    const actor = facts?.key === undefined ? tried.actor : `key:${facts.key.id}`;
    const account = facts?.account ?? tried.account;
    const known = {
      ...(account === undefined ? {} : { account }),
      ...(actor === undefined ? {} : { actor }),
    };
    return lost(judged.loss, { ...known, way: tried.way });
  }
  return letIn({ principal: judged.principal, way: tried.way }, facts, asked);
}

function letIn(
  identified: { readonly principal: Principal; readonly way: Way },
  facts: IdentityFacts | undefined,
  { uses, credentials }: Asked,
): Identified {
  uses.note(identified.principal, credentials.address, facts?.session?.lastSeenAt);
  return identified;
}

/** What principals are judged by, beside the facts of the store. */
export interface JudgedBy extends Pick<AuthParts, 'clock'> {
  readonly settings: Pick<AuthSettings, 'idleMs' | 'takesKeys'>;
}

/** What principals are judged against now. */
export function momentOf({ clock, settings }: JudgedBy, address?: string): Moment {
  const { idleMs, takesKeys } = settings;
  const own = { now: clock.now(), idleMs, takesKeys };
  return address === undefined ? own : { ...own, address };
}

/** The question that tells how a principal stands now; undefined for those that ask nobody. */
export function questionOf(
  account: AccountId,
  { session, key, person }: Pick<Principal, 'session' | 'key' | 'person'>,
): IdentityQuestion | undefined {
  if (session !== undefined) return { kind: 'session', account, id: session };
  if (key !== undefined) return { kind: 'key-id', account, id: key };
  return person === undefined ? undefined : { kind: 'person', account, id: person.id };
}

const OF_SESSIONS: ReadonlySet<Loss> = new Set<Loss>(['ended', 'expired', 'idle']);

function lost(loss: Loss, tried: Try): Identified {
  const attempt = { ...tried, reason: loss };
  if (loss === 'network') {
    const message = 'the key is not taken from this address';
    const remedy = 'Use it from one of its networks, or have one added to the key.';
    return { refusal: new AppError('ADDRESS_REFUSED', { message, remedy }), attempt };
  }
  const isSession = tried.way !== 'key' && tried.way !== 'basic';
  if (isSession && OF_SESSIONS.has(loss)) {
    return { refusal: new AppError('SESSION_OVER', { message: 'the session is over' }), attempt };
  }
  return refused(isSession ? 'the token is not valid' : 'the key is not valid', loss, tried);
}

function refused(message: string, reason: string, tried: Partial<Try> = {}): Identified {
  const refusal = new AppError('UNAUTHENTICATED', { message });
  // Nobody was tried where nothing was sent; what is nobody's credential is the operator's matter.
  const account = reason === 'missing' ? {} : { account: DEFAULT_ACCOUNT };
  return { refusal, attempt: { ...account, ...tried, reason } };
}
