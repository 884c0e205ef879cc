import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, KeyId, PersonId, SessionId } from '../../src/base/index.ts';
import type { DirectoryStore, IdentityQuestion, InvitationStore } from '../../src/store/index.ts';
import {
  addPerson,
  DAY,
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
  executionId,
  NOW,
  type StoreWorld,
  saveFlow,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
let directory: DirectoryStore;
beforeAll(async () => {
  world = await storeWorld();
  ({ directory } = world.store);
});
afterAll(() => world.close());

const audit = auditOf('access');
const recordsOf = (action: string) =>
  world.sql<{ account_id: string; actor: string; target_id: string }>(
    'SELECT account_id, actor, target_id FROM sluice.audit_events WHERE action = $1',
    [action],
  );
/** An account of its own for what changes an account. */
let accounts = 0;
async function newAccount(): Promise<AccountId> {
  accounts += 1;
  const id = `account-${accounts}` as AccountId;
  await world.store.ensureAccount(id, 'some account');
  return id;
}
const setStatus = (account: AccountId, status: string) =>
  world.sql('UPDATE sluice.accounts SET status = $2 WHERE id = $1', [account, status]);

describe('identities', () => {
  it('are told in the order of the questions, twice where asked twice', async () => {
    const store = world.store.account(A);
    await store.roles.put(
      { name: 'robot', description: '', permissions: ['flows:read', 'flows:write'] },
      NOW,
      audit,
    );
    const person = await addPerson(world.store, { role: 'robot', email: 'r@example.org' });
    const plain = await addPerson(world.store);
    const session = sessionDraft(plain.id);
    await store.sessions.create(session, audit);
    const [ofNobody, ofPerson] = [keyDraft(), keyDraft({ person: person.id })];
    for (const draft of [ofNobody, ofPerson]) await store.keys.create(draft, audit);
    const questions: IdentityQuestion[] = [
      { kind: 'session', account: A, id: session.id },
      { kind: 'key', hash: ofPerson.hash },
      { kind: 'key', hash: hashOf('no key') },
      { kind: 'person', account: A, id: person.id },
      { kind: 'key-id', account: A, id: ofNobody.id },
      { kind: 'key', hash: ofPerson.hash },
      { kind: 'person', account: B, id: person.id },
      { kind: 'session', account: B, id: session.id },
      { kind: 'key-id', account: B, id: ofNobody.id },
      { kind: 'session', account: A, id: 'x' as SessionId },
      { kind: 'person', account: A, id: "'; --" as PersonId },
      { kind: 'key-id', account: '\u0000' as AccountId, id: ofNobody.id },
    ];
    const since = { passwordChangedAt: person.createdAt };
    const facts = { ...person, ...since, rolePermissions: ['flows:read', 'flows:write'] };
    const ofSession = { ...plain, passwordChangedAt: plain.createdAt };
    const active = { account: A, isAccountActive: true };
    const byHash = {
      ...active,
      person: facts,
      key: { ...(await store.keys.get(ofPerson.id)), isFormer: false },
    };
    expect(await directory.identities(questions)).toEqual([
      { ...active, person: ofSession, session: await store.sessions.get(session.id) },
      byHash,
      undefined,
      { ...active, person: facts },
      { ...active, key: { ...(await store.keys.get(ofNobody.id)), isFormer: false } },
      byHash,
      ...Array.from({ length: 6 }, () => undefined),
    ]);
    expect(await directory.identities([])).toEqual([]);
  });

  it('are 500 at once in one statement a kind', async () => {
    const store = world.store.account(A);
    const person = await addPerson(world.store);
    const session = sessionDraft(person.id);
    const key = keyDraft();
    await store.sessions.create(session, audit);
    await store.keys.create(key, audit);
    const kinds: IdentityQuestion[] = [
      { kind: 'session', account: A, id: session.id },
      { kind: 'key', hash: key.hash },
      { kind: 'key-id', account: A, id: key.id },
      { kind: 'person', account: A, id: person.id },
    ];
    const questions = Array.from({ length: 500 }, (_, index) =>
      index % 5 === 4
        ? ({ kind: 'person', account: A, id: personId() } as const)
        : (kinds[index % 5] ?? kinds[0]),
    ) as IdentityQuestion[];
    let statements = 0;
    const { pool } = world.database;
    const query = pool.query;
    pool.query = ((...given: Parameters<typeof query>) => {
      statements += 1;
      return query.apply(pool, given);
    }) as typeof query;
    const answers = await directory.identities(questions);
    pool.query = query;
    expect(statements).toBe(4);
    expect(answers.map((one) => one !== undefined)).toEqual(
      questions.map((_, index) => index % 5 !== 4),
    );
    const tooMany = [...questions, ...kinds];
    await expect(directory.identities(tooMany)).rejects.toThrow();
  });

  it('show every change that was committed before: role, activity, end, account', async () => {
    const account = await newAccount();
    const store = world.store.account(account);
    await addPerson(world.store, { role: 'admin' }, account);
    const person = await addPerson(world.store, {}, account);
    const session = sessionDraft(person.id);
    await store.sessions.create(session, audit);
    const key = keyDraft({ person: person.id });
    await store.keys.create(key, audit);
    const ask = async () =>
      (await directory.identities([{ kind: 'session', account, id: session.id }]))[0];
    await store.roles.put({ name: 'odd', description: '', permissions: ['x'] }, NOW, audit);
    await store.people.update(person.id, { role: 'odd', at: NOW }, audit);
    expect((await ask())?.person).toMatchObject({ role: 'odd', rolePermissions: ['x'] });
    await world.sql("DELETE FROM sluice.roles WHERE name = 'odd'");
    expect((await ask())?.person).toMatchObject({ role: 'odd', rolePermissions: [] });
    await store.people.update(person.id, { role: 'viewer', isActive: false, at: NOW }, audit);
    expect(await ask()).toMatchObject({ person: { isActive: false }, session: { endedAt: NOW } });
    expect((await ask())?.person).not.toHaveProperty('rolePermissions');
    await store.keys.revoke(key.id, NOW, audit);
    const [byHash] = await directory.identities([{ kind: 'key', hash: key.hash }]);
    expect(byHash).toMatchObject({ key: { revokedAt: NOW }, person: { isActive: false } });
    for (const status of ['suspended', 'deleting']) {
      await setStatus(account, status);
      expect(await ask()).toMatchObject({ isAccountActive: false });
    }
    await store.people.remove(person.id, 'key:admin-1', audit);
    expect(await ask()).toBeUndefined();
    expect(await directory.identities([{ kind: 'key', hash: key.hash }])).toEqual([undefined]);
  });

  it('know a key by its former hash in the grace of a rotation, and not after', async () => {
    const { keys } = world.store.account(A);
    const draft = keyDraft();
    await keys.create(draft, audit);
    const ask = async (hash: string, now?: number) =>
      (await directory.identities([{ kind: 'key', hash }], now))[0]?.key?.isFormer;
    const second = { prefix: 'sk_2', hash: hashOf(`${draft.id} 2`), at: NOW };
    const rotated = await keys.rotate(draft.id, { ...second, graceUntil: NOW + 10 }, audit);
    expect(rotated).toMatchObject({ prefix: 'sk_2', rotatedAt: NOW });
    expect(await ask(second.hash, NOW)).toBe(false);
    expect(await ask(draft.hash, NOW + 9)).toBe(true);
    expect(await ask(draft.hash, NOW + 10)).toBeUndefined();
    // By the clock of the database that time is long over.
    expect(await ask(draft.hash)).toBeUndefined();
    const third = { prefix: 'sk_3', hash: hashOf(`${draft.id} 3`), at: NOW + 1 };
    await keys.rotate(draft.id, { ...third, graceUntil: NOW + 20 }, audit);
    expect(await ask(draft.hash, NOW + 2)).toBeUndefined();
    expect(await ask(second.hash, NOW + 2)).toBe(true);
    const fourth = { prefix: 'sk_4', hash: hashOf(`${draft.id} 4`), at: NOW + 2 };
    await keys.rotate(draft.id, fourth, audit);
    expect(await ask(third.hash, NOW + 2)).toBeUndefined();
    expect(await ask(fourth.hash, NOW + 2)).toBe(false);
  });

  it('never hold a hash', async () => {
    const store = world.store.account(A);
    const person = await addPerson(world.store, { passwordHash: 'secret hash' });
    const session = sessionDraft(person.id, { refreshHash: 'secret hash' });
    await store.sessions.create(session, audit);
    const key = keyDraft({ person: person.id });
    await store.keys.create(key, audit);
    const answers = await directory.identities([
      { kind: 'key', hash: key.hash },
      { kind: 'session', account: A, id: session.id },
    ]);
    const text = JSON.stringify([
      answers,
      await store.people.list({}, { limit: 200 }),
      await store.people.get(person.id),
      await store.sessions.list(person.id, NOW),
    ]);
    expect(text).not.toContain('secret hash');
    expect(text).not.toContain(key.hash);
  });
});

describe('a sign-in', () => {
  it('finds the person of a name in any form, with account and hash', async () => {
    const account = await newAccount();
    const draft = { username: 'Émile', passwordHash: 'bcrypt', role: 'admin' };
    const person = await addPerson(world.store, draft, account);
    const known = { ...person, passwordChangedAt: person.createdAt };
    const facts = { account, isAccountActive: true, person: known, passwordHash: 'bcrypt' };
    expect(await directory.signIn('E\u0301MILE')).toEqual(facts);
    await setStatus(account, 'suspended');
    expect(await directory.signIn('émile')).toEqual({ ...facts, isAccountActive: false });
    for (const name of ['emile', 'émile ', '', "' OR 1=1 --", '%', '\u0000']) {
      expect(await directory.signIn(name)).toBeUndefined();
    }
  });

  it('that fails is counted once each, also where 50 fail at once in two processes', async () => {
    const another = await world.another();
    const name = hashOf('guessed');
    expect(await directory.failures(name)).toEqual({ count: 0, lastAt: 0 });
    const counts = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const store = index % 2 === 0 ? world.store : another;
        return store.directory.noteFailure(name, NOW + index, NOW - DAY);
      }),
    );
    expect(counts.sort((one, other) => one - other)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    expect(await directory.failures(name)).toEqual({ count: 50, lastAt: NOW + 49 });
    await directory.clearFailures(name);
    expect(await directory.failures(name)).toEqual({ count: 0, lastAt: 0 });
  });

  it('that failed long ago is forgotten, with those of other names', async () => {
    const [name, other] = [hashOf('one'), hashOf('other')];
    for (const one of [name, name, other]) await directory.noteFailure(one, NOW, NOW - DAY);
    expect(await directory.noteFailure(name, NOW + 2 * DAY, NOW + DAY)).toBe(1);
    expect(await directory.failures(other)).toEqual({ count: 0, lastAt: 0 });
  });
});

describe('an invitation', () => {
  const invite = async (
    account: AccountId,
    more: Partial<Parameters<InvitationStore['create']>[0]> = {},
  ) => {
    const id = personId();
    const invitation = {
      id,
      role: 'viewer',
      email: 'new@example.org',
      createdBy: 'key:admin-1',
      createdAt: NOW,
      expiresAt: NOW + DAY,
      tokenHash: hashOf(id),
      ...more,
    };
    await world.store.account(account).invitations.create(invitation, audit);
    return invitation;
  };
  const joining = (more = {}) => {
    const { role: _role, ...draft } = personDraft(more);
    return { ...draft, id: personId() };
  };
  const use = (tokenHash: string, more = {}) =>
    directory.useInvitation(tokenHash, joining(more), auditOf('person.join'));

  it('makes one person of 50 that use it at once', async () => {
    const account = await newAccount();
    const { tokenHash } = await invite(account);
    const answers = await Promise.all(Array.from({ length: 50 }, () => codeOf(use(tokenHash))));
    expect(tally(answers)).toEqual({ done: 1, TOKEN_INVALID: 49 });
    const { items } = await world.store.account(account).people.list({}, { limit: 200 });
    expect(items).toMatchObject([{ role: 'viewer', isActive: true }]);
    const records = await recordsOf('person.join');
    expect(records.filter(({ account_id }) => account_id === account)).toMatchObject([
      { target_id: items[0]?.id },
    ]);
  });

  it('is not used up by a name that is taken', async () => {
    const account = await newAccount();
    await addPerson(world.store, { username: 'Taken' });
    const { tokenHash, id } = await invite(account);
    expect(await codeOf(use(tokenHash, { username: 'tAKEN' }))).toBe('USERNAME_TAKEN');
    const { person } = await use(tokenHash, { username: 'free', at: NOW + 5 });
    expect(person).toMatchObject({ username: 'free', role: 'viewer', createdAt: NOW + 5 });
    const { invitations } = world.store.account(account);
    expect((await invitations.list({ limit: 5 })).items).toMatchObject([{ id, usedAt: NOW + 5 }]);
    expect(await invitations.withdraw(id, audit)).toBe(false);
  });

  it('is worthless when it is over, withdrawn, unknown, or its account is not active', async () => {
    const account = await newAccount();
    const { invitations } = world.store.account(account);
    const over = await invite(account, { expiresAt: NOW });
    const withdrawn = await invite(account);
    expect(await invitations.withdraw(withdrawn.id, audit)).toBe(true);
    const suspended = await invite(account);
    await setStatus(account, 'suspended');
    for (const hash of [over.tokenHash, withdrawn.tokenHash, suspended.tokenHash, hashOf('no')]) {
      expect(await codeOf(use(hash))).toBe('TOKEN_INVALID');
    }
    expect(await world.store.account(account).people.isAnybody()).toBe(false);
  });

  it('is listed without its token', async () => {
    const account = await newAccount();
    const { tokenHash, ...record } = await invite(account);
    const page = await world.store.account(account).invitations.list({ limit: 5 });
    expect(page).toEqual({ items: [record] });
    expect(JSON.stringify(page)).not.toContain(tokenHash);
  });
});

describe('a reset token', () => {
  const asked = async (person: PersonId, token: string, account = A) => {
    const times = { at: NOW, expiresAt: NOW + 1_000 };
    const reset = { person, tokenHash: hashOf(token), createdBy: 'key:admin-1', ...times };
    await world.store.account(account).resets.create(reset, audit);
    return hashOf(token);
  };
  const use = (hash: string, more = {}) =>
    directory.useReset(hash, { hash: 'new', at: NOW + 1, ...more }, auditOf('password.reset'));

  it('G2.086 sets the password for one of 50 that use it at once, and ends every session', async () => {
    const { id } = await addPerson(world.store);
    const store = world.store.account(A);
    await store.sessions.create(sessionDraft(id), audit);
    const hash = await asked(id, 'token');
    expect(await directory.resetFacts(hash, NOW)).toMatchObject({ account: A, person: { id } });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => codeOf(use(hash, { hash: `new ${index}` }))),
    );
    expect(tally(answers)).toEqual({ done: 1, TOKEN_INVALID: 49 });
    expect(await store.people.passwordHash(id)).toBe(`new ${answers.indexOf('done')}`);
    expect(await store.sessions.list(id, NOW)).toEqual([]);
    expect(await directory.resetFacts(hash, NOW)).toBeUndefined();
    const records = await recordsOf('password.reset');
    expect(records).toEqual([{ account_id: A, actor: `person:${id}`, target_id: id }]);
  });

  it('G2.086 is worthless when it is over, replaced or unknown', async () => {
    const { id } = await addPerson(world.store);
    const first = await asked(id, 'replaced');
    const second = await asked(id, 'over');
    expect(await codeOf(use(first))).toBe('TOKEN_INVALID');
    expect(await codeOf(use(second, { at: NOW + 1_000 }))).toBe('TOKEN_INVALID');
    expect(await codeOf(use(hashOf('none')))).toBe('TOKEN_INVALID');
    expect(await directory.resetFacts(second, NOW + 1_000)).toBeUndefined();
    expect(await world.store.account(A).people.passwordHash(id)).toBe('hash of a password');
  });

  it('is worthless for who is not active, and in an account that is not', async () => {
    const account = await newAccount();
    const person = await addPerson(world.store, {}, account);
    const hash = await asked(person.id, 'suspended', account);
    await setStatus(account, 'suspended');
    expect(await codeOf(use(hash))).toBe('TOKEN_INVALID');
    await setStatus(account, 'active');
    const { people } = world.store.account(account);
    await people.update(person.id, { isActive: false, at: NOW }, audit);
    expect(await codeOf(use(hash))).toBe('TOKEN_INVALID');
    expect(await people.passwordHash(person.id)).toBe('hash of a password');
  });

  it('is made by many at once without waiting in a circle with who uses it', async () => {
    const { id } = await addPerson(world.store);
    for (let round = 0; round < 20; round += 1) {
      const hash = await asked(id, `round ${round}`);
      const acts = [use(hash), asked(id, `next ${round}`), use(hash), asked(id, `last ${round}`)];
      const answers = await Promise.all(acts.map((act) => codeOf(act)));
      const good = ['done', 'TOKEN_INVALID'];
      expect(answers.filter((one) => !good.includes(one))).toEqual([]);
    }
    const none = asked(personId(), 'for nobody');
    expect(await codeOf(none)).toBe('PERSON_NOT_FOUND');
  });
});

describe('a ticket', () => {
  const ticket = (token: string, more = {}) => ({
    tokenHash: hashOf(token),
    principal: 'person:1',
    at: NOW,
    expiresAt: NOW + 30_000,
    ...more,
  });

  it('opens one socket of 50 that try at once', async () => {
    const execution = executionId();
    await world.store.account(A).tickets.create(ticket('once', { session: 'session', execution }));
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => directory.useTicket(hashOf('once'), NOW)),
    );
    const good = answers.filter((one) => one !== undefined);
    expect(good).toEqual([{ account: A, principal: 'person:1', session: 'session', execution }]);
  });

  it('is worthless when it is over, also at an earlier time later on', async () => {
    await world.store.account(A).tickets.create(ticket('late'));
    expect(await directory.useTicket(hashOf('late'), NOW + 30_000)).toBeUndefined();
    expect(await directory.useTicket(hashOf('late'), NOW)).toBeUndefined();
    expect(await directory.useTicket(hashOf('unknown'), NOW)).toBeUndefined();
  });

  it('is one of 100 of a principal that are open, also where many are asked for at once', async () => {
    const { tickets } = world.store.account(A);
    const principal = 'person:many';
    const ask = (at: number) =>
      Promise.all(
        Array.from({ length: 120 }, (_, index) =>
          codeOf(
            tickets.create(ticket(`${at} ${index}`, { principal, at, expiresAt: at + 30_000 })),
          ),
        ),
      );
    expect(tally(await ask(NOW))).toEqual({ done: 100, LIMIT_REACHED: 20 });
    await tickets.create(ticket('of another', { principal: 'person:other' }));
    // Those of before are over by then.
    expect(tally(await ask(NOW + 30_000))).toEqual({ done: 100, LIMIT_REACHED: 20 });
  });
});

describe('a share link', () => {
  it('is counted with each use, and worthless once revoked or over', async () => {
    const flow = await saveFlow(world.store);
    const { sharing } = world.store.account(A);
    const id = personId();
    const link = {
      id,
      flow,
      level: 'view' as const,
      createdBy: 'key:admin-1',
      createdAt: NOW,
      expiresAt: NOW + DAY,
      tokenHash: hashOf('link'),
    };
    await sharing.createLink(link, audit);
    await Promise.all(Array.from({ length: 10 }, () => directory.useLink(hashOf('link'), NOW + 1)));
    expect(await directory.useLink(hashOf('link'), NOW + 2)).toMatchObject({
      account: A,
      isAccountActive: true,
      link: { id, flow, level: 'view', uses: 11, lastUsedAt: NOW + 2 },
    });
    expect(await directory.useLink(hashOf('link'), NOW + DAY)).toBeUndefined();
    expect(await directory.useLink(hashOf('other'), NOW)).toBeUndefined();
    await sharing.revokeLink(flow, id, audit);
    expect(await directory.useLink(hashOf('link'), NOW + 3)).toBeUndefined();
  });
});

describe('the note that a session was used', () => {
  it('goes forward only, and waits for nobody', async () => {
    const person = await addPerson(world.store);
    const { sessions } = world.store.account(A);
    const drafts = [sessionDraft(person.id), sessionDraft(person.id)];
    for (const draft of drafts) await sessions.create(draft, audit);
    const [first, second] = drafts.map(({ id }) => id) as [SessionId, SessionId];
    await directory.noteSessionsSeen(new Map([[first, NOW + 9]]));
    await directory.noteSessionsSeen(
      new Map([
        [first, NOW + 5],
        ['x' as SessionId, NOW],
      ]),
    );
    expect(await sessions.get(first)).toMatchObject({ lastSeenAt: NOW + 9 });
    await sessions.end(second, audit);
    await directory.noteSessionsSeen(new Map([[second, NOW + 9]]));
    expect(await sessions.get(second)).toMatchObject({ lastSeenAt: NOW });
  });
});

describe('an id of a key', () => {
  it('is one of the whole server: another account cannot have it as well', async () => {
    const draft = keyDraft();
    await world.store.account(A).keys.create(draft, audit);
    const same = keyDraft({ id: draft.id as KeyId, hash: hashOf('other') });
    expect(await codeOf(world.store.account(B).keys.create(same, audit))).toBe('INTERNAL');
  });
});
