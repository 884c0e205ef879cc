import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type FakeServer, openFakeServer } from './fake-server.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';
const OTHER = '0190a0a0-0000-7000-8000-000000000002';
const OWN = 'key:key-user';

const open: FakeServer[] = [];
const sockets: WebSocket[] = [];

async function server(): Promise<FakeServer> {
  const one = await openFakeServer({ limits: { watchMs: 5 } });
  open.push(one);
  one.executions.add('a', ID, OWN);
  return one;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await Promise.all(open.splice(0).map((one) => one.close()));
});

interface Heard {
  readonly socket: WebSocket;
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  readonly closed: Promise<string>;
  told(type: string): Promise<Readonly<Record<string, unknown>>>;
}

function listen({ url }: FakeServer, path: string, key: string): Heard {
  const socket = new WebSocket(url.replace('http:', 'ws:') + path, {
    headers: { 'x-api-key': key },
  });
  sockets.push(socket);
  const messages: Readonly<Record<string, unknown>>[] = [];
  socket.on('error', () => {});
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())));
  const closed = new Promise<string>((resolve) => {
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  const told = async (type: string) => {
    for (;;) {
      const found = messages.find((message) => message.type === type);
      if (found !== undefined) return found;
      await once(socket, 'message');
    }
  };
  return { socket, messages, closed, told };
}

const only = (one: FakeServer, key: string) => listen(one, `/ws/executions/${ID}`, key);

describe('who may follow an execution', () => {
  it('is who started it, and who runs the account', async () => {
    const one = await server();
    for (const key of ['key-user', 'key-a']) {
      expect(await only(one, key).told('subscribed')).toMatchObject({ executionId: ID });
    }
  });

  it.each([
    ['key-person', '1008 Forbidden'],
    ['key-none', '1008 Forbidden'],
    ['key-b', '1008 Execution not found'],
    ['nobody', '1008 Unauthorized'],
  ])('is not %s: %s', async (key, closed) => {
    expect(await only(await server(), key).closed).toBe(closed);
  });

  it('is told by a message on a socket about many', async () => {
    const one = await server();
    const heard = listen(one, '/api/v1/ws', 'key-person');
    await once(heard.socket, 'open');
    heard.socket.send(JSON.stringify({ type: 'subscribe', executionId: ID }));
    expect(await heard.told('error')).toMatchObject({ code: 'FORBIDDEN', executionId: ID });
    one.executions.shares.set('ada', 'edit');
    heard.socket.send(JSON.stringify({ type: 'subscribe', executionId: ID }));
    expect(await heard.told('subscribed')).toMatchObject({ executionId: ID });
  });

  it('is not whoever a flow is shared with to view or to execute', async () => {
    const one = await server();
    for (const level of ['view', 'execute'] as const) {
      one.executions.shares.set('ada', level);
      expect(await only(one, 'key-person').closed).toBe('1008 Forbidden');
    }
  });

  it('is whoever it is shared with to edit also after its flow was deleted', async () => {
    const one = await server();
    one.executions.isFlowDeleted = true;
    expect(await only(one, 'key-person').closed).toBe('1008 Forbidden');
    one.executions.shares.set('ada', 'edit');
    const heard = only(one, 'key-person');
    await heard.told('subscribed');
    one.executions.shares.delete('ada');
    expect(await heard.closed).toBe('1008 Forbidden');
  });

  it('gets no stream either: 403, and 404 for another account', async () => {
    const { url } = await server();
    const get = async (key: string) =>
      (await fetch(`${url}/api/v1/executions/${ID}/events`, { headers: { 'x-api-key': key } }))
        .status;
    expect([await get('key-person'), await get('key-none'), await get('key-b')]).toEqual([
      403, 403, 404,
    ]);
  });
});

describe('a connection that is open', () => {
  it('closes when its key is gone', async () => {
    const one = await server();
    const heard = only(one, 'key-user');
    await heard.told('subscribed');
    one.keys.known.delete('key-user');
    expect(await heard.closed).toBe('1008 Unauthorized');
  });

  it('closes when the permission is gone', async () => {
    const one = await server();
    const heard = listen(one, '/api/v1/ws', 'key-user');
    await once(heard.socket, 'open');
    one.keys.known.set('key-user', { account: 'a', permissions: ['flows:read'] });
    expect(await heard.closed).toBe('1008 Forbidden');
  });

  it('closes when a share is taken back', async () => {
    const one = await server();
    one.executions.shares.set('ada', 'edit');
    const heard = only(one, 'key-person');
    await heard.told('subscribed');
    one.executions.shares.delete('ada');
    expect(await heard.closed).toBe('1008 Forbidden');
  });

  it('closes when who ran the account does not any more', async () => {
    const one = await server();
    const heard = only(one, 'key-a');
    await heard.told('subscribed');
    one.keys.known.set('key-a', { account: 'a', permissions: ['executions:read'] });
    expect(await heard.closed).toBe('1008 Forbidden');
  });

  it('goes on with what it may still see, and is told what it may not', async () => {
    const one = await server();
    one.executions.add('a', OTHER, 'key:key-person');
    one.keys.known.set('key-user', {
      account: 'a',
      permissions: ['executions:read', 'accounts:admin'],
    });
    const heard = listen(one, '/api/v1/ws', 'key-user');
    await once(heard.socket, 'open');
    for (const executionId of [ID, OTHER]) {
      heard.socket.send(JSON.stringify({ type: 'subscribe', executionId }));
    }
    await heard.told('status');
    one.keys.known.set('key-user', { account: 'a', permissions: ['executions:read'] });
    expect(await heard.told('error')).toMatchObject({ code: 'FORBIDDEN', executionId: OTHER });
    expect(await heard.told('unsubscribed')).toMatchObject({ executionId: OTHER });
    one.executions.end(ID);
    expect(await heard.told('complete')).toMatchObject({ executionId: ID });
  });

  it('ends as a stream with what is wrong, and then nothing', async () => {
    const one = await server();
    const answer = await fetch(`${one.url}/api/v1/executions/${ID}/events`, {
      headers: { 'x-api-key': 'key-user' },
    });
    one.keys.known.delete('key-user');
    const text = await answer.text();
    expect(text).toContain('event: refused\ndata: {"code":"UNAUTHENTICATED"');
    expect(text.endsWith('\n\n')).toBe(true);
    expect(text).not.toMatch(/id: \d+\nevent: refused/);
  });

  it('stays while nobody can be asked, and is judged as soon as one can', async () => {
    const one = await server();
    const heard = only(one, 'key-user');
    await heard.told('subscribed');
    one.keys.failure = new Error('the database is away');
    one.executions.steps(ID, 1);
    await heard.told('event');
    one.keys.known.delete('key-user');
    one.executions.steps(ID, 1);
    expect(heard.socket.readyState).toBe(heard.socket.OPEN);
    one.keys.failure = undefined;
    expect(await heard.closed).toBe('1008 Unauthorized');
  });

  it('never has its ticket repeated to it', async () => {
    const one = await server();
    const url = `${one.url.replace('http:', 'ws:')}/ws/executions/${ID}`;
    const headers = { 'x-api-key': 'key-user' };
    const socket = new WebSocket(url, ['ticket.abc', 'sluice.v1'], { headers });
    sockets.push(socket);
    await once(socket, 'open');
    expect(socket.protocol).toBe('sluice.v1');
  });
});
