/** One-time tokens of people who may not make them any more. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asker, type TestPerson, testPerson } from '../../support/people.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const PASSWORD = 'gentle-heron-door-47'; // not-a-secret

let server: TestServer;
let count = 0;
beforeAll(async () => {
  server = await testServer();
  await testPerson(server, 'honest', 'admin');
}, 60_000);
afterAll(() => server?.close());

const admin = () => {
  count += 1;
  return testPerson(server, `mallory${count}`, 'admin');
};
const signUp = (invitation: string) => {
  count += 1;
  const body = { username: `again${count}`, password: PASSWORD, invitation };
  return asker(server, {}).ask('POST', '/api/v1/auth/sign-up', body);
};
const reset = (token: string) =>
  asker(server, {}).ask('POST', '/api/v1/auth/reset-password', { token, password: PASSWORD });
const refused = { status: 400, json: { error: { code: 'TOKEN_INVALID' } } };

const LOSSES: readonly (readonly [string, (id: string) => Promise<unknown>])[] = [
  ['removed', (id) => server.ask('DELETE', `/api/v1/people/${id}`)],
  ['demoted', (id) => server.ask('PATCH', `/api/v1/people/${id}`, { body: { role: 'viewer' } })],
  [
    'switched off',
    (id) => server.ask('PATCH', `/api/v1/people/${id}`, { body: { isActive: false } }),
  ],
];

describe.each(LOSSES)('what an admin made who was %s is worth nothing:', (_how, lose) => {
  it('an invitation, also one by a key of theirs', async () => {
    const mallory = await admin();
    const own = await mallory.ask('POST', '/api/v1/invitations', { role: 'admin', days: 30 });
    const scopes = ['accounts:admin', 'flows:read', 'executions:read'];
    const key = await mallory.ask('POST', '/api/v1/keys', { name: 'k', scopes });
    await server.ask('PUT', '/api/v1/roles/inviter', { body: { permissions: scopes } });
    const byKey = await asker(server, { 'x-api-key': key.json.key }).ask(
      'POST',
      '/api/v1/invitations',
      { role: 'inviter', days: 30 },
    );
    expect([own.status, byKey.status]).toEqual([201, 201]);
    await lose(mallory.id);
    for (const { json } of [own, byKey]) expect(await signUp(json.token)).toMatchObject(refused);
    const { json } = await server.ask('GET', '/api/v1/invitations?limit=100');
    const ids = json.items.map(({ id }: { id: string }) => id);
    expect(ids).not.toContain(own.json.id);
    expect(ids).not.toContain(byKey.json.id);
  });

  it('a reset token of somebody else', async () => {
    const [mallory, victim] = [await admin(), await admin()];
    const path = `/api/v1/people/${victim.id}/password-reset`;
    const made = await mallory.ask('POST', path, {});
    expect(made.status).toBe(201);
    await lose(mallory.id);
    expect(await reset(made.json.token)).toMatchObject(refused);
    expect((await victim.ask('GET', '/api/v1/me')).status).toBe(200);
  });
});

describe('a one-time token', () => {
  it('is good while its maker may make it, and says so in no other way', async () => {
    const mallory = await admin();
    const { json } = await mallory.ask('POST', '/api/v1/invitations', { role: 'admin', days: 30 });
    expect((await signUp(json.token)).status).toBe(201);
    expect((await signUp(json.token)).text).toContain('TOKEN_INVALID');
    const made = await mallory.ask('POST', `/api/v1/people/${mallory.id}/password-reset`, {});
    expect((await reset(made.json.token)).status).toBe(204);
  });

  it('of a key that was revoked is worth nothing', async () => {
    const mallory = await admin();
    const scopes = ['accounts:admin'];
    const key = await mallory.ask('POST', '/api/v1/keys', { name: 'k', scopes });
    await server.ask('PUT', '/api/v1/roles/nothing-more', { body: { permissions: scopes } });
    const body = { role: 'nothing-more', days: 30 };
    const by = asker(server, { 'x-api-key': key.json.key });
    const made = await by.ask('POST', '/api/v1/invitations', body);
    expect(made.status).toBe(201);
    expect((await mallory.ask('POST', `/api/v1/keys/${key.json.id}/revoke`)).status).toBe(200);
    expect(await signUp(made.json.token)).toMatchObject(refused);
  });

  it('gives no role that its maker could not give as the role is now', async () => {
    const role = '/api/v1/roles/growing';
    await server.ask('PUT', role, { body: { permissions: ['flows:read'] } });
    const all = ['accounts:admin', 'flows:read'];
    await server.ask('PUT', '/api/v1/roles/lesser-admin', { body: { permissions: all } });
    count += 1;
    const lesser: TestPerson = await testPerson(server, `lesser${count}`, 'lesser-admin');
    const made = await lesser.ask('POST', '/api/v1/invitations', { role: 'growing', days: 30 });
    expect(made.status).toBe(201);
    await server.ask('PUT', role, { body: { permissions: ['flows:read', 'flows:execute'] } });
    expect(await signUp(made.json.token)).toMatchObject(refused);
    await server.ask('PUT', role, { body: { permissions: ['flows:read'] } });
    expect((await signUp(made.json.token)).status).toBe(201);
  });

  it('that was never made is seen as a failed sign-in is, and recorded', async () => {
    const before = server.observed.length;
    expect(await signUp('y'.repeat(43))).toMatchObject(refused);
    expect(await reset('y'.repeat(43))).toMatchObject(refused);
    const seen = server.observed.slice(before).filter(({ kind }) => kind === 'failure');
    expect(seen).toMatchObject([{ address: '127.0.0.1' }, { address: '127.0.0.1' }]);
    const list = async () =>
      (await server.ask('GET', '/api/v1/audit?action=auth.denied&limit=100')).text;
    await expect.poll(list).toContain('"targetId":"signUp"');
    await expect.poll(list).toContain('"targetId":"resetPassword"');
  });

  it('that was never made costs no hash', async () => {
    const hash = vi.spyOn(server.auth.passwords, 'hash');
    expect(await signUp('x'.repeat(43))).toMatchObject(refused);
    expect(await reset('x'.repeat(43))).toMatchObject(refused);
    expect(hash).not.toHaveBeenCalled();
    hash.mockRestore();
  });
});
