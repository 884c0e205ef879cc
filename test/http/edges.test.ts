import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SECURITY_HEADERS } from '../../src/guard/index.ts';
import { type RawAnswer, rawRequest, readAnswer, sendRaw } from '../support/raw-http.ts';
import { jsonOf, type SmallServer, smallServer } from './small-server.ts';

const open: SmallServer[] = [];
const start = async (...args: Parameters<typeof smallServer>) => {
  const one = await smallServer(...args);
  open.push(one);
  return one;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const KEY = 'key a flows:read,flows:write';
const COOKIE = encodeURIComponent('cookie ada flows:read,flows:write');
const raw = async (server: SmallServer, ...args: Parameters<typeof rawRequest>) =>
  readAnswer(await sendRaw(server.url, rawRequest(...args)));
const codeOf = ({ body }: RawAnswer): string => JSON.parse(body).error.code;

describe('the list of addresses', () => {
  const edge = { networks: ['10.0.0.0/8', '192.168.0.0/16'], proxies: ['127.0.0.1'] };

  it('lets who is listed in, and nobody else, wherever they go', async () => {
    const server = await start({ edge });
    const ask = (path: string, address: string) =>
      server.ask(path, { headers: { 'x-api-key': KEY, 'x-forwarded-for': address } });
    expect((await ask('/things', '10.1.2.3')).status).toBe(200);
    for (const path of ['/things', '/open', '/health', '/nothing', '/free']) {
      const answer = await ask(path, '11.0.0.1');
      expect(answer.status, path).toBe(403);
      expect((await jsonOf(answer)).error.code).toBe('ADDRESS_REFUSED');
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
    }
    expect(server.rows.map(({ action, address }) => [action, address])).toEqual(
      Array.from({ length: 5 }, () => ['address.refused', '11.0.0.1']),
    );
  });

  it('believes no header of a peer that is no proxy', async () => {
    const server = await start({ edge: { ...edge, proxies: [] } });
    const headers = { 'x-api-key': KEY, 'x-forwarded-for': '10.1.2.3', forwarded: 'for=10.1.2.3' };
    expect((await server.ask('/things', { headers })).status).toBe(403);
  });

  it('leaves health to this machine alone', async () => {
    const server = await start({ edge });
    expect((await server.ask('/health')).status).toBe(200);
    for (const path of ['/healthy', '/free', '/health/../things', '/things?x=/health']) {
      expect((await server.ask(path, { headers: { 'x-api-key': KEY } })).status, path).toBe(403);
    }
  });

  it('refuses WebSockets too', async () => {
    const server = await start({ edge });
    const admission = await server.pipeline.admit({
      url: '/socket',
      method: 'GET',
      httpVersion: '1.1',
      headers: { host: 'x', 'x-api-key': KEY, 'x-forwarded-for': '11.0.0.1' },
      rawHeaders: ['Host', 'x', 'X-API-Key', KEY],
      socket: { remoteAddress: '127.0.0.1' },
    } as never);
    expect(admission).toMatchObject({ refusal: { code: 'ADDRESS_REFUSED' } });
  });
});

describe('plain HTTP', () => {
  const edge = {
    proxies: ['127.0.0.1'],
    baseUrl: 'https://sluice.example.com',
    httpsRedirect: true,
  };
  const plain = { 'X-Forwarded-Proto': 'http', 'X-API-Key': KEY };

  it('is sent on to the public address, whatever host was asked for', async () => {
    const server = await start({ edge });
    for (const line of ['GET /things?a=b', 'HEAD /things?a=b']) {
      const answer = await raw(server, line, { ...plain, 'X-Forwarded-Host': 'evil.example' });
      expect(answer.status).toBe(308);
      expect(answer.headers.location).toBe('https://sluice.example.com/things?a=b');
      expect(answer.headers).toMatchObject(SECURITY_HEADERS);
    }
    const { headers } = await raw(server, 'GET //evil.example/x', plain);
    expect(headers.location).toBe('https://sluice.example.com//evil.example/x');
  });

  it.each(['POST /things', 'GET http://evil.example/things'])(
    'is refused where it carries something: %s',
    async (line) => {
      const server = await start({ edge });
      const answer = await raw(server, line, { ...plain, 'Content-Length': '0' });
      expect(answer.status).toBe(403);
      expect(codeOf(answer)).toBe('HTTPS_REQUIRED');
    },
  );

  it.each([
    ['came by HTTPS', edge, { 'X-Forwarded-Proto': 'https' }],
    ['came from no proxy', { ...edge, proxies: [] }, plain],
    ['has a proxy that says nothing', edge, {}],
    ['is wanted by the settings', { ...edge, httpsRedirect: false }, plain],
    ['is the public address itself', { ...edge, baseUrl: 'http://localhost:8000' }, plain],
  ])('goes on where it %s', async (_what, settings, headers) => {
    const server = await start({ edge: settings });
    const answer = await raw(server, 'GET /things', { ...headers, 'X-API-Key': KEY });
    expect(answer.status).toBe(200);
  });
});

describe('a request with a cookie', () => {
  const ask = (server: SmallServer, headers: Record<string, string>, line = 'POST /things') =>
    raw(server, line, { 'Content-Type': 'application/json', Cookie: COOKIE, ...headers });

  it('changes nothing without the token of its session', async () => {
    const server = await start();
    for (const headers of [{}, { 'X-CSRF-Token': '' }, { 'X-CSRF-Token': 'session-bob' }]) {
      const answer = await ask(server, headers as Record<string, string>);
      expect(answer.status).toBe(403);
      expect(codeOf(answer)).toBe('CSRF_REFUSED');
    }
    expect((await ask(server, { 'X-CSRF-Token': 'session-ada' })).status).toBe(200);
    expect((await ask(server, {}, 'GET /things')).status).toBe(200);
    expect(server.rows.map(({ action, details }) => [action, details?.reason])).toEqual([
      ['access.denied', 'missing'],
      ['access.denied', 'wrong'],
      ['access.denied', 'wrong'],
    ]);
  });

  it.each([
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'http://test.evil.example' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
  ])('changes nothing from another page, even with the token: %j', async (page) => {
    const server = await start();
    const answer = await ask(server, { ...page, 'X-CSRF-Token': 'session-ada' } as never);
    expect(codeOf(answer)).toBe('CSRF_REFUSED');
  });

  it.each([
    { Origin: 'http://test' },
    { Origin: 'https://app.example.com' },
    { 'Sec-Fetch-Site': 'same-origin' },
  ])('is taken from pages of ours: %j', async (page) => {
    const server = await start({ edge: { cors: ['https://app.example.com'] } });
    const answer = await ask(server, { ...page, 'X-CSRF-Token': 'session-ada' } as never);
    expect(answer.status, answer.body).toBe(200);
  });

  it('renews no session for another page, and does for ours and for programs', async () => {
    const server = await start();
    const line = 'POST /sign-in';
    const foreign = await ask(server, { Origin: 'https://evil.example' }, line);
    expect(codeOf(foreign)).toBe('CSRF_REFUSED');
    expect((await ask(server, { Origin: 'http://test' }, line)).status).toBe(200);
    expect((await ask(server, {}, line)).status).toBe(200);
  });

  it('is not asked for a token where a key says who sends it', async () => {
    const server = await start();
    expect((await ask(server, { 'X-API-Key': KEY })).status).toBe(200);
  });
});

describe('an answer', () => {
  it('to somebody is kept by nobody on its way', async () => {
    const server = await start();
    const headers = { 'x-api-key': KEY };
    expect((await server.ask('/things', { headers })).headers.get('cache-control')).toBe(
      'no-store',
    );
    expect((await server.ask('/open')).headers.get('cache-control')).toBe('no-store');
    expect((await server.ask('/free')).headers.get('cache-control')).toBe(null);
  });

  it('sets each of several cookies', async () => {
    const server = await start();
    const { headers } = await server.ask('/open');
    expect(headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
  });

  it('tells the handler who asks, from where, with what and when', async () => {
    const server = await start({ edge: { proxies: ['127.0.0.0/8'] } });
    const headers = {
      'x-api-key': KEY,
      'x-forwarded-for': '192.0.2.5',
      'user-agent': 'x'.repeat(500),
    };
    const answer = await server.ask('/things', { headers });
    expect(await answer.json()).toMatchObject({
      address: '192.0.2.5',
      agent: 'x'.repeat(200),
      arrivedAt: 1_700_000_000_000,
      way: 'key',
    });
  });
});

describe('a refusal', () => {
  it('of a permission names it, and leaves one record', async () => {
    const server = await start();
    const headers = { 'x-api-key': 'key a flows:write' };
    const answer = await server.ask('/things', { headers });
    expect(answer.status).toBe(403);
    expect((await jsonOf(answer)).error.message).toBe('this needs the permission flows:read');
    expect(server.rows).toEqual([
      expect.objectContaining({
        actor: 'key:a',
        action: 'access.denied',
        targetId: 'read',
        details: { code: 'FORBIDDEN', way: 'key', permission: 'flows:read' },
      }),
    ]);
  });

  it('of a handler leaves one record, of why and of nothing else', async () => {
    const server = await start();
    const codes = ['FORBIDDEN', 'GRANT_TOO_HIGH', 'KEY_EXHAUSTED', 'FLOW_NOT_FOUND'];
    for (const code of codes) {
      await server.ask(`/refuse/${code}`, { headers: { 'x-api-key': KEY } });
    }
    expect(server.rows.map(({ action, details }) => [action, details?.code])).toEqual([
      ['access.denied', 'FORBIDDEN'],
      ['access.denied', 'GRANT_TOO_HIGH'],
      ['rate.limited', 'KEY_EXHAUSTED'],
    ]);
    expect(server.rows[0]?.details).toEqual({
      code: 'FORBIDDEN',
      way: 'key',
      act: 'view',
      why: 'the flow is private',
    });
  });

  it('of a wrong key is told to who looks for attacks', async () => {
    const server = await start();
    const headers = { 'x-api-key': 'wrong' };
    expect((await server.ask('/things', { headers })).status).toBe(401);
    expect(server.observed).toEqual([
      { kind: 'failure', account: 'default', address: '127.0.0.1' },
    ]);
    expect(server.rows).toEqual([
      expect.objectContaining({
        actor: 'key:1',
        action: 'auth.denied',
        details: { code: 'UNAUTHENTICATED', reason: 'unknown' },
      }),
    ]);
  });
});

describe('a form', () => {
  const headers = { 'x-api-key': KEY, 'content-type': 'application/x-www-form-urlencoded' };
  const post = (server: SmallServer, path: string, body: string) =>
    server.ask(path, { method: 'POST', headers, body });

  it('is taken by the routes that say so, as an object of texts', async () => {
    const server = await start();
    const answer = await post(server, '/form', 'a=1&b=x+y%26z&c=');
    expect((await jsonOf(answer)).given).toEqual({ a: '1', b: 'x y&z', c: '' });
    expect((await post(server, '/things', 'a=1')).status).toBe(415);
  });

  it.each(['a=1&a=2', '__proto__=x', 'a=%ff%fe'.replaceAll('%ff%fe', '\xff')])(
    'is refused: %j',
    async (body) => {
      const server = await start();
      const answer = await server.ask('/form', {
        method: 'POST',
        headers,
        body: Buffer.from(body, 'latin1'),
      });
      expect(answer.status).toBe(422);
    },
  );
});

describe('a WebSocket', () => {
  const admit = (server: SmallServer, url: string, headers: Record<string, string> = {}) => {
    const all: Record<string, string> = { host: 'test', ...headers };
    return server.pipeline.admit({
      url,
      method: 'GET',
      httpVersion: '1.1',
      headers: all,
      rawHeaders: Object.entries(all).flat(),
      socket: { remoteAddress: '127.0.0.1' },
    } as never);
  };
  const ticket = encodeURIComponent('ticket ada flows:read');

  it.each([
    [`/socket?ticket=${ticket}`, {}],
    [`/socket?token=${ticket}`, {}],
    ['/socket', { 'sec-websocket-protocol': `sluice.v1, ticket.${ticket}` }],
    ['/socket', { 'x-api-key': KEY }],
  ])('is opened by a ticket, a token or a key: %s %j', async (url, headers) => {
    const server = await start();
    expect(await admit(server, url, headers as never)).toMatchObject({
      admitted: { route: 'socket', address: '127.0.0.1' },
    });
  });

  it('is refused to nobody, to who may not, and beyond the limit, each with its record', async () => {
    const server = await start({ api: { amount: 2, windowMs: 60_000 } });
    expect(await admit(server, '/socket')).toMatchObject({ refusal: { code: 'UNAUTHENTICATED' } });
    const headers = { 'x-api-key': 'key a flows:write' };
    for (const code of ['FORBIDDEN', 'FORBIDDEN', 'RATE_LIMITED']) {
      expect(await admit(server, '/socket', headers)).toMatchObject({ refusal: { code } });
    }
    await server.ask('/health');
    expect(server.rows.map(({ action, targetId }) => [action, targetId])).toEqual([
      ['auth.denied', 'socket'],
      ['access.denied', 'socket'],
      ['access.denied', 'socket'],
      ['rate.limited', 'socket'],
    ]);
  });

  it.each(['https://evil.example', 'null', 'http://test.evil.example'])(
    'is opened by no page of %s',
    async (origin) => {
      const server = await start({ edge: { cors: ['https://app.example.com'] } });
      const url = `/socket?ticket=${ticket}`;
      expect(await admit(server, url, { origin })).toMatchObject({
        refusal: { code: 'FORBIDDEN', details: { reason: 'origin' } },
      });
      const listed = await admit(server, url, { origin: 'https://app.example.com' });
      expect('admitted' in listed).toBe(true);
    },
  );
});

it('goes on when a client leaves while it is judged', async () => {
  const server = await start();
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(rawRequest('GET /things', { 'X-API-Key': KEY }));
  socket.destroy();
  expect((await server.ask('/health')).status).toBe(200);
});
