import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addPerson,
  ask,
  GOOD_PASSWORD,
  heldClock,
  NEXT_PASSWORD,
  signedIn,
  signIn,
} from '../auth-flows/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const clock = heldClock();
let server: TestServer;
beforeAll(async () => {
  server = await testServer({ clock });
  // An admin who stays, so that others can be demoted and removed.
  await server.auth.ensureFirstAdmin();
}, 60_000);
afterAll(() => server?.close());

async function rows(action: string) {
  const answer = await server.ask('GET', `/api/v1/audit?action=${action}&limit=100`);
  return answer.json.items as {
    readonly outcome: string;
    readonly details?: Readonly<Record<string, unknown>>;
  }[];
}

function claimsOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

describe('signing in', () => {
  it('gives tokens of 30 minutes and 30 days that say who one is', async () => {
    const person = await addPerson(server, { role: 'viewer' });
    const [access, refresh] = [person.accessToken, person.refreshToken].map(claimsOf);
    expect(access.exp - access.iat).toBe(1_800);
    expect(refresh.exp - refresh.iat).toBe(2_592_000);
    const me = await person.ask('GET', '/api/v1/me');
    expect(me.json).toMatchObject({
      id: `person:${person.id}`,
      kind: 'person',
      account: 'default',
      role: 'viewer',
      permissions: ['executions:read', 'flows:read'],
      person: { username: person.username },
    });
    expect(me.json).not.toHaveProperty('csrfToken');
  });

  it('does not mind letter case or the form of Unicode', async () => {
    const person = await addPerson(server, { username: 'Zoë.ﬁeld' });
    expect(person.username).toBe('Zoë.ﬁeld');
    expect((await signIn(server, 'ZOË.FIELD', GOOD_PASSWORD)).status).toBe(200);
  });

  it('answers alike whether the name, the password, the person or the account is wrong', async () => {
    const known = await addPerson(server);
    const off = await addPerson(server);
    await server.ask('PATCH', `/api/v1/people/${off.id}`, { body: { isActive: false } });
    const answers = [
      await signIn(server, known.username, 'wrong password here'),
      await signIn(server, 'nobody-at-all', 'wrong password here'),
      await signIn(server, off.username, GOOD_PASSWORD),
      await signIn(server, known.username, 'x'.repeat(1_000)),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      const { requestId: _own, ...error } = answer.json.error;
      const { requestId: _first, ...first } = answers[0]?.json.error ?? {};
      expect(error).toEqual(first);
    }
    const reasons = (await rows('auth.sign-in'))
      .map(({ details = {} }) => details)
      .filter(({ reason }) => reason !== undefined);
    expect(new Set(reasons.map(({ reason }) => reason))).toEqual(
      new Set(['wrong', 'unknown', 'inactive']),
    );
    expect(JSON.stringify(reasons)).not.toContain('wrong password');
    expect(server.observed).toContainEqual(
      expect.objectContaining({ kind: 'failure', name: 'nobody-at-all' }),
    );
  });

  it('makes a name wait after five failures, longer each time, known or not', async () => {
    const { username } = await addPerson(server);
    for (const name of [username, 'never-was-there']) {
      for (let count = 0; count < 5; count += 1) {
        expect((await signIn(server, name, 'not this one')).status).toBe(401);
      }
      const limited = await signIn(server, name, GOOD_PASSWORD);
      expect(limited.status).toBe(429);
      expect(limited.json.error.code).toBe('RATE_LIMITED');
      expect(limited.headers.get('retry-after')).toBe('30');
    }
    clock.pass(30_000);
    expect((await signIn(server, username, 'not this one')).status).toBe(401);
    expect((await signIn(server, username, GOOD_PASSWORD)).headers.get('retry-after')).toBe('60');
    clock.pass(60_000);
    expect((await signIn(server, username, GOOD_PASSWORD)).status).toBe(200);
    // A success clears the count.
    expect((await signIn(server, username, 'not this one')).status).toBe(401);
    clock.pass(1);
    expect((await signIn(server, username, GOOD_PASSWORD)).status).toBe(200);
    const [last] = await rows('auth.sign-in');
    expect(last).toMatchObject({ outcome: 'done', details: { notice: ['after-failures'] } });
  });

  it('of many guesses at once gives none a free try more', async () => {
    const { username } = await addPerson(server);
    const guesses = Array.from({ length: 40 }, () => signIn(server, username, 'not this one'));
    await Promise.all(guesses);
    expect((await signIn(server, username, GOOD_PASSWORD)).status).toBe(429);
  });

  it('keeps what was typed inert in the records', async () => {
    clock.pass(1);
    const name = 'a\r\n\u001b[31mX\u2028admin';
    expect((await signIn(server, name, GOOD_PASSWORD)).status).toBe(401);
    const [last] = await rows('auth.sign-in');
    const username = expect.stringMatching(/^unusual [0-9a-f]{8}$/);
    expect(last?.details).toMatchObject({ username, reason: 'unknown' });
  });
});

describe('a session', () => {
  it('ends at sign-out, for both tokens, at once', async () => {
    const person = await addPerson(server);
    expect((await person.ask('POST', '/api/v1/auth/sign-out')).status).toBe(204);
    const after = await person.ask('GET', '/api/v1/me');
    expect([after.status, after.json.error.code]).toEqual([401, 'SESSION_OVER']);
    const body = { refreshToken: person.refreshToken };
    expect((await ask(server, 'POST', '/api/v1/auth/refresh', { body })).status).toBe(401);
  });

  it('is renewed by a refresh token once; the old one again ends it', async () => {
    const person = await addPerson(server);
    const renew = (refreshToken: string) =>
      ask(server, 'POST', '/api/v1/auth/refresh', { body: { refreshToken } });
    const first = await renew(person.refreshToken);
    expect(first.status, first.text).toBe(200);
    clock.pass(1_000);
    const second = await renew(first.json.refreshToken);
    expect(second.status).toBe(200);
    clock.pass(1_000);
    const again = await renew(person.refreshToken);
    expect([again.status, again.json.error.code]).toEqual([401, 'SESSION_OVER']);
    expect((await renew(second.json.refreshToken)).status).toBe(401);
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(401);
    expect(await rows('auth.refresh-reuse')).toHaveLength(1);
  });

  it('is renewed by one of 50 that ask at once', async () => {
    const person = await addPerson(server);
    const body = { refreshToken: person.refreshToken };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask(server, 'POST', '/api/v1/auth/refresh', { body })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
  });

  it('takes neither token for the other', async () => {
    const person = await addPerson(server);
    const headers = { authorization: `Bearer ${person.refreshToken}` };
    expect((await ask(server, 'GET', '/api/v1/me', { headers })).status).toBe(401);
    const body = { refreshToken: person.accessToken };
    expect((await ask(server, 'POST', '/api/v1/auth/refresh', { body })).status).toBe(401);
  });

  it('is listed, told from others, and ended one by one or all but this', async () => {
    const one = await addPerson(server);
    const two = await signedIn(server, one.username);
    const three = await signedIn(server, one.username);
    const listed = await two.ask('GET', '/api/v1/me/sessions');
    expect(listed.json.items).toHaveLength(3);
    const own = listed.json.items.filter(({ isThis }: { isThis: boolean }) => isThis);
    expect(own).toHaveLength(1);
    const stranger = await addPerson(server);
    const foreign = await stranger.ask('DELETE', `/api/v1/me/sessions/${own[0].id}`);
    expect([foreign.status, foreign.json.error.code]).toEqual([404, 'SESSION_NOT_FOUND']);
    const other = listed.json.items.find(({ isThis }: { isThis: boolean }) => !isThis);
    expect((await two.ask('DELETE', `/api/v1/me/sessions/${other.id}`)).status).toBe(204);
    expect((await two.ask('DELETE', '/api/v1/me/sessions')).json).toEqual({ ended: 1 });
    expect((await two.ask('GET', '/api/v1/me')).status).toBe(200);
    expect((await one.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await three.ask('GET', '/api/v1/me')).status).toBe(401);
  });

  it('ends when nobody used it for so long, and at its absolute limit', async () => {
    const idle = await addPerson(server);
    clock.pass(7 * DAY);
    const renewed = await ask(server, 'POST', '/api/v1/auth/refresh', {
      body: { refreshToken: idle.refreshToken },
    });
    expect(renewed.status).toBe(401);
    const long = await addPerson(server);
    let token = long.refreshToken;
    for (let day = 0; day < 5; day += 1) {
      clock.pass(6 * DAY - (day === 4 ? 1_000 : 0));
      const answer = await ask(server, 'POST', '/api/v1/auth/refresh', {
        body: { refreshToken: token },
      });
      expect(answer.status, `after ${6 * (day + 1)} days`).toBe(200);
      token = answer.json.refreshToken;
    }
    clock.pass(1_000);
    const over = await ask(server, 'POST', '/api/v1/auth/refresh', {
      body: { refreshToken: token },
    });
    expect(over.status).toBe(401);
  });

  it('has an access token that ends by itself', async () => {
    const person = await addPerson(server);
    clock.pass(31 * MINUTE);
    const answer = await person.ask('GET', '/api/v1/me');
    expect([answer.status, answer.json.error.code]).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('a password', () => {
  it('is changed with the current one alone, which ends the other sessions', async () => {
    const one = await addPerson(server);
    const two = await signedIn(server, one.username);
    const change = (body: unknown) => one.ask('POST', '/api/v1/me/password', body);
    const wrong = await change({ current: 'not this one', new: NEXT_PASSWORD });
    expect([wrong.status, wrong.json.error.code]).toEqual([403, 'PASSWORD_WRONG']);
    const weak = await change({ current: GOOD_PASSWORD, new: 'password1' });
    expect([weak.status, weak.json.error.code]).toEqual([422, 'PASSWORD_WEAK']);
    const done = await change({ current: GOOD_PASSWORD, new: NEXT_PASSWORD });
    expect(done.status, done.text).toBe(204);
    expect((await one.ask('GET', '/api/v1/me')).status).toBe(200);
    expect((await two.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await signIn(server, one.username, GOOD_PASSWORD)).status).toBe(401);
    expect((await signIn(server, one.username, NEXT_PASSWORD)).status).toBe(200);
  });

  it('may be changed while other sessions go on', async () => {
    const one = await addPerson(server);
    const two = await signedIn(server, one.username);
    const body = { current: GOOD_PASSWORD, new: NEXT_PASSWORD, endOtherSessions: false };
    expect((await one.ask('POST', '/api/v1/me/password', body)).status).toBe(204);
    expect((await two.ask('GET', '/api/v1/me')).status).toBe(200);
  });

  it('is set with a token of an admin, once, and within an hour', async () => {
    const person = await addPerson(server);
    const path = `/api/v1/people/${person.id}/password-reset`;
    const set = (token: string, password: string) =>
      ask(server, 'POST', '/api/v1/auth/reset-password', { body: { token, password } });
    const { token: early } = (await server.ask('POST', path)).json;
    const { token } = (await server.ask('POST', path)).json;
    expect((await set(early, NEXT_PASSWORD)).json.error.code).toBe('TOKEN_INVALID');
    expect((await set(token, 'short')).json.error.code).toBe('PASSWORD_WEAK');
    expect((await set(token, NEXT_PASSWORD)).status).toBe(204);
    expect((await set(token, NEXT_PASSWORD)).status).toBe(400);
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await signIn(server, person.username, NEXT_PASSWORD)).status).toBe(200);
    const { token: late } = (await server.ask('POST', path)).json;
    clock.pass(60 * MINUTE);
    expect((await set(late, GOOD_PASSWORD)).json.error.code).toBe('TOKEN_INVALID');
  });

  it('that was forgotten gets the same answer for any name, and a record for the admins', async () => {
    const person = await addPerson(server);
    const forgot = (username: string) =>
      ask(server, 'POST', '/api/v1/auth/forgot-password', { body: { username } });
    const [known, unknown] = [await forgot(person.username), await forgot('nobody-at-all')];
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    await expect.poll(async () => (await rows('auth.forgot-password')).length).toBe(1);
  });
});

describe('HTTP Basic', () => {
  const basic = (name: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
  });

  it('takes a password, also many at once, until it is changed or the person goes', async () => {
    const person = await addPerson(server, { role: 'viewer' });
    const headers = basic(person.username, GOOD_PASSWORD);
    const me = () => ask(server, 'GET', '/api/v1/me', { headers });
    const answers = await Promise.all(Array.from({ length: 20 }, me));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await server.ask('PATCH', `/api/v1/people/${person.id}`, { body: { role: 'user' } });
    expect((await me()).json.permissions).toContain('flows:write');
    await server.ask('PATCH', `/api/v1/people/${person.id}`, { body: { isActive: false } });
    expect((await me()).status).toBe(401);
    await server.ask('PATCH', `/api/v1/people/${person.id}`, { body: { isActive: true } });
    expect((await me()).status).toBe(200);
    const again = await signedIn(server, person.username);
    await again.ask('POST', '/api/v1/me/password', { current: GOOD_PASSWORD, new: NEXT_PASSWORD });
    expect((await me()).status).toBe(401);
  });

  it('counts failures like a sign-in', async () => {
    const person = await addPerson(server);
    for (let count = 0; count < 5; count += 1) {
      const headers = basic(person.username, `guess number ${count}`);
      expect((await ask(server, 'GET', '/api/v1/me', { headers })).status).toBe(401);
    }
    expect((await signIn(server, person.username, GOOD_PASSWORD)).status).toBe(429);
    const headers = basic(person.username, GOOD_PASSWORD);
    expect((await ask(server, 'GET', '/api/v1/me', { headers })).status).toBe(429);
  });
});

describe('cookies', () => {
  it('carry the tokens, need the CSRF token to change something, and go at sign-out', async () => {
    const { username } = await addPerson(server);
    const body = { username, password: GOOD_PASSWORD, cookies: true };
    const signed = await ask(server, 'POST', '/api/v1/auth/sign-in', { body });
    expect(signed.json).not.toHaveProperty('accessToken');
    expect(signed.json).not.toHaveProperty('refreshToken');
    const set = signed.headers.getSetCookie();
    expect(set).toHaveLength(2);
    expect(set[0]).toMatch(
      /^sluice-access=[^;]+; Path=\/; Max-Age=1800; HttpOnly; SameSite=Strict$/,
    );
    expect(set[1]).toMatch(
      /^sluice-refresh=[^;]+; Path=\/api\/v1\/auth; Max-Age=2592000; HttpOnly/,
    );
    const cookie = set.map((one) => one.split(';')[0]).join('; ');
    const csrf = signed.json.csrfToken;
    const me = await ask(server, 'GET', '/api/v1/me', { headers: { cookie } });
    expect(me.json.csrfToken).toBe(csrf);
    const patch = (headers: Readonly<Record<string, string>>) =>
      ask(server, 'PATCH', '/api/v1/me', { headers, body: { displayName: 'New' } });
    const without = await patch({ cookie });
    expect([without.status, without.json.error.code]).toEqual([403, 'CSRF_REFUSED']);
    expect((await patch({ cookie, 'x-csrf-token': `${csrf}x` })).status).toBe(403);
    expect((await patch({ cookie, 'x-csrf-token': csrf })).status).toBe(200);
    const renewed = await ask(server, 'POST', '/api/v1/auth/refresh', {
      headers: { cookie },
      body: {},
    });
    expect(renewed.status, renewed.text).toBe(200);
    const next = renewed.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const out = await ask(server, 'POST', '/api/v1/auth/sign-out', {
      headers: { cookie: next, 'x-csrf-token': csrf },
    });
    expect(out.status, out.text).toBe(204);
    expect(out.headers.getSetCookie()).toEqual([
      'sluice-access=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
      'sluice-refresh=; Path=/api/v1/auth; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
    expect((await ask(server, 'GET', '/api/v1/me', { headers: { cookie: next } })).status).toBe(
      401,
    );
  });
});
