import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountId, RATE_LIMITS } from '../../src/base/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { openMemoryRates, type RateLimiter } from '../../src/guard/index.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { addPerson, ask, GOOD_PASSWORD, heldClock, signIn } from './people.ts';

const clock = heldClock();
const memory = openMemoryRates({ clock });
/** Limits names alone: those of addresses are tried elsewhere. */
const rates: RateLimiter = {
  take: (takings, options) => {
    if (isAway) throw new AppError('LIMITER_UNAVAILABLE', { message: 'the limiter is away' });
    const ofNames = takings.filter(({ by }) => by === 'name');
    return memory.take(ofNames, options);
  },
  close: () => memory.close(),
};
let isAway = false;

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ clock, rates });
}, 60_000);
afterAll(() => server?.close());

const place = (address: string) => ({
  address,
  agent: '',
  requestId: 'r',
  arrivedAt: clock.now(),
});

describe('sign-ins of one name', () => {
  it('are five a minute from all addresses together, right or wrong', async () => {
    const body = { username: 'limited', password: GOOD_PASSWORD };
    await server.ask('POST', '/api/v1/people', { body });
    const tries = Array.from({ length: 60 }, (_none, index) =>
      server.auth
        .signIn({ username: 'LIMITED', password: GOOD_PASSWORD }, place(`192.0.2.${index}`))
        .then(
          () => 'in',
          (thrown: AppError) => thrown.code,
        ),
    );
    const ended = await Promise.all(tries);
    expect(ended.filter((code) => code === 'in')).toHaveLength(RATE_LIMITS['sign-in'].amount);
    expect(ended.filter((code) => code === 'RATE_LIMITED')).toHaveLength(55);
    clock.pass(60_000);
    expect((await signIn(server, 'limited', GOOD_PASSWORD)).status).toBe(200);
  });

  it('are not taken at all while nobody can count them', async () => {
    const given = { username: 'limited', password: GOOD_PASSWORD };
    isAway = true;
    const code = await server.auth.signIn(given, place('192.0.2.1')).catch((thrown) => thrown.code);
    isAway = false;
    expect(code).toBe('LIMITER_UNAVAILABLE');
  });
});

describe('behind HTTPS', () => {
  it('cookies have the names and attributes that browsers hold to', async () => {
    const secure = await testServer({
      databaseUrl: server.databaseUrl,
      edge: { baseUrl: 'https://sluice.example', httpsRedirect: false },
      auth: { isSecure: true },
    });
    try {
      const { username } = await addPerson(secure);
      const body = { username, password: GOOD_PASSWORD, cookies: true };
      const signed = await ask(secure, 'POST', '/api/v1/auth/sign-in', { body });
      const [access = '', refresh = ''] = signed.headers.getSetCookie();
      expect(access).toMatch(/^__Host-sluice-access=.*; Path=\/; .*; SameSite=Strict; Secure$/);
      expect(refresh).toMatch(/^__Secure-sluice-refresh=.*; Path=\/api\/v1\/auth; .*; Secure$/);
      const [cookie = ''] = access.split(';');
      const me = await ask(secure, 'GET', '/api/v1/me', { headers: { cookie } });
      expect(me.status).toBe(200);
      // The name without its prefix could have been set by a neighbouring host.
      const plain = { cookie: cookie.replace('__Host-', '') };
      expect((await ask(secure, 'GET', '/api/v1/me', { headers: plain })).status).toBe(401);
    } finally {
      await secure.close();
    }
  });
});

describe('a WebSocket’s address', () => {
  const socket = { execution: '0198a2f0-0000-7000-8000-000000000001' };
  const base = { headers: [], address: '192.0.2.1', requestId: 'r' };

  it('may hold an access token, and no key, refresh token or token of a past session', async () => {
    const person = await addPerson(server);
    const key = await person.ask('POST', '/api/v1/keys', { name: 'k', scopes: ['flows:read'] });
    const identify = async (token: string, more = {}) => {
      const found = await server.auth.identify({ ...base, socket, token, ...more });
      return 'principal' in found ? found.way : found.refusal.code;
    };
    expect(await identify(person.accessToken)).toBe('query-token');
    expect(await identify(person.refreshToken)).toBe('UNAUTHENTICATED');
    expect(await identify(key.json.key)).toBe('UNAUTHENTICATED');
    expect(await identify(person.accessToken, { socket: undefined })).toBe('UNAUTHENTICATED');
    await person.ask('POST', '/api/v1/auth/sign-out');
    expect(await identify(person.accessToken)).toBe('SESSION_OVER');
  });

  it('may hold a ticket, which ends with the session that asked for it', async () => {
    const person = await addPerson(server);
    const me = await person.ask('GET', '/api/v1/me');
    const account = me.json.account as AccountId;
    const make = async () => {
      const { token, hash } = server.auth.makeToken();
      const at = clock.now();
      await server.store.account(account).tickets.create({
        principal: me.json.id,
        session: me.json.session,
        tokenHash: hash,
        at,
        expiresAt: at + 30_000,
      });
      return token;
    };
    const identify = async (ticket: string) => {
      const found = await server.auth.identify({ ...base, socket: {}, ticket });
      return 'principal' in found ? found.principal.session : found.refusal.code;
    };
    const ticket = await make();
    expect(await identify(ticket)).toBe(me.json.session);
    expect(await identify(ticket)).toBe('UNAUTHENTICATED');
    const [late, last] = [await make(), await make()];
    clock.pass(30_000);
    expect(await identify(late)).toBe('UNAUTHENTICATED');
    await person.ask('POST', '/api/v1/auth/sign-out');
    expect(await identify(last)).toBe('UNAUTHENTICATED');
  });
});
