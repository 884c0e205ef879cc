import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { KEY, made, SECRETS } from '../../claims/support.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { type OneOfSeveral, oneOfSeveral, type Told } from './processes.ts';

/** Attacks on the gap between servers that share a database. All of them must fail. */

const PASSWORD = 'quiet-otter-lamp-91'; // not-a-secret
const OTHER = 'gentle-heron-door-47'; // not-a-secret
const ROTATED = {
  JWT_SECRET_KEY: made('access two'),
  JWT_REFRESH_SECRET_KEY: made('refresh two'),
};

let database: TestDatabase;
let servers: readonly OneOfSeveral[] = [];

const one = (index: number): OneOfSeveral => {
  const server = servers[index % servers.length];
  if (server === undefined) throw new Error('the servers did not start');
  return server;
};
const both = async (path: string, headers: Readonly<Record<string, string>>) =>
  await Promise.all(
    servers.map(async (server) => (await server.ask('GET', path, { headers })).status),
  );
const operator = { 'x-api-key': KEY };
const bearer = (told: Told) => ({ authorization: `Bearer ${told.json.accessToken}` });

let lastHost = 0;
/** Another address each time, so that no limit of an address is in the way. */
const elsewhere = () => {
  lastHost += 1;
  return `198.51.${Math.floor(lastHost / 250)}.${(lastHost % 250) + 1}`;
};

const signIn = (server: OneOfSeveral, username: string, password = PASSWORD) => {
  const asked = { body: { username, password }, from: elsewhere() };
  return server.ask('POST', '/api/v1/auth/sign-in', asked);
};

async function person(username: string, role = 'user'): Promise<Told> {
  const body = { username, password: PASSWORD, role };
  return await one(0).ask('POST', '/api/v1/people', { body, headers: operator });
}

const statuses = (all: readonly Told[]) => {
  const counts: Record<string, number> = {};
  for (const { status } of all) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/** Sends the same request many times at once, to the servers in turn, from many addresses. */
const flood = (count: number, path: string, body: (index: number) => unknown) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      one(index).ask('POST', path, { body: body(index), from: elsewhere() }),
    ),
  );

beforeAll(async () => {
  database = await testDatabase();
  const started = [0, 1].map(() => oneOfSeveral(database.url, { BCRYPT_ROUNDS: '10' }));
  servers = await Promise.all(started);
}, 60_000);

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await database?.close();
});

describe('of two servers that start at once on an empty database', () => {
  it('one alone shows the password of the admin, and it is good at both', async () => {
    await expect.poll(() => servers.some(({ password }) => password !== undefined)).toBe(true);
    const shown = servers.flatMap(({ password }) => password ?? []);
    expect(shown).toHaveLength(1);
    for (const server of servers) {
      expect((await signIn(server, 'admin', shown[0])).status).toBe(200);
    }
  });
});

describe('at two servers at once', () => {
  it('a refresh token is good once, and a stolen one ends the session at both', async () => {
    await person('ann');
    const first = await signIn(one(0), 'ann');
    const { refreshToken } = first.json;
    const all = await flood(20, '/api/v1/auth/refresh', () => ({ refreshToken }));
    expect(statuses(all)).toEqual({ 200: 1, 401: 19 });
    const replayed = await flood(1, '/api/v1/auth/refresh', () => ({ refreshToken }));
    expect(statuses(replayed)).toEqual({ 401: 1 });
    expect(await both('/api/v1/me', bearer(first))).toEqual([401, 401]);
    const newest = all.find(({ status }) => status === 200)?.json.refreshToken;
    const after = await flood(2, '/api/v1/auth/refresh', () => ({ refreshToken: newest }));
    expect(statuses(after)).toEqual({ 401: 2 });
  });

  it('an invitation makes one person', async () => {
    const path = '/api/v1/invitations';
    const asked = { body: { role: 'user', days: 1 }, headers: operator };
    const { token: invitation } = (await one(0).ask('POST', path, asked)).json;
    const all = await flood(12, '/api/v1/auth/sign-up', (index) => ({
      ...{ username: `guest-${index}`, password: PASSWORD, invitation },
    }));
    expect(statuses(all)).toEqual({ 201: 1, 400: 11 });
  });

  it('a reset token sets one password', async () => {
    const { id } = (await person('bob')).json;
    const path = `/api/v1/people/${id}/password-reset`;
    const { token } = (await one(0).ask('POST', path, { body: {}, headers: operator })).json;
    const all = await flood(12, '/api/v1/auth/reset-password', (index) => ({
      ...{ token, password: `${OTHER}-${index}` },
    }));
    expect(statuses(all)).toEqual({ 204: 1, 400: 11 });
    const right = all.findIndex(({ status }) => status === 204);
    expect((await signIn(one(1), 'bob', `${OTHER}-${right}`)).status).toBe(200);
    expect((await signIn(one(0), 'bob')).status).toBe(401);
  });

  it('a ticket opens one socket', async () => {
    await person('cleo');
    const headers = bearer(await signIn(one(0), 'cleo'));
    const { ticket } = (await one(0).ask('POST', '/api/v1/ws/tickets', { body: {}, headers })).json;
    const ends = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const address = one(index).url.replace('http:', 'ws:');
        const socket = new WebSocket(`${address}/api/v1/ws?ticket=${ticket}`);
        socket.on('error', () => undefined);
        const closed = once(socket, 'close').then(([code]) => code as number);
        await once(socket, 'open');
        socket.send('{"type":"ping"}');
        const answered = once(socket, 'message').then(() => 'open');
        const end = await Promise.race([closed, answered]);
        socket.terminate();
        return end;
      }),
    );
    expect(ends.filter((end) => end === 'open')).toHaveLength(1);
    expect(ends.filter((end) => end === 1008)).toHaveLength(9);
  });

  it('who signed out, or was switched off, at one is nobody at the other', async () => {
    const { id } = (await person('dora')).json;
    const gone = bearer(await signIn(one(0), 'dora'));
    const stays = bearer(await signIn(one(1), 'dora'));
    expect(await both('/api/v1/me', gone)).toEqual([200, 200]);
    await one(0).ask('POST', '/api/v1/auth/sign-out', { headers: gone });
    expect(await both('/api/v1/me', gone)).toEqual([401, 401]);
    expect(await both('/api/v1/me', stays)).toEqual([200, 200]);
    const body = { isActive: false };
    await one(1).ask('PATCH', `/api/v1/people/${id}`, { body, headers: operator });
    expect(await both('/api/v1/me', stays)).toEqual([401, 401]);
  });

  it('failures of a name count together, however it is spelled and wherever they come from', async () => {
    await person('Erna');
    for (const [index, username] of ['erna', 'ERNA', 'Ｅrna', 'eRNa', 'erna'].entries()) {
      expect((await signIn(one(index), username, 'wrong-guess')).status).toBe(401);
    }
    const spellings = await Promise.all(
      ['ｅｒｎａ', 'ERNA'].map((username, index) => signIn(one(index), username)),
    );
    expect(statuses(spellings)).toEqual({ 429: 2 });
  });
});

describe('a server whose secrets were changed', () => {
  it('takes tokens of before while it is told of them, and none after', async () => {
    await person('frida');
    const before = await signIn(one(0), 'frida');
    const previous = {
      JWT_SECRET_KEYS_PREVIOUS: SECRETS.JWT_SECRET_KEY,
      JWT_REFRESH_SECRET_KEYS_PREVIOUS: SECRETS.JWT_REFRESH_SECRET_KEY,
    };
    const [told, untold] = await Promise.all([
      oneOfSeveral(database.url, { ...ROTATED, ...previous }),
      oneOfSeveral(database.url, ROTATED),
    ]);
    try {
      const { refreshToken } = before.json;
      const me = (server: OneOfSeveral) =>
        server.ask('GET', '/api/v1/me', { headers: bearer(before) });
      const renew = (server: OneOfSeveral) =>
        server.ask('POST', '/api/v1/auth/refresh', { body: { refreshToken } });
      expect((await me(untold)).status).toBe(401);
      expect((await renew(untold)).status).toBe(401);
      expect((await me(told)).status).toBe(200);
      const renewed = await renew(told);
      expect(renewed.status).toBe(200);
      expect((await untold.ask('GET', '/api/v1/me', { headers: bearer(renewed) })).status).toBe(
        200,
      );
      // A server with the old secrets alone cannot read what the new ones signed.
      expect((await one(0).ask('GET', '/api/v1/me', { headers: bearer(renewed) })).status).toBe(
        401,
      );
    } finally {
      await Promise.all([told.close(), untold.close()]);
    }
  });
});
