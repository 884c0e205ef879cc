import type { Selectable } from 'kysely';
import { assert } from '../../base/index.ts';
import { pageOf, positionOf } from '../page.ts';
import type { InvitationRecord, InvitationStore } from '../people-store.ts';
import type { Scoped } from '../scope.ts';
import { isUuid, originalText, storedText } from '../stored-text.ts';
import type { ScopedTables } from '../tables.ts';
import type { AccountScopes } from './account-store.ts';
import { appendAudit } from './audit.ts';
import { requireRole } from './roles.ts';

/** All that a record is made of: not the hash of the token. */
const COLUMNS = [
  'id',
  'role',
  'email',
  'created_by',
  'created_at',
  'expires_at',
  'used_at',
] as const;
type InvitationRow = Pick<Selectable<ScopedTables['invitations']>, (typeof COLUMNS)[number]>;

/** Invitations to one account; the directory uses them. */
export function invitationStore({ read, write }: AccountScopes): InvitationStore {
  return {
    create: (draft, audit) =>
      write.transaction(async (scoped) => {
        const { tokenHash, ...record } = draft;
        assert(isUuid(draft.id), 'the id of an invitation is a UUID');
        await requireRole(scoped, draft.role);
        await scoped.insert('invitations', {
          id: draft.id,
          role: storedText(draft.role),
          email: draft.email === undefined ? null : storedText(draft.email),
          token_hash: storedText(tokenHash),
          created_by: storedText(draft.createdBy),
          created_at: draft.createdAt,
          expires_at: draft.expiresAt,
          used_at: null,
        });
        await appendAudit(scoped, audit);
        return record;
      }),
    get: async (id) => {
      if (!isUuid(id)) return undefined;
      const query = write.select('invitations').select(COLUMNS).where('id', '=', id);
      const row = await query.executeTakeFirst();
      return row && invitationOf(row);
    },
    list: (page) => listInvitations(read, page),
    withdraw: (id, audit) =>
      write.transaction(async (scoped) => {
        if (!isUuid(id)) return false;
        if ((await scoped.remove('invitations', { id, used_at: null })) === 0) return false;
        await appendAudit(scoped, audit);
        return true;
      }),
  };
}

async function listInvitations(
  scoped: Scoped,
  page: Parameters<InvitationStore['list']>[0],
): ReturnType<InvitationStore['list']> {
  const of = { account: scoped.account, list: 'invitations' };
  const after = positionOf(page, of);
  let query = scoped.select('invitations').select(COLUMNS);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.at, after.id)),
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const position = (row: InvitationRow) => ({ at: Number(row.created_at), id: row.id });
  return pageOf(rows, { ...page, of }, { item: invitationOf, position });
}

function invitationOf(row: InvitationRow): InvitationRecord {
  return {
    id: row.id,
    role: originalText(row.role),
    ...(row.email === null ? {} : { email: originalText(row.email) }),
    createdBy: originalText(row.created_by),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    ...(row.used_at === null ? {} : { usedAt: Number(row.used_at) }),
  };
}
