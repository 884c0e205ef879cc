/** Attacks by giving: what one may not do oneself, or what is to outlive the one who gave it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, ask, GOOD_PASSWORD, type TokenHolder } from '../../auth-flows/people.ts';
import { HELLO } from '../../support/flows.ts';
import { type TestAnswer, type TestServer, testServer } from '../../support/server.ts';

let server: TestServer;
let admin: TokenHolder;
let user: TokenHolder;
let other: TokenHolder;
beforeAll(async () => {
  server = await testServer();
  admin = await addPerson(server, { role: 'admin' });
  user = await addPerson(server);
  other = await addPerson(server);
}, 60_000);
afterAll(() => server?.close());

const statusOf = ({ status }: TestAnswer) => status;

/** Asks with a key of this person. */
async function keyOf(person: TokenHolder, more: Readonly<Record<string, unknown>>) {
  const made = await person.ask('POST', '/api/v1/keys', { name: 'key', ...more });
  expect(made.status, made.text).toBe(201);
  return holderOf(made.json);
}

function holderOf({ id, key }: { readonly id: string; readonly key: string }) {
  const headers = { 'x-api-key': key };
  return {
    id,
    ask: (method: string, path: string, body?: unknown) =>
      ask(server, method, path, { headers, body }),
  };
}

async function flowOf(person: TokenHolder): Promise<string> {
  return `/api/v1/flows/${(await person.ask('POST', '/api/v1/flows', { source: HELLO })).json.id}`;
}

describe('a key that may share and little else', () => {
  it.each([
    ['shares', 'PUT', () => `/shares/${other.id}`, { level: 'execute' }, ['flows:read']],
    ['shares', 'PUT', () => `/shares/${other.id}`, { level: 'view' }, ['flows:execute']],
    [
      'shares',
      'PUT',
      () => `/shares/${other.id}`,
      { level: 'edit' },
      ['flows:read', 'flows:execute'],
    ],
    ['opens', 'PATCH', () => '', { isPublic: true }, ['flows:read']],
    ['links', 'POST', () => '/links', { level: 'execute' }, ['flows:execute']],
  ])('%s nothing beyond its scopes, by %s', async (_does, method, path, body, scopes) => {
    const flow = await flowOf(user);
    const less = await keyOf(user, { scopes: ['flows:share', ...scopes] });
    expect(statusOf(await less.ask(method, flow + path(), body))).toBe(403);
    const all = ['flows:share', 'flows:read', 'flows:execute', 'flows:write'];
    const enough = await keyOf(user, { scopes: all });
    expect(statusOf(await enough.ask(method, flow + path(), body))).toBeLessThan(300);
  });

  it('gives no flow away, and takes back what it may not give', async () => {
    const flow = await flowOf(user);
    const key = await keyOf(user, { scopes: ['flows:share', 'flows:read'] });
    expect(statusOf(await key.ask('PATCH', flow, { owner: other.id }))).toBe(403);
    await user.ask('PUT', `${flow}/shares/${other.id}`, { level: 'edit' });
    expect(statusOf(await key.ask('DELETE', `${flow}/shares/${other.id}`))).toBe(204);
    expect(statusOf(await user.ask('PATCH', flow, { owner: other.id }))).toBe(200);
  });
});

describe('a key with limits of its own', () => {
  const scopes = ['flows:share', 'flows:read', 'flows:execute'];
  it.each([
    ['networks', { networks: ['127.0.0.1', '::1'] }, 'view'],
    ['executions at once', { concurrentExecutions: 1 }, 'execute'],
    ['minutes a month', { minutesAMonth: 1 }, 'execute'],
  ])('makes no link that is free of its %s', async (_what, limits, level) => {
    const flow = await flowOf(user);
    const key = await keyOf(user, { scopes, ...limits });
    expect(statusOf(await key.ask('POST', `${flow}/links`, { level }))).toBe(403);
  });
});

describe('a link whose maker lost the right to run the flow', () => {
  it('runs nothing, and shows nothing', async () => {
    const permissions = ['flows:read', 'flows:write', 'flows:execute', 'flows:share'];
    const role = '/api/v1/roles/runner';
    await server.ask('PUT', role, { body: { permissions } });
    const runner = await addPerson(server, { role: 'runner' });
    const flow = await flowOf(runner);
    const made = await runner.ask('POST', `${flow}/links`, { level: 'execute' });
    const path = `/api/v1/shared/${made.json.token}`;
    expect(statusOf(await ask(server, 'POST', `${path}/execute`, { body: {} }))).toBe(200);
    const less = permissions.filter((each) => each !== 'flows:execute');
    await server.ask('PUT', role, { body: { permissions: less } });
    expect(statusOf(await ask(server, 'POST', `${path}/execute`, { body: {} }))).toBe(404);
    expect(statusOf(await ask(server, 'GET', path))).toBe(404);
  });
});

describe('a key that leaked', () => {
  const scopes = ['keys:write', 'flows:read'];
  const alive = async (key: { ask: TokenHolder['ask'] }) =>
    statusOf(await key.ask('GET', '/api/v1/me')) === 200;

  it('leaves no key behind that it made, nor one that those made', async () => {
    const leaked = await keyOf(user, { scopes });
    const body = { name: 'made', scopes };
    const child = holderOf((await leaked.ask('POST', '/api/v1/keys', body)).json);
    const grandchild = holderOf((await child.ask('POST', '/api/v1/keys', body)).json);
    const apart = await keyOf(user, { scopes });
    expect(await alive(grandchild)).toBe(true);
    await user.ask('POST', `/api/v1/keys/${leaked.id}/revoke`);
    const all = [leaked, child, grandchild, apart];
    expect(await Promise.all(all.map(alive))).toEqual([false, false, false, true]);
    const path = `/api/v1/audit?action=key.revoke&targetId=${grandchild.id}`;
    const { items } = (await server.ask('GET', path)).json;
    expect(items).toMatchObject([{ details: { madeBy: `key:${leaked.id}` } }]);
  });

  it('makes none while it is being revoked', async () => {
    const leaked = await keyOf(user, { scopes });
    const make = () => leaked.ask('POST', '/api/v1/keys', { name: 'late', scopes });
    const sent = Array.from({ length: 8 }, make);
    const revoked = user.ask('POST', `/api/v1/keys/${leaked.id}/revoke`);
    const made = (await Promise.all([...sent, ...Array.from({ length: 8 }, make)])).filter(
      ({ status }) => status === 201,
    );
    await revoked;
    for (const { json } of made) expect(await alive(holderOf(json))).toBe(false);
  });

  it('gives no other key of the person a secret of its own', async () => {
    const leaked = await keyOf(user, { scopes });
    const mine = await keyOf(user, { scopes: ['flows:read'] });
    const rotate = (id: string) => leaked.ask('POST', `/api/v1/keys/${id}/rotate`, {});
    expect(statusOf(await rotate(mine.id))).toBe(403);
    expect(await alive(mine)).toBe(true);
    expect(statusOf(await rotate(leaked.id))).toBe(200);
  });

  it('leaves no key that is good for longer than it is itself', async () => {
    const day = 24 * 60 * 60_000;
    const at = (days: number) => new Date(Date.now() + days * day).toISOString();
    const leaked = await keyOf(user, { scopes, expiresAt: at(30) });
    const make = (expiresAt?: string) =>
      leaked.ask('POST', '/api/v1/keys', { name: 'made', scopes, expiresAt });
    expect(statusOf(await make())).toBe(403);
    expect(statusOf(await make(at(31)))).toBe(403);
    const { id } = (await make(at(29))).json;
    const sooner = at(1);
    await user.ask('POST', `/api/v1/keys/${leaked.id}/extend`, { expiresAt: sooner });
    expect((await user.ask('GET', `/api/v1/keys/${id}`)).json.expiresAt).toBe(sooner);
  });
});

describe('who runs an account and holds little else', () => {
  let manager: TokenHolder;
  let invitation: string;
  beforeAll(async () => {
    const permissions = ['accounts:admin', 'flows:read'];
    await server.ask('PUT', '/api/v1/roles/manager', { body: { permissions } });
    const big = { permissions: ['flows:read', 'code:trusted'] };
    await server.ask('PUT', '/api/v1/roles/big', { body: big });
    await server.ask('PUT', '/api/v1/roles/small', { body: { permissions: ['flows:read'] } });
    manager = await addPerson(server, { role: 'manager' });
    invitation = (await server.ask('POST', '/api/v1/invitations', { body: { role: 'admin' } })).json
      .id;
  });

  it.each([
    ['DELETE', () => `/api/v1/people/${admin.id}/sessions`, undefined],
    ['GET', () => `/api/v1/people/${admin.id}/sessions`, undefined],
    ['PUT', () => '/api/v1/roles/big', { permissions: [] }],
    ['DELETE', () => '/api/v1/roles/big', undefined],
    ['DELETE', () => `/api/v1/invitations/${invitation}`, undefined],
  ])('touches nobody and nothing above: %s %o', async (method, path, body) => {
    expect(statusOf(await manager.ask(method, path(), body))).toBe(403);
  });

  it.each([
    ['PUT', '/api/v1/roles/small', { permissions: [] }],
    ['DELETE', '/api/v1/roles/small', undefined],
  ])('does with what is below as before: %s %s', async (method, path, body) => {
    expect(statusOf(await manager.ask(method, path, body))).toBeLessThan(300);
  });
});

describe('a denial', () => {
  it('tells which thing was tried, and nothing else of the address', async () => {
    const flow = await flowOf(user);
    expect(statusOf(await other.ask('GET', flow))).toBe(403);
    const path = `/api/v1/audit?action=access.denied&actor=person:${other.id}`;
    const id = flow.slice('/api/v1/flows/'.length);
    const items = async () => (await server.ask('GET', path)).json.items;
    await expect.poll(items).toMatchObject([{ targetId: 'readFlow', details: { id } }]);
    const named = `/api/v1/flows/${id}/shares/${encodeURIComponent(GOOD_PASSWORD)}`;
    expect(statusOf(await other.ask('DELETE', named))).toBe(403);
    await expect.poll(async () => (await items()).length).toBe(2);
    expect(JSON.stringify(await items())).not.toContain(GOOD_PASSWORD);
  });
});
