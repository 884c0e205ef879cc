/** Attacks with a password that was changed, by what it opened before. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { addPerson, ask, GOOD_PASSWORD, NEXT_PASSWORD } from '../../auth-flows/people.ts';
import { LONG } from '../../support/flows.ts';
import { type TestServer, testServer } from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
}, 60_000);
afterAll(() => server?.close());

/** Somebody with a flow that runs, and the header of HTTP Basic. */
async function runner() {
  const person = await addPerson(server);
  const flow = (await person.ask('POST', '/api/v1/flows', { source: LONG })).json.id;
  const run = (await person.ask('POST', `/api/v1/flows/${flow}/execute`, {})).json.id;
  const text = Buffer.from(`${person.username}:${GOOD_PASSWORD}`).toString('base64');
  const change = async () => {
    const body = { current: GOOD_PASSWORD, new: NEXT_PASSWORD };
    expect((await person.ask('POST', '/api/v1/me/password', body)).status).toBe(204);
  };
  return { run, change, basic: { authorization: `Basic ${text}` } };
}

describe('a password that was changed', () => {
  it('ends the streams and sockets that it opened', async () => {
    const { run, change, basic } = await runner();
    const path = `${server.url}/api/v1/executions/${run}/events`;
    const stream = await fetch(path, { headers: basic });
    expect(stream.status).toBe(200);
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/ws`, {
      headers: basic,
    });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await change();
    expect(await stream.text()).toContain('event: refused');
    expect((await closed)[0]).toBe(1008);
  }, 20_000);

  it('leaves no ticket that opens a socket', async () => {
    const { change, basic } = await runner();
    const made = await ask(server, 'POST', '/api/v1/ws/tickets', { headers: basic, body: {} });
    expect(made.status, made.text).toBe(201);
    await change();
    const { ticket } = made.json;
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/ws?ticket=${ticket}`);
    // Browsers are told by a close what they could not read of a refused handshake.
    const [code] = await once(socket, 'close');
    expect(code).toBe(1008);
  });
});
