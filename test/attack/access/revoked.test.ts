/** Attacks with what was begun before a right was taken away, and ends after. */
import { type ClientRequest, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addPerson,
  ask,
  GOOD_PASSWORD,
  heldClock,
  NEXT_PASSWORD,
  type TokenHolder,
} from '../../auth-flows/people.ts';
import { type TestAnswer, type TestServer, testServer } from '../../support/server.ts';

/** Tells its output at once, and ends some seconds later. */
const SLOW = `name: slow
nodes:
  start: {type: template, config: {template: told-too-late}}
  wait: {type: delay, depends_on: [start], config: {duration: 3s}}
outputs: {text: start, waited: wait}
`;

let server: TestServer;
let user: TokenHolder;
beforeAll(async () => {
  server = await testServer();
  user = await addPerson(server);
}, 60_000);
afterAll(() => server?.close());

const removed = async ({ id }: TokenHolder, from = server) => {
  const { status, text } = await from.ask('DELETE', `/api/v1/people/${id}`);
  expect(status, text).toBe(204);
};
const tells = ({ text }: TestAnswer) => text.includes('told-too-late');

describe('a request that waits for an execution', () => {
  it('is told nothing of it once its right is gone', async () => {
    const flow = (await user.ask('POST', '/api/v1/flows', { source: SLOW })).json.id;
    const scopes = ['executions:read', 'flows:execute'];
    const key = (await user.ask('POST', '/api/v1/keys', { name: 'key', scopes })).json;
    const other = await addPerson(server);
    const share = `/api/v1/flows/${flow}/shares/${other.username}`;
    await user.ask('PUT', share, { level: 'edit' });
    const link = (await user.ask('POST', `/api/v1/flows/${flow}/links`, { level: 'execute' })).json;
    const run = (await user.ask('POST', `/api/v1/flows/${flow}/execute`, {})).json.id;
    const byKey = { headers: { 'x-api-key': key.key } };
    const waiting = [
      ask(server, 'GET', `/api/v1/executions/${run}?wait=20s`, byKey),
      ask(server, 'POST', `/api/v1/flows/${flow}/execute?wait=20s`, { ...byKey, body: {} }),
      other.ask('GET', `/api/v1/executions/${run}?wait=20s`),
      ask(server, 'POST', `/api/v1/shared/${link.token}/execute?wait=20s`, { body: {} }),
    ];
    // Each is under way: what another connection starts after them is there.
    await other.ask('POST', `/api/v1/flows/${flow}/execute`, {});
    await user.ask('POST', `/api/v1/keys/${key.id}/revoke`);
    await user.ask('DELETE', share);
    await user.ask('DELETE', `/api/v1/flows/${flow}/links/${link.id}`);
    const answers = await Promise.all(waiting);
    expect(answers.map(tells)).toEqual([false, false, false, false]);
  });
});

describe('a stream that was opened with a password', () => {
  it('ends when the password does', async () => {
    const person = await addPerson(server);
    const source = SLOW.replace('3s', '1h');
    const flow = (await person.ask('POST', '/api/v1/flows', { source })).json.id;
    const run = (await person.ask('POST', `/api/v1/flows/${flow}/execute`, {})).json.id;
    const basic = Buffer.from(`${person.username}:${GOOD_PASSWORD}`).toString('base64');
    const address = `${server.url}/api/v1/executions/${run}/events`;
    const stream = await fetch(address, { headers: { authorization: `Basic ${basic}` } });
    // Where none is opened with a password, none stays open.
    if (stream.status !== 200) return;
    const change = { current: GOOD_PASSWORD, new: NEXT_PASSWORD };
    expect((await person.ask('POST', '/api/v1/me/password', change)).status).toBe(204);
    await stream.text();
  }, 15_000);
});

describe('an admin who is removed', () => {
  it('makes nobody any more by requests that wait for a hash', async () => {
    const slow = await testServer({ auth: { passwordRounds: 11 } });
    try {
      const admin = await addPerson(slow, { role: 'admin' });
      const people = async () => (await slow.ask('GET', '/api/v1/people?limit=100')).json.items;
      const sent = Array.from({ length: 24 }, (_, index) => {
        const body = { username: `sleeper-${index}`, role: 'admin', password: GOOD_PASSWORD };
        return admin.ask('POST', '/api/v1/people', body);
      });
      await sent[0];
      await removed(admin, slow);
      const before = await people();
      await Promise.all(sent);
      // What was being written at that moment may still come: one for each hash at once.
      expect((await people()).length - before.length).toBeLessThanOrEqual(2);
    } finally {
      await slow.close();
    }
  }, 30_000);

  it('makes nobody any more by a body that comes late', async () => {
    const clock = heldClock();
    const held = await testServer({ clock });
    try {
      await addPerson(held, { role: 'admin' }); // Who stays.
      const admin = await addPerson(held, { role: 'admin' });
      const late = beginPost(held, admin, '/api/v1/people');
      // Judged by now: what asked after it was answered.
      await admin.ask('GET', '/api/v1/me');
      await admin.ask('GET', '/api/v1/me');
      await removed(admin, held);
      clock.pass(10_000);
      late.end({ username: 'late-admin', role: 'admin', password: GOOD_PASSWORD });
      expect(await late.status).toBe(401);
      const { items } = (await held.ask('GET', '/api/v1/people?search=late-admin')).json;
      expect(items).toEqual([]);
    } finally {
      await held.close();
    }
  });

  it('leaves no session, key or link that opens anything', async () => {
    await addPerson(server, { role: 'admin' }); // Who stays.
    const gone = await addPerson(server, { role: 'admin' });
    const flow = (await user.ask('POST', '/api/v1/flows', { source: SLOW })).json.id;
    const link = (await gone.ask('POST', `/api/v1/flows/${flow}/links`, {})).json;
    const key = (await gone.ask('POST', '/api/v1/keys', { name: 'k', scopes: ['flows:read'] }))
      .json;
    await removed(gone);
    expect((await gone.ask('GET', '/api/v1/me')).status).toBe(401);
    const byKey = { headers: { 'x-api-key': key.key } };
    expect((await ask(server, 'GET', '/api/v1/me', byKey)).status).toBe(401);
    expect((await ask(server, 'GET', `/api/v1/shared/${link.token}`)).status).toBe(404);
  });
});

/** Sends a request without the end of its body. */
function beginPost({ url }: TestServer, { accessToken }: TokenHolder, path: string) {
  let asked: ClientRequest;
  const status = new Promise<number | undefined>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    };
    asked = request(url + path, { method: 'POST', headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    asked.on('error', reject);
    asked.write(' ');
  });
  return { status, end: (body: unknown) => void asked.end(JSON.stringify(body)) };
}
