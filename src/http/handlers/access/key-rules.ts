/**
 * Threat: a key is used to make or change a key that can do more, longer, from elsewhere or without
 * its limits; or somebody gets hold of a key that acts for another person (OWASP API5; claims
 * G2.073, G5.259).
 */
import type { Principal } from '../../../auth/index.ts';
import { AppError } from '../../../errors/index.ts';
import { isNetwork } from '../../../guard/index.ts';
import type { AccountStore, KeyRecord } from '../../../store/index.ts';
import { badBody } from './replies.ts';
import { refuseHigherScopes } from './rights.ts';

/** What a key is to be, whether it is new or changed. */
export type WantedKey = Pick<
  KeyRecord,
  'scopes' | 'networks' | 'expiresAt' | 'minutesAMonth' | 'concurrentExecutions'
>;

/** Refuses a key beyond whoever asks for it. Errors: SCOPE_TOO_HIGH, BODY_INVALID. */
export async function refuseBeyond(
  principal: Principal,
  wanted: WantedKey,
  { keys }: Pick<AccountStore, 'keys'>,
): Promise<void> {
  const wrong = wanted.networks.find((network) => !isNetwork(network));
  if (wrong !== undefined) {
    throw badBody('body.networks', `"${wrong}" is no address and no CIDR range`);
  }
  refuseHigherScopes(wanted.scopes, principal.permissions);
  const own = principal.key === undefined ? undefined : await keys.get(principal.key);
  if (own === undefined) return;
  const beyond = [
    ...(isMore(wanted.expiresAt, own.expiresAt) ? ['expiresAt'] : []),
    ...(isMore(wanted.minutesAMonth, own.minutesAMonth) ? ['minutesAMonth'] : []),
    ...(isMore(wanted.concurrentExecutions, own.concurrentExecutions)
      ? ['concurrentExecutions']
      : []),
    ...(isWider(wanted.networks, own.networks) ? ['networks'] : []),
  ];
  if (beyond.length === 0) return;
  throw new AppError('SCOPE_TOO_HIGH', {
    message: `the key that asks has narrower limits itself: ${beyond.join(', ')}`,
    remedy: 'Ask with a limit that is not wider, or sign in as a person.',
    details: { limits: beyond },
  });
}

/** Absent: no limit. */
function isMore(wanted: number | undefined, own: number | undefined): boolean {
  return own !== undefined && (wanted === undefined || wanted > own);
}

/** Networks are compared as they are written, which refuses some that lie inside. */
function isWider(wanted: readonly string[], own: readonly string[]): boolean {
  if (own.length === 0) return false;
  return wanted.length === 0 || wanted.some((network) => !own.includes(network));
}

/** Whether a key is one of those that the principal made or acts by, or may see as an admin. */
export function mayTouch(principal: Principal, key: KeyRecord): boolean {
  if (principal.permissions.has('accounts:admin')) return true;
  if (key.person !== undefined) return key.person === principal.person?.id;
  return principal.person === undefined && isOfKey(principal, key);
}

/** Whether a key is the one that asks, or was made by it. */
export function isOfKey(principal: Principal, key: KeyRecord): boolean {
  return key.id === principal.key || key.createdBy === principal.id;
}
