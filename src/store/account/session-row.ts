import type { Selectable } from 'kysely';
import type { PersonId, SessionId } from '../../base/index.ts';
import type { SessionRecord } from '../session-store.ts';
import { originalText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';

/** All that a record is made of: no hash of a token. */
export const SESSION_COLUMNS = [
  'id',
  'person_id',
  'created_at',
  'refreshed_at',
  'last_seen_at',
  'expires_at',
  'address',
  'agent',
  'ended_at',
] as const;

export type SessionRow = Pick<
  Selectable<ScopedTables['sessions']>,
  (typeof SESSION_COLUMNS)[number]
>;

/** The session of a row. */
export function sessionOf(row: SessionRow): SessionRecord {
  return {
    // These columns were written from ids of these kinds.
    id: row.id as SessionId,
    person: row.person_id as PersonId,
    createdAt: Number(row.created_at),
    refreshedAt: Number(row.refreshed_at),
    lastSeenAt: Number(row.last_seen_at),
    expiresAt: Number(row.expires_at),
    address: originalText(row.address),
    agent: originalText(row.agent),
    ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
  };
}
