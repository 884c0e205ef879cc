import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { LONG } from '../support/flows.ts';
import { type ClaimServer, claimServer, KEY } from './support.ts';

/** What the guides promise of WebSockets. */

let server: ClaimServer;
let execution: string;

beforeAll(async () => {
  server = await claimServer({ ENABLE_RATE_LIMITING: 'false' });
  const { json: flow } = await server.ask('POST', '/api/v1/flows', { body: { source: LONG } });
  const started = await server.ask('POST', `/api/v1/flows/${flow.id}/execute`, { body: {} });
  execution = started.json.id;
});
afterAll(() => server?.close());

type Message = Readonly<Record<string, unknown>>;

function open(path: string, headers: Readonly<Record<string, string>>) {
  const socket = new WebSocket(server.url.replace('http:', 'ws:') + path, { headers });
  const messages: Message[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())));
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => {
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  const opened = new Promise<void>((resolve) => socket.on('open', resolve));
  return { socket, messages, closed, opened };
}

describe('a WebSocket', () => {
  it('G2.120 without a valid key is closed with 1008 Unauthorized, and is told nothing', async () => {
    const path = `/ws/executions/${execution}`;
    for (const [address, headers] of [
      [path, {}],
      [path, { 'x-api-key': `${KEY}x` }],
      [path, { authorization: 'Bearer x' }],
      [`${path}?token=x`, {}],
      ['/api/v1/ws', {}],
    ] as const) {
      const peer = open(address, headers);
      expect(await peer.closed).toBe('1008 Unauthorized');
      expect(peer.messages).toEqual([]);
    }
    const guest = open(path, { 'x-api-key': KEY });
    await expect.poll(() => guest.messages[0]).toMatchObject({ type: 'subscribed' });
    guest.socket.close();
    await guest.closed;
  });

  it('G2.122 refuses messages without a type, and goes on', async () => {
    const peer = open('/api/v1/ws', { 'x-api-key': KEY });
    await peer.opened;
    const wrong = ['{}', '', '[]', 'null', '{"type":', '{"type":null}', '{"executionId":"x"}'];
    for (const text of wrong) peer.socket.send(text);
    await expect.poll(() => peer.messages.length).toBe(wrong.length);
    for (const message of peer.messages) {
      expect(message).toMatchObject({ type: 'error', code: 'MESSAGE_INVALID' });
    }
    peer.socket.send('{"type":"ping"}');
    await expect.poll(() => peer.messages.at(-1)).toEqual({ type: 'pong' });
    peer.socket.close();
    expect((await server.ask('GET', '/health')).status).toBe(200);
  });

  it('G2.123 refuses unknown commands and payloads that do not fit', async () => {
    const peer = open('/api/v1/ws', { 'x-api-key': KEY });
    await peer.opened;
    const wrong = [
      { type: 'command', command: 'rm' },
      { type: 'constructor' },
      { type: 'subscribe' },
      { type: 'subscribe', executionId: 7 },
      { type: 'subscribe', executionId: '../x' },
      { type: 'subscribe', executionId: execution, after: -1 },
    ];
    for (const message of wrong) peer.socket.send(JSON.stringify(message));
    await expect.poll(() => peer.messages.length).toBe(wrong.length);
    for (const message of peer.messages) expect(message).toMatchObject({ type: 'error' });
    peer.socket.send(JSON.stringify({ type: 'subscribe', executionId: execution }));
    await expect.poll(() => peer.messages.at(wrong.length)).toMatchObject({ type: 'subscribed' });
    peer.socket.close();
  });
});
