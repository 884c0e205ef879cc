import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_LIMITS, type SessionId } from '../../src/base/index.ts';
import type { SessionStore } from '../../src/store/index.ts';
import { addPerson, DAY, hashOf, sessionDraft, tally } from './access-rows.ts';
import { A, auditOf, B, codeOf, NOW, type StoreWorld, storeWorld } from './open-test-store.ts';

let world: StoreWorld;
let sessions: SessionStore;
beforeAll(async () => {
  world = await storeWorld();
  ({ sessions } = world.store.account(A));
});
afterAll(() => world.close());

const audits = { rotated: auditOf('session.refresh'), reuse: auditOf('session.reuse') };
const change = (from: string, to: string, more = {}) => ({
  from: hashOf(from),
  to: hashOf(to),
  at: NOW + 100,
  arrivedAt: NOW + 100,
  idleSince: NOW - DAY,
  ...more,
});
const rotate = (id: SessionId, from: string, to: string, more = {}) =>
  sessions.rotate(id, change(from, to, more), audits);

async function started(more: Partial<Parameters<SessionStore['create']>[0]> = {}) {
  const person = await addPerson(world.store);
  const draft = sessionDraft(person.id, more);
  await sessions.create(draft, auditOf('session.start', { targetId: draft.id }));
  return draft;
}

const recordsOf = (action: string) =>
  world.sql<{ id: string }>('SELECT id FROM sluice.audit_events WHERE action = $1', [action]);

describe('a refresh token', () => {
  it('is good for one of 50 that come at once, and the others end nothing', async () => {
    const { id } = await started();
    const another = await world.another();
    const before = (await recordsOf('session.refresh')).length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const store = index % 2 === 0 ? world.store : another;
        const request = change('first', `next ${index}`, { at: NOW + 100 + index });
        return store.account(A).sessions.rotate(id, { ...request, arrivedAt: NOW }, audits);
      }),
    );
    expect(tally(answers)).toEqual({ rotated: 1, concurrent: 49 });
    expect((await recordsOf('session.refresh')).length - before).toBe(1);
    expect(await sessions.get(id)).not.toHaveProperty('endedAt');
    const winner = answers.indexOf('rotated');
    expect(await rotate(id, `next ${winner}`, 'last', { at: NOW + 900 })).toBe('rotated');
  });

  it('G2.077 that comes once more after it was used ends the session, with a record', async () => {
    const { id } = await started();
    expect(await rotate(id, 'first', 'second')).toBe('rotated');
    const before = (await recordsOf('session.reuse')).length;
    const late = { at: NOW + 101, arrivedAt: NOW + 101 };
    expect(await rotate(id, 'first', 'stolen', late)).toBe('reused');
    expect((await recordsOf('session.reuse')).length - before).toBe(1);
    expect(await sessions.get(id)).toMatchObject({ endedAt: NOW + 101 });
    // The one that the thief, or the owner, got in its place is worthless too.
    expect(await rotate(id, 'second', 'third', { at: NOW + 102 })).toBe('over');
    expect((await recordsOf('session.reuse')).length - before).toBe(1);
  });

  it('of 50 that come after it was used ends the session once', async () => {
    const { id } = await started();
    await rotate(id, 'first', 'second');
    const late = { at: NOW + 200, arrivedAt: NOW + 200 };
    const before = (await recordsOf('session.reuse')).length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => rotate(id, 'first', 'stolen', late)),
    );
    expect(tally(answers)).toEqual({ reused: 1, over: 49 });
    expect((await recordsOf('session.reuse')).length - before).toBe(1);
  });

  it('is judged by when it was used itself, not by a later renewal', async () => {
    const { id } = await started();
    await rotate(id, 'first', 'second', { at: NOW + 10 });
    await rotate(id, 'second', 'third', { at: NOW + 30 });
    const early = { at: NOW + 40, arrivedAt: NOW + 5 };
    expect(await rotate(id, 'first', 'x', early)).toBe('concurrent');
    const between = { at: NOW + 40, arrivedAt: NOW + 20 };
    expect(await rotate(id, 'first', 'x', between)).toBe('reused');
  });

  it('that this session never had is taken for one of long ago', async () => {
    const { id } = await started();
    expect(await rotate(id, 'of another', 'x', { arrivedAt: NOW - DAY })).toBe('reused');
  });

  it.each([
    ['it has ended', {}, async (id: SessionId) => void (await sessions.end(id, auditOf('end')))],
    ['it has expired', { expiresAt: NOW + 50 }, async () => undefined],
  ])('is over where %s', async (_why, more, act) => {
    const { id } = await started(more);
    await act(id);
    expect(await rotate(id, 'first', 'second')).toBe('over');
  });

  it('G4.253 is over where nobody used the session for long, and not where somebody did', async () => {
    const { id } = await started();
    const idle = { at: NOW + 2 * DAY, idleSince: NOW + 1 };
    expect(await rotate(id, 'first', 'second', idle)).toBe('over');
    await world.store.directory.noteSessionsSeen(new Map([[id, NOW + DAY]]));
    expect(await rotate(id, 'first', 'second', idle)).toBe('rotated');
  });

  it('of a session that is not there, or not in this account, is over', async () => {
    const { id } = await started();
    const other = world.store.account(B).sessions;
    expect(await other.rotate(id, change('first', 'x'), audits)).toBe('over');
    expect(await rotate('nothing' as SessionId, 'first', 'x')).toBe('over');
    expect(await rotate(id, 'first', 'second')).toBe('rotated');
  });
});

describe('sessions', () => {
  it('are listed as they are, newest first, without a hash', async () => {
    const draft = await started();
    const second = sessionDraft(draft.person, { at: NOW + 1, agent: 'evil\u0000\uD800' });
    await sessions.create(second, auditOf('session.start'));
    const list = await sessions.list(draft.person, NOW + 5);
    expect(list.map(({ id }) => id)).toEqual([second.id, draft.id]);
    expect(list[0]).toEqual({
      id: second.id,
      person: draft.person,
      createdAt: NOW + 1,
      refreshedAt: NOW + 1,
      lastSeenAt: NOW + 1,
      expiresAt: NOW + 30 * DAY,
      address: '192.0.2.1',
      agent: 'evil\u0000\uD800',
    });
    expect(await sessions.list(draft.person, NOW + 31 * DAY)).toEqual([]);
  });

  it('are so many a person and no more, also when many sign in at once', async () => {
    const most = ACCESS_LIMITS.sessionsAPerson;
    const { person, id } = await started();
    await Promise.all(
      Array.from({ length: most + 5 }, (_, index) =>
        sessions.create(sessionDraft(person, { at: NOW + 1 + index }), auditOf('session.start')),
      ),
    );
    expect(await sessions.list(person, NOW + 100)).toHaveLength(most);
    expect(await sessions.get(id)).toHaveProperty('endedAt');
    const [{ count } = { count: 0 }] = await world.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM sluice.sessions
      WHERE person_id = $1 AND ended_at IS NULL`,
      [person],
    );
    expect(count).toBe(most);
  });

  it('that have expired go with the next sign-in', async () => {
    const { id, person } = await started({ expiresAt: NOW + 10 });
    await sessions.create(sessionDraft(person, { at: NOW + 11 }), auditOf('session.start'));
    expect(await sessions.get(id)).toBeUndefined();
  });

  it('G4.253 end once, each with its record', async () => {
    const { id } = await started();
    const before = (await recordsOf('session.end')).length;
    const ends = await Promise.all(
      Array.from({ length: 10 }, () => sessions.end(id, auditOf('session.end'))),
    );
    expect(ends.filter(Boolean)).toHaveLength(1);
    expect((await recordsOf('session.end')).length - before).toBe(1);
  });

  it('end all but one, and others of other people stay', async () => {
    const kept = await started();
    const other = await started();
    for (let index = 0; index < 3; index += 1) {
      await sessions.create(sessionDraft(kept.person), auditOf('session.start'));
    }
    expect(await sessions.endAll(kept.person, kept.id, auditOf('session.end-all'))).toBe(3);
    expect(await sessions.endAll(kept.person, kept.id, auditOf('session.end-all'))).toBe(0);
    expect(await sessions.list(kept.person, NOW)).toMatchObject([{ id: kept.id }]);
    expect(await sessions.list(other.person, NOW)).toHaveLength(1);
  });

  it('are not made by a sign-in that a change of the password overtook', async () => {
    const person = await addPerson(world.store, { passwordHash: 'old' });
    const { people } = world.store.account(A);
    await people.setPassword(person.id, { hash: 'new', at: NOW }, auditOf('password.change'));
    const late = sessionDraft(person.id, { ifPasswordHash: 'old' });
    expect(await codeOf(sessions.create(late, auditOf('late')))).toBe('SIGN_IN_REFUSED');
    const now = sessionDraft(person.id, { ifPasswordHash: 'new' });
    await sessions.create(now, auditOf('session.start'));
    expect(await sessions.list(person.id, NOW)).toMatchObject([{ id: now.id }]);
    expect(await recordsOf('late')).toEqual([]);
  });

  it('are not made for who is not active, or of another account', async () => {
    const person = await addPerson(world.store);
    const { people } = world.store.account(A);
    await people.update(person.id, { isActive: false, at: NOW }, auditOf('person.update'));
    const draft = sessionDraft(person.id);
    expect(await codeOf(sessions.create(draft, auditOf('x')))).toBe('SIGN_IN_REFUSED');
    const other = await addPerson(world.store, {}, B);
    const foreign = sessionDraft(other.id);
    expect(await codeOf(sessions.create(foreign, auditOf('x')))).toBe('SIGN_IN_REFUSED');
  });
});
