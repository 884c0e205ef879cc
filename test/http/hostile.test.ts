import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_LIMITS } from '../../src/base/index.ts';
import { SECURITY_HEADERS } from '../../src/guard/index.ts';
import { rawRequest, readAnswer, sendRaw } from '../support/raw-http.ts';
import { TEST_KEY, type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ requestBytes: 20_000 });
}, 60_000);
afterAll(() => server?.close());

const KEY = { 'X-API-Key': TEST_KEY };
const raw = async (bytes: string) => readAnswer(await sendRaw(server.url, bytes));

async function expectRefused(bytes: string, status: number, code: string): Promise<void> {
  const answer = await raw(bytes);
  expect(answer.status, answer.body).toBe(status);
  expect(JSON.parse(answer.body).error).toMatchObject({
    code,
    message: expect.any(String),
    remedy: expect.any(String),
    requestId: answer.headers['x-request-id'],
  });
  expect(answer.headers).toMatchObject(SECURITY_HEADERS);
}

describe('what is not HTTP', () => {
  it.each([
    ['nonsense', 'HELLO\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
    ['a line break in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['two hosts', 'GET /health HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n'],
    ['a host that is a path', 'GET /health HTTP/1.1\r\nHost: x/<script>\r\n\r\n'],
    [
      'a coding that is not undone',
      'GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an unknown expectation', 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: cookies\r\n\r\n'],
    ['a tunnel', 'CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['a length in words', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n'],
  ])('is refused in the shape of all errors: %s', async (_what, bytes) => {
    const lastOne = bytes.replace('HTTP/1.1\r\n', 'HTTP/1.1\r\nConnection: close\r\n');
    await expectRefused(lastOne, 400, 'REQUEST_INVALID');
  });

  it('hides no second credential behind more headers than Node keeps', async () => {
    const many = Array.from({ length: 2_100 }, () => 'a:');
    const lines = [`X-API-Key: ${TEST_KEY}`, ...many, 'X-API-Key: another'];
    await expectRefused(rawRequest('GET /api/v1/me', lines), 401, 'UNAUTHENTICATED');
  });

  it('such as headers without end, is refused before they are kept', async () => {
    const headers = { 'X-Long': 'a'.repeat(SERVER_LIMITS.headerBytes) };
    await expectRefused(rawRequest('GET /health', headers), 431, 'HEADERS_TOO_LARGE');
  });

  it('leaves the server well', async () => {
    expect((await server.ask('GET', '/health')).status).toBe(200);
  });
});

describe('an address', () => {
  it('that is too long is refused', async () => {
    const path = `/health?${'a'.repeat(SERVER_LIMITS.urlBytes)}`;
    await expectRefused(rawRequest(`GET ${path}`), 414, 'URL_TOO_LONG');
  });

  it.each([
    '//health',
    '/health/',
    '/Health',
    '/HEALTH',
    '/health%2f',
    '/health%2flive',
    '/health%00',
    '/health;a=b',
    '/./health',
    '/api/v1/../../health',
    '/api//v1/me',
    '/api/v1/me/',
    '/api/v1/ME',
    '/api/v1/flows/validate/',
    '/api%2fv1%2fme',
    '/%2e%2e/health',
    '/',
    '/favicon.ico',
    '/.env',
    '/__proto__',
    '/constructor',
  ])('%s is nothing, with a key and without', async (path) => {
    await expectRefused(rawRequest(`GET ${path}`, KEY), 404, 'ROUTE_NOT_FOUND');
    await expectRefused(rawRequest(`GET ${path}`), 404, 'ROUTE_NOT_FOUND');
  });

  it.each(['/%', '/%zz', '/api/v1/flows/%ff', '/%c0%ae'])('%s is refused', async (path) => {
    const answer = await raw(rawRequest(`GET ${path}`, KEY));
    expect([400, 404]).toContain(answer.status);
    expect(JSON.parse(answer.body).error.requestId).toBe(answer.headers['x-request-id']);
    expect(answer.headers).toMatchObject(SECURITY_HEADERS);
  });

  it('needs its key also where it is written otherwise', async () => {
    await expectRefused(rawRequest('GET /api/v1/%6de'), 401, 'UNAUTHENTICATED');
    await expectRefused(rawRequest('GET http://elsewhere/api/v1/me'), 401, 'UNAUTHENTICATED');
    expect((await raw(rawRequest('HEAD /api/v1/me'))).status).toBe(401);
  });

  it.each(['PATCH', 'DELETE', 'PUT', 'TRACE', 'PROPFIND', 'QUERY'])(
    'does not take %s',
    async (method) => {
      const answer = await raw(rawRequest(`${method} /api/v1/flows`, KEY));
      expect(answer.status, answer.body).toBe(405);
      expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS, POST');
      expect(JSON.parse(answer.body).error.code).toBe('METHOD_NOT_ALLOWED');
      expect(answer.headers).toMatchObject(SECURITY_HEADERS);
    },
  );

  it('says by OPTIONS what it takes, and grants no other origin anything', async () => {
    const asked = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
    const answer = await raw(rawRequest('OPTIONS /api/v1/flows', asked));
    expect(answer.status).toBe(204);
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS, POST');
    expect(Object.keys(answer.headers).join()).not.toContain('access-control');
    await expectRefused(rawRequest('OPTIONS /nothing'), 404, 'ROUTE_NOT_FOUND');
  });

  it('answers HEAD as GET, without the body', async () => {
    const answer = await raw(rawRequest('HEAD /health'));
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers['content-length']).toBe('15');
  });
});

describe('a body', () => {
  const line = 'POST /api/v1/flows/validate';
  const json = { ...KEY, 'Content-Type': 'application/json' };

  it('that says it is too large is refused before it is sent', async () => {
    const headers = { ...json, 'Content-Length': '20001' };
    await expectRefused(rawRequest(line, headers), 413, 'REQUEST_TOO_LARGE');
  });

  it('that grows too large in chunks is refused', async () => {
    const headers = { ...json, 'Transfer-Encoding': 'chunked' };
    const chunk = `1000\r\n${'a'.repeat(0x1000)}\r\n`;
    await expectRefused(rawRequest(line, headers, chunk.repeat(6)), 413, 'REQUEST_TOO_LARGE');
  });

  it('of exactly the largest size is read', async () => {
    const frame = '{"source": ""}';
    const body = frame.replace('""', `"${'#'.repeat(20_000 - frame.length)}"`);
    expect(body.length).toBe(20_000);
    const headers = { ...json, 'Content-Length': '20000' };
    expect((await raw(rawRequest(line, headers, body))).status).toBe(200);
  });

  it('is not even asked for without a key', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '20001' };
    await expectRefused(rawRequest(line, headers), 401, 'UNAUTHENTICATED');
  });

  // A server that kept what was sent to nowhere gave 4 MB of memory to each connection.
  it('is not even read where nothing is', async () => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '20000' };
    await expectRefused(rawRequest('POST /nothing', headers), 404, 'ROUTE_NOT_FOUND');
    await expectRefused(rawRequest('PUT /health', headers), 405, 'METHOD_NOT_ALLOWED');
  });

  it('that waits to be asked for is asked for only once its sender is let in', async () => {
    const expecting = { ...json, Expect: '100-continue' };
    const body = '{"source": ""}';
    const good = { ...expecting, 'Content-Length': String(body.length) };
    expect(await sendRaw(server.url, rawRequest(line, good, body))).toMatch(
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 4/,
    );
    const noKey = {
      'Content-Type': 'application/json',
      'Content-Length': '9',
      Expect: '100-continue',
    };
    await expectRefused(rawRequest(line, noKey), 401, 'UNAUTHENTICATED');
    const tooLarge = { ...expecting, 'Content-Length': '20001' };
    await expectRefused(rawRequest(line, tooLarge), 413, 'REQUEST_TOO_LARGE');
  });

  it('that is too large leaves its sender time to read why', async () => {
    const sent = Array.from({ length: 10 }, () =>
      server.ask('POST', '/api/v1/flows', { body: 'a'.repeat(4_000_000) }),
    );
    for (const { status } of await Promise.all(sent)) expect(status).toBe(413);
  });

  it('whose sender goes away harms nobody', async () => {
    const { hostname, port } = new URL(server.url);
    for (let count = 0; count < 20; count += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(rawRequest(line, { ...json, 'Content-Length': '5000' }, '{"source"'), () =>
            socket.destroy(),
          );
        });
        socket.on('close', () => resolve());
      });
    }
    expect((await server.ask('GET', '/health')).status).toBe(200);
    expect(server.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('an offer to upgrade to what is no WebSocket', () => {
  const offer = {
    Connection: 'Upgrade, HTTP2-Settings',
    Upgrade: 'h2c',
    'HTTP2-Settings': 'AAMAAABk',
  };
  const closing = (head: string, headers: Readonly<Record<string, string>>, body = '') => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return [`${head} HTTP/1.1`, 'Host: x', 'Connection: close', ...lines, '', body].join('\r\n');
  };

  // Java's client makes it with every request, and got 404 from every route.
  it('is left alone, with a body and without', async () => {
    expect((await raw(closing('GET /api/v1/me', { ...KEY, ...offer }))).status).toBe(200);
    const body = '{"source": "name: x"}';
    const json = { ...KEY, ...offer, 'Content-Type': 'application/json' };
    const whole = { ...json, 'Content-Length': String(body.length) };
    const validate = 'POST /api/v1/flows/validate';
    expect((await raw(closing(validate, whole, body))).status).toBe(200);
    const chunked = { ...json, 'Transfer-Encoding': 'chunked' };
    const chunks = `15\r\n${body}\r\n0\r\n\r\n`;
    expect((await raw(closing(validate, chunked, chunks))).status).toBe(200);
  });

  it('lets nobody in', async () => {
    await expectRefused(closing('GET /api/v1/me', offer), 401, 'UNAUTHENTICATED');
    await expectRefused(closing('GET /nothing', offer), 404, 'ROUTE_NOT_FOUND');
  });

  it.each(['h2c', 'websocket'])('to %s behind an unanswered request ends both', async (to) => {
    const offered = closing('GET /api/v1/ws', { ...KEY, Connection: 'Upgrade', Upgrade: to });
    const first = 'GET /api/v1/flows HTTP/1.1\r\nHost: x\r\n';
    const answer = await sendRaw(server.url, `${first}X-API-Key: ${TEST_KEY}\r\n\r\n${offered}`);
    expect(answer).not.toContain('101 Switching');
    expect((await server.ask('GET', '/health')).status).toBe(200);
  });
});

describe('an upgrade to a WebSocket', () => {
  const opening = {
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...KEY,
  };
  const upgrade = (path: string, headers: Readonly<Record<string, string>>, method = 'GET') => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${lines.join('\r\n')}\r\n\r\n`;
  };

  it('is answered with the headers of all answers', async () => {
    const { 'X-API-Key': _key, ...noKey } = opening;
    // Without a key it is closed at once, so that there is an end to read to.
    const answer = await raw(
      `${upgrade('/api/v1/ws', { ...noKey, 'X-Request-ID': 'a-1' })}\x88\x80\0\0\0\0`,
    );
    expect(answer.status).toBe(101);
    expect(answer.headers).toMatchObject({ ...SECURITY_HEADERS, 'x-request-id': 'a-1' });
  });

  it.each([
    ['another version', { ...opening, 'Sec-WebSocket-Version': '12' }, 'GET'],
    ['a key that is none', { ...opening, 'Sec-WebSocket-Key': 'abc' }, 'GET'],
    ['a list of protocols that is none', { ...opening, 'Sec-WebSocket-Protocol': ', ;' }, 'GET'],
    ['another method', opening, 'POST'],
    ['a body', { ...opening, 'Content-Length': '5' }, 'GET'],
    ['chunks', { ...opening, 'Transfer-Encoding': 'chunked' }, 'GET'],
  ])('in another way is refused in the shape of all errors: %s', async (_what, headers, method) => {
    await expectRefused(upgrade('/api/v1/ws', headers, method), 400, 'REQUEST_INVALID');
  });

  it('to no host, or with a long address, is refused', async () => {
    const noHost = upgrade('/api/v1/ws', opening).replace('Host: x\r\n', '');
    await expectRefused(noHost, 400, 'REQUEST_INVALID');
    const long = `/api/v1/ws?${'a'.repeat(SERVER_LIMITS.urlBytes)}`;
    await expectRefused(upgrade(long, opening), 414, 'URL_TOO_LONG');
  });
});

describe('a number in an address', () => {
  it.each(['', '%205', '0x10', '1e2', '+5', '5.0', '5_0'])(
    'is digits alone, not %j',
    async (text) => {
      const answer = await server.ask('GET', `/api/v1/flows?limit=${text}`);
      expect(answer.json.error).toMatchObject({ code: 'QUERY_INVALID' });
    },
  );

  it('of plain digits is read', async () => {
    expect((await server.ask('GET', '/api/v1/flows?limit=010')).status).toBe(200);
  });
});

describe('a request id', () => {
  it('that is sound is taken over', async () => {
    const answer = await raw(rawRequest('GET /health', { 'X-Request-ID': 'abc-1.2_Z' }));
    expect(answer.headers['x-request-id']).toBe('abc-1.2_Z');
  });

  it.each(['', 'a b', 'a'.repeat(65), '<script>', 'a\tb', 'ä'])('%j is replaced', async (given) => {
    const answer = await raw(rawRequest('GET /health', { 'X-Request-ID': given }));
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('that is sent twice is replaced', async () => {
    const answer = await raw(rawRequest('GET /health', ['X-Request-ID: a', 'X-Request-ID: b']));
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a key that is sent twice', () => {
  it('is nobody', async () => {
    const twice = [`X-API-Key: ${TEST_KEY}`, `X-API-Key: ${TEST_KEY}`];
    await expectRefused(rawRequest('GET /api/v1/me', twice), 401, 'UNAUTHENTICATED');
    const authorization = `Authorization: Bearer ${TEST_KEY}`;
    const both = [authorization, authorization];
    await expectRefused(rawRequest('GET /api/v1/me', both), 401, 'UNAUTHENTICATED');
  });

  it('never stands in the log', () => {
    expect(JSON.stringify(server.logged)).not.toContain(TEST_KEY);
  });
});

describe('an error of ours', () => {
  it('says nothing of itself, and is logged with its stack', async () => {
    const failing = await testServer({
      databaseUrl: server.databaseUrl,
      replace: {
        compile: () => {
          throw new Error('a secret detail');
        },
      },
    });
    try {
      const body = { source: 'name: x' };
      const answer = await failing.ask('POST', '/api/v1/flows/validate', { body });
      expect(answer.status).toBe(500);
      expect(answer.json.error).toMatchObject({ code: 'INTERNAL' });
      expect(answer.text).not.toContain('secret detail');
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      const line = failing.logged.find(({ message }) => message === 'a request failed');
      expect(line?.fields).toMatchObject({ requestId: answer.json.error.requestId });
      expect(line?.fields.error).toMatchObject({
        stack: expect.stringContaining('a secret detail'),
      });
    } finally {
      await failing.close();
    }
  });
});
