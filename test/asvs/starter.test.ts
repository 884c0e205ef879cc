// ASVS 5.0 V8.3.3: an execution has the rights of whoever started it, and of nobody in between.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, type TokenHolder } from '../auth-flows/people.ts';
import { HELLO } from '../support/flows.ts';
import { asker } from '../support/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let author: TokenHolder;
let starter: TokenHolder;
let flow: string;
beforeAll(async () => {
  server = await testServer();
  author = await addPerson(server);
  starter = await addPerson(server);
  flow = (await author.ask('POST', '/api/v1/flows', { source: HELLO })).json.id;
  await author.ask('PATCH', `/api/v1/flows/${flow}`, { isPublic: true });
});
afterAll(() => server?.close());

describe('an execution', () => {
  it('is of who started it, by whatever way, and not of the author or the server', async () => {
    const made = await starter.ask('POST', '/api/v1/keys', {
      name: 'k',
      scopes: ['flows:execute'],
    });
    const key = asker(server, { 'x-api-key': made.json.key });
    const path = `/api/v1/flows/${flow}/execute`;
    const link = await author.ask('POST', `/api/v1/flows/${flow}/links`, { level: 'execute' });
    const nobody = asker(server, {});
    const started = [
      await starter.ask('POST', path, {}),
      await key.ask('POST', path, {}),
      await nobody.ask('POST', `/api/v1/shared/${link.json.token}/execute`, {}),
    ];
    const by = [];
    for (const { json, text } of started) {
      expect(json?.id, text).toBeDefined();
      const seen = await server.ask('GET', `/api/v1/executions/${json.id}`);
      by.push(seen.json.startedBy);
    }
    expect(by).toEqual([`person:${starter.id}`, `person:${starter.id}`, `link:${link.json.id}`]);
  });

  it('cannot be started in the name of another', async () => {
    const path = `/api/v1/flows/${flow}/execute`;
    for (const name of ['startedBy', 'owner', 'principal', 'actAs', 'person']) {
      const answer = await starter.ask('POST', path, { [name]: `person:${author.id}` });
      expect(answer.status, answer.text).toBe(422);
    }
  });

  it('ends with the rights of its starter, whatever its author may', async () => {
    const path = `/api/v1/flows/${flow}/execute`;
    const { id } = (await starter.ask('POST', path, {})).json;
    await server.ask('PATCH', `/api/v1/people/${starter.id}`, { body: { role: 'viewer' } });
    expect((await starter.ask('POST', path, {})).status).toBe(403);
    // The author goes on as before, with an execution of their own.
    const own = await author.ask('POST', path, {});
    expect(own.status, own.text).toBeLessThan(300);
    const seen = await server.ask('GET', `/api/v1/executions/${id}`);
    expect(seen.json.startedBy).toBe(`person:${starter.id}`);
  });
});
