import type { Insertable, Selectable } from 'kysely';
import { assert, type KeyId, type PersonId } from '../../base/index.ts';
import type { KeyDraft, KeyRecord } from '../key-store.ts';
import { isUuid, originalText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';

type KeysTable = ScopedTables['api_keys'];

/** All that a record is made of: no hash of a key. */
export const KEY_COLUMNS = [
  'id',
  'name',
  'prefix',
  'scopes',
  'person_id',
  'networks',
  'minutes_a_month',
  'concurrent_executions',
  'created_by',
  'created_at',
  'rotated_at',
  'expires_at',
  'revoked_at',
  'last_used_at',
  'last_used_address',
] as const;

export type KeyRow = Pick<Selectable<KeysTable>, (typeof KEY_COLUMNS)[number]>;

/** The row of a new key but for the account. */
export function keyColumns(draft: KeyDraft): Omit<Insertable<KeysTable>, 'account_id'> {
  const { id, person } = draft;
  assert(isUuid(id), 'the id of a key is a UUID');
  assert(person === undefined || isUuid(person), 'the id of a person is a UUID');
  return {
    id,
    name: storedText(draft.name),
    prefix: storedText(draft.prefix),
    hash: storedText(draft.hash),
    former_hash: null,
    former_until: null,
    scopes: draft.scopes.map(storedText),
    person_id: person ?? null,
    networks: draft.networks.map(storedText),
    minutes_a_month: draft.minutesAMonth ?? null,
    concurrent_executions: draft.concurrentExecutions ?? null,
    created_by: storedText(draft.createdBy),
    created_at: draft.createdAt,
    rotated_at: null,
    expires_at: draft.expiresAt ?? null,
    revoked_at: null,
  };
}

/** The key of a row. */
export function keyOf(row: KeyRow): KeyRecord {
  return {
    // These columns were written from ids of these kinds.
    id: row.id as KeyId,
    name: originalText(row.name),
    prefix: originalText(row.prefix),
    scopes: row.scopes.map(originalText),
    ...(row.person_id === null ? {} : { person: row.person_id as PersonId }),
    networks: row.networks.map(originalText),
    ...optionalNumber('minutesAMonth', row.minutes_a_month),
    ...optionalNumber('concurrentExecutions', row.concurrent_executions),
    createdBy: originalText(row.created_by),
    createdAt: Number(row.created_at),
    ...optionalNumber('rotatedAt', row.rotated_at),
    ...optionalNumber('expiresAt', row.expires_at),
    ...optionalNumber('revokedAt', row.revoked_at),
    ...optionalNumber('lastUsedAt', row.last_used_at),
    ...(row.last_used_address === null
      ? {}
      : { lastUsedAddress: originalText(row.last_used_address) }),
  };
}

function optionalNumber<Name extends string>(
  name: Name,
  value: number | string | null,
): { readonly [Key in Name]?: number } {
  // The one member is of the type that the name asks for.
  return (value === null ? {} : { [name]: Number(value) }) as { readonly [Key in Name]?: number };
}
