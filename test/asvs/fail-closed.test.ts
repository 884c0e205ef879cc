// ASVS 5.0 V16.5.3: where something that guards is broken, what it guards is refused.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { openMemoryRates, openRedisRates } from '../../src/guard/index.ts';
import { addPerson, ask, GOOD_PASSWORD, signIn, type TokenHolder } from '../auth-flows/people.ts';
import { freePort } from '../claims/access-redis.ts';
import { HELLO } from '../support/flows.ts';
import { memoryLog, type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let admin: TokenHolder;
let user: TokenHolder;
let database: pg.Client;
beforeAll(async () => {
  server = await testServer();
  admin = await addPerson(server, { role: 'admin' });
  user = await addPerson(server);
  database = new pg.Client({ connectionString: server.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await server?.close();
});

/** Everything that changes who may do what, as who may do it. */
async function sensitive(): Promise<readonly number[]> {
  const path = `/api/v1/people/${user.id}`;
  const scopes = ['flows:read'];
  const answers = [
    await signIn(server, user.username, GOOD_PASSWORD),
    await signIn(server, user.username, 'not the password'),
    await admin.ask('PATCH', path, { role: 'admin' }),
    await admin.ask('POST', `${path}/password-reset`),
    await admin.ask('POST', '/api/v1/people', { username: 'late-comer', role: 'admin' }),
    await admin.ask('POST', '/api/v1/invitations', { role: 'admin' }),
    await admin.ask('PUT', '/api/v1/roles/late', { permissions: scopes }),
    await user.ask('POST', '/api/v1/keys', { name: 'late', scopes }),
    await user.ask('POST', '/api/v1/flows', { source: HELLO }),
    await ask(server, 'POST', '/api/v1/auth/refresh', {
      body: { refreshToken: user.refreshToken },
    }),
  ];
  return answers.map(({ status }) => status);
}

async function state(): Promise<unknown> {
  const counts = [
    'people',
    'sessions',
    'api_keys',
    'invitations',
    'roles',
    'flows',
    'audit_events',
  ];
  const columns = counts.map((table) => `(select count(*) from sluice.${table}) as ${table}`);
  const { rows } = await database.query(`select ${columns.join(', ')}`);
  const people = await database.query('select id, role, is_active from sluice.people order by id');
  return { counts: rows, people: people.rows };
}

describe('while no record can be kept', () => {
  it('nobody signs in, nothing is made, and no right changes', async () => {
    const before = await state();
    await database.query(`
      CREATE FUNCTION no_record() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
      CREATE TRIGGER no_record BEFORE INSERT ON sluice.audit_events
        FOR EACH ROW EXECUTE FUNCTION no_record()`);
    const statuses = await sensitive();
    for (const status of statuses) expect(status, statuses.join()).toBeGreaterThanOrEqual(401);
    expect(await state()).toEqual(before);
    await database.query('DROP TRIGGER no_record ON sluice.audit_events');
    expect((await user.ask('GET', '/api/v1/me')).json.role).toBe('user');
  });
});

describe('while nobody can be asked who somebody is', () => {
  it('nobody is let in, whatever they were before', async () => {
    await database.query('ALTER TABLE sluice.sessions RENAME TO sessions_away');
    await database.query('ALTER TABLE sluice.people RENAME TO people_away');
    try {
      const key = { 'x-api-key': 'sk_'.padEnd(46, 'x') };
      const answers = [
        await user.ask('GET', '/api/v1/flows'),
        await admin.ask('GET', '/api/v1/people'),
        await ask(server, 'GET', '/api/v1/flows', { headers: key }),
        await ask(server, 'GET', '/api/v1/flows'),
      ];
      for (const { status } of answers) expect([401, 500, 503]).toContain(status);
      const statuses = await sensitive();
      for (const status of statuses) expect(status, statuses.join()).toBeGreaterThanOrEqual(401);
    } finally {
      await database.query('ALTER TABLE sluice.people_away RENAME TO people');
      await database.query('ALTER TABLE sluice.sessions_away RENAME TO sessions');
    }
    expect((await user.ask('GET', '/api/v1/me')).status).toBe(200);
  });
});

describe('while Redis is away', () => {
  it('no password and no one-time token is tried, and the rest goes on', async () => {
    const rates = await openRedisRates({
      url: `redis://127.0.0.1:${await freePort()}`,
      clock: systemClock,
      log: memoryLog().log,
      fallback: openMemoryRates({ clock: systemClock }),
    });
    const limited = await testServer({ rates, databaseUrl: server.databaseUrl, signUp: 'open' });
    try {
      const { username } = user;
      const password = GOOD_PASSWORD;
      const post = (path: string, body: unknown) =>
        ask(limited, 'POST', `/api/v1/auth/${path}`, { body });
      const answers = [
        await post('sign-in', { username, password }),
        await post('reset-password', { token: 'x'.repeat(43), password }),
        await post('forgot-password', { username }),
        await post('sign-up', { username: 'while-away', password }),
      ];
      for (const { status, json } of answers) {
        expect([status, json.error.code]).toEqual([503, 'LIMITER_UNAVAILABLE']);
      }
      expect((await limited.ask('GET', '/api/v1/flows')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});
