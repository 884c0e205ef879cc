import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Clock, systemClock } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { type FakeServer, openFakeServer } from './fake-server.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';
const OTHER = '0190a0a0-0000-7000-8000-00000000000a';
const KEY = { 'x-api-key': 'key-a' };

const open: FakeServer[] = [];
const peers: Peer[] = [];

async function server(...args: Parameters<typeof openFakeServer>): Promise<FakeServer> {
  const one = await openFakeServer(...args);
  open.push(one);
  return one;
}

afterEach(async () => {
  for (const { socket } of peers.splice(0)) socket.terminate();
  await Promise.all(open.splice(0).map((one) => one.close()));
});

type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/** A client that keeps what it is told. */
class Peer {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<string>;
  status = 0;

  constructor(url: string, headers: Readonly<Record<string, string>> = KEY) {
    this.socket = new WebSocket(url.replace('http:', 'ws:'), { headers });
    peers.push(this);
    this.socket.on('message', (data) => this.messages.push(JSON.parse(data.toString())));
    this.socket.on('error', () => {});
    this.socket.on('unexpected-response', (_request, answer) => {
      this.status = answer.statusCode ?? 0;
      answer.destroy();
      this.socket.terminate();
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
    });
  }

  async opened(): Promise<this> {
    if (this.socket.readyState !== this.socket.OPEN) await once(this.socket, 'open');
    return this;
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  async told(type: string, count = 1): Promise<readonly Message[]> {
    const found = () => this.messages.filter((message) => message.type === type);
    await expect.poll(() => found().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
    return found();
  }

  sequences(executionId = ID): readonly unknown[] {
    return this.messages
      .filter((message) => message.type === 'event' && message.executionId === executionId)
      .map(({ sequence }) => sequence);
  }
}

const upTo = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('the WebSocket of one execution', () => {
  it('tells the status, every event and the end, and closes', async () => {
    const { url, executions, events } = await server();
    executions.add('a', ID);
    executions.end(ID, 'failed');
    const peer = new Peer(`${url}/ws/executions/${ID}`);
    expect(await peer.closed).toBe('1000 Complete');
    expect(peer.messages).toEqual([
      { type: 'subscribed', executionId: ID, after: 0 },
      { type: 'status', executionId: ID, status: 'failed' },
      {
        type: 'event',
        executionId: ID,
        sequence: 1,
        event: {
          sequence: 1,
          at: 1_700_000_000_001,
          kind: 'execution.started',
          executionId: ID,
          flow: 'test',
        },
      },
      {
        type: 'event',
        executionId: ID,
        sequence: 2,
        event: { sequence: 2, at: 1_700_000_000_002, kind: 'execution.ended', status: 'failed' },
      },
      { type: 'complete', executionId: ID, status: 'failed' },
    ]);
    await expect.poll(() => events.listeners()).toBe(0);
  });

  it('replays from every number, also from the last of what is over', async () => {
    const { url, executions } = await server();
    executions.add('a', ID);
    executions.steps(ID, 4);
    executions.end(ID);
    for (let after = 0; after <= 6; after += 1) {
      const peer = new Peer(`${url}/ws/executions/${ID}?after=${after}`);
      expect(await peer.closed).toBe('1000 Complete');
      expect(peer.sequences()).toEqual(upTo(after + 1, 6));
      expect(peer.messages.at(-1)).toEqual({
        type: 'complete',
        executionId: ID,
        status: 'completed',
      });
    }
  });

  it.each([
    ['no key', {}, ID, '1008 Unauthorized'],
    ['a wrong key', { 'x-api-key': 'x' }, ID, '1008 Unauthorized'],
    ['a key without the permission', { 'x-api-key': 'key-none' }, ID, '1008 Forbidden'],
    ["another account's key", { 'x-api-key': 'key-b' }, ID, '1008 Execution not found'],
    ['an unknown execution', KEY, OTHER, '1008 Execution not found'],
    ['an id that is none', KEY, 'x', '1008 Address not valid'],
    ['a bad number', KEY, `${ID}?after=x`, '1008 Address not valid'],
    ['an unknown parameter', KEY, `${ID}?x=1`, '1008 Address not valid'],
  ])('closes for %s and tells nothing', async (_what, headers, address, reason) => {
    const { url, executions } = await server();
    executions.add('a', ID);
    const peer = new Peer(`${url}/ws/executions/${address}`, headers);
    expect(await peer.closed).toBe(reason);
    expect(peer.messages).toEqual([]);
  });

  it.each([
    ['a foreign page', { origin: 'https://evil.example' }, 403],
    ['a page without origin', { origin: 'null' }, 403],
    ['another port of the same host', { origin: 'http://127.0.0.1:1' }, 403],
  ])('refuses %s', async (_what, headers, status) => {
    const { url, executions } = await server();
    executions.add('a', ID);
    const peer = new Peer(`${url}/ws/executions/${ID}`, { ...KEY, ...headers });
    await peer.closed;
    expect(peer.status).toBe(status);
  });

  it('takes a page of its own host, also behind a proxy that ends TLS', async () => {
    const { url, executions } = await server();
    executions.add('a', ID);
    executions.end(ID);
    for (const origin of [url, url.replace('http:', 'https:')]) {
      expect(await new Peer(`${url}/ws/executions/${ID}`, { ...KEY, origin }).closed).toMatch(
        /^1000/,
      );
    }
  });

  it('answers 404 to an upgrade where no socket is', async () => {
    const { url } = await server();
    const peer = new Peer(`${url}/api/v1/flows`);
    await peer.closed;
    expect(peer.status).toBe(404);
  });
});

describe('the WebSocket of any executions', () => {
  const PATH = '/api/v1/ws';

  it('follows what is subscribed, in either spelling, and nothing after unsubscribe', async () => {
    const { url, executions, events } = await server();
    executions.add('a', ID);
    executions.add('a', OTHER);
    const peer = await new Peer(url + PATH).opened();
    peer.say({ type: 'subscribe', executionId: ID.toUpperCase() });
    peer.say({ type: 'subscribe', execution_id: OTHER, after: 1 });
    await peer.told('status', 2);
    await peer.told('event');
    expect(events.listeners()).toBe(2);
    peer.say({ type: 'unsubscribe', execution_id: ID });
    expect(await peer.told('unsubscribed')).toEqual([{ type: 'unsubscribed', executionId: ID }]);
    executions.steps(ID, 1);
    executions.end(OTHER);
    expect(await peer.told('complete')).toEqual([
      { type: 'complete', executionId: OTHER, status: 'completed' },
    ]);
    expect([peer.sequences(ID), peer.sequences(OTHER)]).toEqual([[1], [2]]);
    expect(events.listeners()).toBe(1);
    peer.say({ type: 'subscribe', executionId: ID, after: 1 });
    await expect.poll(() => peer.sequences(ID)).toEqual([1, 2]);
  });

  it('answers a ping, as a message and as a bare word', async () => {
    const { url } = await server();
    const peer = await new Peer(url + PATH).opened();
    peer.socket.send('ping');
    peer.say({ type: 'ping' });
    expect(await peer.told('pong', 2)).toEqual([{ type: 'pong' }, { type: 'pong' }]);
  });

  it.each([
    ['nothing', ''],
    ['an empty object', '{}'],
    ['no JSON', '{"type":'],
    ['a number', '1'],
    ['null', 'null'],
    ['a list', '[{"type":"ping"}]'],
    ['an unknown type', '{"type":"run"}'],
    ['a type that is a name of the host', '{"type":"__proto__"}'],
    ['a type that is a method of the host', '{"type":"constructor"}'],
    ['a type that is no text', '{"type":{"type":"ping"}}'],
    ['a subscribe without an execution', '{"type":"subscribe"}'],
    ['an execution that is no id', '{"type":"subscribe","executionId":"x"}'],
    ['an execution that is no text', '{"type":"subscribe","executionId":["a"]}'],
    ['a negative number', `{"type":"subscribe","executionId":"${ID}","after":-1}`],
    ['a broken number', `{"type":"subscribe","executionId":"${ID}","after":1.5}`],
    ['a number as text', `{"type":"subscribe","executionId":"${ID}","after":"1"}`],
    ['both spellings', `{"type":"subscribe","executionId":"${ID}","execution_id":"${OTHER}"}`],
    ['an unknown member', `{"type":"subscribe","executionId":"${ID}","x":1}`],
    ['deep nesting', '['.repeat(60_000)],
    ['bytes', Buffer.from([0, 1, 2, 255])],
  ])('answers %s with an error and goes on', async (_what, data) => {
    const { url, executions } = await server();
    executions.add('a', ID);
    const peer = await new Peer(url + PATH).opened();
    peer.socket.send(data);
    peer.socket.send('ping');
    await peer.told('pong');
    expect(peer.messages).toEqual([
      {
        type: 'error',
        code: 'MESSAGE_INVALID',
        message: expect.any(String),
        remedy: 'See docs/events.md.',
      },
      { type: 'pong' },
    ]);
  });

  it('refuses what is unknown, foreign or followed already, and says which', async () => {
    const { url, executions } = await server();
    executions.add('b', OTHER);
    executions.add('a', ID);
    const peer = await new Peer(url + PATH).opened();
    peer.say({ type: 'subscribe', executionId: OTHER });
    peer.say({ type: 'subscribe', executionId: ID });
    peer.say({ type: 'subscribe', executionId: ID });
    const codes = (await peer.told('error', 2)).map(({ executionId, code }) => [executionId, code]);
    expect(codes).toEqual([
      [OTHER, 'EXECUTION_NOT_FOUND'],
      [ID, 'MESSAGE_INVALID'],
    ]);
  });

  it('bounds the subscriptions of one socket', async () => {
    const { url, executions } = await server({ limits: { subscriptionsASocket: 1 } });
    executions.add('a', ID);
    executions.add('a', OTHER);
    const peer = await new Peer(url + PATH).opened();
    peer.say({ type: 'subscribe', executionId: ID });
    peer.say({ type: 'subscribe', executionId: OTHER });
    expect((await peer.told('error'))[0]?.code).toBe('TOO_MANY_LISTENERS');
    peer.say({ type: 'unsubscribe', executionId: ID });
    peer.say({ type: 'subscribe', executionId: OTHER });
    await peer.told('subscribed', 2);
  });

  it('closes for a listener too many, and counts each further subscription', async () => {
    const { url, executions, events } = await server({ limits: { listeners: 2 } });
    executions.add('a', ID);
    executions.add('a', OTHER);
    const peer = await new Peer(url + PATH).opened();
    peer.say({ type: 'subscribe', executionId: ID });
    peer.say({ type: 'subscribe', executionId: OTHER });
    await peer.told('subscribed', 2);
    expect(await new Peer(url + PATH).closed).toBe('1013 Too many listeners');
    peer.socket.close();
    await expect.poll(() => events.listeners()).toBe(0);
  });

  it('closes for a message that is too large', async () => {
    const { url } = await server({ limits: { socketMessageBytes: 100 } });
    const peer = await new Peer(url + PATH).opened();
    peer.socket.send('x'.repeat(101));
    expect(await peer.closed).toMatch(/^1009/);
  });

  it('closes for a flood of bad messages', async () => {
    const { url } = await server({ limits: { badMessagesASocket: 3 } });
    const peer = await new Peer(url + PATH).opened();
    for (let count = 0; count < 3; count += 1) peer.socket.send('x');
    expect(await peer.closed).toBe('1008 Too many bad messages');
    expect(peer.messages.length).toBe(3);
  });

  it('closes for more messages than may wait', async () => {
    const { url } = await server({ limits: { socketMessagesWaiting: 5 } });
    const peer = await new Peer(url + PATH).opened();
    for (let count = 0; count < 2_000; count += 1) peer.socket.send('ping');
    expect(await peer.closed).toBe('1008 Too many messages');
  });

  it('cuts a peer that does not answer a heartbeat, and keeps one that does', async () => {
    const { url, events } = await server({ limits: { heartbeatMs: 50 } });
    await new Peer(url + PATH).opened();
    const dead = new WebSocket(url.replace('http:', 'ws:') + PATH, {
      headers: KEY,
      autoPong: false,
    });
    dead.on('error', () => {});
    await once(dead, 'close');
    await expect.poll(() => events.listeners()).toBe(1);
  });

  it('cuts a peer that reads nothing, while another gets everything', async () => {
    const { url, executions, events } = await server({ limits: { stalledMs: 200 } });
    executions.add('a', ID);
    executions.add('a', OTHER);
    const slow = await new Peer(url + PATH).opened();
    slow.say({ type: 'subscribe', executionId: ID });
    await slow.told('event');
    slow.socket.pause();
    const other = new Peer(`${url}/ws/executions/${OTHER}`);
    await other.told('event');
    executions.steps(ID, 100, 'v'.repeat(200_000));
    executions.steps(OTHER, 100);
    await expect.poll(() => events.listeners(), { timeout: 20_000 }).toBe(1);
    executions.end(OTHER);
    expect(await other.closed).toBe('1000 Complete');
    expect(other.sequences(OTHER)).toEqual(upTo(1, 102));
  });

  it('tells a slow peer why it is closed', async () => {
    const stalledMs = 7;
    // Waiting for a peer is over at once; all other waits are real.
    const sleep: Clock['sleep'] = (ms, signal) =>
      ms <= stalledMs ? Promise.resolve() : systemClock.sleep(ms, signal);
    const clock = { now: systemClock.now, sleep };
    const { url, executions } = await server({ limits: { stalledMs }, clock });
    executions.add('a', ID);
    const peer = new Peer(`${url}/ws/executions/${ID}`);
    await peer.told('event');
    executions.steps(ID, 100, 'v'.repeat(200_000));
    expect(await peer.closed).toBe('1013 Too slow');
  });

  it('says goodbye when the server stops', async () => {
    const one = await server();
    one.executions.add('a', ID);
    const peer = new Peer(`${one.url}/ws/executions/${ID}`);
    await peer.told('event');
    await one.close();
    expect(await peer.closed).toBe('1001 The server stops');
  });

  it('tells the code when the feed fails, and the socket stays', async () => {
    const { url, executions } = await server();
    executions.add('a', ID);
    executions.failure = new AppError('STORE_UNAVAILABLE', { message: 'the database is away' });
    const peer = await new Peer(url + PATH).opened();
    peer.say({ type: 'subscribe', executionId: ID });
    const [error] = await peer.told('error');
    expect([error?.executionId, error?.code]).toEqual([ID, 'STORE_UNAVAILABLE']);
    await peer.told('unsubscribed');
    expect(await closeReasonOf(url)).toBe('1013 Try again later');
  });
});

async function closeReasonOf(url: string): Promise<string> {
  return new Peer(`${url}/ws/executions/${ID}`).closed;
}
