import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACCESS_LIMITS, type AccountId, type PersonId } from '../../src/base/index.ts';
import type { AccountStore } from '../../src/store/index.ts';
import {
  addPerson,
  hashOf,
  keyDraft,
  personDraft,
  personId,
  sessionDraft,
  tally,
} from './access-rows.ts';
import {
  A,
  auditOf,
  B,
  codeOf,
  draftOf,
  flowId,
  NOW,
  type StoreWorld,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
let own: AccountStore;
beforeAll(async () => {
  world = await storeWorld();
  own = world.store.account(A);
});
afterAll(() => world.close());

const audit = auditOf('person.change');
const recordsOf = (action: string) =>
  world.sql<{ id: string }>('SELECT id FROM sluice.audit_events WHERE action = $1', [action]);

describe('a person', () => {
  it('comes back as made, without the hash, and is found by any form of the name', async () => {
    const draft = personDraft({ username: 'Ann.Ångström', email: 'ann@example.org' });
    const id = personId();
    const made = await own.people.create(id, draft, audit);
    expect(made).toEqual({
      id,
      username: 'Ann.Ångström',
      displayName: 'Some Body',
      email: 'ann@example.org',
      role: 'user',
      isActive: true,
      createdAt: NOW,
      updatedAt: NOW,
    });
    expect(await own.people.get(id)).toEqual(made);
    expect(await own.people.byUsername('ANN.A\u030Angstro\u0308m')).toEqual(made);
    expect(await own.people.byUsername('ann.angstrom')).toBeUndefined();
    expect(await own.people.passwordHash(id)).toBe('hash of a password');
  });

  it('has a name that nobody else on the server has, in any form and any account', async () => {
    await addPerson(world.store, { username: 'Only.One' });
    const before = (await recordsOf('taken')).length;
    for (const [account, username] of [
      [A, 'only.one'],
      [B, 'ONLY.ONE'],
      [B, 'ｏnly.ｏne'],
    ] as const) {
      const { people } = world.store.account(account);
      const making = people.create(personId(), personDraft({ username }), auditOf('taken'));
      expect(await codeOf(making)).toBe('USERNAME_TAKEN');
    }
    expect((await recordsOf('taken')).length).toBe(before);
  });

  it('of one name is made by one of 20 that try at once', async () => {
    const username = 'contested';
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const { people } = world.store.account(index % 2 === 0 ? A : B);
        return codeOf(people.create(personId(), personDraft({ username }), audit));
      }),
    );
    expect(tally(answers)).toEqual({ done: 1, USERNAME_TAKEN: 19 });
  });

  it('changes, is searched for and listed, newest first', async () => {
    const first = await addPerson(world.store, { displayName: '100% Zed_Zed', at: NOW + 1 });
    const second = await addPerson(world.store, { displayName: 'Zed_Zed Two', at: NOW + 2 });
    const found = await own.people.list({ search: 'ZED_ZED' }, { limit: 1 });
    expect(found.items).toMatchObject([{ id: second.id }]);
    const next = { limit: 1, ...(found.nextCursor ? { cursor: found.nextCursor } : {}) };
    expect(await own.people.list({ search: 'ZED_ZED' }, next)).toEqual({ items: [first] });
    expect(await own.people.list({ search: '%' }, { limit: 9 })).toEqual({ items: [first] });
    const change = { displayName: 'Somebody Else', email: 'new@example.org', at: NOW + 9 };
    const changed = await own.people.update(first.id, change, audit);
    expect(changed).toEqual({ ...first, ...change, at: undefined, updatedAt: NOW + 9 });
    expect(await own.people.list({ search: '100%' }, { limit: 9 })).toEqual({ items: [] });
    expect(await own.people.list({ search: 'NEW@' }, { limit: 9 })).toEqual({ items: [changed] });
    const without = await own.people.update(first.id, { email: null, at: NOW + 10 }, audit);
    expect(without).not.toHaveProperty('email');
  });

  it('who becomes inactive loses every session, and has none back later', async () => {
    const { id } = await addPerson(world.store);
    await own.sessions.create(sessionDraft(id), audit);
    await own.people.update(id, { isActive: false, at: NOW }, audit);
    await own.people.update(id, { isActive: true, at: NOW }, audit);
    expect(await own.sessions.list(id, NOW)).toEqual([]);
  });

  it('with a new password keeps the session that set it, and no other', async () => {
    const { id } = await addPerson(world.store);
    const [mine, other] = [sessionDraft(id), sessionDraft(id)];
    for (const one of [mine, other]) await own.sessions.create(one, audit);
    const hash = hashOf('reset');
    const times = { at: NOW, expiresAt: NOW + 1_000 };
    const reset = { person: id, tokenHash: hash, createdBy: 'key:admin-1', ...times };
    await own.resets.create(reset, audit);
    const change = { hash: 'new', at: NOW, keep: mine.id };
    expect(await own.people.setPassword(id, change, audit)).toBe(true);
    expect(await own.sessions.list(id, NOW)).toMatchObject([{ id: mine.id }]);
    expect(await own.people.passwordHash(id)).toBe('new');
    expect(await world.store.directory.resetFacts(hash, NOW)).toBeUndefined();
    const all = { hash: 'newer', at: NOW, keep: 'all' } as const;
    await own.people.setPassword(id, all, audit);
    expect(await own.sessions.list(id, NOW)).toHaveLength(1);
    await own.people.setPassword(id, { hash: 'newest', at: NOW }, audit);
    expect(await own.sessions.list(id, NOW)).toEqual([]);
  });

  it('has a hash renewed only where it still is the one that was compared', async () => {
    const { id } = await addPerson(world.store, { passwordHash: 'old' });
    await own.people.rehash(id, 'other', 'wrong');
    expect(await own.people.passwordHash(id)).toBe('old');
    await own.people.rehash(id, 'old', 'stronger');
    expect(await own.people.passwordHash(id)).toBe('stronger');
    await own.people.noteSignIn(id, NOW + 7);
    expect(await own.people.get(id)).toMatchObject({ lastSignInAt: NOW + 7 });
  });

  it('who is removed leaves nothing but flows, which pass on', async () => {
    const { id } = await addPerson(world.store);
    const other = await addPerson(world.store);
    await own.sessions.create(sessionDraft(id), audit);
    await own.keys.create(keyDraft({ person: id }), audit);
    await own.resets.create(
      { person: id, tokenHash: hashOf(id), createdBy: 'x', at: NOW, expiresAt: NOW + 9 },
      audit,
    );
    const principal = `person:${id}`;
    await own.tickets.create({ tokenHash: hashOf('t'), principal, at: NOW, expiresAt: NOW + 9 });
    const flow = flowId();
    await own.flows.create(flow, { ...draftOf({ by: principal }), owner: principal }, audit);
    const before = (await recordsOf('person.remove')).length;
    const removal = auditOf('person.remove');
    expect(await own.people.remove(id, `person:${other.id}`, removal)).toBe(true);
    expect(await own.people.remove(id, `person:${other.id}`, removal)).toBe(false);
    expect((await recordsOf('person.remove')).length - before).toBe(1);
    expect(await own.flows.get(flow)).toMatchObject({ owner: `person:${other.id}` });
    for (const table of ['sessions', 'api_keys', 'reset_tokens']) {
      const rows = await world.sql(`SELECT FROM sluice.${table} WHERE person_id = $1`, [id]);
      expect(rows).toEqual([]);
    }
    const tickets = 'SELECT FROM sluice.socket_tickets WHERE principal = $1';
    expect(await world.sql(tickets, [principal])).toEqual([]);
  });

  it('that is not there, or is no id at all, is told plainly', async () => {
    for (const id of [personId(), 'x' as PersonId]) {
      expect(await own.people.get(id)).toBeUndefined();
      expect(await own.people.passwordHash(id)).toBeUndefined();
      expect(await own.people.update(id, { at: NOW }, audit)).toBeUndefined();
      expect(await own.people.setPassword(id, { hash: 'x', at: NOW }, audit)).toBe(false);
      expect(await own.people.remove(id, 'key:admin-1', audit)).toBe(false);
    }
  });
});

describe('the last admin', () => {
  const account = (name: string) => name as AccountId;
  let count = 0;
  let store: AccountStore;
  let admins: readonly PersonId[];
  beforeEach(async () => {
    count += 1;
    const id = account(`admins-${count}`);
    await world.store.ensureAccount(id, 'admins');
    store = world.store.account(id);
    const made = [];
    for (let index = 0; index < 2; index += 1) {
      made.push(await addPerson(world.store, { role: 'admin' }, id));
    }
    admins = made.map((one) => one.id);
  });

  const acts = {
    demoted: (id: PersonId) => store.people.update(id, { role: 'user', at: NOW }, audit),
    'locked out': (id: PersonId) => store.people.update(id, { isActive: false, at: NOW }, audit),
    removed: (id: PersonId) => store.people.remove(id, 'key:admin-1', audit),
  };
  it.each(Object.entries(acts))('is not %s, also where two are at once', async (_how, act) => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(admins.map((id) => codeOf(act(id))));
      expect(tally(answers)).toEqual({ done: 1, LAST_ADMIN: 1 });
      const left = (await store.people.list({}, { limit: 50 })).items;
      const active = left.filter(({ role, isActive }) => role === 'admin' && isActive);
      expect(active).toHaveLength(1);
      const [kept] = active;
      const more = await addPerson(world.store, { role: 'admin' }, account(`admins-${count}`));
      admins = [more.id, ...(kept === undefined ? [] : [kept.id])];
    }
  });

  it('may change what does not take it away, and so may others', async () => {
    const [first, second] = admins as [PersonId, PersonId];
    await store.people.update(second, { role: 'viewer', at: NOW }, audit);
    const kept = { role: 'admin', isActive: true, displayName: 'Still', at: NOW };
    expect(await store.people.update(first, kept, audit)).toMatchObject({ displayName: 'Still' });
    expect(await store.people.update(second, { isActive: false, at: NOW }, audit)).toBeTruthy();
    expect(await store.people.remove(second, 'key:admin-1', audit)).toBe(true);
    expect(await codeOf(acts.demoted(first))).toBe('LAST_ADMIN');
  });
});

describe('a role of the account', () => {
  const role = { name: 'author', description: 'Writes', permissions: ['flows:read'] };

  it('is made, replaced and removed, with a record each', async () => {
    await own.roles.put(role, NOW, auditOf('role.put'));
    await own.roles.put({ ...role, permissions: ['flows:write'] }, NOW, auditOf('role.put'));
    expect(await own.roles.get('author')).toEqual({ ...role, permissions: ['flows:write'] });
    expect(await own.roles.list()).toHaveLength(1);
    expect(await own.roles.remove('author', auditOf('role.remove'))).toBe(true);
    expect(await own.roles.remove('author', auditOf('role.remove'))).toBe(false);
    expect(await recordsOf('role.put')).toHaveLength(2);
    expect(await recordsOf('role.remove')).toHaveLength(1);
  });

  it('stays while somebody has it or is invited to it, and is given to nobody once gone', async () => {
    await own.roles.put(role, NOW, audit);
    const person = await addPerson(world.store, { role: 'author' });
    expect(await codeOf(own.roles.remove('author', audit))).toBe('ROLE_IN_USE');
    await own.people.update(person.id, { role: 'user', at: NOW }, audit);
    const invitation = {
      id: personId(),
      role: 'author',
      createdBy: 'key:admin-1',
      createdAt: NOW,
      expiresAt: NOW + 1_000,
      tokenHash: hashOf('to author'),
    };
    await own.invitations.create(invitation, audit);
    expect(await codeOf(own.roles.remove('author', audit))).toBe('ROLE_IN_USE');
    await own.invitations.withdraw(invitation.id, audit);
    expect(await own.roles.remove('author', audit)).toBe(true);
    const late = own.people.update(person.id, { role: 'author', at: NOW }, audit);
    expect(await codeOf(late)).toBe('ROLE_NOT_FOUND');
  });

  it('is never one of the built-in names', async () => {
    for (const name of ['admin', 'user', 'viewer']) {
      expect(await codeOf(own.roles.put({ ...role, name }, NOW, audit))).toBe('ROLE_FIXED');
    }
  });

  it('is one of so many, also where several are made at once', async () => {
    const id = 'many-roles' as AccountId;
    await world.store.ensureAccount(id, 'many');
    const { roles } = world.store.account(id);
    const most = ACCESS_LIMITS.rolesAnAccount;
    for (let index = 0; index < most - 1; index += 1) {
      await roles.put({ ...role, name: `role-${index}` }, NOW, audit);
    }
    const answers = await Promise.all(
      ['x', 'y', 'z'].map((name) => codeOf(roles.put({ ...role, name }, NOW, audit))),
    );
    expect(tally(answers)).toEqual({ done: 1, LIMIT_REACHED: 2 });
    expect(await codeOf(roles.put({ ...role, name: 'role-1' }, NOW, audit))).toBe('done');
  });
});
