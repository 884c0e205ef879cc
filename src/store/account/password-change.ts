import type { PersonId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { PasswordChange } from '../people-store.ts';
import type { Scoped } from '../scope.ts';
import { endSessions, requireOpenSession } from './sessions.ts';

/**
 * Inside a transaction: sets the hash, ends all sessions but those to keep, and makes the reset
 * token worthless, and tickets of no session. False where there is no such person.
 *
 * Threat: what allows the change was judged before somebody else set a password, so it would put
 * the password of a thief in the place of the new one. Errors: PASSWORD_WRONG, SESSION_OVER.
 */
export async function changePassword(
  scoped: Scoped,
  id: PersonId,
  change: PasswordChange,
): Promise<boolean> {
  const { hash, at, keep, ifPasswordHash, ifSession } = change;
  const row = await scoped
    .select('people')
    .select('password_hash')
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) return false;
  if (ifPasswordHash !== undefined && ifPasswordHash !== row.password_hash) {
    throw new AppError('PASSWORD_WRONG', { message: 'the password was changed meanwhile' });
  }
  if (ifSession !== undefined) await requireOpenSession(scoped, id, ifSession);
  await scoped.update(
    'people',
    { id },
    { password_hash: hash, password_changed_at: at, updated_at: at },
  );
  if (keep !== 'all') await endSessions(scoped, id, keep === undefined ? { at } : { at, keep });
  await scoped.remove('reset_tokens', { person_id: id });
  // Those of HTTP Basic have no session that would end with the password.
  await scoped.remove('socket_tickets', { principal: `person:${id.toLowerCase()}`, session: null });
  return true;
}
