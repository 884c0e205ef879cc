import { AppError } from '../../errors/index.ts';
import type { ResetStore } from '../people-store.ts';
import { isUuid, storedText } from '../stored-text.ts';
import type { AccountScopes } from './account-store.ts';
import { appendAudit } from './audit.ts';

/** Tokens with which people of one account set a new password; the directory uses them. */
export function resetStore({ write }: AccountScopes): ResetStore {
  return {
    create: ({ person, tokenHash, createdBy, at, expiresAt }, audit) =>
      write.transaction(async (scoped) => {
        // Whoever uses the one before takes the same lock first.
        const row = isUuid(person)
          ? await scoped
              .select('people')
              .select('id')
              .where('id', '=', person)
              .forNoKeyUpdate()
              .executeTakeFirst()
          : undefined;
        if (row === undefined) {
          throw new AppError('PERSON_NOT_FOUND', { message: `there is no person ${person}` });
        }
        await scoped.remove('reset_tokens', { person_id: person });
        await scoped.insert('reset_tokens', {
          person_id: person,
          token_hash: storedText(tokenHash),
          created_by: storedText(createdBy),
          created_at: at,
          expires_at: expiresAt,
        });
        await appendAudit(scoped, audit);
      }),
  };
}
