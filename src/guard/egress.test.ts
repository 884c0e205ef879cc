import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { HTTP_LIMITS } from '../base/index.ts';
import type { HttpRequest } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { type GuardedHttp, guardedHttp } from './egress.ts';
import type { Resolve } from './egress-connect.ts';

/** 127.0.0.2 stands for the outside world: it is the one address that the tests allow. */
const OUTSIDE = '127.0.0.2';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

async function listen(server: Server, host: string, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

function serve(handler: RequestListener, host = OUTSIDE, port = 0): Promise<number> {
  return listen(createServer(handler), host, port);
}

/** A server on loopback that must never be reached, and how often it was. */
async function canary(): Promise<{ port: number; hits: () => number }> {
  let hits = 0;
  const server = createServer((_request, response) => response.end('secret'));
  server.on('connection', () => {
    hits += 1;
  });
  return { port: await listen(server, '127.0.0.1'), hits: () => hits };
}

function client(allow: readonly string[] = [OUTSIDE], resolve?: Resolve): GuardedHttp {
  const http = guardedHttp({ allow, ...(resolve === undefined ? {} : { resolve }) });
  open.push(http);
  return http;
}

function ask(url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  const signal = new AbortController().signal;
  return { method: 'GET', headers: {}, timeoutMs: 5_000, signal, url, ...rest };
}

const named =
  (...answers: readonly (readonly string[])[]): Resolve =>
  async () => {
    const answer = answers.length > 1 ? (answers as string[][]).shift() : answers[0];
    return (answer ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };

async function errorOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

describe('guardedHttp', () => {
  it('reaches an allowed server and gives status, headers, body and url', async () => {
    const port = await serve((request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.setHeader('x-seen', `${request.method} ${request.url} ${request.headers.host}`);
      response.end('hello');
    });
    const answer = await client().request(ask(`http://${OUTSIDE}:${port}/a?b=c#d`));
    expect(answer.status).toBe(200);
    expect(new TextDecoder().decode(answer.body)).toBe('hello');
    expect(answer.url).toBe(`http://${OUTSIDE}:${port}/a?b=c`);
    expect(answer.headers['x-seen']).toBe(`GET /a?b=c ${OUTSIDE}:${port}`);
    expect(answer.headers['set-cookie']).toBe('a=1\nb=2');
    expect(Object.getPrototypeOf(answer.headers)).toBeNull();
  });

  it('sends method, headers and body', async () => {
    const port = await serve((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () =>
        response.end(`${request.method} ${request.headers['x-a']} ${Buffer.concat(pieces)}`),
      );
    });
    const answer = await client().request(
      ask(`http://${OUTSIDE}:${port}/`, { method: 'PUT', headers: { 'X-A': '1' }, body: 'é' }),
    );
    expect(Buffer.from(answer.body).toString()).toBe('PUT 1 é');
  });

  it('gives an error status as an answer', async () => {
    const port = await serve((_request, response) => response.writeHead(503).end('busy'));
    expect((await client().request(ask(`http://${OUTSIDE}:${port}/`))).status).toBe(503);
  });

  it('refuses loopback by default, naming host, address and remedy', async () => {
    const trap = await canary();
    const http = client([]);
    const byName = await errorOf(http.request(ask(`http://localhost:${trap.port}/`)));
    expect(byName.code).toBe('EGRESS_REFUSED');
    expect(byName.message).toMatch(
      /localhost is (127\.0\.0\.1|::1), which is an address of this machine itself \(loopback\)/,
    );
    expect(byName.remedy).toContain(`add localhost:${trap.port} to EGRESS_ALLOW`);
    expect(byName.retryable).toBe(false);
    const byAddress = await errorOf(http.request(ask(`http://127.0.0.1:${trap.port}/`)));
    expect(byAddress.message).toContain('127.0.0.1 is an address of this machine itself');
    expect(trap.hits()).toBe(0);
  });

  it('lets a name that an operator listed reach loopback', async () => {
    const trap = await canary();
    const http = client([`localhost:${trap.port}`], named(['127.0.0.1']));
    expect((await http.request(ask(`http://localhost:${trap.port}/`))).status).toBe(200);
    const other = await errorOf(http.request(ask(`http://attacker.example:${trap.port}/`)));
    expect(other.code).toBe('EGRESS_REFUSED');
    expect(trap.hits()).toBe(1);
  });

  it('dials the address it judged, though the name then points elsewhere (rebinding)', async () => {
    const trap = await canary();
    await serve((_request, response) => response.end('outside'), OUTSIDE, trap.port);
    let lookups = 0;
    const rebinding: Resolve = async () => {
      lookups += 1;
      return [{ address: lookups === 1 ? OUTSIDE : '127.0.0.1', family: 4 }];
    };
    const http = client([OUTSIDE], rebinding);
    const answer = await http.request(ask(`http://rebind.example:${trap.port}/`));
    expect(Buffer.from(answer.body).toString()).toBe('outside');
    expect(trap.hits()).toBe(0);
  });

  it('refuses a name with one bad address among good ones', async () => {
    const trap = await canary();
    const http = client([OUTSIDE], named([OUTSIDE, '127.0.0.1']));
    const error = await errorOf(http.request(ask(`http://mixed.example:${trap.port}/`)));
    expect(error.code).toBe('EGRESS_REFUSED');
    expect(trap.hits()).toBe(0);
  });

  it('fails closed when a resolver gives rubbish', async () => {
    for (const answer of ['', 'localhost', '2130706433', '127.1']) {
      const http = client([OUTSIDE], named([answer]));
      const error = await errorOf(http.request(ask('http://odd.example/')));
      expect(error.code).toBe('EGRESS_REFUSED');
    }
  });

  it('says that a name has no address', async () => {
    const error = await errorOf(client([], named([])).request(ask('http://nowhere.example/')));
    expect(error.code).toBe('HTTP_FAILED');
    expect(error.message).toBe('the host name nowhere.example has no address');
  });

  it('says that nothing listens', async () => {
    const port = await serve(() => undefined);
    await open.splice(0)[0]?.close();
    const error = await errorOf(client().request(ask(`http://${OUTSIDE}:${port}/`)));
    expect(error.code).toBe('HTTP_FAILED');
    expect(error.message).toContain('connection refused');
  });

  it('ignores proxy variables of the environment', async () => {
    const trap = await canary();
    const port = await serve((_request, response) => response.end('direct'));
    process.env.HTTP_PROXY = `http://127.0.0.1:${trap.port}`;
    process.env.http_proxy = process.env.HTTP_PROXY;
    try {
      const answer = await client().request(ask(`http://${OUTSIDE}:${port}/`));
      expect(Buffer.from(answer.body).toString()).toBe('direct');
    } finally {
      delete process.env.HTTP_PROXY;
      delete process.env.http_proxy;
    }
    expect(trap.hits()).toBe(0);
  });
});

describe('headers', () => {
  it.each([
    ['a line break in a value', { 'x-a': 'b\r\nx-evil: 1' }],
    ['a bare line feed', { 'x-a': 'b\nc' }],
    ['a NUL', { 'x-a': 'b\0' }],
    ['a letter no header can carry', { 'x-a': '\u{1f600}' }],
    ['a line break that narrows to one', { 'x-a': 'b\u{560a}c' }],
    ['a colon in a name', { 'x-a:b': '1' }],
    ['an empty name', { '': '1' }],
    ['a host', { Host: 'internal.example' }],
    ['a length', { 'Content-Length': '0' }],
    ['a transfer encoding', { 'Transfer-Encoding': 'chunked' }],
    ['a connection', { Connection: 'upgrade' }],
    ['one name twice', { 'X-A': '1', 'x-a': '2' }],
    ['too much', { 'x-a': 'a'.repeat(70_000) }],
  ])('refuses %s', async (_attack, headers) => {
    const port = await serve((_request, response) => response.end());
    const request = ask(`http://${OUTSIDE}:${port}/`, { headers: headers as never });
    expect((await errorOf(client().request(request))).code).toBe('HEADER_INVALID');
  });
});

describe('redirects', () => {
  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'data'],
    [308, 'PUT', 'PUT', 'data'],
    [301, 'DELETE', 'DELETE', 'data'],
    [303, 'HEAD', 'HEAD', ''],
  ])('after %i turns %s into %s', async (status, method, then, body) => {
    let seen = '';
    const port = await serve((request, response) => {
      if (request.url === '/from') {
        response.writeHead(status, { location: '/to' }).end();
        return;
      }
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        seen = `${request.method} ${request.url} ${Buffer.concat(pieces)}`;
        response.end();
      });
    });
    const request = ask(`http://${OUTSIDE}:${port}/from`, { method });
    const answer = await client().request(
      method === 'HEAD' ? request : { ...request, body: 'data' },
    );
    expect(seen).toBe(`${then} /to ${body}`);
    expect(answer.url).toBe(`http://${OUTSIDE}:${port}/to`);
  });

  it('takes no credential to another origin, and keeps it on the same one', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      const { authorization, cookie, accept } = request.headers;
      seen.push(
        [request.headers.host, authorization, cookie, request.headers['x-api-key'], accept].join(),
      );
      if (request.url === '/1') response.writeHead(302, { location: '/2' });
      else if (request.url === '/2') {
        response.writeHead(302, { location: `http://other.example:${port}/3` });
      }
      response.end();
    });
    const headers = { Authorization: 'Bearer t', Cookie: 'c', 'X-Api-Key': 'k', Accept: 'a/b' };
    const http = client([OUTSIDE], named([OUTSIDE]));
    await http.request(ask(`http://one.example:${port}/1`, { headers }));
    expect(seen).toEqual([
      `one.example:${port},Bearer t,c,k,a/b`,
      `one.example:${port},Bearer t,c,k,a/b`,
      `other.example:${port},,,,a/b`,
    ]);
  });

  it.each([301, 302, 303, 307, 308])('judges the target of a %i again', async (status) => {
    const trap = await canary();
    const port = await serve((_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${trap.port}/` }).end(),
    );
    const error = await errorOf(client().request(ask(`http://${OUTSIDE}:${port}/`)));
    expect(error.code).toBe('EGRESS_REFUSED');
    expect(error.message).toContain('after a redirect from 127.0.0.2');
    expect(trap.hits()).toBe(0);
  });

  it.each(['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://a:b@127.0.0.2/', 'http://['])(
    'refuses a redirect to %s',
    async (location) => {
      const port = await serve((_request, response) => response.writeHead(302, { location }).end());
      const error = await errorOf(client().request(ask(`http://${OUTSIDE}:${port}/`)));
      expect(error.code).toBe('URL_INVALID');
    },
  );

  it('ends a circle, and follows none when told so', async () => {
    const port = await serve((_request, response) =>
      response.writeHead(302, { location: '/' }).end(),
    );
    const url = `http://${OUTSIDE}:${port}/`;
    expect((await errorOf(client().request(ask(url)))).code).toBe('HTTP_REDIRECTS');
    expect((await client().request(ask(url, { redirects: 0 }))).status).toBe(302);
  });
});

describe('bodies', () => {
  it.each([
    ['gzip', gzipSync('hello')],
    ['deflate', deflateSync('hello')],
    ['deflate', deflateRawSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['gzip, br', brotliCompressSync(gzipSync('hello'))],
    ['identity', Buffer.from('hello')],
  ])('inflates %s', async (encoding, body) => {
    const port = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    const answer = await client().request(ask(`http://${OUTSIDE}:${port}/`));
    expect(Buffer.from(answer.body).toString()).toBe('hello');
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(HTTP_LIMITS.responseBytes + 1))],
    ['deflate', deflateSync(Buffer.alloc(HTTP_LIMITS.responseBytes + 1))],
    ['br', brotliCompressSync(Buffer.alloc(HTTP_LIMITS.responseBytes + 1))],
    ['br, gzip', gzipSync(brotliCompressSync(Buffer.alloc(HTTP_LIMITS.responseBytes + 1)))],
    ['identity', Buffer.alloc(HTTP_LIMITS.responseBytes + 1)],
  ])('stops a %s answer over the limit (decompression bomb)', async (encoding, body) => {
    const port = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    const error = await errorOf(client().request(ask(`http://${OUTSIDE}:${port}/`)));
    expect(error.code).toBe('HTTP_TOO_LARGE');
  });

  it('stops an answer without end', async () => {
    const port = await serve((_request, response) => {
      const piece = Buffer.alloc(1024 * 1024);
      const pour = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', pour);
      pour();
    });
    const error = await errorOf(client().request(ask(`http://${OUTSIDE}:${port}/`)));
    expect(error.code).toBe('HTTP_TOO_LARGE');
  });

  it.each([
    ['gzip', Buffer.from('not gzip')],
    ['gzip', gzipSync('cut short').subarray(0, 12)],
    ['zstd', Buffer.from('x')],
    ['gzip, gzip, gzip, gzip', Buffer.from('x')],
  ])('refuses a damaged or unknown %s answer', async (encoding, body) => {
    const port = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    const error = await errorOf(client().request(ask(`http://${OUTSIDE}:${port}/`)));
    expect(error.code).toBe('HTTP_FAILED');
  });

  it('reads an answer without body that names an encoding', async () => {
    const port = await serve((_request, response) =>
      response.writeHead(204, { 'content-encoding': 'gzip' }).end(),
    );
    const answer = await client().request(ask(`http://${OUTSIDE}:${port}/`));
    expect(answer.body.length).toBe(0);
  });

  it('refuses to send a body over the limit', async () => {
    const body = new Uint8Array(HTTP_LIMITS.requestBytes + 1);
    const request = ask('http://example.com/', { method: 'POST', body });
    expect((await errorOf(client().request(request))).code).toBe('HTTP_TOO_LARGE');
  });
});

describe('time', () => {
  it('ends an answer that drips', async () => {
    const port = await serve((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const request = ask(`http://${OUTSIDE}:${port}/`, { timeoutMs: 200 });
    const error = await errorOf(client().request(request));
    expect(error.code).toBe('HTTP_TIMEOUT');
    expect(error.message).toBe('127.0.0.2 did not answer within 200 ms');
  });

  it('ends a name server and a connection that never answer', async () => {
    const silent = client([OUTSIDE], () => new Promise(() => undefined));
    const error = await errorOf(silent.request(ask('http://slow.example/', { timeoutMs: 50 })));
    expect(error.code).toBe('HTTP_TIMEOUT');
  });

  it('rejects with the reason of an abort, before and during a request', async () => {
    const stop = new AbortController();
    const port = await serve(() => stop.abort(new Error('enough')));
    const request = ask(`http://${OUTSIDE}:${port}/`, { signal: stop.signal });
    await expect(client().request(request)).rejects.toThrow('enough');
    await expect(client().request(request)).rejects.toThrow('enough');
  });

  it('ends open requests when closed', async () => {
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const port = await serve(() => arrived());
    const http = client();
    const failing = errorOf(http.request(ask(`http://${OUTSIDE}:${port}/`)));
    await arrival;
    await http.close();
    expect((await failing).code).toBe('HTTP_FAILED');
  });
});

describe('hostile peers', () => {
  it.each([
    ['rubbish', 'SSH-2.0-OpenSSH_9.9\r\n\r\n', 'is not valid HTTP'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'is not as long as it says',
    ],
    ['a huge header', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(80_000)}\r\n\r\n`, 'too large'],
    ['less than it says', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab', 'was closed'],
    ['nothing', '', 'was closed'],
  ])('fails in words on %s, without quoting it', async (_attack, text, words) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(text));
    });
    await new Promise<void>((resolve) => server.listen(0, OUTSIDE, resolve));
    open.push({ close: () => server.close() });
    const { port } = server.address() as AddressInfo;
    const error = await errorOf(client().request(ask(`http://${OUTSIDE}:${port}/`)));
    expect(error.code).toBe('HTTP_FAILED');
    expect(error.message).toContain(`the request to 127.0.0.2:${port} failed: `);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('OpenSSH');
  });
});
