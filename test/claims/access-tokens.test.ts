import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  askBare,
  databaseDump,
  PASSWORD,
  type Person,
  personOf,
  readToken,
  signed,
  signedIn,
  signIn,
  sql,
  tokenPart,
} from './access-people.ts';
import { type ClaimServer, claimServer, made, SECRETS } from './support.ts';

/** What guides 1 and 2 promise of passwords, tokens and roles, of a server with no options. */

let server: ClaimServer;
let ada: Person;
beforeAll(async () => {
  // Limits are tried elsewhere; here many sign in from one address.
  server = await claimServer({ ENABLE_RATE_LIMITING: 'false' });
  ada = await personOf(server, 'ada');
});
afterAll(() => server?.close());

const me = (token: string) =>
  askBare(server, ['GET', '/api/v1/me'], { headers: { authorization: `Bearer ${token}` } });
const renew = (refreshToken: string) =>
  askBare(server, ['POST', '/api/v1/auth/refresh'], { body: { refreshToken } });

describe('tokens', () => {
  it('G1.043 G2.076 an access token is good for 30 minutes', async () => {
    const { claims } = readToken(ada.accessToken);
    expect(claims.exp - claims.iat).toBe(1_800);
    expect((await me(ada.accessToken)).status).toBe(200);
  });

  it('G2.077 a refresh token is good for 30 days, and once', async () => {
    const person = await signedIn(server, 'ada');
    const { claims } = readToken(person.refreshToken);
    expect(claims.exp - claims.iat).toBe(2_592_000);
    const next = await renew(person.refreshToken);
    expect(next.status, next.text).toBe(200);
    expect(next.json.refreshToken).not.toBe(person.refreshToken);
    const again = await renew(person.refreshToken);
    expect([again.status, again.json.error.code]).toEqual([401, 'SESSION_OVER']);
    // Somebody has both, and nobody knows who: the session is over for the two.
    expect((await renew(next.json.refreshToken)).status).toBe(401);
    expect((await person.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await me(ada.accessToken)).status).toBe(200);
  });

  it('G2.078 tokens are signed with HS256, and what says none or RS256 is refused', async () => {
    const { header, claims } = readToken(ada.accessToken);
    expect(header).toMatchObject({ alg: 'HS256' });
    const body = tokenPart(claims);
    const [, , signature = ''] = ada.accessToken.split('.');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const rsa = `${tokenPart({ ...header, alg: 'RS256' })}.${body}`;
    const own = publicKey.export({ format: 'jwk' });
    const refused = [
      `${tokenPart({ ...header, alg: 'none' })}.${body}.`,
      `${tokenPart({ ...header, alg: 'none' })}.${body}.${signature}`,
      `${tokenPart({ ...header, alg: 'nOnE' })}.${body}.`,
      `${rsa}.${sign('sha256', Buffer.from(rsa), privateKey).toString('base64url')}`,
      signed(claims, SECRETS.JWT_SECRET_KEY, { ...header, alg: 'RS256' }),
      signed(claims, SECRETS.JWT_SECRET_KEY, { ...header, alg: 'HS512' }),
      signed(claims, SECRETS.JWT_SECRET_KEY, { ...header, jwk: own }),
      signed(claims, SECRETS.JWT_REFRESH_SECRET_KEY, header),
      signed(claims, '', header),
    ];
    for (const token of refused) expect((await me(token)).status, token).toBe(401);
    // The twin: it is the header and the key that were refused, and nothing else.
    expect((await me(signed(claims, SECRETS.JWT_SECRET_KEY, header))).status).toBe(200);
  });

  it('G2.083 tampered, expired and malformed tokens answer 401, as an invalid token', async () => {
    const { header, claims } = readToken(ada.accessToken);
    const [head, body = '', signature = ''] = ada.accessToken.split('.');
    const secret = SECRETS.JWT_SECRET_KEY;
    const now = Math.floor(Date.now() / 1_000);
    const other = tokenPart({ ...claims, sub: 'person:01890000-0000-7000-8000-000000000000' });
    const tries = [
      `${head}.${other}.${signature}`,
      `${head}.${body}.${signature.slice(0, -2)}AA`,
      `${head}.${body}`,
      `${head}.${body}.`,
      `${ada.accessToken}.x`,
      'a.b.c',
      '...',
      signed({ ...claims, iat: now - 1_800, exp: now - 1 }, secret),
      signed({ ...claims, exp: now + 100_000 }, secret),
      signed({ ...claims, iat: now + 600, exp: now + 700 }, secret),
      signed({ ...claims, aud: 'sluice:refresh' }, secret),
      signed({ ...claims, sid: '01890000-0000-7000-8000-000000000000' }, secret),
      signed(claims, secret, { ...header, typ: 'rt+jwt' }),
      signed(claims, made('nobody')),
      ada.refreshToken,
    ];
    for (const token of tries) {
      const { status, json } = await me(token);
      expect(status, token).toBe(401);
      expect(json.error.message).toMatch(/^the (?:token|key) (?:is not valid|has expired)$/);
    }
    expect((await me(ada.accessToken)).status).toBe(200);
  });

  it('G2.133 what comes with cookies and changes something needs the CSRF token', async () => {
    const body = { username: 'ada', password: PASSWORD, cookies: true };
    const entered = await askBare(server, ['POST', '/api/v1/auth/sign-in'], { body });
    const cookie = entered.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    for (const line of entered.headers.getSetCookie())
      expect(line).toMatch(/HttpOnly; SameSite=Strict/);
    const { csrfToken } = entered.json;
    const definition = { name: 'w', nodes: { a: { type: 'template', config: { template: 'x' } } } };
    const save = (headers: Readonly<Record<string, string>>) =>
      askBare(server, ['POST', '/api/v1/flows'], { body: { definition }, headers });
    const wrong = [
      { cookie },
      { cookie, 'x-csrf-token': '' },
      { cookie, 'x-csrf-token': `${csrfToken.slice(0, -1)}_` },
      { cookie, 'x-csrf-token': csrfToken, origin: 'https://evil.example' },
    ];
    for (const headers of wrong) {
      const answer = await save(headers);
      expect([answer.status, answer.json.error.code]).toEqual([403, 'CSRF_REFUSED']);
    }
    expect((await save({ cookie, 'x-csrf-token': csrfToken })).status).toBe(201);
    expect((await askBare(server, ['GET', '/api/v1/me'], { headers: { cookie } })).status).toBe(
      200,
    );
    // No browser sends a bearer token by itself.
    expect((await save({ authorization: `Bearer ${ada.accessToken}` })).status).toBe(201);
  });
});

describe('passwords', () => {
  it('G1.044 G2.079 are kept as bcrypt of cost 12', async () => {
    const rows = await sql(server, 'SELECT password_hash AS hash FROM sluice.people');
    expect(rows.length).toBeGreaterThan(1);
    for (const { hash } of rows) expect(hash).toMatch(/^\$2[aby]\$12\$[./A-Za-z0-9]{53}$/);
  });

  it('G2.080 stand nowhere in the database, in no form that can be read back', async () => {
    const typed = {
      made: 'plain walrus takes 7 ladders',
      changed: 'plain walrus drops 8 ladders',
      wrong: 'plain walrus wants 9 ladders',
    };
    const body = { username: 'walter', password: typed.made };
    expect((await server.ask('POST', '/api/v1/people', { body })).status).toBe(201);
    expect((await signIn(server, 'walter', typed.wrong)).status).toBe(401);
    const walter = await signedIn(server, 'walter', typed.made);
    const change = { current: typed.made, new: typed.changed };
    expect((await walter.ask('POST', '/api/v1/me/password', change)).status).toBe(204);
    const dump = await databaseDump(server);
    expect(dump).toContain('walter');
    for (const password of Object.values(typed)) {
      const bytes = Buffer.from(password);
      const forms = [password, bytes.toString('base64'), bytes.toString('hex')];
      for (const form of forms) expect(dump).not.toContain(form);
    }
    for (const token of [ada.accessToken, ada.refreshToken]) expect(dump).not.toContain(token);
  });

  it('G2.084 have at least 8 characters: 7 answer 422, 8 answer 201', async () => {
    const add = (username: string, password: string) =>
      server.ask('POST', '/api/v1/people', { body: { username, password } });
    const short = await add('short', 'q7!Zr_x');
    expect([short.status, short.json.error.code]).toEqual([422, 'PASSWORD_WEAK']);
    expect(short.text).not.toContain('q7!Zr_x');
    expect((await add('enough', 'q7!Zr_xV')).status).toBe(201);
    expect((await add('common', 'password')).status).toBe(422);
  });
});

describe('principles', () => {
  it('G2.072 who is new may run nothing but flows of their own', async () => {
    const invited = await server.ask('POST', '/api/v1/invitations', { body: {} });
    const joined = await askBare(server, ['POST', '/api/v1/auth/sign-up'], {
      body: { username: 'nadia', password: PASSWORD, invitation: invited.json.token },
    });
    expect(joined.status, joined.text).toBe(201);
    for (const person of [ada, await signedIn(server, 'nadia')]) {
      const { json } = await person.ask('GET', '/api/v1/me');
      expect(json.role).toBe('user');
      expect(json.permissions.join()).not.toMatch(/admin|audit|server|trusted|secrets:write/);
      const doors = ['/api/v1/people', '/api/v1/audit', '/api/v1/admin/accounts'];
      for (const path of doors) expect((await person.ask('GET', path)).status).toBe(403);
      const self = await person.ask('PATCH', `/api/v1/people/${json.person.id}`, { role: 'admin' });
      expect(self.status).toBe(403);
    }
    expect((await server.ask('GET', '/api/v1/people')).status).toBe(200);
  });

  it('G2.071 each of the five layers stops or shows an attack', async () => {
    const save = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      server.ask('POST', '/api/v1/flows', { body, headers });
    // Input validation.
    const odd = await save({ source: 7, isAdmin: true });
    expect([odd.status, odd.json.error.code]).toEqual([422, 'BODY_INVALID']);
    // Authentication.
    expect((await save({ source: 'x' }, { 'x-api-key': 'x' })).status).toBe(401);
    // Authorization.
    const denied = await ada.ask('GET', '/api/v1/audit');
    expect(denied.status).toBe(403);
    // Encryption: what is kept opens nothing, and browsers stay with HTTPS.
    const key = await ada.ask('POST', '/api/v1/keys', { name: 'k', scopes: ['flows:read'] });
    expect(await databaseDump(server)).not.toContain(key.json.key);
    expect(key.headers.get('strict-transport-security')).toContain('max-age=31536000');
    // Monitoring: it is known who tried.
    const requestId = denied.headers.get('x-request-id');
    await expect
      .poll(async () => {
        const { json } = await server.ask('GET', `/api/v1/audit?actor=person:${ada.id}&limit=100`);
        return json.items.find((row: { requestId: string }) => row.requestId === requestId);
      })
      .toMatchObject({ action: 'access.denied', outcome: 'denied', address: '127.0.0.1' });
  });
});
