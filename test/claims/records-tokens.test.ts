import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES, type Route } from '../../src/contract/index.ts';
import { rawRequest, readAnswer, sendRaw } from '../support/raw-http.ts';
import { freePort } from './records-support.ts';
import { type Answer, type ClaimServer, claimServer, made, SECRETS } from './support.ts';

/** What guides 3 and 4 promise of tokens and cookies, of a server that was started for HTTPS. */

const ACCESS = made('roundtable access');
const REFRESH = made('roundtable refresh');
const PASSWORD = 'seven quiet herons over Ghent';
const ID = '0190a0a0-0000-7000-8000-000000000001';
const { JWT_SECRET_KEY: _, JWT_REFRESH_SECRET_KEY: __, ...OTHERS } = SECRETS;

/** A whole closing frame. */
const CLOSED_1008 = '\r\n\r\n\x88\x0e\x03\xf0Unauthorized';

let server: ClaimServer;
beforeAll(async () => {
  server = await claimServer({
    ...OTHERS,
    PORT: String(await freePort()),
    // An empty value counts as none, so the names of system 3 are the ones that count.
    JWT_SECRET_KEY: '',
    JWT_REFRESH_SECRET_KEY: '',
    ROUNDTABLE_JWT_SECRET: ACCESS,
    ROUNDTABLE_JWT_REFRESH_SECRET: REFRESH,
    ROUNDTABLE_ACCESS_TOKEN_EXPIRY_MINUTES: '1440',
    ADMIN_PASSWORD: PASSWORD,
    BASE_URL: 'https://flows.example.com',
    ENABLE_RATE_LIMITING: 'false',
  });
});
afterAll(() => server?.close());

const auth = (path: string, body: object): Promise<Answer> =>
  server.ask('POST', `/api/v1/auth/${path}`, { headers: { 'x-api-key': '' }, body });
const signIn = async (more: object = {}) => {
  const answer = await auth('sign-in', { username: 'admin', password: PASSWORD, ...more });
  expect(answer.status, answer.text).toBe(200);
  return answer;
};
const me = (token: string) =>
  server.ask('GET', '/api/v1/me', {
    headers: { 'x-api-key': '', authorization: `Bearer ${token}` },
  });

const partOf = (token: string, index: number) =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const signature = (text: string, secret: string) =>
  createHmac('sha256', secret).update(text).digest('base64url');
/** The same token, but for these claims and under this secret. */
function forged(token: string, secret: string, claims: object = {}): string {
  const text = `${token.split('.')[0]}.${encoded({ ...partOf(token, 1), ...claims })}`;
  return `${text}.${signature(text, secret)}`;
}

describe('the secrets of tokens', () => {
  it('G3.147 access tokens are signed by ROUNDTABLE_JWT_SECRET, and by nothing else', async () => {
    const { accessToken } = (await signIn()).json;
    const [head, body, sign] = accessToken.split('.');
    expect(sign).toBe(signature(`${head}.${body}`, ACCESS));
    expect((await me(accessToken)).status).toBe(200);
    expect((await me(forged(accessToken, ACCESS))).status).toBe(200);
    for (const secret of [REFRESH, SECRETS.JWT_SECRET_KEY, made('else'), ' ']) {
      expect((await me(forged(accessToken, secret))).status).toBe(401);
    }
  });

  it('G3.148 refresh tokens are signed by ROUNDTABLE_JWT_REFRESH_SECRET, not by the other', async () => {
    const { accessToken, refreshToken } = (await signIn()).json;
    const [head, body, sign] = refreshToken.split('.');
    expect(sign).toBe(signature(`${head}.${body}`, REFRESH));
    const ofAccess = `${accessToken.split('.')[0]}.${refreshToken.split('.')[1]}`;
    for (const token of [
      forged(refreshToken, ACCESS),
      `${ofAccess}.${signature(ofAccess, ACCESS)}`,
      accessToken,
    ]) {
      expect((await auth('refresh', { refreshToken: token })).status).toBe(401);
    }
    expect((await me(refreshToken)).status).toBe(401);
    expect((await auth('refresh', { refreshToken })).status).toBe(200);
  });

  it('G4.184 tokens are good for 24 hours where the settings say so', async () => {
    const { iat, exp } = partOf((await signIn()).json.accessToken, 1);
    expect(exp - iat).toBe(86_400);
  });

  it('G4.185 a refresh gives new tokens, also at the path of system 4', async () => {
    const first = (await signIn()).json;
    const second = await auth('refresh', { refreshToken: first.refreshToken });
    expect(second.json.accessToken).not.toBe(first.accessToken);
    expect((await me(second.json.accessToken)).status).toBe(200);
    const third = await server.ask('POST', '/api/v1/accounts/refresh-token', {
      headers: { 'x-api-key': '' },
      body: { refresh_token: second.json.refreshToken },
    });
    expect((await me(third.json.token)).status).toBe(200);
    const again = await auth('refresh', { refreshToken: first.refreshToken });
    expect(again.status).toBe(401);
    expect((await me(third.json.token)).status).toBe(401);
  });
});

describe('tokens on every route', () => {
  const closed = (ROUTES as readonly Route[]).filter(({ permission }) => permission !== 'public');
  const statusOf = async ({ method, path, transport }: Route, token: string) => {
    const at = path.replace('{version}', '1').replace(/\{\w+\}/g, ID);
    const authorization = `Bearer ${token}`;
    if (transport !== 'socket') {
      const headers = { 'x-api-key': '', authorization };
      return (await server.ask(method, at, { headers })).status;
    }
    const upgrade = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const all = [`Sec-WebSocket-Key: ${'A'.repeat(22)}==`, `Authorization: ${authorization}`];
    const request = rawRequest(`${method} ${at}`, [...upgrade, ...all]);
    const answer = await sendRaw(server.url, request.replace(': close', ': Upgrade'));
    // A browser sees no status of a WebSocket: it is opened, says why not (1008), and closes.
    return answer.endsWith(CLOSED_1008) ? 401 : readAnswer(answer).status;
  };

  it('G4.187 what is tampered with, has expired or has no signature is 401', async () => {
    const { accessToken } = (await signIn()).json;
    const [head, body, sign = ''] = accessToken.split('.');
    const now = Math.floor(Date.now() / 1_000);
    const bad = {
      claims: `${head}.${encoded({ ...partOf(accessToken, 1), acc: 'other' })}.${sign}`,
      signature: `${head}.${body}.${sign[0] === 'A' ? 'B' : 'A'}${sign.slice(1)}`,
      expired: forged(accessToken, ACCESS, { iat: now - 7_200, exp: now - 3_600 }),
      unsigned: `${encoded({ alg: 'none', typ: 'at+jwt' })}.${body}.`,
    };
    expect(closed.length).toBeGreaterThan(50);
    for (const [what, token] of Object.entries(bad)) {
      const statuses = await Promise.all(closed.map((route) => statusOf(route, token)));
      const let_in = closed.filter((_route, index) => statuses[index] !== 401);
      expect(
        let_in.map(({ id }) => id),
        what,
      ).toEqual([]);
    }
    expect((await me(accessToken)).status).toBe(200);
  });
});

describe('cookies', () => {
  it('G4.186 are HttpOnly, Secure and SameSite, and hold all that is secret', async () => {
    const { headers, json, text } = await signIn({ cookies: true });
    const set = headers.getSetCookie();
    expect(set).toHaveLength(2);
    for (const cookie of set) {
      expect(cookie).toMatch(/; HttpOnly(?:;|$)/);
      expect(cookie).toMatch(/; Secure(?:;|$)/);
      expect(cookie).toMatch(/; SameSite=Strict(?:;|$)/);
      expect(text).not.toContain(/=([^;]+)/.exec(cookie)?.[1]);
    }
    expect(json).not.toHaveProperty('accessToken');
  });

  it('G3.173 change nothing without the token of their page, or from another page', async () => {
    const { headers, json } = await signIn({ cookies: true });
    const cookie = headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const change = (more: Readonly<Record<string, string>>, name = 'New') =>
      server.ask('PATCH', '/api/v1/me', {
        headers: { 'x-api-key': '', cookie, ...more },
        body: { displayName: name },
      });
    const csrf = json.csrfToken;
    const other = (await signIn({ cookies: true })).json.csrfToken;
    for (const more of [
      {},
      { 'x-csrf-token': 'x' },
      { 'x-csrf-token': other },
      { 'x-csrf-token': csrf, origin: 'https://evil.example' },
      { 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await change(more as Readonly<Record<string, string>>);
      expect([answer.status, answer.json.error.code]).toEqual([403, 'CSRF_REFUSED']);
    }
    const read = await server.ask('GET', '/api/v1/me', { headers: { 'x-api-key': '', cookie } });
    expect(read.json.person.displayName).not.toBe('New');
    expect((await change({ 'x-csrf-token': csrf })).status).toBe(200);
  });
});
