import { foldName, type PersonId } from '../../base/index.ts';
import type { AuditEntry } from '../audit-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { PeopleStore, PersonRecord } from '../people-store.ts';
import type { Scoped } from '../scope.ts';
import { isUuid, searchableText, storedText } from '../stored-text.ts';
import type { AccountScopes } from './account-store.ts';
import { keepAnAdmin } from './admins.ts';
import { appendAudit } from './audit.ts';
import { changePassword } from './password-change.ts';
import { PERSON_COLUMNS, type PersonRow, personColumns, personOf } from './person-row.ts';
import { requireRole } from './roles.ts';
import { endSessions, requireOpenSession } from './sessions.ts';
import { withdrawTokens } from './withdrawn-tokens.ts';

/** The people of one account. */
export function peopleStore({ read, write }: AccountScopes): PeopleStore {
  return {
    create: (id, draft, audit) =>
      write.transaction(async (scoped) => {
        await requireRole(scoped, draft.role);
        await scoped.insert('people', personColumns(id, draft));
        await appendAudit(scoped, audit);
        const { username, displayName, email, role, at } = draft;
        const optional = email === undefined ? {} : { email };
        const times = { createdAt: at, updatedAt: at };
        return { id, username, displayName, ...optional, role, isActive: true, ...times };
      }),
    get: async (id) => {
      if (!isUuid(id)) return undefined;
      const row = await people(write).where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : personOf(row);
    },
    byUsername: async (username) => {
      const folded = storedText(foldName(username));
      const row = await people(write).where('username_folded', '=', folded).executeTakeFirst();
      return row === undefined ? undefined : personOf(row);
    },
    list: (filter, page) => listPeople(read, filter, page),
    update: (id, change, audit) =>
      write.transaction((scoped) => changePerson(scoped, id, { ...change, audit })),
    setPassword: (id, change, audit) =>
      write.transaction(async (scoped) => {
        if (!isUuid(id) || !(await changePassword(scoped, id, change))) return false;
        await appendAudit(scoped, audit);
        return true;
      }),
    rehash: async (id, from, to) => {
      if (!isUuid(id)) return;
      await write.update('people', { id, password_hash: from }, { password_hash: to });
    },
    passwordHash: async (id) => {
      if (!isUuid(id)) return undefined;
      const query = write.select('people').select('password_hash').where('id', '=', id);
      return (await query.executeTakeFirst())?.password_hash;
    },
    noteSignIn: async (id, at) => {
      if (isUuid(id)) await write.update('people', { id }, { last_sign_in_at: at });
    },
    remove: (id, flowsTo, audit) =>
      write.transaction((scoped) => removePerson(scoped, id, { flowsTo, audit })),
    isAnybody: async () => {
      const row = await write.select('people').select('id').limit(1).executeTakeFirst();
      return row !== undefined;
    },
  };
}

/** Nothing else of a person is read than what a record is made of. */
function people(scoped: Scoped) {
  return scoped.select('people').select(PERSON_COLUMNS);
}

async function lockPerson(scoped: Scoped, id: PersonId): Promise<PersonRow | undefined> {
  return await people(scoped).where('id', '=', id).forUpdate().executeTakeFirst();
}

async function changePerson(
  scoped: Scoped,
  id: PersonId,
  {
    at,
    audit,
    ifSession,
    ...change
  }: Parameters<PeopleStore['update']>[1] & {
    readonly audit: AuditEntry;
  },
): Promise<PersonRecord | undefined> {
  if (!isUuid(id)) return undefined;
  if (change.role !== undefined) await requireRole(scoped, change.role);
  const isDemotion = change.isActive === false || (change.role ?? 'admin') !== 'admin';
  // Before the lock of the person: all who ask take the admins first.
  if (isDemotion) await keepAnAdmin(scoped, id);
  const row = await lockPerson(scoped, id);
  if (row === undefined) return undefined;
  if (ifSession !== undefined) await requireOpenSession(scoped, id, ifSession);
  const before = personOf(row);
  const displayName = change.displayName ?? before.displayName;
  const email = change.email === undefined ? before.email : (change.email ?? undefined);
  const columns = {
    display_name: storedText(displayName),
    email: email === undefined ? null : storedText(email),
    search: searchableText(before.username, displayName, email ?? ''),
    role: storedText(change.role ?? before.role),
    is_active: change.isActive ?? before.isActive,
    updated_at: at,
  };
  await scoped.update('people', { id }, columns);
  if (!columns.is_active) await endSessions(scoped, id, { at });
  const isLess = !columns.is_active || (row.role !== columns.role && columns.role !== 'admin');
  await appendAudit(scoped, isLess ? await withdrawTokens(scoped, id, audit) : audit);
  return personOf({ ...row, ...columns });
}

/** What refers to the person goes with the row; what the person made stays with somebody else. */
async function removePerson(
  scoped: Scoped,
  id: PersonId,
  { flowsTo, audit }: { readonly flowsTo: string; readonly audit: AuditEntry },
): Promise<boolean> {
  if (!isUuid(id)) return false;
  const there = await scoped.select('people').select('id').where('id', '=', id).executeTakeFirst();
  if (there === undefined) return false;
  const principal = `person:${there.id}`;
  // Flows before people, as whoever shares a flow takes them.
  await scoped.update('flows', { owner: principal }, { owner: storedText(flowsTo) });
  await keepAnAdmin(scoped, id);
  if ((await lockPerson(scoped, id)) === undefined) return false;
  await scoped.remove('socket_tickets', { principal });
  const row = await withdrawTokens(scoped, id, audit);
  await scoped.remove('people', { id });
  await appendAudit(scoped, row);
  return true;
}

async function listPeople(
  scoped: Scoped,
  { search = '' }: Parameters<PeopleStore['list']>[0],
  page: Parameters<PeopleStore['list']>[1],
): ReturnType<PeopleStore['list']> {
  const of = { account: scoped.account, list: 'people' };
  const after = positionOf(page, of);
  let query = people(scoped);
  if (search !== '') {
    // No pattern: every character stands for itself. A name may be searched for in any form of it.
    const [text, name] = [searchableText(search), storedText(foldName(search))];
    query = query.where((eb) =>
      eb.or([
        eb(eb.fn('strpos', ['search', eb.val(text)]), '>', 0),
        eb(eb.fn('strpos', ['username_folded', eb.val(name)]), '>', 0),
      ]),
    );
  }
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
  const position = (row: PersonRow) => ({ at: Number(row.created_at), id: row.id });
  return pageOf(rows, { ...page, of }, { item: personOf, position });
}
