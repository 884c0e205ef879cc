import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addPerson,
  ask,
  GOOD_PASSWORD,
  NEXT_PASSWORD,
  signedIn,
  signIn,
  type TokenHolder,
} from '../auth-flows/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let admin: TokenHolder;
beforeAll(async () => {
  server = await testServer({ signUp: 'open' });
  admin = await addPerson(server, { role: 'admin' });
}, 60_000);
afterAll(() => server?.close());

const codeOf = (answer: { status: number; json: { error?: { code: string } } }) => [
  answer.status,
  answer.json?.error?.code,
];

/** Somebody with an account of their own. */
async function stranger(name: string): Promise<TokenHolder> {
  const body = { username: name, password: GOOD_PASSWORD };
  const answer = await ask(server, 'POST', '/api/v1/auth/sign-up', { body });
  if (answer.status !== 201) throw new Error(answer.text);
  return await signedIn(server, name);
}

describe('the people of an account', () => {
  it('are added with a password that is shown once, and work with it', async () => {
    const made = await admin.ask('POST', '/api/v1/people', { username: 'berta' });
    expect(made.status, made.text).toBe(201);
    expect(made.json).toMatchObject({ username: 'berta', role: 'user', isActive: true });
    expect((await signIn(server, 'berta', made.json.password)).status).toBe(200);
    const read = await admin.ask('GET', `/api/v1/people/${made.json.id}`);
    expect(read.json).not.toHaveProperty('password');
    expect(read.text).not.toContain('$2');
    const listed = await admin.ask('GET', '/api/v1/people?search=BERT');
    expect(listed.json.items.map(({ id }: { id: string }) => id)).toEqual([made.json.id]);
    const again = await admin.ask('POST', '/api/v1/people', { username: 'BERTA' });
    expect(codeOf(again)).toEqual([409, 'USERNAME_TAKEN']);
  });

  it.each([
    [7, 'x8Kq2!z'],
    [73, `${'x8Kq2!zW'.repeat(9)}y`],
  ])('need passwords of 8 to 72 bytes, not %i', async (_bytes, password) => {
    const body = { username: `bytes-${password.length}`, password };
    expect(codeOf(await admin.ask('POST', '/api/v1/people', body))).toEqual([422, 'PASSWORD_WEAK']);
  });

  it('follow a new role and lose everything when switched off, at the next request', async () => {
    const person = await addPerson(server, { role: 'user' });
    const path = `/api/v1/people/${person.id}`;
    expect((await admin.ask('PATCH', path, { role: 'viewer' })).json.role).toBe('viewer');
    expect((await person.ask('GET', '/api/v1/me')).json.permissions).not.toContain('flows:write');
    expect((await admin.ask('PATCH', path, { isActive: false })).status).toBe(200);
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(401);
    expect(codeOf(await admin.ask('PATCH', path, { role: 'nothing-like-it' }))).toEqual([
      404,
      'ROLE_NOT_FOUND',
    ]);
  });

  it('are for admins alone to see and change', async () => {
    const user = await addPerson(server, { role: 'user' });
    for (const [method, path, body] of [
      ['GET', '/api/v1/people'],
      ['POST', '/api/v1/people', { username: 'carl' }],
      ['PATCH', `/api/v1/people/${user.id}`, { role: 'admin' }],
      ['DELETE', `/api/v1/people/${admin.id}`],
      ['POST', `/api/v1/people/${admin.id}/password-reset`],
      ['POST', '/api/v1/invitations', { role: 'admin' }],
      ['PUT', '/api/v1/roles/mine', { permissions: ['accounts:admin'] }],
    ] as const) {
      expect(codeOf(await user.ask(method, path, body)), `${method} ${path}`).toEqual([
        403,
        'FORBIDDEN',
      ]);
    }
    // Nor does one become more by one's own route.
    expect((await user.ask('PATCH', '/api/v1/me', { role: 'admin' })).status).toBe(422);
  });

  it('of another account are not there', async () => {
    const other = await stranger('stranger-1');
    expect((await other.ask('GET', '/api/v1/me')).json.permissions).not.toContain('server:admin');
    for (const [method, path, body] of [
      ['GET', `/api/v1/people/${admin.id}`],
      ['PATCH', `/api/v1/people/${admin.id}`, { isActive: false }],
      ['DELETE', `/api/v1/people/${admin.id}`],
      ['POST', `/api/v1/people/${admin.id}/password-reset`],
      ['GET', `/api/v1/people/${admin.id}/sessions`],
      ['DELETE', `/api/v1/people/${admin.id}/sessions`],
    ] as const) {
      expect(codeOf(await other.ask(method, path, body)), `${method} ${path}`).toEqual([
        404,
        'PERSON_NOT_FOUND',
      ]);
    }
    expect((await other.ask('GET', '/api/v1/people')).json.items).toHaveLength(1);
  });

  it('keep one admin', async () => {
    const alone = await stranger('stranger-2');
    const path = `/api/v1/people/${alone.id}`;
    for (const body of [{ role: 'user' }, { isActive: false }]) {
      expect(codeOf(await alone.ask('PATCH', path, body))).toEqual([409, 'LAST_ADMIN']);
    }
    expect((await alone.ask('DELETE', path)).status).toBe(403);
    expect((await alone.ask('GET', '/api/v1/me')).status).toBe(200);
  });

  it('are removed with their sessions, and their name is free again', async () => {
    const person = await addPerson(server);
    expect((await admin.ask('DELETE', `/api/v1/people/${person.id}`)).status).toBe(204);
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await admin.ask('GET', `/api/v1/people/${person.id}`)).status).toBe(404);
    const again = await admin.ask('POST', '/api/v1/people', { username: person.username });
    expect(again.status).toBe(201);
  });

  it('have sessions that an admin sees and ends', async () => {
    const person = await addPerson(server);
    const path = `/api/v1/people/${person.id}/sessions`;
    expect((await admin.ask('GET', path)).json.items).toMatchObject([{ isThis: false }]);
    expect((await admin.ask('DELETE', path)).json).toEqual({ ended: 1 });
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(401);
  });
});

describe('a role', () => {
  it('gives what it names, and nobody gives more than they hold', async () => {
    const put = (name: string, permissions: readonly string[], who: TokenHolder = admin) =>
      who.ask('PUT', `/api/v1/roles/${name}`, { permissions });
    const low = ['flows:read', 'accounts:admin', 'keys:write'];
    expect((await put('deputy', low)).status).toBe(200);
    const deputy = await addPerson(server, { role: 'deputy' });
    expect((await deputy.ask('GET', '/api/v1/me')).json.permissions).toEqual([...low].sort());
    const answers = [
      await put('deputy', ['flows:delete'], deputy),
      await deputy.ask('POST', '/api/v1/people', { username: 'dora', role: 'admin' }),
      await deputy.ask('PATCH', `/api/v1/people/${deputy.id}`, { role: 'user' }),
      await deputy.ask('POST', '/api/v1/invitations', { role: 'admin' }),
      // Nor does a deputy take over or remove somebody who may do more.
      await deputy.ask('POST', `/api/v1/people/${admin.id}/password-reset`),
      await deputy.ask('PATCH', `/api/v1/people/${admin.id}`, { isActive: false }),
      await deputy.ask('DELETE', `/api/v1/people/${admin.id}`),
      await put('server', ['server:admin']),
      await put('server', ['server:read']),
    ];
    for (const answer of answers) expect(codeOf(answer)).toEqual([403, 'ROLE_TOO_HIGH']);
    expect(answers[0]?.json.error.details).toEqual({ permissions: ['flows:delete'] });
  });

  it('that somebody has stays; the built-in ones do not change', async () => {
    const role = '/api/v1/roles/readers';
    await admin.ask('PUT', role, { permissions: ['flows:read'], description: 'They read.' });
    const reader = await addPerson(server, { role: 'readers' });
    expect(codeOf(await admin.ask('DELETE', role))).toEqual([409, 'ROLE_IN_USE']);
    await admin.ask('PUT', role, { permissions: [] });
    expect((await reader.ask('GET', '/api/v1/me')).json.permissions).toEqual([]);
    await admin.ask('DELETE', `/api/v1/people/${reader.id}`);
    expect((await admin.ask('DELETE', role)).status).toBe(204);
    expect(codeOf(await admin.ask('DELETE', role))).toEqual([404, 'ROLE_NOT_FOUND']);
    const fixed = await admin.ask('PUT', '/api/v1/roles/viewer', { permissions: ['flows:write'] });
    expect(codeOf(fixed)).toEqual([409, 'ROLE_FIXED']);
    const listed = await reader.ask('GET', '/api/v1/roles');
    expect(listed.status).toBe(401);
  });
});

describe('an invitation', () => {
  it('makes one person with its role, once', async () => {
    const made = await admin.ask('POST', '/api/v1/invitations', { role: 'viewer' });
    expect(made.status, made.text).toBe(201);
    const join = (username: string) =>
      ask(server, 'POST', '/api/v1/auth/sign-up', {
        body: { username, password: NEXT_PASSWORD, invitation: made.json.token },
      });
    const [one, two] = await Promise.all([join('invited-1'), join('invited-2')]);
    expect([one.status, two.status].sort()).toEqual([201, 400]);
    const joined = one.status === 201 ? one : two;
    expect(joined.json.role).toBe('viewer');
    const person = await signedIn(server, joined.json.username, NEXT_PASSWORD);
    expect((await person.ask('GET', '/api/v1/me')).json.account).toBe('default');
    const listed = await admin.ask('GET', '/api/v1/invitations');
    expect(listed.text).not.toContain(made.json.token);
    expect(listed.json.items[0]).toHaveProperty('usedAt');
    const gone = await admin.ask('DELETE', `/api/v1/invitations/${made.json.id}`);
    expect(codeOf(gone)).toEqual([404, 'INVITATION_NOT_FOUND']);
  });

  it('that was withdrawn, and one that nobody made, is worth nothing', async () => {
    const made = await admin.ask('POST', '/api/v1/invitations', {});
    await admin.ask('DELETE', `/api/v1/invitations/${made.json.id}`);
    for (const invitation of [made.json.token, 'x'.repeat(43)]) {
      const body = { username: 'uninvited', password: NEXT_PASSWORD, invitation };
      const answer = await ask(server, 'POST', '/api/v1/auth/sign-up', { body });
      expect(codeOf(answer)).toEqual([400, 'TOKEN_INVALID']);
    }
  });
});

describe('one’s own name and mail address', () => {
  it('change; the address with the password alone', async () => {
    const person = await addPerson(server);
    const patch = (body: unknown) => person.ask('PATCH', '/api/v1/me', body);
    expect((await patch({ displayName: 'Ann' })).json.displayName).toBe('Ann');
    const email = 'ann@example.com';
    expect(codeOf(await patch({ email }))).toEqual([403, 'PASSWORD_WRONG']);
    expect(codeOf(await patch({ email, password: 'not this one' }))).toEqual([
      403,
      'PASSWORD_WRONG',
    ]);
    expect((await patch({ email, password: GOOD_PASSWORD })).json.email).toBe(email);
    const off = await patch({ email: null, password: GOOD_PASSWORD });
    expect(off.json).not.toHaveProperty('email');
    const key = await server.ask('PATCH', '/api/v1/me', { body: { displayName: 'x' } });
    expect(codeOf(key)).toEqual([403, 'NOT_A_PERSON']);
  });
});
