import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { openMemoryRates, openRedisRates } from '../../src/guard/index.ts';
import { sluice } from '../cli/spawn-command.ts';
import {
  askBare,
  type Headers,
  keyId,
  PASSWORD,
  type Person,
  readToken,
  signed,
  signIn,
  sql,
} from './access-people.ts';
import { type FakeRedis, fakeRedis, freePort } from './access-redis.ts';
import { type ClaimServer, claimServer, KEY, made, SECRETS } from './support.ts';

/** What guides 1 and 2 promise of settings about access: each is set, and seen to work. */

const APP = 'https://app.example.com';
const BASE = 'https://sluice.example.com';
const REDIS = { user: 'limiter', password: made('redis') };
const GOOD = `${PASSWORD} Q`;

let redis: FakeRedis;
let started: ClaimServer;
/** The address that is listened on; the one that is printed is BASE. */
let url: string;
let ada: Person;
const server = {
  ask: async (...[method, path, asked = {}]: Parameters<ClaimServer['ask']>) => {
    const { body, headers = {} } = asked;
    const all = { 'x-api-key': KEY, 'content-type': 'application/json', ...headers };
    const response = await fetch(url + path, {
      method,
      headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text.startsWith('{') ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  },
};

beforeAll(async () => {
  redis = await fakeRedis();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  started = await claimServer({
    NODE_ENV: 'production',
    PORT: String(port),
    JWT_SECRET_KEY: made('another access'),
    JWT_SECRET_KEYS_PREVIOUS: SECRETS.JWT_SECRET_KEY,
    REDIS_URL: `redis://${REDIS.user}:${REDIS.password}@127.0.0.1:${redis.port}`,
    SERIESOFTUBES_API_URL: BASE,
    ACCESS_TOKEN_EXPIRE_MINUTES: '7',
    BCRYPT_ROUNDS: '13',
    CORS_ORIGINS: `${APP},https://admin.example.com`,
    TRUSTED_PROXIES: '127.0.0.1',
    PASSWORD_COMPLEXITY: 'true',
  });
  const body = { username: 'ada', password: GOOD };
  const person = await server.ask('POST', '/api/v1/people', { body });
  if (person.status !== 201) throw new Error(person.text);
  const { json } = await signIn(server, 'ada', GOOD);
  ada = { ...json, ...json.person, ask: () => Promise.reject(new Error('not used')) };
});
afterAll(async () => {
  await started?.close();
  await redis?.close();
});

const get = (path: string, headers: Headers) => askBare(server, ['GET', path], { headers });

describe('variables', () => {
  it('G1.042 of guide 1 are honoured, each with another value than its default', async () => {
    const { header, claims } = readToken(ada.accessToken);
    expect(claims.exp - claims.iat).toBe(7 * 60);
    expect(ada.accessToken).toBe(signed(claims, made('another access'), header));
    const rows = await sql(
      started,
      "SELECT password_hash FROM sluice.people WHERE username = 'ada'",
    );
    expect(rows).toEqual([{ password_hash: expect.stringMatching(/^\$2[aby]\$13\$/) }]);
    expect(started.said().out).toContain(BASE);
    expect(redis.heard.map(([command]) => command)).toContain('EVALSHA');
    const nodes = { a: { type: 'template', config: { template: 'x' } } };
    const flow = await server.ask('POST', '/api/v1/flows', {
      body: { definition: { name: 'l', nodes } },
    });
    const link = await server.ask('POST', `/api/v1/flows/${flow.json.id}/links`, { body: {} });
    expect(link.json.url).toMatch(new RegExp(`^${BASE}/`));
  });

  it('G2.128 take the old signing secret beside the new one, and none that never was', async () => {
    const { claims } = readToken(ada.accessToken);
    const me = async (secret: string) => {
      const header = { alg: 'HS256', typ: 'at+jwt', kid: keyId(secret) };
      const authorization = `Bearer ${signed(claims, secret, header)}`;
      return (await get('/api/v1/me', { authorization })).status;
    };
    expect(await me(made('another access'))).toBe(200);
    expect(await me(SECRETS.JWT_SECRET_KEY)).toBe(200);
    expect(await me(made('an access that never was'))).toBe(401);
    expect(await me(SECRETS.JWT_REFRESH_SECRET_KEY)).toBe(401);
  });

  it('G2.085 ask for kinds of characters where PASSWORD_COMPLEXITY is on', async () => {
    const add = async (password: string) => {
      const username = `c-${password.length}-${/\d/.test(password)}`;
      return server.ask('POST', '/api/v1/people', { body: { username, password } });
    };
    for (const password of [PASSWORD, 'Violet Otter Under Lamps', 'VioletOtterUnder92Lamps']) {
      const refused = await add(password);
      expect([refused.status, refused.json.error.code]).toEqual([422, 'PASSWORD_WEAK']);
    }
    expect((await add('Violet Otter Under 93 Lamps!')).status).toBe(201);
  });
});

describe('Redis', () => {
  /** What a Redis hears of a limiter that is opened with this address and asked once. */
  async function heardOf(user: string): Promise<FakeRedis['heard']> {
    const own = await fakeRedis();
    const rates = await openRedisRates({
      url: `redis://${user}@127.0.0.1:${own.port}`,
      clock: systemClock,
      log: { warn: () => undefined, info: () => undefined },
      fallback: openMemoryRates({ clock: systemClock }),
    });
    const limit = { amount: 5, windowMs: 60_000 };
    await rates.take([{ name: 'api', by: 'address', subject: '192.0.2.1', limit }]);
    await rates.close();
    await own.close();
    return own.heard;
  }

  it('G1.045 is given the password of REDIS_URL before anything else', async () => {
    const heard = await heardOf(`:${REDIS.password}`);
    expect(heard[0]?.slice(-3)).toEqual(['AUTH', 'default', REDIS.password]);
    expect(heard.map(([command]) => command)).toContain('EVALSHA');
  });

  it('G1.046 is given user and password where the address has both', async () => {
    const heard = await heardOf(`${REDIS.user}:${encodeURIComponent('p@ss:w/rd')}`);
    expect(heard[0]?.slice(-3)).toEqual(['AUTH', REDIS.user, 'p@ss:w/rd']);
    expect(redis.heard[0]?.slice(-3)).toEqual(['AUTH', REDIS.user, REDIS.password]);
  });
});

/** Asks from another address of this machine, which is no trusted proxy. */
function fromElsewhere(path: string, headers: Headers): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const asked = request(
      { hostname, port, path, headers, localAddress: '127.0.0.2' },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

describe('a proxy', () => {
  const deniedFrom = async () => {
    const { json } = await server.ask('GET', '/api/v1/audit?action=auth.denied&limit=100');
    return json.items.map(({ address }: { address: string }) => address);
  };

  it('G1.054 says who asks and how, where it is trusted, and nobody else does', async () => {
    const said = { 'x-forwarded-for': '198.51.100.7, 203.0.113.9', 'x-forwarded-proto': 'https' };
    expect((await get('/api/v1/me', { ...said, authorization: 'Bearer x' })).status).toBe(401);
    await expect.poll(deniedFrom).toContain('203.0.113.9');
    const lied = { 'x-forwarded-for': '203.0.113.66', 'x-forwarded-proto': 'http' };
    expect(await fromElsewhere('/api/v1/me', { ...lied, authorization: 'Bearer x' })).toBe(401);
    await expect.poll(deniedFrom).toContain('127.0.0.2');
    // What stands before the nearest hop that is no proxy of ours was written by anybody.
    for (const address of ['198.51.100.7', '203.0.113.66']) {
      expect(await deniedFrom()).not.toContain(address);
    }
    const plain = await get('/api/v1/docs?x=1', { 'x-forwarded-proto': 'http' });
    expect(plain.status).toBe(308);
    expect(plain.headers.get('location')).toBe(`${BASE}/api/v1/docs?x=1`);
    expect((await get('/api/v1/docs', { 'x-forwarded-proto': 'https' })).status).toBe(200);
    expect(await fromElsewhere('/api/v1/docs', lied)).toBe(200);
  });
});

describe('origins', () => {
  const granted = (headers: globalThis.Headers) =>
    [...headers].filter(([name]) => name.startsWith('access-control-'));
  const preflight = (origin: string) =>
    askBare(server, ['OPTIONS', '/api/v1/flows'], {
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('G1.055 that are listed are named in the answer, and others get no header', async () => {
    const answer = await server.ask('GET', '/api/v1/flows', { headers: { origin: APP } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
    for (const origin of ['https://evil.example', `${APP}.evil.example`, 'null', `${APP}:444`]) {
      const other = await server.ask('GET', '/api/v1/flows', { headers: { origin } });
      expect(granted(other.headers)).toEqual([]);
      expect(granted((await preflight(origin)).headers)).toEqual([]);
    }
  });

  it('G2.103 that are listed may send cookies, in production too', async () => {
    for (const origin of [APP, 'https://admin.example.com']) {
      const { headers } = await preflight(origin);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
    }
  });
});

describe('what is risky', () => {
  it('G1.056 G2.104 CORS_ORIGINS=* keeps production from starting', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'sluice-claims-'));
    const env = { ...SECRETS, NODE_ENV: 'production', PORT: '0', HOME: cwd };
    for (const CORS_ORIGINS of ['*', `${APP},*`]) {
      const { exit, err, out } = await sluice(['start'], { cwd, env: { ...env, CORS_ORIGINS } });
      expect(exit).toBeGreaterThan(0);
      expect(err).toContain('CORS_ORIGINS has *');
      expect(out).toBe('');
    }
    const checked = await sluice(['config', 'check'], { cwd, env: { ...env, CORS_ORIGINS: APP } });
    expect(checked.err).not.toContain('CORS_ORIGINS');
    rmSync(cwd, { recursive: true });
  });

  it('G2.075 G2.104 starts in development with a warning for each, and gives * no cookies', async () => {
    const open = await claimServer({ CORS_ORIGINS: '*', TEMPLATE_UNSAFE: 'true' });
    try {
      const answer = await open.ask('GET', '/api/v1/flows', { headers: { origin: APP } });
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-credentials')).toBe(null);
      const { err, out } = open.said();
      const warned = `${out}\n${err}`.split('\n').filter((line) => line.includes('warn'));
      expect(warned.join('\n')).toMatch(/CORS_ORIGINS has \*/);
      expect(warned.join('\n')).toMatch(/TEMPLATE_UNSAFE/);
    } finally {
      await open.close();
    }
    expect(started.said().err).not.toMatch(/CORS_ORIGINS has \*|TEMPLATE_UNSAFE/);
  });
});
