import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPerson, testPerson } from '../support/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let plain: TestPerson;
beforeAll(async () => {
  server = await testServer();
  ada = await testPerson(server, 'ada', 'admin');
  bob = await testPerson(server, 'bob');
  const permissions = ['flows:read', 'flows:write', 'flows:execute', 'executions:read'];
  await server.ask('PUT', '/api/v1/roles/plain', { body: { permissions } });
  plain = await testPerson(server, 'plain', 'plain');
}, 60_000);
afterAll(() => server?.close());

const PURE = 'name: x\nnodes:\n  a: {type: template, config: {template: x}}\n';
const asking = (url: string, block = '') =>
  `name: x\n${block}nodes:\n  a: {type: http, config: {url: "${url}"}}\n`;
const LITERAL = asking('https://api.example.com/');
const DYNAMIC =
  'name: x\ninputs: {host: {type: string}}\nnodes:\n' +
  '  a: {type: http, config: {url: "https://{{ inputs.host }}/"}}\n';
const TRUSTED =
  'name: x\nnodes:\n  a: {type: python, config: {code: "result = 1", security_level: trusted}}\n';
const SECRET = `grants: {secrets: [HOOK]}\n${PURE}`;

const save = (person: TestPerson, source: string) =>
  person.ask('POST', '/api/v1/flows', { source });

describe('the grants of a version', () => {
  it('are what its text uses, kept with it and shown everywhere', async () => {
    const made = await save(ada, LITERAL);
    const grants = { hosts: ['api.example.com'], connections: [], secrets: [], code: 'none' };
    expect(made.json.grants).toEqual(grants);
    const path = `/api/v1/flows/${made.json.id}`;
    expect((await ada.ask('GET', path)).json.grants).toEqual(grants);
    expect((await ada.ask('GET', `${path}/versions/1`)).json.grants).toEqual(grants);
    expect((await ada.ask('GET', `${path}/versions`)).json.items[0].grants).toEqual(grants);
    const audit = await server.ask('GET', `/api/v1/audit?targetId=${made.json.id}`);
    expect(audit.json.items[0].details.grants).toEqual(grants);
  });

  it('bound the text where it has a block', async () => {
    const block = 'grants: {hosts: [other.test]}\n';
    const refused = await save(ada, asking('https://api.example.com/', block));
    expect([refused.status, refused.json.error.code]).toEqual([400, 'FLOW_INVALID']);
    expect(refused.json.error.details.problems).toMatchObject([
      { code: 'GRANT_MISSING', place: { line: 4, path: 'nodes.a.config.url' } },
    ]);
  });
});

describe('a version that uses what its author may not grant', () => {
  it.each([
    ['a host', () => plain, LITERAL, 'hosts:grant'],
    ['a computed host', () => plain, DYNAMIC, 'hosts:dynamic'],
    ['a secret', () => plain, SECRET, 'secrets:read'],
    ['trusted code', () => bob, TRUSTED, 'code:trusted'],
  ] as const)('is not saved: %s', async (_what, who, source, permission) => {
    const refused = await save(who(), source);
    expect([refused.status, refused.json.error.code]).toEqual([403, 'GRANT_TOO_HIGH']);
    expect(refused.json.error.details.grants).toMatchObject([{ permission }]);
    expect((await save(ada, source)).status).toBe(201);
    expect((await save(who(), PURE)).status).toBe(201);
  });

  it('is saved neither by an editor who keeps it, nor by bringing it back', async () => {
    const made = await save(ada, LITERAL);
    const path = `/api/v1/flows/${made.json.id}`;
    await ada.ask('PUT', `${path}/shares/plain`, { level: 'edit' });
    const kept = LITERAL.replace('name: x', 'name: renamed');
    const edited = await plain.ask('PUT', path, { source: kept });
    expect([edited.status, edited.json.error.code]).toEqual([403, 'GRANT_TOO_HIGH']);
    expect((await plain.ask('PUT', path, { source: PURE })).status).toBe(200);
    const restored = await plain.ask('POST', `${path}/versions/1/restore`);
    expect([restored.status, restored.json.error.code]).toEqual([403, 'GRANT_TOO_HIGH']);
    expect((await ada.ask('POST', `${path}/versions/1/restore`)).status).toBe(200);
  });

  it('is said to do more than the one before', async () => {
    const { json } = await save(ada, LITERAL);
    const path = `/api/v1/flows/${json.id}`;
    const wider = asking('https://other.example.com/');
    const warned = await ada.ask('PUT', path, { source: wider });
    expect(warned.json.problems).toMatchObject([
      { severity: 'warning', code: 'GRANT_WIDER', message: expect.stringContaining('other.') },
    ]);
    const narrower = await ada.ask('PUT', path, { source: PURE });
    expect(narrower.json.problems).toBeUndefined();
  });
});
