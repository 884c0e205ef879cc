/** Attacks on who may do what: by scopes, links, roles, lists and ids of other accounts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addPerson,
  ask,
  GOOD_PASSWORD,
  signedIn,
  type TokenHolder,
} from '../../auth-flows/people.ts';
import { HELLO, LONG } from '../../support/flows.ts';
import { type TestAnswer, type TestServer, testServer } from '../../support/server.ts';

let server: TestServer;
let admin: TokenHolder;
let user: TokenHolder;
beforeAll(async () => {
  server = await testServer();
  admin = await addPerson(server, { role: 'admin' });
  user = await addPerson(server);
}, 60_000);
afterAll(() => server?.close());

const by = (key: string) => ({ headers: { 'x-api-key': key } });
const statusOf = ({ status }: TestAnswer) => status;

async function keyOf(person: TokenHolder, more: Readonly<Record<string, unknown>>) {
  const made = await person.ask('POST', '/api/v1/keys', { name: 'key', ...more });
  expect(made.status, made.text).toBe(201);
  return made.json as { readonly id: string; readonly key: string };
}

async function flowOf(person: TokenHolder, source = HELLO): Promise<string> {
  return (await person.ask('POST', '/api/v1/flows', { source })).json.id;
}

describe('a key that may only share', () => {
  it.each([
    ['execute', ['flows:share', 'flows:read']],
    ['view', ['flows:share', 'flows:execute']],
  ])('makes no link to %s what it may not itself', async (level, scopes) => {
    const flow = await flowOf(user);
    const { key } = await keyOf(user, { scopes });
    const path = `/api/v1/flows/${flow}/links`;
    expect(statusOf(await ask(server, 'POST', path, { ...by(key), body: { level } }))).toBe(403);
  });

  it('leaves no link behind when it is revoked', async () => {
    const flow = await flowOf(user);
    const scopes = ['flows:share', 'flows:read', 'flows:execute'];
    const { key, id } = await keyOf(user, { scopes });
    const asked = { ...by(key), body: { level: 'execute' } };
    const made = await ask(server, 'POST', `/api/v1/flows/${flow}/links`, asked);
    const { token } = made.json;
    expect(statusOf(await ask(server, 'GET', `/api/v1/shared/${token}`))).toBe(200);
    await user.ask('POST', `/api/v1/keys/${id}/revoke`);
    expect(statusOf(await ask(server, 'GET', `/api/v1/shared/${token}`))).toBe(404);
  });
});

describe('executions of a flow that was deleted', () => {
  it('are listed to nobody who may not read them', async () => {
    const flow = await flowOf(user);
    await user.ask('PATCH', `/api/v1/flows/${flow}`, { isPublic: true });
    const other = await addPerson(server);
    const ran = await other.ask('POST', `/api/v1/flows/${flow}/execute?wait=10s`, {});
    await user.ask('DELETE', `/api/v1/flows/${flow}`);
    const list = await user.ask('GET', `/api/v1/executions?flowId=${flow}`);
    const isListed = list.json.items.length > 0;
    const isRead = statusOf(await user.ask('GET', `/api/v1/executions/${ran.json.id}`)) === 200;
    expect(isListed).toBe(isRead);
  });
});

describe('who runs an account and holds little else', () => {
  let manager: TokenHolder;
  beforeAll(async () => {
    const permissions = ['accounts:admin', 'flows:read'];
    await server.ask('PUT', '/api/v1/roles/manager', { body: { permissions } });
    manager = await addPerson(server, { role: 'manager' });
  });

  it.each([
    ['POST', () => '/api/v1/invitations', { role: 'admin' }],
    ['POST', () => '/api/v1/people', { username: 'above', role: 'user', password: GOOD_PASSWORD }],
    ['PUT', () => '/api/v1/roles/manager', { permissions: ['accounts:admin', 'code:trusted'] }],
    ['PATCH', () => `/api/v1/people/${manager.id}`, { role: 'admin' }],
    ['PATCH', () => `/api/v1/people/${admin.id}`, { isActive: false }],
    ['DELETE', () => `/api/v1/people/${admin.id}`, undefined],
    ['POST', () => `/api/v1/people/${admin.id}/password-reset`, undefined],
  ])('gives and takes nothing above itself: %s', async (method, path, body) => {
    expect(statusOf(await manager.ask(method, path(), body))).toBe(403);
  });
});

describe('members of a body that a route does not name', () => {
  it.each([
    ['POST', '/api/v1/flows', { source: HELLO, owner: 'key:admin-1' }],
    ['POST', '/api/v1/flows', { source: HELLO, isPublic: true, account: 'default' }],
    ['PATCH', '/api/v1/me', { role: 'admin' }],
    ['PATCH', '/api/v1/me', { displayName: 'x', isActive: true, permissions: ['server:admin'] }],
    ['POST', '/api/v1/keys', { name: 'x', scopes: ['flows:read'], person: crypto.randomUUID() }],
    ['POST', '/api/v1/keys', { name: 'x', scopes: ['flows:read'], createdBy: 'key:admin-1' }],
    ['POST', '/api/v1/auth/sign-up', { username: 'xx', password: GOOD_PASSWORD, role: 'admin' }],
    ['PATCH', '/api/v1/account', { name: 'x', status: 'active', id: 'default' }],
  ])('are refused, and change nothing: %s %s', async (method, path, body) => {
    const answer = await user.ask(method, path, body);
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((await user.ask('GET', '/api/v1/me')).json).toMatchObject({ role: 'user' });
  });
});

describe('another account', () => {
  it('is not there, by any id or name of it, for its neighbours’ admins', async () => {
    const theirs = { username: 'their-admin', password: GOOD_PASSWORD };
    const account = { id: 'theirs', name: 'theirs', admin: theirs };
    await server.ask('POST', '/api/v1/admin/accounts', { body: account });
    const them = await signedIn(server, 'their-admin');
    const flow = await flowOf(them, LONG);
    const link = (await them.ask('POST', `/api/v1/flows/${flow}/links`, {})).json.id;
    const run = (await them.ask('POST', `/api/v1/flows/${flow}/execute`, {})).json.id;
    const { id: key } = await keyOf(them, { scopes: ['flows:read'] });
    const mine = await flowOf(admin);
    for (const [method, path, body] of [
      ['GET', `/api/v1/flows/${flow}`],
      ['PUT', `/api/v1/flows/${flow}/shares/${admin.username}`, { level: 'edit' }],
      ['DELETE', `/api/v1/flows/${flow}/links/${link}`],
      ['GET', `/api/v1/executions/${run}/steps`],
      ['POST', `/api/v1/executions/${run}/retry`, {}],
      ['POST', `/api/v1/executions/${run}/cancel`],
      ['POST', '/api/v1/ws/tickets', { executionId: run }],
      ['POST', `/api/v1/keys/${key}/rotate`, {}],
      ['POST', `/api/v1/people/${them.id}/password-reset`],
      ['PATCH', `/api/v1/flows/${mine}`, { owner: them.id }],
      ['PUT', `/api/v1/flows/${mine}/shares/their-admin`, { level: 'edit' }],
    ] as const) {
      const answer = await admin.ask(method, path, body);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});
