/** What was judged before somebody set another password, and ends after it. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asker, testPerson } from '../../support/people.ts';
import { type TestAnswer, type TestServer, testServer } from '../../support/server.ts';

const PASSWORD = 'quiet-otter-lamp-91'; // not-a-secret
const OTHER = 'gentle-heron-door-47'; // not-a-secret

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
}, 60_000);
afterAll(() => server?.close());

/**
 * Lets the act come as far as the row of the person, changes it there with all that a reset does,
 * and lets it go on.
 */
async function whileItChanges(id: string, change: string, act: () => Promise<TestAnswer>) {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select id from sluice.people where id = $1 for update', [id]);
    const answer = act();
    const waiting = `select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await expect
      .poll(async () => (await client.query(waiting)).rowCount, { timeout: 10_000 })
      .toBeGreaterThan(0);
    await client.query(`update sluice.people set ${change} where id = $1`, [id]);
    await client.query('update sluice.sessions set ended_at = 1 where person_id = $1', [id]);
    await client.query('commit');
    return await answer;
  } finally {
    await client.end();
  }
}

const NEW_HASH = `password_hash = '$2b$04$' || repeat('a', 53)`;
const signIn = (username: string, password: string) =>
  asker(server, {}).ask('POST', '/api/v1/auth/sign-in', { username, password });

describe('a password that is set meanwhile', () => {
  it('is outlived by no sign-in that was judged by the old one', async () => {
    const { id } = await testPerson(server, 'signing-in');
    const answer = await whileItChanges(id, NEW_HASH, () => signIn('signing-in', PASSWORD));
    expect(answer.status).toBe(401);
  });

  it('is overwritten by no change that was judged by the old one', async () => {
    const thief = await testPerson(server, 'changing');
    const body = { current: PASSWORD, new: OTHER };
    const answer = await whileItChanges(thief.id, NEW_HASH, () =>
      thief.ask('POST', '/api/v1/me/password', body),
    );
    expect(answer.json.error.code).toBe('PASSWORD_WRONG');
    expect((await signIn('changing', OTHER)).status).toBe(401);
  });

  it('is followed by no change of a session that it ended', async () => {
    const thief = await testPerson(server, 'same-hash');
    const body = { current: PASSWORD, new: OTHER };
    // The owner set the same password again: the thief knows it, and has no session any more.
    const answer = await whileItChanges(thief.id, 'updated_at = updated_at + 1', () =>
      thief.ask('POST', '/api/v1/me/password', body),
    );
    expect(answer.json.error.code).toBe('SESSION_OVER');
    expect((await signIn('same-hash', PASSWORD)).status).toBe(200);
  });

  it('is followed by no new mail address of a session that it ended', async () => {
    const thief = await testPerson(server, 'moving');
    const body = { email: 'thief@example.com', password: PASSWORD };
    const answer = await whileItChanges(thief.id, NEW_HASH, () =>
      thief.ask('PATCH', '/api/v1/me', body),
    );
    expect(answer.json.error.code).toBe('SESSION_OVER');
    const { json } = await server.ask('GET', `/api/v1/people/${thief.id}`);
    expect(json.email).toBeUndefined();
  });
});

describe('without anything meanwhile', () => {
  it('a password and a mail address are changed as asked', async () => {
    const owner = await testPerson(server, 'calm');
    const email = { email: 'calm@example.com', password: PASSWORD };
    expect((await owner.ask('PATCH', '/api/v1/me', email)).status).toBe(200);
    const body = { current: PASSWORD, new: OTHER };
    expect((await owner.ask('POST', '/api/v1/me/password', body)).status).toBe(204);
    expect((await owner.ask('GET', '/api/v1/me')).status).toBe(200);
    expect((await signIn('calm', OTHER)).status).toBe(200);
  });
});

describe('a person that is made', () => {
  it('is none where who asks was switched off while the password was hashed', async () => {
    await testPerson(server, 'other-admin', 'admin');
    const mallory = await testPerson(server, 'slow-admin', 'admin');
    const { passwords } = server.auth;
    const { hash } = passwords;
    const held = Object.assign(passwords, {
      hash: async (...given: Parameters<typeof hash>) => {
        Object.assign(held, { hash });
        await server.ask('PATCH', `/api/v1/people/${mallory.id}`, { body: { isActive: false } });
        return hash(...given);
      },
    });
    const body = { username: 'made-late', role: 'admin', password: OTHER };
    expect((await mallory.ask('POST', '/api/v1/people', body)).status).toBe(401);
    expect((await signIn('made-late', OTHER)).status).toBe(401);
  });
});

describe('a refresh token that is no good', () => {
  it('leaves one record, with the operator', async () => {
    await asker(server, {}).ask('POST', '/api/v1/auth/refresh', { refreshToken: 'a.b.c' });
    const list = async () =>
      (await server.ask('GET', '/api/v1/audit?limit=100')).json.items.filter(
        (row: { action: string; targetId: string }) =>
          row.action === 'auth.refresh' || row.targetId === 'refreshTokens',
      );
    await expect.poll(async () => (await list()).length).toBeGreaterThan(0);
    expect(await list()).toMatchObject([{ action: 'auth.denied' }]);
  });
});
