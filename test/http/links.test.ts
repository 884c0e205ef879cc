import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { HELLO, LONG } from '../support/flows.ts';
import { asker, type TestPerson, testPerson } from '../support/people.ts';
import { type TestAnswer, type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
/** The tests move it; the tokens of people live on the same clock. */
let aheadMs = 0;
beforeAll(async () => {
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  server = await testServer({ clock });
  ada = await testPerson(server, 'ada');
  bob = await testPerson(server, 'bob');
}, 60_000);
afterAll(() => server?.close());

/** Somebody who has nothing but the link. */
const anybody = () => asker(server, {});

async function linkOf(options: {
  readonly level?: string;
  readonly days?: number;
  readonly source?: string;
  readonly by?: TestPerson;
}): Promise<{ readonly flow: string; readonly link: string; readonly path: string }> {
  const { source = HELLO, by = ada, ...body } = options;
  const flow = (await by.ask('POST', '/api/v1/flows', { source })).json.id;
  const made = await by.ask('POST', `/api/v1/flows/${flow}/links`, body);
  expect(made.status, made.text).toBe(201);
  const { token, url, id } = made.json;
  expect(url).toBe(`${server.url}/api/v1/shared/${token}`);
  expect(made.headers.get('cache-control')).toBe('no-store');
  return { flow, link: id, path: `/api/v1/shared/${token}` };
}

const code = ({ status, json }: TestAnswer) => `${status} ${json.error.code}`;
const GONE = '404 LINK_NOT_FOUND';

describe('a share link', () => {
  it('shows the flow to whoever has it, and not whose it is', async () => {
    const { path, flow } = await linkOf({});
    const answer = await anybody().ask('GET', path);
    expect(answer.json).toMatchObject({ name: 'hello', version: 1, source: HELLO, level: 'view' });
    expect(answer.json.grants.code).toBe('none');
    expect(answer.text).not.toContain(ada.id);
    expect(answer.text).not.toContain(flow);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('to view runs nothing', async () => {
    const { path } = await linkOf({});
    expect(code(await anybody().ask('POST', `${path}/execute`, {}))).toBe(GONE);
  });

  it('to execute runs the flow and gives its end, and opens no other door', async () => {
    const { path, flow, link } = await linkOf({ level: 'execute' });
    const answer = await anybody().ask('POST', `${path}/execute`, { inputs: { who: 'Eve' } });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toMatchObject({
      status: 'completed',
      outputs: { text: 'Hello Eve!' },
      startedBy: `link:${link}`,
    });
    const id = answer.json.id;
    expect((await anybody().ask('GET', `/api/v1/executions/${id}`)).status).toBe(401);
    expect((await ada.ask('GET', `/api/v1/executions/${id}`)).status).toBe(200);
    expect((await bob.ask('GET', `/api/v1/executions/${id}`)).status).toBe(403);
    const audit = await server.ask('GET', `/api/v1/audit?targetId=${id}`);
    expect(audit.json.items).toMatchObject([{ actor: `link:${link}`, action: 'execution.start' }]);
    const listed = await ada.ask('GET', `/api/v1/flows/${flow}/links`);
    expect(listed.json.items).toMatchObject([{ id: link, level: 'execute', uses: 1 }]);
  });

  it('does not wait longer than it is asked to', async () => {
    const { path } = await linkOf({ level: 'execute', source: LONG });
    const answer = await anybody().ask('POST', `${path}/execute?wait=0`, {});
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBeNull();
    await server.ask('POST', `/api/v1/executions/${answer.json.id}/cancel`);
  });

  it('refuses inputs that the flow does not take', async () => {
    const { path } = await linkOf({ level: 'execute' });
    const answer = await anybody().ask('POST', `${path}/execute`, { inputs: { other: 1 } });
    expect(code(answer)).toBe('400 UNKNOWN_INPUT');
  });
});

describe('a link that is not good', () => {
  it.each(['x'.repeat(43), 'a'.repeat(20), '-'.repeat(100)])(
    'was never made: %s',
    async (token) => {
      expect(code(await anybody().ask('GET', `/api/v1/shared/${token}`))).toBe(GONE);
      expect(code(await anybody().ask('POST', `/api/v1/shared/${token}/execute`, {}))).toBe(GONE);
    },
  );

  it('was revoked', async () => {
    const { path, flow, link } = await linkOf({ level: 'execute' });
    const revoke = `/api/v1/flows/${flow}/links/${link}`;
    expect((await bob.ask('DELETE', revoke)).status).toBe(403);
    expect((await ada.ask('DELETE', revoke)).status).toBe(204);
    expect(code(await anybody().ask('GET', path))).toBe(GONE);
    expect(code(await anybody().ask('POST', `${path}/execute`, {}))).toBe(GONE);
    expect(code(await ada.ask('DELETE', revoke))).toBe(GONE);
  });

  it('is of a flow that was deleted', async () => {
    const { path, flow } = await linkOf({});
    await ada.ask('DELETE', `/api/v1/flows/${flow}`);
    expect(code(await anybody().ask('GET', path))).toBe(GONE);
  });

  it('was made by who may not share the flow any more', async () => {
    const { path, flow } = await linkOf({ by: bob });
    expect((await anybody().ask('GET', path)).status).toBe(200);
    await bob.ask('PATCH', `/api/v1/flows/${flow}`, { owner: ada.id });
    expect(code(await anybody().ask('GET', path))).toBe(GONE);
  });

  it('was made by who left', async () => {
    const zoe = await testPerson(server, 'zoe');
    const { path } = await linkOf({ by: zoe });
    await server.ask('PATCH', `/api/v1/people/${zoe.id}`, { body: { isActive: false } });
    expect(code(await anybody().ask('GET', path))).toBe(GONE);
  });

  it('is over', async () => {
    const { path } = await linkOf({ days: 1 });
    aheadMs = 24 * 60 * 60_000 - 60_000;
    expect((await anybody().ask('GET', path)).status).toBe(200);
    aheadMs += 61_000;
    expect(code(await anybody().ask('GET', path))).toBe(GONE);
    aheadMs = 0;
  });

  it('is longer than links last', async () => {
    const flow = (await ada.ask('POST', '/api/v1/flows', { source: HELLO })).json.id;
    for (const days of [0, 366, 1.5]) {
      const answer = await ada.ask('POST', `/api/v1/flows/${flow}/links`, { days });
      expect(answer.status).toBe(422);
    }
  });
});

describe('a ticket', () => {
  it('is made only for an execution that one may see', async () => {
    const flow = (await ada.ask('POST', '/api/v1/flows', { source: HELLO })).json.id;
    const { json } = await ada.ask('POST', `/api/v1/flows/${flow}/execute?wait=10s`, {});
    const body = { executionId: json.id };
    const made = await ada.ask('POST', '/api/v1/ws/tickets', body);
    expect(made.status, made.text).toBe(201);
    expect(made.json.ticket).toMatch(/^[\w-]{43}$/);
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect((await bob.ask('POST', '/api/v1/ws/tickets', body)).status).toBe(403);
    const unknown = { executionId: '01890000-0000-7000-8000-000000000000' };
    expect((await ada.ask('POST', '/api/v1/ws/tickets', unknown)).status).toBe(404);
    expect((await bob.ask('POST', '/api/v1/ws/tickets', {})).status).toBe(201);
  });
});
