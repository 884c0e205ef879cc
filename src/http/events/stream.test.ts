import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../errors/index.ts';
import { type FakeServer, openFakeServer } from './fake-server.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';
const OTHER = '0190a0a0-0000-7000-8000-000000000002';
const PATH = `/api/v1/executions/${ID}/events`;
const KEY = { 'x-api-key': 'key-a' };

const open: FakeServer[] = [];
const sockets: Socket[] = [];

async function server(...args: Parameters<typeof openFakeServer>): Promise<FakeServer> {
  const one = await openFakeServer(...args);
  open.push(one);
  return one;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const idsOf = (text: string) =>
  [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id ?? Number.NaN));
const upTo = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function codeOf(answer: Response): Promise<unknown> {
  // Every answer to an error has this shape; a wrong one fails the test.
  const body = (await answer.json()) as { readonly error: { readonly code: unknown } };
  return body.error.code;
}

/** A client that reads nothing after the head of the answer. */
async function sleeper(url: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  sockets.push(socket);
  socket.on('error', () => {});
  socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nX-API-Key: key-a\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

describe('server-sent events', () => {
  it('gives every event once, with its number, kind and JSON, and then ends', async () => {
    const { url, executions } = await server();
    executions.add('a', ID);
    executions.steps(ID, 1);
    executions.end(ID);
    const answer = await fetch(url + PATH, { headers: KEY });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    expect(await answer.text()).toBe(
      `retry: 1000\n\n` +
        `id: 1\nevent: execution.started\ndata: {"sequence":1,"at":1700000000001,` +
        `"kind":"execution.started","executionId":"${ID}","flow":"test"}\n\n` +
        `id: 2\nevent: step.ended\ndata: {"sequence":2,"at":1700000000002,"kind":"step.ended",` +
        `"step":{"node":"n0","path":"","status":"completed","attempts":1,"startedAt":1,` +
        `"endedAt":2,"value":"x"}}\n\n` +
        `id: 3\nevent: execution.ended\ndata: {"sequence":3,"at":1700000000003,` +
        `"kind":"execution.ended","status":"completed"}\n\n`,
    );
  });

  it('replays from every number, by the header before the query', async () => {
    const { url, executions } = await server();
    executions.add('a', ID);
    executions.steps(ID, 8);
    executions.end(ID);
    for (let after = 0; after < 10; after += 1) {
      const byQuery = await fetch(`${url}${PATH}?after=${after}`, { headers: KEY });
      expect(idsOf(await byQuery.text())).toEqual(upTo(after + 1, 10));
      const headers = { ...KEY, 'last-event-id': String(after) };
      const byHeader = await fetch(`${url}${PATH}?after=9`, { headers });
      expect(idsOf(await byHeader.text())).toEqual(upTo(after + 1, 10));
    }
  });

  it('tells who has everything of an execution that is over not to connect again', async () => {
    const { url, executions } = await server();
    executions.add('a', ID);
    executions.end(ID);
    const answer = await fetch(url + PATH, { headers: { ...KEY, 'last-event-id': '2' } });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  it.each([
    ['no key', {}, PATH, 401, 'UNAUTHENTICATED'],
    ['a key without the permission', { 'x-api-key': 'key-none' }, PATH, 403, 'FORBIDDEN'],
    ["another account's key", { 'x-api-key': 'key-b' }, PATH, 404, 'EXECUTION_NOT_FOUND'],
    ['an unknown id', KEY, PATH.replace(ID, OTHER), 404, 'EXECUTION_NOT_FOUND'],
    ['an id that is none', KEY, PATH.replace(ID, 'x'), 400, 'QUERY_INVALID'],
    ['a negative number', KEY, `${PATH}?after=-1`, 400, 'QUERY_INVALID'],
    ['an unknown parameter', KEY, `${PATH}?since=1`, 400, 'QUERY_INVALID'],
    ['a bad Last-Event-ID', { ...KEY, 'last-event-id': '1e9' }, PATH, 400, 'QUERY_INVALID'],
  ])('refuses %s before the stream begins', async (_what, headers, path, status, code) => {
    const { url, executions, events } = await server();
    executions.add('a', ID);
    executions.end(ID);
    const answer = await fetch(url + path, { headers });
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
    expect(events.listeners()).toBe(0);
  });

  it('gives what happens while it listens, and a heartbeat while nothing does', async () => {
    const { url, executions, events } = await server({ limits: { heartbeatMs: 20 } });
    executions.add('a', ID);
    const answer = await fetch(url + PATH, { headers: KEY });
    expect(events.listeners()).toBe(1);
    let text = '';
    for await (const bytes of answer.body ?? []) {
      text += Buffer.from(bytes).toString();
      if (text.includes(': alive\n\n') && !text.includes('id: 2\n')) executions.end(ID);
    }
    expect(idsOf(text)).toEqual([1, 2]);
    await expect.poll(() => events.listeners()).toBe(0);
  });

  it('lets go of a listener that has gone', async () => {
    const { url, executions, events } = await server();
    executions.add('a', ID);
    const stop = new AbortController();
    await fetch(url + PATH, { headers: KEY, signal: stop.signal });
    stop.abort();
    await expect.poll(() => events.listeners()).toBe(0);
  });

  it('refuses one listener too many, and takes the next when one has left', async () => {
    const { url, executions, events } = await server({ limits: { listeners: 2 } });
    executions.add('a', ID);
    const stop = new AbortController();
    await fetch(url + PATH, { headers: KEY, signal: stop.signal });
    await fetch(url + PATH, { headers: KEY });
    const third = await fetch(url + PATH, { headers: KEY });
    expect([third.status, await codeOf(third)]).toEqual([503, 'TOO_MANY_LISTENERS']);
    stop.abort();
    await expect.poll(() => events.listeners()).toBe(1);
    expect((await fetch(url + PATH, { headers: KEY })).status).toBe(200);
  });

  it('lets no one owner take all places, by whatever keys', async () => {
    const { url, executions, events } = await server({ limits: { listenersAnOwner: 2 } });
    executions.add('a', ID);
    const stop = new AbortController();
    await fetch(url + PATH, { headers: KEY, signal: stop.signal });
    await fetch(url + PATH, { headers: KEY });
    const third = await fetch(url + PATH, { headers: KEY });
    expect([third.status, await codeOf(third)]).toEqual([503, 'TOO_MANY_LISTENERS']);
    const other = { 'x-api-key': 'key-b' };
    executions.add('b', OTHER);
    expect((await fetch(url + PATH.replace(ID, OTHER), { headers: other })).status).toBe(200);
    stop.abort();
    await expect.poll(() => events.listeners()).toBe(2);
    expect((await fetch(url + PATH, { headers: KEY })).status).toBe(200);
  });

  it('cuts a listener that reads nothing, while 50 others get everything', async () => {
    const { url, executions, events } = await server({ limits: { stalledMs: 500 } });
    executions.add('a', ID);
    executions.add('a', OTHER);
    const slow = await sleeper(url);
    slow.pause();
    const path = PATH.replace(ID, OTHER);
    const others = await Promise.all(upTo(1, 50).map(() => fetch(url + path, { headers: KEY })));
    expect(events.listeners()).toBe(51);
    const texts = Promise.all(others.map((answer) => answer.text()));
    executions.steps(ID, 100, 'v'.repeat(200_000));
    executions.steps(OTHER, 100, 'v'.repeat(1_000));
    await expect.poll(() => events.listeners(), { timeout: 20_000 }).toBe(50);
    executions.steps(OTHER, 100, 'v'.repeat(1_000));
    executions.end(OTHER);
    for (const text of await texts) expect(idsOf(text)).toEqual(upTo(1, 202));
  });

  it('divides no character of a large event', async () => {
    const { url, executions } = await server({ limits: { listenerWriteBytes: 7 } });
    executions.add('a', ID);
    executions.steps(ID, 1, '🙂é'.repeat(500));
    executions.end(ID);
    const text = await (await fetch(url + PATH, { headers: KEY })).text();
    expect(text).toContain(`"value":"${'🙂é'.repeat(500)}"`);
  });

  it('says goodbye when the server stops', async () => {
    const one = await server();
    one.executions.add('a', ID);
    const text = (await fetch(one.url + PATH, { headers: KEY })).text();
    await one.close();
    expect(await text).toMatch(/\n\n: the server stops, connect again\n\n$/);
  });

  it('stops in time although a listener reads nothing', async () => {
    const one = await server({ limits: { listenerCloseMs: 100 } });
    one.executions.add('a', ID);
    const slow = await sleeper(one.url);
    slow.pause();
    one.executions.steps(ID, 100, 'v'.repeat(200_000));
    const other = await fetch(one.url + PATH, { headers: KEY });
    let rest = Buffer.alloc(0);
    for await (const bytes of other.body ?? []) {
      rest = Buffer.concat([rest, bytes]).subarray(-1_000_000);
      if (rest.includes('id: 101\n')) break;
    }
    expect(one.events.listeners()).toBeGreaterThan(0);
    await one.close();
    await expect.poll(() => one.events.listeners()).toBe(0);
  });

  it('ends with the code alone when the feed fails under way', async () => {
    const { url, executions } = await server();
    executions.add('a', ID);
    const message = 'secret: the password is x';
    executions.failure = new AppError('STORE_UNAVAILABLE', { message });
    const text = await (await fetch(url + PATH, { headers: KEY })).text();
    expect(text).toBe('retry: 1000\n\n: ended early, STORE_UNAVAILABLE\n\n');
  });
});
