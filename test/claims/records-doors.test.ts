import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice } from '../cli/spawn-command.ts';
import { rawRequest, readAnswer, sendRaw } from '../support/raw-http.ts';
import { freePort } from './records-support.ts';
import { type Answer, type ClaimServer, claimServer, KEY, made, SECRETS } from './support.ts';

/** What guides 3 to 5 promise of who is let in at all: origins, addresses, HTTPS. */

const APP = 'https://app.example.com';
const DESK = 'https://desk.example.com:8443';
const EVIL = 'https://evil.example';
const NEAR = '10.1.2.3';
const FAR = '11.0.0.1';

const DOORS = {
  BASE_URL: 'https://flows.example.com',
  TRUSTED_PROXIES: '127.0.0.1',
  ENABLE_IP_WHITELIST: 'true',
  IP_WHITELIST: '10.0.0.0/8,192.168.0.0/16,203.0.113.7/32',
};
let server: ClaimServer;
/** The same list, and nobody is a proxy of ours. */
let bare: ClaimServer;
beforeAll(async () => {
  const ports = [await freePort(), await freePort()];
  [server, bare] = await Promise.all([
    claimServer({ ...DOORS, PORT: `${ports[0]}`, ROUNDTABLE_CORS_ORIGINS: `${APP},${DESK}` }),
    claimServer({ ...DOORS, PORT: `${ports[1]}`, TRUSTED_PROXIES: '', CORS_ORIGINS: APP }),
  ]);
}, 60_000);
afterAll(() => Promise.all([server?.close(), bare?.close()]));

/** Through the proxy, from an address that is listed unless the headers say another. */
const ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  server.ask(method, path, {
    headers: { 'x-forwarded-for': NEAR, 'x-forwarded-proto': 'https', ...headers },
  });
const FLOWS = '/api/v1/flows';

describe('origins', () => {
  const allowedOf = async (origin: string, path = FLOWS) =>
    (await ask('GET', path, { origin })).headers.get('access-control-allow-origin');
  const preflight = (origin: string, method: string, header: string) =>
    ask('OPTIONS', FLOWS, {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': header,
    });
  const grantedBy = ({ headers }: Answer) =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-'));

  it('G3.152 G5.267 of the list may read answers, and no third one', async () => {
    for (const origin of [APP, DESK]) expect(await allowedOf(origin)).toBe(origin);
    for (const origin of [EVIL, 'null', 'http://app.example.com', `${APP}.evil.example`]) {
      expect(await allowedOf(origin)).toBe(null);
      expect(await allowedOf(origin, '/nowhere')).toBe(null);
      expect(grantedBy(await preflight(origin, 'GET', 'x-api-key'))).toEqual([]);
    }
  });

  it('G4.218 are granted the methods of the path and headers of ours, and no others', async () => {
    const { headers } = await preflight(APP, 'PATCH', 'x-evil, x-api-key');
    const methods = headers.get('access-control-allow-methods')?.split(', ');
    expect(methods).toEqual(expect.arrayContaining(['GET', 'POST']));
    for (const none of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'CONNECT', '*']) {
      expect(methods).not.toContain(none);
    }
    const names = headers.get('access-control-allow-headers')?.split(', ');
    expect(names).toEqual(expect.arrayContaining(['authorization', 'content-type', 'x-api-key']));
    for (const none of ['x-evil', 'cookie', 'x-forwarded-for', '*']) {
      expect(names).not.toContain(none);
    }
  });

  it('G4.219 keep the answer to a preflight for a day at most', async () => {
    const { headers } = await preflight(APP, 'GET', 'x-api-key');
    const seconds = Number(headers.get('access-control-max-age') ?? 'none');
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(86_400);
  });
});

describe('the command, in production', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-doors-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const READY = {
    ...SECRETS,
    SLUICE_ENV: 'production',
    BASE_URL: 'https://flows.example.com',
    DATABASE_URL: `postgresql://sluice:${made('db')}@db.example.com/x?sslmode=require`,
  };
  const check = (origins: string) =>
    sluice(['config', 'check'], { cwd: folder, env: { ...READY, CORS_ORIGINS: origins } });

  it('G3.153 warns of http://localhost:3000', async () => {
    const { out, err } = await check(`${APP},http://localhost:3000`);
    expect(out + err).toMatch(/warning: environment: CORS_ORIGINS has http:\/\/localhost:3000/);
    const good = await check(APP);
    expect(good.out + good.err).not.toContain('CORS_ORIGINS');
  });

  it('G3.154 warns of origins without HTTPS', async () => {
    const { out, err } = await check(`${APP},http://desk.example.com`);
    expect(out + err).toMatch(/warning: environment: CORS_ORIGINS has an origin with http:\/\//);
    const good = await check(`${APP},${DESK}`);
    expect(good.out + good.err).not.toContain('CORS_ORIGINS');
  });

  it('G5.263 does not start with what is no address and no CIDR range', async () => {
    for (const wrong of ['10.0.0.0/33', '10.0.0/8', '010.0.0.0/8', 'localhost', '2001:db8::/129']) {
      const env = { ...READY, PORT: '0', ENABLE_IP_WHITELIST: 'true', IP_WHITELIST: wrong };
      const { exit, err } = await sluice(['start'], { cwd: folder, env });
      expect(exit, wrong).toBe(2);
      expect(err).toContain('IP_WHITELIST');
    }
  });
});

describe('addresses', () => {
  const statusFrom = async (address: string, path = FLOWS) =>
    (await ask('GET', path, { 'x-forwarded-for': address })).status;

  it('G5.262 outside of the list get 403 on every path, with a key and without', async () => {
    for (const path of [FLOWS, '/health', '/nowhere', '/api/v1/docs', '/v1/jobs']) {
      expect(await statusFrom(FAR, path), path).toBe(403);
    }
    const nobody = await ask('GET', FLOWS, { 'x-forwarded-for': FAR, 'x-api-key': '' });
    expect([nobody.status, nobody.json.error.code]).toEqual([403, 'ADDRESS_REFUSED']);
    expect(await statusFrom(NEAR)).toBe(200);
  });

  it('G5.263 are those of the ranges, and of no other', async () => {
    for (const address of ['10.1.2.3', '10.255.255.255', '192.168.7.7', '203.0.113.7']) {
      expect(await statusFrom(address), address).toBe(200);
    }
    for (const address of ['11.0.0.1', '9.255.255.255', '192.169.0.1', '203.0.113.8', '::1']) {
      expect(await statusFrom(address), address).toBe(403);
    }
  });

  it('G5.264 are not believed of who is no proxy', async () => {
    for (const headers of [
      { 'x-forwarded-for': NEAR },
      { 'x-forwarded-for': `${NEAR}, ${NEAR}` },
      { 'x-real-ip': NEAR, forwarded: `for=${NEAR}`, 'x-client-ip': NEAR },
    ]) {
      const { status } = await bare.ask('GET', FLOWS, { headers });
      expect(status).toBe(403);
    }
    // Of what the proxy was sent, it is the part that the proxy added itself.
    expect(await statusFrom(`${NEAR}, ${FAR}`)).toBe(403);
  });
});

describe('the public address', () => {
  it('G5.265 is where plain HTTP is sent on to', async () => {
    const plain = (line: string, host = 'flows.example.com') =>
      sendRaw(
        server.url,
        rawRequest(line, [
          'X-Forwarded-Proto: http',
          `X-Forwarded-For: ${NEAR}`,
          `X-Forwarded-Host: ${host}`,
          `X-API-Key: ${KEY}`,
          'Content-Length: 0',
        ]),
      ).then(readAnswer);
    const sent = await plain('GET /api/v1/flows?limit=1', 'evil.example');
    expect([301, 308]).toContain(sent.status);
    expect(sent.headers.location).toBe('https://flows.example.com/api/v1/flows?limit=1');
    expect((await plain('POST /api/v1/flows')).status).toBe(403);
    expect((await ask('GET', FLOWS)).status).toBe(200);
  });

  it('G5.261 answers at /v1/jobs', async () => {
    const { status, json } = await ask('GET', '/v1/jobs');
    expect(status).toBe(200);
    expect(json).toMatchObject({ jobs: [], total: 0 });
    const one = await ask('GET', '/v1/jobs/0190a0a0-0000-7000-8000-000000000001');
    expect([one.status, one.json.error.code]).toEqual([404, 'EXECUTION_NOT_FOUND']);
    expect((await ask('GET', '/v1/jobs', { 'x-api-key': '' })).status).toBe(401);
  });
});
