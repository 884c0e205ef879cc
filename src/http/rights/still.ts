/**
 * Threat: what somebody began before a right was taken from them goes on after it: they waited for
 * an execution, for a password to be hashed, or sent the end of their request late (ASVS 5.0 V7.4,
 * V8.3). What is open is judged again every ACCESS_LIMITS.watchMs; so is a request that takes
 * longer.
 */
import type { Auth, Principal } from '../../auth/index.ts';
import { ACCESS_LIMITS, type Clock } from '../../base/index.ts';
import type { Permission } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';

interface Asked {
  readonly principal: Principal;
  readonly arrivedAt: number;
}

/** Whether a request was judged so long ago that it must be judged again. */
export function isLongAgo({ now }: Pick<Clock, 'now'>, arrivedAt: number): boolean {
  return now() - arrivedAt > ACCESS_LIMITS.watchMs;
}

/**
 * Who asks, as they stand now where their request took long, and as they were judged where it did
 * not; that costs nothing. Errors: UNAUTHENTICATED where they are nobody any more.
 */
export async function stillThere(
  { auth, clock }: { readonly auth: Pick<Auth, 'current'>; readonly clock: Pick<Clock, 'now'> },
  { principal, arrivedAt }: Asked,
): Promise<Principal> {
  return isLongAgo(clock, arrivedAt) ? await asOfNow(auth, principal) : principal;
}

/** The principal of a request as it stands at this moment. Errors: UNAUTHENTICATED. */
export async function asOfNow(
  auth: Pick<Auth, 'current'>,
  principal: Principal,
): Promise<Principal> {
  // Keys of the settings end with the process.
  if (principal.kind === 'operator') return principal;
  const [now] = await auth.current([principal]);
  if (now !== undefined) return now;
  throw new AppError('UNAUTHENTICATED', {
    message: 'the session or key is not good any more: it ended while the request was under way',
  });
}

/**
 * As `asOfNow`, for what waited before it does something that only this permission allows. Errors:
 * UNAUTHENTICATED, FORBIDDEN.
 */
export async function stillHolding(
  auth: Pick<Auth, 'current'>,
  principal: Principal,
  permission: Permission,
): Promise<Principal> {
  const now = await asOfNow(auth, principal);
  if (now.permissions.has(permission)) return now;
  throw new AppError('FORBIDDEN', {
    message: `this needs the permission ${permission}`,
    details: { permission },
  });
}
