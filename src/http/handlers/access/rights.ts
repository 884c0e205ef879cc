/**
 * Threat: somebody gives to another, to a role, to a key or to themselves what they may not do, or
 * takes over a person who may do more (OWASP API5, ASVS 5.0 V8.2; claims G2.072, G2.073). Nothing
 * is given beyond what the giver holds at this moment.
 */
import { isBuiltIn, type Principal, permissionsOf } from '../../../auth/index.ts';
import type { AccountId } from '../../../base/index.ts';
import type { Permission } from '../../../contract/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { AccountStore, PersonRecord } from '../../../store/index.ts';

/** What a role of this account allows. Errors: ROLE_NOT_FOUND. */
async function allowedBy(
  account: { readonly id: AccountId; readonly roles: AccountStore['roles'] },
  role: string,
): Promise<ReadonlySet<Permission>> {
  if (isBuiltIn(role)) return permissionsOf(account.id, { role });
  const own = await account.roles.get(role);
  if (own === undefined) {
    throw new AppError('ROLE_NOT_FOUND', { message: `the account has no role ${role}` });
  }
  return permissionsOf(account.id, { role, rolePermissions: own.permissions });
}

/** Refuses to give this role. Errors: ROLE_NOT_FOUND, ROLE_TOO_HIGH with details {permissions}. */
export async function refuseHigherRole(
  { account: id, permissions }: Principal,
  role: string,
  { roles }: Pick<AccountStore, 'roles'>,
): Promise<void> {
  const allowed = await allowedBy({ id, roles }, role);
  refuseMissing([...allowed], permissions, `the role ${role}`);
}

/** Refuses to act on a person, or an invitation, that may do more. Errors: ROLE_TOO_HIGH. */
export async function refuseHigherPerson(
  principal: Principal,
  person: Pick<PersonRecord, 'role'>,
  account: Pick<AccountStore, 'roles'>,
): Promise<void> {
  try {
    await refuseHigherRole(principal, person.role, account);
  } catch (thrown) {
    // The role was removed meanwhile, so the person may do nothing.
    if (!(thrown instanceof AppError) || thrown.code !== 'ROLE_NOT_FOUND') throw thrown;
  }
}

/** Refuses permissions that a role is to have. Errors: ROLE_TOO_HIGH. */
export function refuseMissing(
  wanted: readonly string[],
  held: ReadonlySet<string>,
  what: string,
): void {
  const permissions = wanted.filter((permission) => !held.has(permission));
  if (permissions.length === 0) return;
  throw new AppError('ROLE_TOO_HIGH', {
    message: `${what} allows what you may not do: ${permissions.join(', ')}`,
    details: { permissions },
  });
}

/** Refuses scopes that a key is to have. Errors: SCOPE_TOO_HIGH with details {scopes}. */
export function refuseHigherScopes(scopes: readonly string[], held: ReadonlySet<string>): void {
  const above = scopes.filter((scope) => !held.has(scope));
  if (above.length === 0) return;
  throw new AppError('SCOPE_TOO_HIGH', {
    message: `you may not do this yourself: ${above.join(', ')}`,
    details: { scopes: above },
  });
}
