import type { PersonId } from '../../../base/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { AccountStore, PersonRecord } from '../../../store/index.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A person of the account by id or by name; a name that looks like an id is taken for one. Errors:
 * PERSON_NOT_FOUND, alike for people of other accounts.
 */
export async function personIn(
  { people }: Pick<AccountStore, 'people'>,
  idOrName: string,
): Promise<PersonRecord> {
  const found = UUID.test(idOrName)
    ? await people.get(idOrName.toLowerCase() as PersonId) // An id by its form.
    : await people.byUsername(idOrName);
  if (found !== undefined) return found;
  throw new AppError('PERSON_NOT_FOUND', { message: 'there is no such person in the account' });
}
