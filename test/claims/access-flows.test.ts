import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { HELLO } from '../support/flows.ts';
import { asker, type TestPerson, testPerson } from '../support/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

/** What guide 2 promises of flows: whose they are, who else may do what, and their names. */

let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let boss: TestPerson;
let viewer: TestPerson;
beforeAll(async () => {
  server = await testServer();
  ada = await testPerson(server, 'ada');
  bob = await testPerson(server, 'bob');
  boss = await testPerson(server, 'boss', 'admin');
  viewer = await testPerson(server, 'vera', 'viewer');
}, 60_000);
afterAll(() => server?.close());

async function flowOf(person: TestPerson): Promise<string> {
  const answer = await person.ask('POST', '/api/v1/flows', { source: HELLO });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.id;
}

const at = (flow: string, rest = '') => `/api/v1/flows/${flow}${rest}`;

/** Reading, running and changing a flow, by the routes for it and by those of system 2. */
async function doors(person: TestPerson, flow: string) {
  const status = async (method: string, path: string, body?: unknown) =>
    (await person.ask(method, path, body)).status;
  const own = {
    read: await status('GET', at(flow)),
    run: await status('POST', at(flow, '/execute?wait=10s'), {}),
    change: await status('PUT', at(flow), { source: HELLO }),
  };
  expect(await status('GET', `/api/workflows/${flow}`)).toBe(own.read);
  expect(await status('PUT', `/api/workflows/${flow}`, { yaml_content: HELLO })).toBe(own.change);
  return own;
}

describe('a flow', () => {
  it('G2.092 belongs to who makes it, and keeps that', async () => {
    const flow = await flowOf(ada);
    const read = await ada.ask('GET', at(flow));
    expect(read.json).toMatchObject({ owner: `person:${ada.id}`, isPublic: false });
    // Who else changes it does not become its owner, and nobody names another one by the way.
    await boss.ask('PUT', at(flow), { source: `${HELLO}# changed` });
    expect((await ada.ask('GET', at(flow))).json.owner).toBe(`person:${ada.id}`);
    for (const name of ['owner', 'owner_id', 'createdBy']) {
      const body = { source: HELLO, [name]: `person:${bob.id}` };
      expect((await ada.ask('POST', '/api/v1/flows', body)).status).toBe(422);
    }
  });

  it('G2.093 that is private answers 403 to who is not its owner', async () => {
    const flow = await flowOf(ada);
    expect(await doors(bob, flow)).toEqual({ read: 403, run: 403, change: 403 });
    expect((await bob.ask('DELETE', at(flow))).status).toBe(403);
    const { json } = await bob.ask('GET', at(flow));
    expect(json.error).toMatchObject({ code: 'FORBIDDEN', message: 'the flow is private' });
    expect(await doors(ada, flow)).toEqual({ read: 200, run: 200, change: 200 });
    const listed = await bob.ask('GET', '/api/v1/flows?limit=200');
    expect(listed.text).not.toContain(flow);
  });

  it('G2.094 that is public may be read by all, and changed by its owner alone', async () => {
    const flow = await flowOf(ada);
    expect((await ada.ask('PATCH', at(flow), { isPublic: true })).status).toBe(200);
    expect(await doors(bob, flow)).toEqual({ read: 200, run: 200, change: 403 });
    expect(await doors(viewer, flow)).toEqual({ read: 200, run: 403, change: 403 });
    expect((await bob.ask('DELETE', at(flow))).status).toBe(403);
    expect((await bob.ask('PATCH', at(flow), { isPublic: false })).status).toBe(403);
    expect((await asker(server, {}).ask('GET', at(flow))).status).toBe(401);
  });

  it('G2.095 that is shared allows what the share says', async () => {
    const flow = await flowOf(ada);
    const share = (level: string) => ada.ask('PUT', at(flow, '/shares/bob'), { level });
    expect((await share('view')).status).toBe(200);
    expect(await doors(bob, flow)).toEqual({ read: 200, run: 403, change: 403 });
    await share('execute');
    expect(await doors(bob, flow)).toEqual({ read: 200, run: 200, change: 403 });
    await share('edit');
    expect(await doors(bob, flow)).toEqual({ read: 200, run: 200, change: 200 });
    expect((await bob.ask('DELETE', at(flow))).status).toBe(403);
    expect((await ada.ask('DELETE', at(flow, '/shares/bob'))).status).toBe(204);
    expect(await doors(bob, flow)).toEqual({ read: 403, run: 403, change: 403 });
  });

  it('G2.096 is seen by role: a viewer changes nothing, a user has their own, an admin all', async () => {
    const [ofAda, ofBob] = [await flowOf(ada), await flowOf(bob)];
    const seen = async (person: TestPerson) =>
      (await person.ask('GET', '/api/v1/flows?limit=200')).json.items.map(
        ({ id }: { id: string }) => id,
      );
    const saved = await viewer.ask('POST', '/api/v1/flows', { source: HELLO });
    expect([saved.status, saved.json.error.code]).toEqual([403, 'FORBIDDEN']);
    expect((await viewer.ask('PUT', at(ofAda), { source: HELLO })).status).toBe(403);
    await ada.ask('PUT', at(ofAda, '/shares/vera'), { level: 'edit' });
    expect((await viewer.ask('PUT', at(ofAda), { source: HELLO })).status).toBe(403);
    expect(await seen(ada)).toContain(ofAda);
    expect(await seen(ada)).not.toContain(ofBob);
    expect(await seen(boss)).toEqual(expect.arrayContaining([ofAda, ofBob]));
    expect(await doors(boss, ofBob)).toEqual({ read: 200, run: 200, change: 200 });
  });

  it('G2.073 is not changed by a key whose scope is flows:read', async () => {
    const flow = await flowOf(ada);
    const made = await ada.ask('POST', '/api/v1/keys', { name: 'reads', scopes: ['flows:read'] });
    const key = asker(server, { 'x-api-key': made.json.key });
    expect((await key.ask('GET', at(flow))).status).toBe(200);
    const tries = [
      ['POST', '/api/v1/flows', { source: HELLO }],
      ['PUT', at(flow), { source: HELLO }],
      ['DELETE', at(flow), undefined],
      ['POST', at(flow, '/execute'), {}],
      ['POST', '/api/v1/keys', { name: 'more', scopes: ['flows:write'] }],
    ] as const;
    for (const [method, path, body] of tries) {
      const answer = await key.ask(method, path, body);
      expect([answer.status, answer.json.error.code]).toEqual([403, 'FORBIDDEN']);
    }
    // A scope is not given by who does not have it.
    const higher = { name: 'higher', scopes: ['accounts:admin'] };
    expect((await ada.ask('POST', '/api/v1/keys', higher)).status).toBe(403);
  });
});

describe('what a flow is called', () => {
  const save = (name: unknown, description = '') => {
    const nodes = { a: { type: 'template', config: { template: 'x' } } };
    return ada.ask('POST', '/api/v1/flows', { definition: { name, description, nodes } });
  };

  it('G2.097 its name has 1 to 100 characters', async () => {
    for (const name of ['', 'n'.repeat(101)]) expect((await save(name)).status).toBe(422);
    for (const name of ['n', 'n'.repeat(100)]) {
      const saved = await save(name);
      expect([saved.status, saved.json.name]).toEqual([201, name]);
    }
  });

  it('G2.098 a name of blanks is refused, and one with blanks around it is kept without', async () => {
    for (const name of ['  ', '\t', '\u00a0']) expect((await save(name)).status).toBe(422);
    const { json } = await save(' a ');
    expect(json.name).toBe('a');
    expect((await ada.ask('GET', at(json.id))).json.name).toBe('a');
  });

  it('G2.099 its description has at most 500 characters', async () => {
    expect((await save('d', 'd'.repeat(501))).status).toBe(422);
    const saved = await save('d', 'd'.repeat(500));
    expect([saved.status, saved.json.description]).toEqual([201, 'd'.repeat(500)]);
  });
});

function open(path: string) {
  const socket = new WebSocket(server.url.replace('http:', 'ws:') + path);
  const messages: unknown[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())));
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => {
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  return { socket, messages, closed };
}

describe('a WebSocket', () => {
  const tokenOf = ({ headers }: TestPerson) =>
    (headers.authorization ?? '').slice('Bearer '.length);
  const started = async (person: TestPerson) => {
    const flow = await flowOf(person);
    const { json } = await person.ask('POST', at(flow, '/execute?wait=10s'), {});
    return { flow, path: `/ws/executions/${json.id}` };
  };

  it('G2.119 opens at /ws/executions/{id} with an access token in ?token=', async () => {
    const { path } = await started(ada);
    const peer = open(`${path}?token=${tokenOf(ada)}`);
    await expect.poll(() => peer.messages[0]).toMatchObject({ type: 'subscribed' });
    await expect
      .poll(() => JSON.stringify(peer.messages), { timeout: 5_000 })
      .toContain('execution.ended');
    peer.socket.close();
    await peer.closed;
    expect(await open(`${path}?token=${tokenOf(ada)}x`).closed).toBe('1008 Unauthorized');
    // The address is no place for a token elsewhere.
    const read = await asker(server, {}).ask('GET', `/api/v1/me?token=${tokenOf(ada)}`);
    expect(read.status).toBe(401);
  });

  it('G2.121 is closed to whoever may not see the execution', async () => {
    const { flow, path } = await started(ada);
    await ada.ask('PATCH', at(flow), { isPublic: true });
    for (const person of [bob, viewer]) {
      const peer = open(`${path}?token=${tokenOf(person)}`);
      expect(await peer.closed).toBe('1008 Forbidden');
      expect(JSON.stringify(peer.messages)).not.toContain('subscribed');
    }
    const admin = open(`${path}?token=${tokenOf(boss)}`);
    await expect.poll(() => admin.messages[0]).toMatchObject({ type: 'subscribed' });
    admin.socket.close();
    await admin.closed;
  });
});
