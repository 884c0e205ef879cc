import type { Selectable } from 'kysely';
import { ACCESS_LIMITS } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { RoleRecord, RoleStore } from '../people-store.ts';
import type { Scoped } from '../scope.ts';
import { originalText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';
import type { AccountScopes } from './account-store.ts';
import { appendAudit } from './audit.ts';
import { isBuiltInRole } from './person-row.ts';

/** Whoever gives a role and whoever changes the list of roles wait for each other. */
const LOCK = 'roles';

/** Roles that the account made itself. */
export function roleStore({ write }: AccountScopes): RoleStore {
  return {
    list: async () => {
      const rows = await write.select('roles').selectAll().orderBy('name').execute();
      return rows.map(roleOf);
    },
    get: async (name) => {
      const row = await roleRow(write, name);
      return row === undefined ? undefined : roleOf(row);
    },
    put: (role, at, audit) =>
      write.transaction(async (scoped) => {
        await scoped.lock(LOCK);
        await putRole(scoped, role, at);
        await appendAudit(scoped, audit);
      }),
    remove: (name, audit) =>
      write.transaction(async (scoped) => {
        await scoped.lock(LOCK);
        if ((await roleRow(scoped, name)) === undefined) return false;
        if (await isInUse(scoped, name, audit.at)) {
          throw new AppError('ROLE_IN_USE', { message: `somebody has the role ${name}` });
        }
        await scoped.remove('roles', { name: storedText(name) });
        await appendAudit(scoped, audit);
        return true;
      }),
  };
}

/**
 * Inside a transaction that gives a role to somebody: it stays until the transaction ends. Errors:
 * ROLE_NOT_FOUND.
 */
export async function requireRole(scoped: Scoped, name: string): Promise<void> {
  if (isBuiltInRole(name)) return;
  await scoped.lock(LOCK);
  if ((await roleRow(scoped, name)) !== undefined) return;
  throw new AppError('ROLE_NOT_FOUND', { message: `the account has no role ${name}` });
}

async function putRole(scoped: Scoped, role: RoleRecord, at: number): Promise<void> {
  // Otherwise an account could take rights from its admins, or think that it had.
  if (isBuiltInRole(role.name)) {
    throw new AppError('ROLE_FIXED', { message: `the role ${role.name} is built in` });
  }
  const name = storedText(role.name);
  const columns = {
    description: storedText(role.description),
    permissions: role.permissions.map(storedText),
    updated_at: at,
  };
  if ((await scoped.update('roles', { name }, columns)) > 0) return;
  const there = await scoped.select('roles').select('name').execute();
  if (there.length >= ACCESS_LIMITS.rolesAnAccount) {
    throw new AppError('LIMIT_REACHED', {
      message: `an account has at most ${ACCESS_LIMITS.rolesAnAccount} roles of its own`,
    });
  }
  await scoped.insert('roles', { name, ...columns });
}

async function isInUse(scoped: Scoped, name: string, now: number): Promise<boolean> {
  const role = storedText(name);
  const person = scoped.select('people').select('id').where('role', '=', role).limit(1);
  if ((await person.executeTakeFirst()) !== undefined) return true;
  const invitation = scoped
    .select('invitations')
    .select('id')
    .where('role', '=', role)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .limit(1);
  return (await invitation.executeTakeFirst()) !== undefined;
}

async function roleRow(scoped: Scoped, name: string): Promise<RoleRow | undefined> {
  const query = scoped.select('roles').selectAll().where('name', '=', storedText(name));
  return await query.executeTakeFirst();
}

type RoleRow = Selectable<ScopedTables['roles']>;

function roleOf({ name, description, permissions }: RoleRow): RoleRecord {
  return {
    name: originalText(name),
    description: originalText(description),
    permissions: permissions.map(originalText),
  };
}
