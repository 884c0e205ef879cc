import type { PersonId } from '../../base/index.ts';
import type { AuditEntry } from '../audit-store.ts';
import type { Scoped } from '../scope.ts';

/**
 * Threat: somebody whose rights are taken away comes back by an invitation that they made for
 * themselves before, or takes over another person by a reset token (ASVS 5.0 V7.4, V8.3). Inside
 * the transaction that takes the rights away: removes what the person, or a key that acts for them,
 * made for others and nobody has used. Gives the record of that transaction, with how many.
 */
export async function withdrawTokens(
  scoped: Scoped,
  person: PersonId,
  audit: AuditEntry,
): Promise<AuditEntry> {
  const keys = await scoped
    .select('api_keys')
    .select('id')
    .where('person_id', '=', person)
    .execute();
  const makers = [`person:${person.toLowerCase()}`, ...keys.map(({ id }) => `key:${id}`)];
  const invitations = await scoped.remove('invitations', (eb) =>
    eb.and([eb('created_by', 'in', makers), eb('used_at', 'is', null)]),
  );
  const resets = await scoped.remove('reset_tokens', (eb) => eb('created_by', 'in', makers));
  const withdrawn = {
    ...(invitations === 0 ? {} : { invitationsWithdrawn: invitations }),
    ...(resets === 0 ? {} : { resetTokensWithdrawn: resets }),
  };
  return { ...audit, details: { ...audit.details, ...withdrawn } };
}
