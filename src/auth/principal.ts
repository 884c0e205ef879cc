import type { AccountId, KeyId, PersonId, SessionId } from '../base/index.ts';
import type { Permission } from '../contract/index.ts';

/**
 * Who a request comes from, and what that allows in the one account it belongs to, as it stood when
 * the request was judged: nothing of it outlives the request.
 */
export interface Principal {
  /**
   * `key:admin-1` (of ADMIN_API_KEYS), `key:<uuid>`, `person:<uuid>`, `link:<uuid>`. Never a
   * secret, so it may stand in audit rows and logs; it owns flows and starts executions.
   */
  readonly id: string;
  readonly kind: 'operator' | 'person' | 'key' | 'link';
  readonly account: AccountId;
  readonly permissions: ReadonlySet<Permission>;
  /** Of a person, and of a key that acts for one. */
  readonly person?: { readonly id: PersonId; readonly username: string; readonly role: string };
  /** Of whoever signed in; absent for keys and HTTP Basic. */
  readonly session?: SessionId;
  /** Of a person without a session: the password that let them in was set then (HTTP Basic). */
  readonly passwordSetAt?: number;
  readonly key?: KeyId;
  /** Of a key: from where it was let in, for what stays open when its networks change. */
  readonly address?: string;
}

/** The id of a person's principal. */
export function personPrincipal(id: PersonId): string {
  return `person:${id}`;
}

/** The id of a stored key's principal; one that acts for a person owns nothing itself. */
export function keyPrincipal(id: KeyId): string {
  return `key:${id}`;
}

/** To whom belongs what this principal makes: to the person, where it is or acts for one. */
export function ownerOf({ id, person }: Pick<Principal, 'id' | 'person'>): string {
  return person === undefined ? id : personPrincipal(person.id);
}
