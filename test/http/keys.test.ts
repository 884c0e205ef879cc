import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, ask, heldClock, signedIn, type TokenHolder } from '../auth-flows/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

const DAY = 24 * 60 * 60_000;
const clock = heldClock();
let server: TestServer;
let admin: TokenHolder;
let user: TokenHolder;
beforeAll(async () => {
  server = await testServer({
    clock,
    auth: { accessMs: 400 * DAY, idleMs: 400 * DAY, refreshMs: 400 * DAY },
  });
  admin = await addPerson(server, { role: 'admin' });
  user = await addPerson(server, { role: 'user' });
}, 60_000);
afterAll(() => server?.close());

const codeOf = (answer: { status: number; json: { error?: { code: string } } }) => [
  answer.status,
  answer.json?.error?.code,
];
const by = (key: string) => ({ headers: { 'x-api-key': key } });
const me = (key: string) => ask(server, 'GET', '/api/v1/me', by(key));

async function keyOf(person: TokenHolder, more: Readonly<Record<string, unknown>> = {}) {
  const body = { name: 'one', scopes: ['flows:read'], ...more };
  const answer = await person.ask('POST', '/api/v1/keys', body);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json as { readonly id: string; readonly key: string; readonly prefix: string };
}

describe('an API key', () => {
  it('is shown once, acts for its person, and does no more than both may', async () => {
    const made = await keyOf(user, { scopes: ['flows:read', 'flows:execute'] });
    expect(made.key).toMatch(/^sk_[\w-]{43}$/);
    expect(made.key.startsWith(made.prefix)).toBe(true);
    const read = await user.ask('GET', `/api/v1/keys/${made.id}`);
    expect(read.text).not.toContain(made.key);
    expect((await me(made.key)).json).toMatchObject({
      id: `key:${made.id}`,
      kind: 'key',
      permissions: ['flows:execute', 'flows:read'],
      person: { id: user.id },
    });
    const saved = await ask(server, 'POST', '/api/v1/flows', {
      ...by(made.key),
      body: { source: 'name: x\n' },
    });
    expect(codeOf(saved)).toEqual([403, 'FORBIDDEN']);
    await server.ask('PATCH', `/api/v1/people/${user.id}`, { body: { role: 'viewer' } });
    expect((await me(made.key)).json.permissions).toEqual(['flows:read']);
    await server.ask('PATCH', `/api/v1/people/${user.id}`, { body: { isActive: false } });
    expect((await me(made.key)).status).toBe(401);
    await server.ask('PATCH', `/api/v1/people/${user.id}`, {
      body: { isActive: true, role: 'user' },
    });
    user = await signedIn(server, user.username);
  });

  it('has no scope that its maker lacks', async () => {
    const answer = await user.ask('POST', '/api/v1/keys', {
      name: 'high',
      scopes: ['flows:read', 'accounts:admin', 'server:admin'],
    });
    expect(codeOf(answer)).toEqual([403, 'SCOPE_TOO_HIGH']);
    expect(answer.json.error.details).toEqual({ scopes: ['accounts:admin', 'server:admin'] });
  });

  it('makes no key that can do more, longer, from elsewhere or without its limits', async () => {
    const narrow = await keyOf(user, {
      scopes: ['flows:read', 'keys:write'],
      networks: ['127.0.0.0/8'],
      expiresAt: new Date(clock.now() + DAY).toISOString(),
      concurrentExecutions: 2,
    });
    const good = {
      name: 'child',
      scopes: ['flows:read'],
      networks: ['127.0.0.0/8'],
      expiresAt: new Date(clock.now() + DAY).toISOString(),
      concurrentExecutions: 1,
    };
    const make = (more: object) =>
      ask(server, 'POST', '/api/v1/keys', { ...by(narrow.key), body: { ...good, ...more } });
    expect((await make({})).status).toBe(201);
    for (const more of [
      { scopes: ['flows:write'] },
      { networks: [] },
      { networks: ['0.0.0.0/0'] },
      { expiresAt: new Date(clock.now() + 2 * DAY).toISOString() },
      { concurrentExecutions: 3 },
      { concurrentExecutions: null },
    ]) {
      expect(codeOf(await make(more)), JSON.stringify(more)).toEqual([403, 'SCOPE_TOO_HIGH']);
    }
    const extended = await ask(server, 'POST', `/api/v1/keys/${narrow.id}/extend`, {
      ...by(narrow.key),
      body: { expiresAt: null },
    });
    expect(codeOf(extended)).toEqual([403, 'SCOPE_TOO_HIGH']);
  });

  it('ends at once when it is revoked, for good', async () => {
    const { id, key } = await keyOf(user);
    expect((await me(key)).status).toBe(200);
    expect((await user.ask('POST', `/api/v1/keys/${id}/revoke`)).json).toHaveProperty('revokedAt');
    expect(codeOf(await me(key))).toEqual([401, 'UNAUTHENTICATED']);
    const later = await user.ask('POST', `/api/v1/keys/${id}/extend`, { expiresAt: null });
    expect(codeOf(later)).toEqual([409, 'KEY_REVOKED']);
    expect(codeOf(await user.ask('POST', `/api/v1/keys/${id}/rotate`, {}))).toEqual([
      409,
      'KEY_REVOKED',
    ]);
  });

  it('ends when it expires, and works again when extended', async () => {
    const expiresAt = new Date(clock.now() + 1_000).toISOString();
    const { id, key } = await keyOf(user, { expiresAt });
    expect((await me(key)).status).toBe(200);
    clock.pass(1_000);
    expect((await me(key)).status).toBe(401);
    const past = await user.ask('POST', `/api/v1/keys/${id}/extend`, { expiresAt });
    expect(codeOf(past)).toEqual([422, 'BODY_INVALID']);
    await user.ask('POST', `/api/v1/keys/${id}/extend`, { expiresAt: null });
    expect((await me(key)).status).toBe(200);
  });

  it('is rotated: the old secret goes at once, or stays for its grace', async () => {
    const first = await keyOf(user);
    const rotate = async (body: object) =>
      (await user.ask('POST', `/api/v1/keys/${first.id}/rotate`, body)).json.key as string;
    const second = await rotate({});
    expect([(await me(first.key)).status, (await me(second)).status]).toEqual([401, 200]);
    const third = await rotate({ graceMinutes: 5 });
    expect([(await me(second)).status, (await me(third)).status]).toEqual([200, 200]);
  });

  it('is taken from its networks alone', async () => {
    const { id, key } = await keyOf(user, { networks: ['203.0.113.0/24'] });
    expect(codeOf(await me(key))).toEqual([403, 'ADDRESS_REFUSED']);
    await user.ask('PATCH', `/api/v1/keys/${id}`, { networks: ['127.0.0.1'] });
    expect((await me(key)).status).toBe(200);
    const wrong = await user.ask('PATCH', `/api/v1/keys/${id}`, { networks: ['10.0.0.0/99'] });
    expect(codeOf(wrong)).toEqual([422, 'BODY_INVALID']);
  });

  it('is due after 90 days, and found by its age', async () => {
    const { id } = await keyOf(user, { name: 'old' });
    const dueOf = async () => (await user.ask('GET', `/api/v1/keys/${id}`)).json;
    clock.pass(90 * DAY);
    expect(await dueOf()).toMatchObject({ ageDays: 90, isDue: false });
    clock.pass(DAY);
    expect(await dueOf()).toMatchObject({ ageDays: 91, isDue: true });
    const listed = await user.ask('GET', '/api/v1/keys?olderThanDays=90&limit=100');
    expect(listed.json.items.map((one: { id: string }) => one.id)).toContain(id);
    await user.ask('POST', `/api/v1/keys/${id}/rotate`, {});
    expect(await dueOf()).toMatchObject({ ageDays: 0, isDue: false });
  });

  it('is one’s own; an admin sees all, and takes over none', async () => {
    const other = await addPerson(server, { role: 'user' });
    const { id } = await keyOf(user);
    for (const [method, path, body] of [
      ['GET', `/api/v1/keys/${id}`],
      ['PATCH', `/api/v1/keys/${id}`, { name: 'mine' }],
      ['POST', `/api/v1/keys/${id}/rotate`, {}],
      ['POST', `/api/v1/keys/${id}/extend`, { expiresAt: null }],
      ['POST', `/api/v1/keys/${id}/revoke`],
      ['GET', `/api/v1/keys/${id}/usage`],
    ] as const) {
      expect(codeOf(await other.ask(method, path, body)), path).toEqual([403, 'FORBIDDEN']);
    }
    expect((await other.ask('GET', '/api/v1/keys')).json.items).toEqual([]);
    const all = await admin.ask('GET', '/api/v1/keys?limit=100');
    expect(all.json.items.map((one: { id: string }) => one.id)).toContain(id);
    expect(codeOf(await admin.ask('POST', `/api/v1/keys/${id}/rotate`, {}))).toEqual([
      403,
      'FORBIDDEN',
    ]);
    expect((await admin.ask('POST', `/api/v1/keys/${id}/revoke`)).status).toBe(200);
    const unknown = await admin.ask('GET', '/api/v1/keys/0198a2f0-0000-7000-8000-000000000001');
    expect(codeOf(unknown)).toEqual([404, 'KEY_NOT_FOUND']);
  });

  it('of ADMIN_API_KEYS makes keys that act for themselves', async () => {
    const body = { name: 'machine', scopes: ['flows:read', 'server:read'] };
    const made = await server.ask('POST', '/api/v1/keys', { body });
    expect(made.status, made.text).toBe(201);
    expect(made.json).not.toHaveProperty('person');
    const asked = await me(made.json.key);
    expect(asked.json.permissions).toEqual(['flows:read', 'server:read']);
    expect(asked.json).not.toHaveProperty('person');
    const acts = await ask(server, 'POST', '/api/v1/me/password', {
      ...by(made.json.key),
      body: { current: 'x', new: 'y' },
    });
    expect(codeOf(acts)).toEqual([403, 'NOT_A_PERSON']);
  });

  it('counts what it was used for', async () => {
    const { id, key } = await keyOf(user);
    await Promise.all(Array.from({ length: 7 }, () => me(key)));
    await expect
      .poll(async () => (await user.ask('GET', `/api/v1/keys/${id}/usage`)).json.months, {
        timeout: 20_000,
      })
      .toMatchObject([{ requests: 7, executions: 0, minutes: 0 }]);
    expect((await user.ask('GET', `/api/v1/keys/${id}`)).json.lastUsedAddress).toBe('127.0.0.1');
  });
});
