/**
 * Threat: who lost a right, a session or a key keeps what it allowed (ASVS 5.0 V7.4, V8.2, V8.3).
 * These functions judge what the store says at this moment, and nothing else: no right is in a
 * token, and none is remembered.
 */

import type { AccountId } from '../base/index.ts';
import {
  ACCOUNT_PERMISSIONS,
  ALL_PERMISSIONS,
  BUILT_IN_ROLES,
  type BuiltInRole,
  type Permission,
} from '../contract/index.ts';
import { isNetwork, parseNetworks } from '../guard/index.ts';
import type { IdentityFacts, PersonFacts } from '../store/index.ts';
import { DEFAULT_ACCOUNT } from './default-account.ts';
import { keyPrincipal, type Principal, personPrincipal } from './principal.ts';

/** Why an identity may do nothing, for records. */
export type Loss =
  | 'unknown'
  | 'suspended'
  | 'inactive'
  | 'ended'
  | 'expired'
  | 'idle'
  | 'revoked'
  | 'network'
  | 'off';

export type Judged = { readonly principal: Principal } | { readonly loss: Loss };

/** What is judged against. */
export interface Moment {
  readonly now: number;
  readonly idleMs: number;
  /** Whether keys that people made are taken at all. */
  readonly takesKeys: boolean;
  /** Where the request comes from; absent for what was let in already. */
  readonly address?: string;
}

/** Who a session, a key or a person stands for now. Pure. */
export function judgeFacts(facts: IdentityFacts | undefined, moment: Moment): Judged {
  if (facts === undefined) return { loss: 'unknown' };
  if (!facts.isAccountActive) return { loss: 'suspended' };
  if (facts.person?.isActive === false) return { loss: 'inactive' };
  if (facts.key !== undefined) return judgeKey(facts, facts.key, moment);
  if (facts.person === undefined) return { loss: 'unknown' };
  const loss = facts.session === undefined ? undefined : lossOfSession(facts.session, moment);
  if (loss !== undefined) return { loss };
  return { principal: personOf(facts.account, facts.person, facts.session?.id) };
}

function lossOfSession(
  session: NonNullable<IdentityFacts['session']>,
  { now, idleMs }: Moment,
): Loss | undefined {
  if (session.endedAt !== undefined) return 'ended';
  if (session.expiresAt <= now) return 'expired';
  return session.lastSeenAt + idleMs <= now ? 'idle' : undefined;
}

function judgeKey(
  { account, person }: IdentityFacts,
  key: NonNullable<IdentityFacts['key']>,
  moment: Moment,
): Judged {
  if (!moment.takesKeys) return { loss: 'off' };
  if (key.revokedAt !== undefined) return { loss: 'revoked' };
  if (key.expiresAt !== undefined && key.expiresAt <= moment.now) return { loss: 'expired' };
  // A key that acts for somebody is worth nothing without them.
  if (key.person !== undefined && person?.id !== key.person) return { loss: 'unknown' };
  const { address } = moment;
  const isBound = key.networks.length > 0 && address !== undefined;
  if (isBound && !isWithin(key.networks, address)) return { loss: 'network' };
  const most = person === undefined ? mostOf(account) : permissionsOf(account, person);
  const principal: Principal = {
    id: keyPrincipal(key.id),
    kind: 'key',
    account,
    permissions: setOf(key.scopes, most),
    ...(person === undefined ? {} : { person: shortOf(person) }),
    key: key.id,
    ...(address === undefined ? {} : { address }),
  };
  return { principal: Object.freeze(principal) };
}

/** What cannot be read as networks, which nothing of ours writes, holds no address. */
function isWithin(networks: readonly string[], address: string): boolean {
  return networks.every(isNetwork) && parseNetworks(networks).contains(address);
}

function personOf(
  account: AccountId,
  person: PersonFacts,
  session: Principal['session'],
): Principal {
  const { passwordChangedAt: passwordSetAt } = person;
  return Object.freeze({
    id: personPrincipal(person.id),
    kind: 'person',
    account,
    permissions: permissionsOf(account, person),
    person: shortOf(person),
    ...(session === undefined ? {} : { session }),
    ...(session !== undefined || passwordSetAt === undefined ? {} : { passwordSetAt }),
  });
}

function shortOf({ id, username, role }: PersonFacts): NonNullable<Principal['person']> {
  return { id, username, role };
}

/**
 * What a person may do by their role; nothing by a role that is gone. A role that an account made
 * never gives what concerns the whole server, whatever its row says.
 */
export function permissionsOf(
  account: AccountId,
  { role, rolePermissions }: Pick<PersonFacts, 'role' | 'rolePermissions'>,
): ReadonlySet<Permission> {
  if (role === 'admin') return mostOf(account);
  return isBuiltIn(role)
    ? new Set<Permission>(BUILT_IN_ROLES[role])
    : setOf(rolePermissions ?? [], new Set(ACCOUNT_PERMISSIONS));
}

/** Whether every account has this role. */
export function isBuiltIn(role: string): role is BuiltInRole {
  return Object.hasOwn(BUILT_IN_ROLES, role);
}

/** All that anybody of an account can be allowed: only the operator's has the server's as well. */
function mostOf(account: AccountId): ReadonlySet<Permission> {
  return new Set(account === DEFAULT_ACCOUNT ? ALL_PERMISSIONS : ACCOUNT_PERMISSIONS);
}

function setOf(names: readonly string[], most: ReadonlySet<Permission>): ReadonlySet<Permission> {
  const wanted = new Set(names);
  return new Set([...most].filter((permission) => wanted.has(permission)));
}
