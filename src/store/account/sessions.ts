import { ACCESS_LIMITS, assert, type PersonId, type SessionId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Scoped } from '../scope.ts';
import type { SessionDraft, SessionStore } from '../session-store.ts';
import { isUuid, storedText } from '../stored-text.ts';
import type { AccountScopes } from './account-store.ts';
import { appendAudit } from './audit.ts';
import { rotateSession } from './session-rotation.ts';
import { SESSION_COLUMNS, sessionOf } from './session-row.ts';

/** Sign-ins of the people of one account. */
export function sessionStore({ write }: AccountScopes): SessionStore {
  return {
    create: (draft, audit) =>
      write.transaction(async (scoped) => {
        await createSession(scoped, draft);
        await appendAudit(scoped, audit);
      }),
    get: async (id) => {
      if (!isUuid(id)) return undefined;
      const query = write.select('sessions').select(SESSION_COLUMNS).where('id', '=', id);
      const row = await query.executeTakeFirst();
      return row === undefined ? undefined : sessionOf(row);
    },
    list: async (person, now) => {
      if (!isUuid(person)) return [];
      const rows = await openSessions(write, person, now)
        .select(SESSION_COLUMNS)
        .limit(ACCESS_LIMITS.sessionsAPerson)
        .execute();
      return rows.map(sessionOf);
    },
    rotate: async (id, change, audits) => {
      if (!isUuid(id)) return 'over';
      return await write.transaction((scoped) => rotateSession(scoped, id, { change, audits }));
    },
    end: (id, audit) =>
      write.transaction(async (scoped) => {
        if (!isUuid(id)) return false;
        const ended = await scoped.update(
          'sessions',
          { id, ended_at: null },
          { ended_at: audit.at },
        );
        if (ended === 0) return false;
        await appendAudit(scoped, audit);
        return true;
      }),
    endAll: (person, keep, audit) =>
      write.transaction(async (scoped) => {
        if (!isUuid(person)) return 0;
        await lockedPerson(scoped, person);
        const kept = keep === undefined ? {} : { keep };
        const ended = await endSessions(scoped, person, { at: audit.at, ...kept });
        await appendAudit(scoped, audit);
        return ended;
      }),
  };
}

/** Inside a transaction: ends all sessions of a person but `keep`; gives how many ended. */
export async function endSessions(
  scoped: Scoped,
  person: PersonId,
  { at, keep }: { readonly at: number; readonly keep?: SessionId },
): Promise<number> {
  return await scoped.update(
    'sessions',
    (eb) => {
      const open = eb.and([eb('person_id', '=', person), eb('ended_at', 'is', null)]);
      return keep !== undefined && isUuid(keep) ? open.and('id', '<>', keep) : open;
    },
    { ended_at: at },
  );
}

/** Inside a transaction that holds the person's lock. Errors: SESSION_OVER. */
export async function requireOpenSession(
  scoped: Scoped,
  person: PersonId,
  session: SessionId,
): Promise<void> {
  const row = isUuid(session)
    ? await scoped
        .select('sessions')
        .select('id')
        .where('id', '=', session)
        .where('person_id', '=', person)
        .where('ended_at', 'is', null)
        .executeTakeFirst()
    : undefined;
  if (row === undefined) throw new AppError('SESSION_OVER', { message: 'the session is over' });
}

/** Newest first. */
function openSessions(scoped: Scoped, person: PersonId, now: number) {
  return scoped
    .select('sessions')
    .where('person_id', '=', person)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc');
}

async function createSession(scoped: Scoped, draft: SessionDraft): Promise<void> {
  const { id, person, at } = draft;
  assert(isUuid(id) && isUuid(person), 'ids of sessions and people are UUIDs');
  await requireSignInHolds(scoped, draft);
  // What a token could still name is kept until then, and no longer.
  await scoped.remove('sessions', (eb) =>
    eb.and([eb('person_id', '=', person), eb('expires_at', '<=', at)]),
  );
  const surplus = await openSessions(scoped, person, at)
    .select('id')
    .offset(ACCESS_LIMITS.sessionsAPerson - 1)
    .execute();
  for (const one of surplus) await scoped.update('sessions', { id: one.id }, { ended_at: at });
  await scoped.insert('sessions', {
    id,
    person_id: person,
    created_at: at,
    refreshed_at: at,
    last_seen_at: at,
    expires_at: draft.expiresAt,
    address: storedText(draft.address),
    agent: storedText(draft.agent),
    refresh_hash: storedText(draft.refreshHash),
    ended_at: null,
  });
}

/**
 * Threat: a sign-in was judged before the password was changed or the person was locked out, and
 * its session is made after all sessions were ended. The lock also keeps two sign-ins of one person
 * from both seeing room for one more.
 */
async function requireSignInHolds(
  scoped: Scoped,
  { person, ifPasswordHash }: SessionDraft,
): Promise<void> {
  const row = await lockedPerson(scoped, person);
  const isSame = ifPasswordHash === undefined || ifPasswordHash === row?.password_hash;
  if (row?.is_active === true && isSame) return;
  throw new AppError('SIGN_IN_REFUSED', { message: 'the name or the password is wrong' });
}

/** Who changes several sessions of a person takes this first, so that none waits in a circle. */
async function lockedPerson(scoped: Scoped, person: PersonId) {
  return await scoped
    .select('people')
    .select(['is_active', 'password_hash'])
    .where('id', '=', person)
    .forNoKeyUpdate()
    .executeTakeFirst();
}
