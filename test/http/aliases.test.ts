// The paths of the systems whose clients are to work here: each is answered by our own handler.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALIASES, ROUTES } from '../../src/contract/index.ts';
import { HELLO } from '../support/flows.ts';
import { type TestServer, testServer } from '../support/server.ts';

const PASSWORD = 'violet-anchor-76-spoon'; // not-a-secret
const NOBODY = { 'x-api-key': '' };

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await testServer({ signUp: 'open' });
  const body = { username: 'ada', password: PASSWORD, email: 'ada@example.com' };
  const made = await server.ask('POST', '/auth/register', { headers: NOBODY, body });
  expect(made.json, made.text).toMatchObject({ username: 'ada', is_active: true, is_admin: true });
  token = await tokenBy('/auth/login');
}, 60_000);
afterAll(() => server?.close());

/** Signs in as OAuth 2 sends it, by a form. */
async function tokenBy(path: string): Promise<string> {
  const answer = await server.ask('POST', path, {
    headers: { ...NOBODY, 'content-type': 'application/x-www-form-urlencoded' },
    body: `grant_type=password&username=ada&password=${PASSWORD}&scope=`,
  });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json).toMatchObject({ token_type: 'bearer', expires_in: 1_800 });
  return answer.json.access_token;
}

const ask = (method: string, path: string, body?: unknown) =>
  server.ask(method, path, {
    headers: { ...NOBODY, authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body }),
  });

describe('SeriesOfTubes and the Agentic Workflow Engine', () => {
  it.each(['/auth/login', '/api/auth/login', '/api/auth/token'])('sign in at %s', async (path) => {
    expect(await tokenBy(path)).toMatch(/^ey/);
  });

  it('sign in with JSON, renew, and say who they are', async () => {
    const body = { username: 'ada', password: PASSWORD, remember_me: true };
    const signed = await server.ask('POST', '/api/auth/login', { headers: NOBODY, body });
    expect(signed.status, signed.text).toBe(200);
    const renewed = await server.ask('POST', '/api/auth/refresh', {
      headers: NOBODY,
      body: { refresh_token: signed.json.refresh_token },
    });
    expect(renewed.json.access_token, renewed.text).toMatch(/^ey/);
    const me = await ask('GET', '/api/auth/me');
    expect(me.json, me.text).toMatchObject({ username: 'ada', email: 'ada@example.com' });
  });

  it('keep, find, run and delete flows', async () => {
    const made = await ask('POST', '/api/workflows', { yaml_content: HELLO, is_public: false });
    expect(made.status, made.text).toBe(201);
    const { id, owner_id: owner } = made.json;
    expect(made.json).toMatchObject({ name: 'hello', yaml_content: HELLO, is_public: false });
    expect(owner).toMatch(/^[0-9a-f-]{36}$/);
    const list = await ask('GET', '/api/workflows?search=hello&limit=10');
    expect(list.json.workflows).toMatchObject([{ id, name: 'hello' }]);
    const read = await ask('GET', `/api/workflows/${id}`);
    expect(read.json).toMatchObject({ id, yaml_content: HELLO });
    const run = await ask('POST', `/api/workflows/${id}/run?wait=30s`, { inputs: { who: 'Ada' } });
    expect(run.json, run.text).toMatchObject({
      workflow_id: id,
      status: 'completed',
      outputs: { text: 'Hello Ada!' },
    });
    const queued = await ask('POST', `/api/workflows/${id}/execute`, { inputs: {} });
    expect(queued.status, queued.text).toBe(202);
    const seen = await ask('GET', `/api/executions/${queued.json.execution_id}`);
    expect(seen.json).toMatchObject({ id: queued.json.id, workflow_id: id });
    const file = await ask('GET', `/api/workflows/${id}/download?format=yaml`);
    expect(file.text).toBe(HELLO);
    expect((await ask('DELETE', `/api/workflows/${id}`)).status).toBe(204);
    expect((await ask('GET', `/api/workflows/${id}`)).status).toBe(404);
  });

  it('share a flow by name', async () => {
    const { json } = await ask('POST', '/api/workflows', { yaml_content: HELLO });
    await ask('POST', '/api/v1/people', { username: 'grace', role: 'user', password: PASSWORD });
    const body = { workflow_id: json.id, username: 'grace', permission: 'execute' };
    const share = await ask('POST', '/api/sharing/share', body);
    expect(share.json, share.text).toMatchObject({ username: 'grace', permission: 'execute' });
  });

  it('are told of a member that is not known, and of a password that is wrong', async () => {
    const unknown = await ask('POST', '/api/workflows', { yaml_content: HELLO, owner_id: 'x' });
    expect(unknown.status, unknown.text).toBe(422);
    expect(unknown.text).toContain('owner_id');
    const body = { username: 'ada', password: 'wrong-password' };
    const refused = await server.ask('POST', '/api/auth/login', { headers: NOBODY, body });
    expect(refused.status, refused.text).toBe(401);
  });
});

describe('FlowRunner', () => {
  it('signs up, signs in, asks who it is and renews', async () => {
    const body = { username: 'runner', password: PASSWORD };
    const made = await server.ask('POST', '/api/v1/accounts', { headers: NOBODY, body });
    expect(made.json, made.text).toMatchObject({ username: 'runner' });
    const signed = await server.ask('POST', '/api/v1/login', { headers: NOBODY, body });
    const headers = { ...NOBODY, authorization: `Bearer ${signed.json.token}` };
    const me = await server.ask('GET', '/api/v1/accounts/me', { headers });
    expect(me.json, me.text).toMatchObject({ username: 'runner', is_admin: true });
    const renewed = await server.ask('POST', '/api/v1/accounts/refresh-token', {
      headers: NOBODY,
      body: { refresh_token: signed.json.refresh_token },
    });
    expect(renewed.json.token, renewed.text).toMatch(/^ey/);
  });

  it('works by HTTP Basic, makes a flow of name and content, runs and cancels it', async () => {
    const basic = Buffer.from(`ada:${PASSWORD}`).toString('base64');
    const headers = { ...NOBODY, authorization: `Basic ${basic}` };
    const made = await server.ask('POST', '/api/v1/flows', {
      headers,
      body: { name: 'hello', content: HELLO },
    });
    expect(made.status, made.text).toBe(201);
    const path = `/api/v1/flows/${made.json.id}/run`;
    const run = await server.ask('POST', path, { headers, body: { input: { who: 'Bob' } } });
    expect(run.status, run.text).toBe(202);
    const ended = await server.ask('GET', `/api/v1/executions/${run.json.execution_id}?wait=30s`, {
      headers,
    });
    expect(ended.json, ended.text).toMatchObject({ outputs: { text: 'Hello Bob!' } });
    const over = await server.ask('DELETE', `/api/v1/executions/${run.json.id}`, { headers });
    expect(over.json.error.code, over.text).toBe('EXECUTION_OVER');
    const found = await server.ask('POST', '/api/v1/flows/search', {
      headers,
      body: { query: 'hello', limit: 5 },
    });
    expect(found.json.items.length, found.text).toBeGreaterThan(0);
  });
});

describe('the FFmpeg API', () => {
  it('makes, reads, extends and revokes keys', async () => {
    const body = { name: 'jobs', max_concurrent_jobs: 5, monthly_limit_minutes: 10_000 };
    const made = await ask('POST', '/api/v1/api-keys', body);
    expect(made.json, made.text).toMatchObject({ name: 'jobs', max_concurrent_jobs: 5 });
    const { id, api_key: key } = made.json;
    const jobs = await server.ask('GET', '/v1/jobs', { headers: { 'x-api-key': key } });
    expect(jobs.json, jobs.text).toMatchObject({ next_cursor: null, total: jobs.json.jobs.length });
    const extended = await ask('POST', `/api/v1/api-keys/${id}/extend`, {
      expires_at: '2040-01-01T00:00:00.000Z',
    });
    expect(extended.json.expires_at, extended.text).toBe('2040-01-01T00:00:00.000Z');
    const revoked = await ask('POST', `/api/v1/api-keys/${id}/revoke`);
    expect(revoked.json, revoked.text).toMatchObject({ id, is_active: false });
    const after = await server.ask('GET', '/v1/jobs', { headers: { 'x-api-key': key } });
    expect(after.status).toBe(401);
    const list = await ask('GET', '/api/v1/api-keys');
    expect(list.json.api_keys).toContainEqual(expect.objectContaining({ id }));
    expect(list.text).not.toContain(key);
  });
});

describe('every alias', () => {
  it('names a route, and stands in nobody’s way', () => {
    const own = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));
    for (const { method, path, route } of ALIASES) {
      expect(
        ROUTES.some(({ id }) => id === route),
        route,
      ).toBe(true);
      expect(own.has(`${method} ${path}`), path).toBe(false);
    }
    expect(new Set(ALIASES.map(({ method, path }) => `${method} ${path}`)).size).toBe(
      ALIASES.length,
    );
  });

  it.each(ALIASES.map((alias) => [`${alias.method} ${alias.path}`, alias] as const))(
    '%s lets nobody in that its route would not',
    async (_what, alias) => {
      const route = ROUTES.find(({ id }) => id === alias.route);
      if (route === undefined || route.permission === 'public') return;
      const path = alias.path.replace(/\{\w+\}/g, '01890000-0000-7000-8000-000000000000');
      const answer = await server.ask(alias.method, path, { headers: NOBODY });
      expect(answer.status, answer.text).toBe(401);
      // An old way in of SeriesOfTubes: a header that named the system as the person.
      const named = await server.ask(alias.method, path, {
        headers: { ...NOBODY, 'x-cli-user': 'system' },
      });
      expect(named.status, named.text).toBe(401);
    },
  );
});
