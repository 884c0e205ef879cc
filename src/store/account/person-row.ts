import type { Insertable, Selectable } from 'kysely';
import { assert, foldName, type PersonId } from '../../base/index.ts';
import { BUILT_IN_ROLES } from '../../contract/index.ts';
import type { PersonDraft, PersonFacts, PersonRecord } from '../people-store.ts';
import { isUuid, originalText, searchableText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';

type PeopleTable = ScopedTables['people'];

/** All that a record is made of: not the hash of the password. */
export const PERSON_COLUMNS = [
  'id',
  'username',
  'display_name',
  'email',
  'role',
  'is_active',
  'created_at',
  'updated_at',
  'last_sign_in_at',
] as const;

export type PersonRow = Pick<Selectable<PeopleTable>, (typeof PERSON_COLUMNS)[number]>;

/** The row of a new person but for the account. */
export function personColumns(
  id: PersonId,
  draft: PersonDraft,
): Omit<Insertable<PeopleTable>, 'account_id'> {
  assert(isUuid(id), 'the id of a person is a UUID');
  const { username, displayName, email, at } = draft;
  return {
    id,
    username: storedText(username),
    username_folded: storedText(foldName(username)),
    display_name: storedText(displayName),
    email: email === undefined ? null : storedText(email),
    search: searchableText(username, displayName, email ?? ''),
    role: storedText(draft.role),
    password_hash: draft.passwordHash,
    is_active: true,
    created_at: at,
    updated_at: at,
    last_sign_in_at: null,
    password_changed_at: at,
  };
}

/** The person of a row. */
export function personOf(row: PersonRow): PersonRecord {
  return {
    // The column was written from an id of this kind.
    id: row.id as PersonId,
    username: originalText(row.username),
    displayName: originalText(row.display_name),
    ...(row.email === null ? {} : { email: originalText(row.email) }),
    role: originalText(row.role),
    isActive: row.is_active,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    ...(row.last_sign_in_at === null ? {} : { lastSignInAt: Number(row.last_sign_in_at) }),
  };
}

/** With what the account's role of this name allows; null where the account has none. */
export function personFactsOf(row: PersonRow, permissions: readonly string[] | null): PersonFacts {
  const person = personOf(row);
  if (isBuiltInRole(person.role)) return person;
  return { ...person, rolePermissions: (permissions ?? []).map(originalText) };
}

/** Whether every account has this role. */
export function isBuiltInRole(name: string): boolean {
  return Object.hasOwn(BUILT_IN_ROLES, name);
}
