import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPasswords } from '../../src/auth/index.ts';
import { type TestServer, type TestServerOptions, testServer } from '../support/server.ts';
import { ask, GOOD_PASSWORD, NEXT_PASSWORD, signedIn, signIn } from './people.ts';

let first: TestServer;
beforeAll(async () => {
  first = await testServer();
}, 60_000);
afterAll(() => first?.close());

/** Another start over the same database. */
async function started<T>(
  auth: NonNullable<TestServerOptions['auth']>,
  act: (server: TestServer) => Promise<T>,
): Promise<T> {
  const server = await testServer({ databaseUrl: first.databaseUrl, auth });
  try {
    return await act(server);
  } finally {
    await server.close();
  }
}

describe('the first admin', () => {
  it('is made once, with a password that is shown once and no default', async () => {
    const [one, two] = await Promise.all([
      first.auth.ensureFirstAdmin(),
      first.auth.ensureFirstAdmin(),
    ]);
    const shown = [one?.password, two?.password].filter((password) => password !== undefined);
    expect(shown).toHaveLength(1);
    const [password = ''] = shown;
    expect(password).toMatch(/^[A-Za-z0-9]{5}(?:-[A-Za-z0-9]{5}){4}$/);
    const admin = await signedIn(first, 'admin', password);
    const me = await admin.ask('GET', '/api/v1/me');
    expect(me.json.permissions).toEqual(expect.arrayContaining(['server:admin', 'accounts:admin']));
    expect(await first.auth.ensureFirstAdmin()).toEqual({ id: admin.id, username: 'admin' });
  });

  it('gets the password of the settings at the next start, which ends the sessions', async () => {
    const { id } = (await first.auth.ensureFirstAdmin()) ?? {};
    await started({ adminPassword: GOOD_PASSWORD }, async (server) => {
      expect(await server.auth.ensureFirstAdmin()).toEqual({ id, username: 'admin' });
      const admin = await signedIn(server, 'admin');
      // The same password again changes nothing, so the session stays.
      await server.auth.ensureFirstAdmin();
      expect((await admin.ask('GET', '/api/v1/me')).status).toBe(200);
      await started({ adminPassword: NEXT_PASSWORD }, (next) => next.auth.ensureFirstAdmin());
      expect((await admin.ask('GET', '/api/v1/me')).status).toBe(401);
      expect((await signIn(server, 'admin', NEXT_PASSWORD)).status).toBe(200);
    });
  });

  it('may be given as a hash, whose text is no password', async () => {
    const passwords = openPasswords({ rounds: 4, isComplex: false });
    const hash = await passwords.hash(GOOD_PASSWORD, { names: [] });
    await started({ adminPassword: hash, passwordRounds: 5 }, async (server) => {
      await server.auth.ensureFirstAdmin();
      expect((await signIn(server, 'admin', hash)).status).toBe(401);
      const admin = await signedIn(server, 'admin');
      // Its rounds are fewer than those of the settings; it is theirs all the same.
      await server.auth.ensureFirstAdmin();
      expect((await admin.ask('GET', '/api/v1/me')).status).toBe(200);
    });
  });

  it('is refused with a password that everybody knows', async () => {
    await started({ adminPassword: 'password123' }, async (server) => {
      await expect(server.auth.ensureFirstAdmin()).rejects.toMatchObject({ code: 'PASSWORD_WEAK' });
    });
  });

  it('is not made again where there are people and the settings name nobody else', async () => {
    await started({ adminUsername: 'somebody' }, async (server) => {
      expect(await server.auth.ensureFirstAdmin()).toBeUndefined();
    });
  });
});

describe('two servers over one database', () => {
  it('follow a sign-out, a revocation and a new role at the next request', async () => {
    await started({}, async (second) => {
      const body = { username: 'everywhere', password: GOOD_PASSWORD };
      const made = await first.ask('POST', '/api/v1/people', { body });
      const person = await signedIn(first, 'everywhere');
      const key = await person.ask('POST', '/api/v1/keys', { name: 'k', scopes: ['flows:read'] });
      const there = (headers: Readonly<Record<string, string>>) =>
        ask(second, 'GET', '/api/v1/me', { headers });
      const bearer = { authorization: `Bearer ${person.accessToken}` };
      const byKey = { 'x-api-key': key.json.key };
      expect([(await there(bearer)).status, (await there(byKey)).status]).toEqual([200, 200]);
      await first.ask('PATCH', `/api/v1/people/${made.json.id}`, { body: { role: 'viewer' } });
      expect((await there(bearer)).json.role).toBe('viewer');
      await first.ask('POST', `/api/v1/keys/${key.json.id}/revoke`);
      expect((await there(byKey)).status).toBe(401);
      await person.ask('POST', '/api/v1/auth/sign-out');
      expect((await there(bearer)).status).toBe(401);
    });
  });

  it('count failures of one name together, and a start forgets none', async () => {
    const body = { username: 'guessed', password: GOOD_PASSWORD };
    await first.ask('POST', '/api/v1/people', { body });
    for (let count = 0; count < 3; count += 1) await signIn(first, 'guessed', 'not this one');
    await started({}, async (second) => {
      for (let count = 0; count < 2; count += 1) await signIn(second, 'guessed', 'not this one');
      expect((await signIn(first, 'guessed', GOOD_PASSWORD)).status).toBe(429);
    });
    await started({}, async (third) => {
      expect((await signIn(third, 'guessed', GOOD_PASSWORD)).status).toBe(429);
    });
  });
});

describe('rights as they stand now', () => {
  it('are told of principals, by themselves and by their ids', async () => {
    const body = { username: 'watched', password: GOOD_PASSWORD, role: 'user' };
    const made = await first.ask('POST', '/api/v1/people', { body });
    const person = await signedIn(first, 'watched');
    const identified = await first.auth.identify({
      headers: ['authorization', `Bearer ${person.accessToken}`],
      address: '192.0.2.1',
      requestId: 'r',
    });
    if (!('principal' in identified)) throw new Error('not identified');
    const { principal } = identified;
    const ids = [principal.id, 'key:admin-1', 'key:admin-99', 'link:x', 'person:nobody'];
    const now = () => first.auth.currentById(principal.account, ids);
    expect([...(await now()).keys()]).toEqual([principal.id, 'key:admin-1']);
    expect((await first.auth.current([principal]))[0]?.person?.role).toBe('user');
    await first.ask('PATCH', `/api/v1/people/${made.json.id}`, { body: { role: 'viewer' } });
    expect((await first.auth.current([principal]))[0]?.person?.role).toBe('viewer');
    await person.ask('POST', '/api/v1/auth/sign-out');
    expect(await first.auth.current([principal])).toEqual([undefined]);
    // What waits was started by the person, who is still there.
    expect((await now()).has(principal.id)).toBe(true);
    await first.ask('PATCH', `/api/v1/people/${made.json.id}`, { body: { isActive: false } });
    expect((await now()).has(principal.id)).toBe(false);
  });
});
