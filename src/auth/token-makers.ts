/**
 * Threat: who was removed, switched off or given a lesser role comes back by an invitation, or
 * takes over somebody by a reset token, that they made while they could (ASVS 5.0 V7.4, V8.3). Such
 * a token is worth what its maker may give at the moment of its use.
 */
import type { AccountId } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { Authenticator } from './auth.ts';
import { isBuiltIn, permissionsOf } from './authority.ts';

/** What a one-time token gives, and who made it. */
export interface GivenByToken {
  readonly account: AccountId;
  readonly createdBy: string;
  readonly role: string;
  readonly rolePermissions?: readonly string[] | undefined;
}

/** Errors: TOKEN_INVALID where its maker could not make it now. */
export async function refuseLostMaker(
  { account, createdBy, role, rolePermissions }: GivenByToken,
  { currentById }: Pick<Authenticator, 'currentById'>,
): Promise<void> {
  const maker = (await currentById(account, [createdBy])).get(createdBy);
  const isRole = isBuiltIn(role) || rolePermissions !== undefined;
  const given = permissionsOf(account, { role, ...(rolePermissions && { rolePermissions }) });
  const mayGive =
    isRole &&
    maker?.permissions.has('accounts:admin') === true &&
    [...given].every((permission) => maker.permissions.has(permission));
  if (!mayGive) throw badToken();
}

/** The same for a token that never was, that is over, and whose maker may not any more. */
export function badToken(): AppError {
  return new AppError('TOKEN_INVALID', { message: 'the one-time token is not good (any more)' });
}
