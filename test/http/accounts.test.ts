import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, GOOD_PASSWORD, signedIn, signIn } from '../auth-flows/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ signUp: 'open' });
}, 60_000);
afterAll(() => server?.close());

const codeOf = (answer: { status: number; json: { error?: { code: string } } }) => [
  answer.status,
  answer.json?.error?.code,
];
const ACCOUNTS = '/api/v1/admin/accounts';

async function account(id: string) {
  const body = { id, name: `The ${id}`, admin: { username: `${id}-admin` } };
  const made = await server.ask('POST', ACCOUNTS, { body });
  if (made.status !== 201) throw new Error(made.text);
  const admin = await signedIn(server, `${id}-admin`, made.json.password);
  return { made: made.json, admin };
}

describe('an account', () => {
  it('is made with its first admin, who runs it and nothing else', async () => {
    const { made, admin } = await account('acme');
    expect(made).toMatchObject({ id: 'acme', name: 'The acme', status: 'active' });
    const me = await admin.ask('GET', '/api/v1/me');
    expect(me.json).toMatchObject({ account: 'acme', role: 'admin' });
    expect(me.json.permissions).toContain('accounts:admin');
    expect(me.json.permissions).not.toContain('server:admin');
    expect(codeOf(await admin.ask('GET', ACCOUNTS))).toEqual([403, 'FORBIDDEN']);
    expect(codeOf(await admin.ask('DELETE', `${ACCOUNTS}/default`))).toEqual([403, 'FORBIDDEN']);
    const again = await server.ask('POST', ACCOUNTS, {
      body: { id: 'acme', name: 'x', admin: { username: 'another-one' } },
    });
    expect(codeOf(again)).toEqual([409, 'ACCOUNT_TAKEN']);
    const taken = await server.ask('POST', ACCOUNTS, {
      body: { id: 'acme-2', name: 'x', admin: { username: 'ACME-admin' } },
    });
    expect(codeOf(taken)).toEqual([409, 'USERNAME_TAKEN']);
    expect((await server.ask('GET', `${ACCOUNTS}/acme-2`)).status).toBe(404);
  });

  it('is renamed by its admin', async () => {
    const { admin } = await account('globex');
    const renamed = await admin.ask('PATCH', '/api/v1/account', { name: 'Globex & Co' });
    expect(renamed.json.name).toBe('Globex & Co');
    expect((await admin.ask('GET', '/api/v1/account')).json.name).toBe('Globex & Co');
  });

  it('that is suspended lets nobody in, with no session, key or password, until it resumes', async () => {
    const { admin, made } = await account('initech');
    const key = await admin.ask('POST', '/api/v1/keys', { name: 'k', scopes: ['flows:read'] });
    const headers = { 'x-api-key': key.json.key };
    const set = (status: string) =>
      server.ask('PATCH', `${ACCOUNTS}/initech`, { body: { status } });
    expect((await set('suspended')).json.status).toBe('suspended');
    expect((await admin.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await ask(server, 'GET', '/api/v1/me', { headers })).status).toBe(401);
    expect(codeOf(await signIn(server, 'initech-admin', made.password))).toEqual([
      401,
      'SIGN_IN_REFUSED',
    ]);
    await set('active');
    expect((await admin.ask('GET', '/api/v1/me')).status).toBe(200);
    expect((await ask(server, 'GET', '/api/v1/me', { headers })).status).toBe(200);
  });

  it('is deleted by its admin with id and password, and by no key', async () => {
    const { admin, made } = await account('hooli');
    const key = await admin.ask('POST', '/api/v1/keys', { name: 'k', scopes: ['accounts:admin'] });
    const remove = (body: unknown) => admin.ask('DELETE', '/api/v1/account', body);
    const { password } = made;
    expect(codeOf(await remove({ confirm: 'other', password }))).toEqual([422, 'BODY_INVALID']);
    expect(codeOf(await remove({ confirm: 'hooli' }))).toEqual([403, 'PASSWORD_WRONG']);
    expect(codeOf(await remove({ confirm: 'hooli', password: 'not this one' }))).toEqual([
      403,
      'PASSWORD_WRONG',
    ]);
    const byKey = await ask(server, 'DELETE', '/api/v1/account', {
      headers: { 'x-api-key': key.json.key },
      body: { confirm: 'hooli', password },
    });
    expect(codeOf(byKey)).toEqual([403, 'NOT_A_PERSON']);
    expect((await remove({ confirm: 'hooli', password })).status).toBe(202);
    expect((await admin.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await signIn(server, 'hooli-admin', password)).status).toBe(401);
    // The record of it is the operator's, since those of the account go.
    const rows = await server.ask('GET', '/api/v1/audit?action=account.delete');
    expect(rows.json.items).toMatchObject([{ targetId: 'hooli', actor: `person:${admin.id}` }]);
  });

  it('of the server stays', async () => {
    const own = { body: { confirm: 'default' } };
    expect(codeOf(await server.ask('DELETE', '/api/v1/account', own))).toEqual([
      409,
      'ACCOUNT_FIXED',
    ]);
    expect(codeOf(await server.ask('DELETE', `${ACCOUNTS}/default`))).toEqual([
      409,
      'ACCOUNT_FIXED',
    ]);
    const status = { body: { status: 'suspended' } };
    expect(codeOf(await server.ask('PATCH', `${ACCOUNTS}/default`, status))).toEqual([
      409,
      'ACCOUNT_FIXED',
    ]);
  });
});

describe('signing up', () => {
  const signUp = (at: TestServer, username: string) =>
    ask(at, 'POST', '/api/v1/auth/sign-up', { body: { username, password: GOOD_PASSWORD } });

  it('makes an account of one’s own where SIGN_UP is open', async () => {
    const [one, two] = [await signUp(server, 'alone-1'), await signUp(server, 'alone-2')];
    expect([one.status, two.status]).toEqual([201, 201]);
    const [first, second] = await Promise.all(
      ['alone-1', 'alone-2'].map((name) => signedIn(server, name)),
    );
    const accounts = await Promise.all(
      [first, second].map(async (who) => (await who?.ask('GET', '/api/v1/me'))?.json.account),
    );
    expect(accounts[0]).not.toBe(accounts[1]);
    expect(accounts).not.toContain('default');
    expect(codeOf(await signUp(server, 'ALONE-1'))).toEqual([409, 'USERNAME_TAKEN']);
  });

  it.each(['closed', 'invitation'] as const)('is refused where SIGN_UP is %s', async (allowed) => {
    const other = await testServer({ databaseUrl: server.databaseUrl, signUp: allowed });
    try {
      expect(codeOf(await signUp(other, `not-${allowed}`))).toEqual([403, 'SIGN_UP_CLOSED']);
      const made = await other.ask('POST', '/api/v1/invitations', { body: {} });
      const body = { username: `by-${allowed}`, password: GOOD_PASSWORD };
      const invited = await ask(other, 'POST', '/api/v1/auth/sign-up', {
        body: { ...body, invitation: made.json.token },
      });
      expect(invited.status).toBe(allowed === 'closed' ? 403 : 201);
    } finally {
      await other.close();
    }
  });
});
