import type { AccountId } from '../../base/index.ts';
import { type PersonRow, personFactsOf } from '../account/person-row.ts';
import type { PersonFacts, SignInFacts } from '../people-store.ts';

/** The columns of a person as the statements of identities-sql.ts name them. */
type Prefixed<Row> = { readonly [Column in keyof Row & string as `p_${Column}`]: Row[Column] };

export interface OfAccount {
  readonly account_id: AccountId;
  readonly is_account_active: boolean;
}

export interface PersonFactsRow extends OfAccount, Prefixed<PersonRow> {
  /** Null where the account has no role of this name. */
  readonly role_permissions: readonly string[] | null;
  readonly p_password_changed_at: number | string;
}

export interface SignInRow extends PersonFactsRow {
  readonly password_hash: string;
}

/** The person of a joined row. */
export function factsOfPerson(row: PersonFactsRow): PersonFacts {
  const person = {
    id: row.p_id,
    username: row.p_username,
    display_name: row.p_display_name,
    email: row.p_email,
    role: row.p_role,
    is_active: row.p_is_active,
    created_at: row.p_created_at,
    updated_at: row.p_updated_at,
    last_sign_in_at: row.p_last_sign_in_at,
  };
  const facts = personFactsOf(person, row.role_permissions);
  return { ...facts, passwordChangedAt: Number(row.p_password_changed_at) };
}

/** With the hash of the password, for the room that compares it. */
export function signInFactsOf(row: SignInRow): SignInFacts {
  return {
    account: row.account_id,
    isAccountActive: row.is_account_active,
    person: factsOfPerson(row),
    passwordHash: row.password_hash,
  };
}
