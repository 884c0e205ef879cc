import type { PersonId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Scoped } from '../scope.ts';

/**
 * Threat: two admins each take the rights of the other, and nobody is left who could give them
 * back. Inside a transaction that takes them from `without`: all active admins are locked, always
 * in the same order, so that of two such changes the second one sees what the first one left.
 *
 * Errors: LAST_ADMIN.
 */
export async function keepAnAdmin(scoped: Scoped, without: PersonId): Promise<void> {
  const admins = await scoped
    .select('people')
    .select('id')
    .where('role', '=', 'admin')
    .where('is_active', '=', true)
    .orderBy('id')
    .forUpdate()
    .execute();
  const isLast = admins.length === 1 && admins[0]?.id === without.toLowerCase();
  if (!isLast) return;
  throw new AppError('LAST_ADMIN', { message: 'this is the last active admin of the account' });
}
