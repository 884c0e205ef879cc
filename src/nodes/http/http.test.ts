import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Value } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { type GuardedHttp, guardedHttp } from '../../guard/index.ts';
import { type Trial, trialVisit } from '../kit/trial-visit.ts';
import { httpNode } from './http.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let base = '';
let seen: Seen;
let answer: (response: ServerResponse) => void;
let http: GuardedHttp;

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const { method, url, headers } = request;
    seen = { method, url, headers, body: Buffer.concat(pieces).toString() };
    answer(response);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  http = guardedHttp({ allow: ['127.0.0.1'] });
});
afterAll(async () => {
  await http.close();
  server.close();
});

type Answered = {
  status_code: number;
  headers: Record<string, string>;
  body: Value;
  url: string;
};

async function ask(
  config: Record<string, unknown>,
  reply: { status?: number; type?: string; body?: string | Uint8Array; headers?: object } = {},
  trial: Trial = {},
): Promise<Answered> {
  answer = (response) => {
    const type = reply.type === undefined ? {} : { 'content-type': reply.type };
    response.writeHead(reply.status ?? 200, { ...type, ...reply.headers });
    response.end(reply.body ?? '');
  };
  const capabilities = { http };
  const result = await trialVisit(httpNode, {
    ...trial,
    config: { url: `${base}/path`, ...config },
    capabilities,
  });
  return result.value as Answered;
}

async function errorOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

describe('requests', () => {
  it('asks with GET and gives status, headers, body and url', async () => {
    const result = await ask({}, { type: 'application/json', body: '{"a": [1]}' });
    expect(result).toMatchObject({ status_code: 200, body: { a: [1] }, url: `${base}/path` });
    expect(result.headers['content-type']).toBe('application/json');
    expect(seen).toMatchObject({ method: 'GET', url: '/path', body: '' });
    expect(seen.headers['idempotency-key']).toBeUndefined();
  });

  it('adds parameters to the query', async () => {
    const params = {
      q: 'a b&c',
      n: 5,
      yes: true,
      no: false,
      none: null,
      tags: ['x', 'y', null],
      deep: { a: 1 },
      'ä=': '+',
    };
    await ask({ url: `${base}/path?first=%20#part`, params });
    expect(seen.url).toBe(
      '/path?first=%20&q=a+b%26c&n=5&yes=true&no=false&tags=x&tags=y&deep=%7B%22a%22%3A1%7D&%C3%A4%3D=%2B',
    );
    await ask({ params: { none: null } });
    expect(seen.url).toBe('/path');
  });

  it.each([
    ['a map', { a: 1 }, {}, 'application/json', '{"a":1}'],
    ['a list', [1, 'x'], {}, 'application/json', '[1,"x"]'],
    ['text', 'plain é', {}, 'text/plain; charset=utf-8', 'plain é'],
    ['a number', 5, {}, 'application/json', '5'],
    ['an empty map', {}, {}, 'application/json', '{}'],
    [
      'text as JSON',
      '{"b":2}',
      { 'content-type': 'application/json' },
      'application/json',
      '{"b":2}',
    ],
    ['a map of its own type', { a: 1 }, { 'Content-Type': 'a/b+json' }, 'a/b+json', '{"a":1}'],
    [
      'a form',
      { a: 'x y', list: [1, 2], none: null },
      { 'content-type': 'application/x-www-form-urlencoded' },
      'application/x-www-form-urlencoded',
      'a=x+y&list=1&list=2',
    ],
  ])('sends %s', async (_case, body, headers, type, text) => {
    await ask({ method: 'POST', body, headers });
    expect(seen.headers['content-type']).toBe(type);
    expect(seen.body).toBe(text);
  });

  it('sends no body for null', async () => {
    await ask({ method: 'POST', body: null });
    expect(seen.body).toBe('');
    expect(seen.headers['content-type']).toBeUndefined();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'sends %s with the key of the visit',
    async (method) => {
      await ask({ method });
      expect(seen.headers['idempotency-key']).toBe('execution/tried');
      await ask({ method, headers: { 'IDEMPOTENCY-KEY': 'mine' } });
      expect(seen.headers['idempotency-key']).toBe('mine');
    },
  );

  it.each([
    [{ type: 'bearer', token: 't' }, 'authorization', 'Bearer t'],
    [{ type: 'basic', username: 'ü', password: 'p:q' }, 'authorization', 'Basic w7w6cDpx'],
    [{ type: 'basic', username: 'u' }, 'authorization', 'Basic dTo='],
    [{ type: 'api_key', token: 'k', header: 'X-API-Key' }, 'x-api-key', 'k'],
    [{ type: 'api_key', token: 'k', header: 'Key' }, 'key', 'k'],
  ])('authenticates with %j', async (auth, name, value) => {
    await ask({ auth });
    expect(seen.headers[name]).toBe(value);
  });

  it.each([
    ['a user name with a colon', { auth: { type: 'basic', username: 'a:b' } }, 'HEADER_INVALID'],
    ['a line break in a token', { auth: { type: 'bearer', token: 'a\r\nX: b' } }, 'HEADER_INVALID'],
    ['a line break in a header', { headers: { a: 'b\nc' } }, 'HEADER_INVALID'],
    ['another host header', { headers: { host: 'evil' } }, 'HEADER_INVALID'],
    ['no URL', { url: 'people/1', params: { a: 1 } }, 'URL_INVALID'],
    ['a file', { url: 'file:///etc/passwd', params: { a: 1 } }, 'URL_INVALID'],
    ['metadata', { url: 'http://169.254.169.254/latest/' }, 'EGRESS_REFUSED'],
    ['localhost by another name', { url: 'http://[::1]/' }, 'EGRESS_REFUSED'],
  ])('refuses %s', async (_attack, config, code) => {
    const error = await errorOf(ask(config));
    expect(error.code).toBe(code);
    expect(error.retryable).toBe(false);
  });

  it('ends at its timeout and when it is stopped', async () => {
    const silent = { url: `${base}/`, timeout: 50 };
    const waiting = trialVisit(httpNode, { config: silent, capabilities: { http } });
    answer = () => undefined;
    expect((await errorOf(waiting)).code).toBe('HTTP_TIMEOUT');
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(ask({}, {}, { signal })).rejects.toThrow('stop');
  });
});

describe('answers', () => {
  it.each([
    ['application/json; charset=utf-8', '\ufeff[1]', [1]],
    ['application/problem+json', '{"a":null}', { a: null }],
    ['text/plain', '{"a":1}', '{"a":1}'],
    ['text/html; charset=latin1', Buffer.from('\xe9', 'latin1'), 'é'],
    ['text/html; charset="nonsense"', 'é', 'é'],
    ['application/xml', '<a/>', '<a/>'],
    ['image/svg+xml', '<svg/>', '<svg/>'],
    [
      'image/png',
      Buffer.from([0x89, 0x50]),
      { base64: 'iVA=', content_type: 'image/png', size: 2 },
    ],
    ['application/json', '', ''],
    ['application/json', '{broken', '{broken'],
    ['application/json', '['.repeat(50_000), '['.repeat(50_000)],
    [undefined, '{"a":1}', { a: 1 }],
    [undefined, 'plain', 'plain'],
    [undefined, Buffer.from([0xff]), { base64: '/w==', content_type: '', size: 1 }],
  ])('reads a body of type %s', async (type, body, value) => {
    const reply = type === undefined ? { body } : { type, body };
    expect(JSON.parse(JSON.stringify((await ask({}, reply)).body))).toEqual(value);
  });

  it('keeps a __proto__ of an answer as data', async () => {
    const { body } = await ask({}, { type: 'application/json', body: '{"__proto__":{"x":1}}' });
    expect(Object.getPrototypeOf(body)).toBeNull();
    expect(Object.keys(body as object)).toEqual(['__proto__']);
  });

  it.each([
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, false],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
  ])('fails on %i', async (status, retryable) => {
    const error = await errorOf(ask({}, { status }));
    expect(error).toMatchObject({ code: 'HTTP_STATUS', retryable });
    expect(error.message).toBe(`GET ${base}/path: HTTP ${status}`);
    expect(error.details).toEqual({ status_code: status });
  });

  it('shows the beginning of the answer, and no query', async () => {
    const body = `{"error":\n"${'x'.repeat(300)}"}`;
    const config = { url: `${base}/path?key=SECRET`, method: 'POST' };
    const error = await errorOf(ask(config, { status: 422, type: 'application/json', body }));
    expect(error.message).toBe(`POST ${base}/path: HTTP 422: {"error": "${'x'.repeat(189)}...`);
    const image = { status: 500, type: 'image/png', body: Buffer.from([1, 2]) };
    expect((await errorOf(ask({}, image))).message).toBe(`GET ${base}/path: HTTP 500`);
  });

  it.each([
    ['120', 120_000],
    ['Tue, 14 Nov 2023 22:13:30 GMT', 10_000],
    ['Tue, 14 Nov 2000 22:13:30 GMT', 0],
    ['999999999', 3_600_000],
    ['soon', undefined],
  ])('tells when to retry: %s', async (value, ms) => {
    const error = await errorOf(ask({}, { status: 429, headers: { 'retry-after': value } }));
    expect(error.details?.retry_after_ms).toBe(ms);
  });
});

describe('check', () => {
  const issues = (config: Record<string, Value>) =>
    (httpNode.check?.(config) ?? []).map(({ code, field }) => `${code} ${field}`);

  it('asks for a url of the web, where that can be seen', () => {
    expect(issues({ url: '' })).toEqual(['WRONG_VALUE url']);
    expect(issues({ url: 'ftp://example.com/x' })).toEqual(['WRONG_VALUE url']);
    expect(issues({ url: 'api.example.com/x' })).toEqual(['WRONG_VALUE url']);
    expect(issues({ url: 'file:///etc/passwd' })).toEqual(['WRONG_VALUE url']);
    expect(issues({ url: '{{ inputs.base }}/x' })).toEqual([]);
    expect(issues({ url: 'HTTPS://example.com' })).toEqual([]);
  });

  it('asks for what auth needs, and for one header only', () => {
    expect(issues({ auth: { type: 'bearer' } })).toEqual(['MISSING_KEY auth.token']);
    expect(issues({ auth: { type: 'basic' } })).toEqual(['MISSING_KEY auth.username']);
    expect(issues({ auth: { type: 'api_key', token: '{{ inputs.key }}' } })).toEqual([]);
    const auth = { type: 'bearer', token: 't' };
    expect(issues({ auth, headers: { authorization: 'x' } })).toEqual([
      'CONFLICTING_KEYS headers.authorization',
    ]);
    const key = { type: 'api_key', token: 't', header: 'Key' };
    expect(issues({ auth: key, headers: { KEY: 'x' } })).toEqual(['CONFLICTING_KEYS headers.KEY']);
  });
});
