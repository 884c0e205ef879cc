import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELLO } from '../support/flows.ts';
import { type TestPerson, testPerson } from '../support/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

/** Lists and single reads once disagreed: the owner saw an execution listed and got 403 for it. */

let server: TestServer;
let owner: TestPerson;
let editor: TestPerson;
let viewer: TestPerson;
let other: TestPerson;
beforeAll(async () => {
  server = await testServer();
  owner = await testPerson(server, 'owner');
  editor = await testPerson(server, 'editor');
  viewer = await testPerson(server, 'viewing');
  other = await testPerson(server, 'other');
}, 60_000);
afterAll(() => server?.close());

/** An execution that `by` started of a flow of the owner that was deleted since. */
async function ofDeleted(by: TestPerson): Promise<string> {
  const flow = (await owner.ask('POST', '/api/v1/flows', { source: HELLO })).json.id;
  await owner.ask('PATCH', `/api/v1/flows/${flow}`, { isPublic: true });
  await owner.ask('PUT', `/api/v1/flows/${flow}/shares/editor`, { level: 'edit' });
  await owner.ask('PUT', `/api/v1/flows/${flow}/shares/viewing`, { level: 'execute' });
  const started = await by.ask('POST', `/api/v1/flows/${flow}/execute?wait=10s`, {});
  expect(started.json.status, started.text).toBe('completed');
  expect((await owner.ask('DELETE', `/api/v1/flows/${flow}`)).status).toBe(204);
  return started.json.id;
}

async function lists(person: TestPerson, id: string): Promise<boolean> {
  const { json } = await person.ask('GET', '/api/v1/executions?limit=100');
  return json.items.some((item: { id: string }) => item.id === id);
}

describe('an execution of a flow that was deleted', () => {
  it('is listed and read by the same people, whatever of it is asked for', async () => {
    const id = await ofDeleted(other);
    for (const [person, isSeen] of [
      [owner, true],
      [editor, true],
      [other, true],
      [viewer, false],
    ] as const) {
      const { username } = person;
      expect(await lists(person, id), username).toBe(isSeen);
      for (const part of ['', '/steps', '/logs']) {
        const { status } = await person.ask('GET', `/api/v1/executions/${id}${part}`);
        expect(status, `${username} ${part}`).toBe(isSeen ? 200 : 403);
      }
    }
  });

  it('starts nothing any more, and says so to who sees it alone', async () => {
    const id = await ofDeleted(other);
    const retry = (person: TestPerson) => person.ask('POST', `/api/v1/executions/${id}/retry`, {});
    expect((await retry(owner)).json.error.code).toBe('FLOW_NOT_FOUND');
    expect((await retry(viewer)).json.error.code).toBe('FORBIDDEN');
  });
});
