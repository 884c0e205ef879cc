import { describe, expect, it } from 'vitest';
import type { Clock } from '../../base/index.ts';
import { createClient } from './client.ts';
import { type Transport, type TransportRequest, transportOver } from './transport.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';

interface Given {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string | readonly string[];
}

function answering(given: Given | (() => Promise<never>), options: { clock?: Clock } = {}) {
  const requests: TransportRequest[] = [];
  const transport: Transport = async (request) => {
    requests.push(request);
    if (typeof given === 'function') return given();
    const { status = 200, headers = {}, text = '' } = given;
    return {
      status,
      headers,
      async *stream() {
        yield* typeof text === 'string' ? [text] : text;
      },
    };
  };
  const client = createClient({ baseUrl: 'http://h:1/p/', apiKey: 'k', transport, ...options });
  return { client, requests };
}

/** A clock on which every wait is over at once. */
const hasty: Clock = { now: () => 0, sleep: async () => {} };

const error = { code: 'FLOW_NOT_FOUND', message: 'm', remedy: 'r', requestId: 'q' };

describe('the typed client', () => {
  it('sends path, query, body, headers and key', async () => {
    const text = JSON.stringify({ id: ID, status: 'queued', more: 1 });
    const { client, requests } = answering({ status: 202, text });
    const answer = await client.startExecution({
      params: { id: ID },
      query: { wait: '3s' },
      body: { inputs: { a: 1 } },
      headers: { 'Idempotency-Key': 'x' },
    });
    expect(answer).toEqual({ id: ID, status: 'queued' });
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: `http://h:1/p/api/v1/flows/${ID}/execute?wait=3s`,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'idempotency-key': 'x',
          'x-api-key': 'k',
        },
        body: '{"inputs":{"a":1}}',
      },
    ]);
  });

  it('gives undefined for no content, and text for a text', async () => {
    const { client } = answering({ status: 204 });
    expect(await client.deleteFlow({ params: { id: ID } })).toBe(undefined);
    const exported = answering({ text: ['name: ', 'x'] });
    expect(await exported.client.exportFlow({ params: { id: ID } })).toBe('name: x');
  });

  it("gives the declared answer of a status that is an error's", async () => {
    const { client } = answering({ status: 503, text: '{"status":"failing"}' });
    expect(await client.health()).toEqual({ status: 'failing' });
  });

  it("throws the server's own error", async () => {
    const text = JSON.stringify({ error: { ...error, details: { a: 1 } } });
    const { client } = answering({ status: 404, text });
    await expect(client.readFlow({ params: { id: ID } })).rejects.toMatchObject({
      code: 'FLOW_NOT_FOUND',
      message: 'm',
      remedy: 'r',
      details: { a: 1, requestId: 'q' },
      retryable: false,
    });
  });

  it.each([
    ["a proxy's page", { status: 502, text: '<h1>Bad Gateway</h1>' }],
    ['a code that is not ours', { status: 404, text: JSON.stringify({ error: { code: 'X' } }) }],
    ['a redirect', { status: 302, headers: { location: 'http://evil/' } }],
    ['a redirect that a browser hides', { status: 0 }],
    ['no JSON', { text: 'hello' }],
    ['another shape', { text: '{"items":{}}' }],
    ['a status of another route', { status: 201, text: '{}' }],
  ])('says of %s that it is not understood, and repeats nothing of it', async (_what, given) => {
    const { client } = answering(given);
    const call = client.listFlows();
    await expect(call).rejects.toMatchObject({ code: 'SERVER_ANSWER' });
    await expect(call).rejects.not.toThrow(/evil|Gateway|hello/);
  });

  it('stops reading an answer that is too long', async () => {
    let given = 0;
    const transport: Transport = async () => ({
      status: 200,
      headers: {},
      async *stream() {
        for (;;) {
          given += 1;
          yield 'x'.repeat(8 * 1024 * 1024);
        }
      },
    });
    const client = createClient({ baseUrl: 'http://h', transport });
    await expect(client.listFlows()).rejects.toMatchObject({ code: 'SERVER_ANSWER' });
    expect(given).toBe(17);
  });

  it('says that the server cannot be reached, with the cause kept private', async () => {
    const { client } = answering(() => Promise.reject(new Error('ECONNREFUSED 10.0.0.1')));
    await expect(client.listFlows()).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: 'the server at http://h:1 does not answer',
    });
  });

  it('gives up at the deadline, also when the transport hangs', async () => {
    const { client } = answering(() => new Promise(() => {}), { clock: hasty });
    await expect(client.listFlows()).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: 'the server at http://h:1 does not answer within 30 s',
    });
  });

  it('rejects with the reason of the signal', async () => {
    const stop = new AbortController();
    const { client } = answering(() => new Promise(() => {}));
    const call = client.listFlows({ signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(client.listFlows({ signal: stop.signal })).rejects.toThrow('enough');
  });

  it.each([['..'], ['a/b'], ['%2e%2e'], ['']])(
    'asks for no other route by an id of %j',
    async (id) => {
      const { client, requests } = answering({});
      await expect(client.readFlow({ params: { id } })).rejects.toMatchObject({
        code: 'QUERY_INVALID',
      });
      expect(requests).toEqual([]);
    },
  );

  it.each([['ftp://h'], ['http://u:p@h'], ['nonsense'], ['']])(
    'refuses the address %j',
    (baseUrl) => {
      expect(() => createClient({ baseUrl, transport: async () => Promise.reject() })).toThrow(
        'not an http or https URL',
      );
    },
  );

  it('follows no redirect and keeps the bytes of a divided character', async () => {
    const bytes = new TextEncoder().encode('"é"');
    let seen: unknown;
    const transport = transportOver(async (_url, init) => {
      seen = init.redirect;
      return new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(bytes.subarray(0, 2));
            controller.enqueue(bytes.subarray(2));
            controller.close();
          },
        }),
        { headers: { 'X-One': 'y' } },
      );
    });
    const answer = await transport({ method: 'GET', url: 'http://h/', headers: {} });
    let text = '';
    for await (const piece of answer.stream()) text += piece;
    expect([seen, answer.headers['x-one'], text]).toEqual(['manual', 'y', '"é"']);
  });

  it('takes the fetch of the host as it is', () => {
    expect(typeof transportOver(fetch)).toBe('function');
  });
});
