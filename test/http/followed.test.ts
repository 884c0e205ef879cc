import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SECURITY_HEADERS } from '../../src/guard/index.ts';
import { HELLO, savedFlow } from '../support/flows.ts';
import { rawRequest, readAnswer, sendRaw } from '../support/raw-http.ts';
import { TEST_KEY, type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let execution = '';
beforeAll(async () => {
  server = await testServer();
  const flow = await savedFlow(server, HELLO);
  const answer = await server.ask('POST', `/api/v1/flows/${flow}/execute?wait=10s`);
  execution = answer.json.id;
}, 60_000);
afterAll(() => server?.close());

describe('the events of an execution on a whole server', () => {
  it('come as a stream, with the headers of every answer', async () => {
    const answer = await server.ask('GET', `/api/v1/executions/${execution}/events`);
    expect(answer.status).toBe(200);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      expect(answer.headers.get(name), name).toBe(value);
    }
    const kinds = [...answer.text.matchAll(/^event: (.+)$/gm)].map(([, kind]) => kind);
    expect(kinds.at(0)).toBe('execution.started');
    expect(kinds.at(-1)).toBe('execution.ended');
    const late = await server.ask('GET', `/api/v1/executions/${execution}/events?after=3`);
    expect(/^id: (\d+)$/m.exec(late.text)?.[1]).toBe('4');
  });

  it('come by WebSocket', async () => {
    const address = `${server.url.replace('http', 'ws')}/ws/executions/${execution}`;
    const socket = new WebSocket(address, { headers: { 'x-api-key': TEST_KEY } });
    const types: string[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data) => {
        types.push(JSON.parse(String(data)).type);
        if (types.at(-1) === 'complete') resolve();
      });
    });
    socket.close();
    expect(types).toContain('event');
  });

  it('are not told to who has no key', async () => {
    const address = `${server.url.replace('http', 'ws')}/ws/executions/${execution}`;
    const socket = new WebSocket(address);
    const code = await new Promise((resolve) => socket.on('close', resolve));
    expect(code).toBe(1008);
  });

  it('are nowhere else to be had', async () => {
    const headers = {
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
      'X-API-Key': TEST_KEY,
    };
    for (const path of ['/', '/health', '/ws', `/ws/executions/${execution}/`, '//api/v1/ws']) {
      const bytes = rawRequest(`GET ${path}`, headers).replace('close', 'Upgrade');
      const answer = readAnswer(await sendRaw(server.url, bytes));
      expect(answer.status, path).toBe(404);
      expect(answer.headers).toMatchObject(SECURITY_HEADERS);
    }
  });
});
