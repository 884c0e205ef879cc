/** Requests that come from where they should not: foreign pages, and networks a key is not for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { asker, testPerson } from '../../support/people.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const PASSWORD = 'quiet-otter-lamp-91'; // not-a-secret
const INSIDE = '203.0.113.7';
const basic = {
  authorization: `Basic ${Buffer.from(`basic:${PASSWORD}`).toString('base64')}`,
};

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ edge: { proxies: ['127.0.0.1'] } });
  await testPerson(server, 'basic');
}, 60_000);
afterAll(() => server?.close());

describe('a page of a foreign origin', () => {
  it.each(['PATCH', 'POST', 'PUT', 'DELETE'])(
    'changes nothing with HTTP Basic (%s)',
    async (method) => {
      const path =
        method === 'PATCH'
          ? '/api/v1/me'
          : `/api/v1/me/${method === 'DELETE' ? 'sessions' : 'password'}`;
      const from = asker(server, { ...basic, origin: 'https://evil.example' });
      const answer = await from.ask(
        method === 'PUT' ? 'POST' : method,
        path,
        method === 'DELETE' ? undefined : { displayName: 'x' },
      );
      expect(answer).toMatchObject({ status: 403, json: { error: { code: 'CSRF_REFUSED' } } });
    },
  );

  it('is told from a program, and from a page of ours, which go on', async () => {
    const program = asker(server, basic);
    expect((await program.ask('PATCH', '/api/v1/me', { displayName: 'x' })).status).toBe(200);
    const page = asker(server, { ...basic, origin: server.url });
    expect((await page.ask('PATCH', '/api/v1/me', { displayName: 'y' })).status).toBe(200);
  });
});

async function keyOf(username: string) {
  const owner = await testPerson(server, username);
  const body = { name: 'k', scopes: ['executions:read'], networks: ['203.0.113.0/24'] };
  const { key, id } = (await owner.ask('POST', '/api/v1/keys', body)).json;
  const inside = asker(server, { 'x-api-key': key, 'x-forwarded-for': INSIDE });
  const ticket = async () => (await inside.ask('POST', '/api/v1/ws/tickets', {})).json.ticket;
  return { owner, id, ticket };
}

/** What becomes of a socket: `answers`, `refused 403`, `closed 4401`. */
function openSocket(ticket: string, from: string) {
  const address = `${server.url.replace('http', 'ws')}/api/v1/ws?ticket=${ticket}`;
  const socket = new WebSocket(address, { headers: { 'x-forwarded-for': from } });
  const closed = new Promise<string>((resolve) =>
    socket.on('close', (code) => resolve(`closed ${code}`)),
  );
  const begun = new Promise<string>((resolve) => {
    socket.on('open', () => socket.ping());
    socket.on('pong', () => resolve('answers'));
    void closed.then(resolve);
    socket.on('unexpected-response', (_request, { statusCode }) => {
      resolve(`refused ${statusCode}`);
      socket.terminate();
    });
    socket.on('error', () => undefined);
  });
  return { begun, closed, end: () => socket.terminate() };
}

describe('a ticket of HTTP Basic', () => {
  it('is gone with the password by which it was fetched', async () => {
    const owner = await testPerson(server, 'renewed');
    const sent = Buffer.from(`renewed:${PASSWORD}`).toString('base64');
    const by = asker(server, { authorization: `Basic ${sent}` });
    const { ticket } = (await by.ask('POST', '/api/v1/ws/tickets', {})).json;
    const body = { current: PASSWORD, new: 'gentle-heron-door-47' };
    expect((await owner.ask('POST', '/api/v1/me/password', body)).status).toBe(204);
    expect(await openSocket(ticket, INSIDE).begun).toMatch(/^closed /);
  });
});

describe('a ticket of a key', () => {
  it('opens a socket from the networks of the key alone', async () => {
    const { ticket } = await keyOf('tickets');
    expect(await openSocket(await ticket(), '198.51.100.1').begun).toBe('refused 403');
    const good = openSocket(await ticket(), INSIDE);
    expect(await good.begun).toBe('answers');
    good.end();
  });

  it('holds it open no longer than the key is for that network', async () => {
    const { owner, id, ticket } = await keyOf('narrowed');
    const socket = openSocket(await ticket(), INSIDE);
    expect(await socket.begun).toBe('answers');
    const networks = ['192.0.2.0/24'];
    expect((await owner.ask('PATCH', `/api/v1/keys/${id}`, { networks })).status).toBe(200);
    expect(await socket.closed).toMatch(/^closed /);
  });
});
