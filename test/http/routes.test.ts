import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorAnswer, ROUTES, type Route } from '../../src/contract/index.ts';
import { SECURITY_HEADERS } from '../../src/guard/index.ts';
import { type TestAnswer, type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
}, 60_000);
afterAll(() => server?.close());

const UNKNOWN = '01890000-0000-7000-8000-000000000000';
const SECRET = /at \w+ \(|node_modules|\.ts:\d|select |ECONN|stack|postgres|sluice\.\w+/i;

const all: readonly Route[] = ROUTES;
const plain = all.filter(({ transport }) => transport !== 'socket');
const guarded = plain.filter(({ permission }) => permission !== 'public');
const withBody = plain.filter(({ body }) => body !== undefined);
const named = (routes: readonly Route[]) => routes.map((route) => [route.id, route] as const);

function pathOf(route: Route, id = UNKNOWN): string {
  return Object.entries({ ...PARAMETERS, id }).reduce(
    (path, [name, value]) => path.replace(`{${name}}`, value),
    route.path,
  );
}

/** Of the right form, and of nothing that is there. */
const PARAMETERS: Readonly<Record<string, string>> = {
  version: '1',
  blob: 'a'.repeat(64),
  link: UNKNOWN,
  person: UNKNOWN,
  name: 'nobody',
  token: 'a'.repeat(43),
  session: UNKNOWN,
};

/** Every refusal: our shape, the headers of every answer, nothing of our insides. */
function expectRefusal(answer: TestAnswer, statuses: readonly number[]): void {
  expect(statuses, answer.text).toContain(answer.status);
  expect(errorAnswer.safeParse(answer.json).error).toBeUndefined();
  expect(answer.json.error.requestId).toBe(answer.headers.get('x-request-id'));
  expect(answer.text).not.toMatch(SECRET);
  expectHeaders(answer);
}

function expectHeaders({ headers }: TestAnswer): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    expect(headers.get(name), name).toBe(value);
  }
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('access-control-allow-origin')).toBeNull();
}

describe('every route that is not public', () => {
  it.each(named(guarded))('%s answers 401 before it looks at anything', async (_id, route) => {
    const asked = `${pathOf(route, 'not-an-id')}?nonsense=1`;
    const headers = { 'x-api-key': 'wrong', 'content-type': 'text/plain' };
    const options = route.method === 'GET' ? { headers } : { headers, body: '{' };
    const answer = await server.ask(route.method, asked, options);
    expectRefusal(answer, [401]);
    expect(answer.json.error.code).toBe('UNAUTHENTICATED');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sluice"');
  });

  it('keeps who was refused, with address and request id', async () => {
    const answer = await server.ask('GET', '/api/v1/me', { headers: { 'x-api-key': 'wrong' } });
    const requestId = answer.json.error.requestId;
    const found = async () => {
      const page = await server.ask('GET', '/api/v1/audit?action=auth.denied&limit=200');
      return page.json.items.find((item: { requestId?: string }) => item.requestId === requestId);
    };
    await expect.poll(found).toMatchObject({
      actor: 'nobody',
      outcome: 'denied',
      targetId: 'whoAmI',
      address: '127.0.0.1',
      details: { code: 'UNAUTHENTICATED' },
    });
  });
});

describe('every route', () => {
  it.each(named(plain))('%s has the security headers on what it answers', async (_id, route) => {
    expectHeaders(await server.ask(route.method, pathOf(route)));
  });

  it.each(named(plain))('%s refuses a query name that it does not know', async (_id, route) => {
    const body = route.body === undefined ? {} : { body: {} };
    const answer = await server.ask(route.method, `${pathOf(route)}?nonsense=1`, body);
    expectRefusal(answer, [400]);
    expect(answer.json.error.code).toBe('QUERY_INVALID');
    expect(JSON.stringify(answer.json.error.details)).toContain('nonsense');
  });

  it.each(named(plain))('%s survives hostile query values', async (_id, route) => {
    for (const name of Object.keys(route.query?.shape ?? { any: 0 })) {
      for (const value of [
        '',
        '%00',
        '-1',
        '1e999',
        'x'.repeat(5_000),
        '%F0%9F%92%A9',
        '[object]',
      ]) {
        const answer = await server.ask(route.method, `${pathOf(route)}?${name}=${value}`, {
          ...(route.body === undefined ? {} : { body: {} }),
        });
        expect(answer.status, `${name}=${value}: ${answer.text}`).toBeLessThan(500);
        expect(answer.text).not.toMatch(SECRET);
      }
      const twice = await server.ask(route.method, `${pathOf(route)}?${name}=1&${name}=2`);
      expect(twice.status).toBeGreaterThanOrEqual(400);
      expect(twice.status).toBeLessThan(500);
    }
  });

  it.each(named(plain.filter(({ path }) => path.includes('{id}'))))(
    '%s refuses parameters that are none',
    async (_id, route) => {
      const body = route.body === undefined ? {} : { body: {} };
      for (const id of ['x', '%00', '..%2f..%2fetc', '%2e%2e', `${UNKNOWN}x`, "'--", 'ffff']) {
        expectRefusal(await server.ask(route.method, pathOf(route, id), body), [400, 404]);
      }
      expectRefusal(await server.ask(route.method, pathOf(route, 'a'.repeat(3_000)), body), [404]);
    },
  );

  it.each(named(plain.filter(({ path }) => path.includes('{id}'))))(
    '%s says 404 for an id that is not there',
    async (_id, route) => {
      const body = BODIES[route.id];
      const answer = await server.ask(
        route.method,
        pathOf(route),
        body === undefined ? {} : { body },
      );
      // A key is no person and has no sessions, so it is told that first.
      const isForPeople = answer.json.error.code === 'NOT_A_PERSON';
      expectRefusal(answer, [isForPeople ? 403 : 404]);
      if (!isForPeople) expect(answer.json.error.code).toMatch(/^[A-Z]+_NOT_FOUND$/);
    },
  );

  it.each(named(plain.filter(({ method }) => method !== 'GET')))(
    '%s takes JSON alone',
    async (_id, route) => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
      ]) {
        const headers = { 'content-type': type };
        const answer = await server.ask(route.method, pathOf(route), { headers, body: 'a=b' });
        expectRefusal(answer, [415]);
      }
      const gzip = { 'content-encoding': 'gzip' };
      expectRefusal(
        await server.ask(route.method, pathOf(route), { headers: gzip, body: '{}' }),
        [415],
      );
    },
  );
});

const BODIES: Readonly<Record<string, unknown>> = {
  updateFlow: { source: 'name: x' },
  startExecution: { inputs: {} },
  retryExecution: {},
  extendKey: { expiresAt: '2100-01-01T00:00:00.000Z' },
  putShare: { level: 'view' },
};

describe('every body', () => {
  const hostile: readonly (readonly [string, string])[] = [
    ['cut', '{"a":'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['a number', '1e999'],
    ['deep', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
    ['deep lists', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['an unknown name', '{"nonsense": 1}'],
    ['a name of the host', '{"__proto__": {"source": "x"}}'],
    ['another name of the host', '{"constructor": {"prototype": {}}}'],
    ['a byte that is no text', '{"source": "\u00ff"}'],
  ];
  const cases = withBody.flatMap((route) =>
    hostile.map(([what, body]) => [route.id, what, route, body] as const),
  );

  it.each(cases)('of %s is refused: %s', async (_id, what, route, text) => {
    const body = what === 'a byte that is no text' ? Buffer.from(text, 'latin1') : text;
    const response = await fetch(server.url + pathOf(route), {
      method: route.method,
      headers: {
        'x-api-key': 'test-key-0123456789abcdefghijklmnop',
        'content-type': 'application/json',
      },
      body,
    });
    const answer = await response.text();
    expect(response.status, answer).toBe(422);
    expect(JSON.parse(answer).error.code).toBe('BODY_INVALID');
    expect(answer).not.toMatch(SECRET);
  });

  const fields = withBody.flatMap((route) =>
    ['source', 'format', 'definition', 'inputs', 'version', 'from'].map(
      (name) => [route.id, name, route] as const,
    ),
  );
  it.each(fields)('of %s survives any type in %s', async (_id, name, route) => {
    for (const value of [null, true, -1, 1.5, '', 'x'.repeat(10_000), [], {}, [[]], '\u0000']) {
      const answer = await server.ask(route.method, pathOf(route), { body: { [name]: value } });
      expect(answer.status, answer.text).toBeLessThan(500);
      expect(answer.text).not.toMatch(SECRET);
    }
  });

  it('is not taken by routes that have none', async () => {
    const answer = await server.ask('POST', `/api/v1/executions/${UNKNOWN}/cancel`, {
      body: { a: 1 },
    });
    expectRefusal(answer, [422]);
    const empty = await server.ask('POST', `/api/v1/executions/${UNKNOWN}/cancel`, { body: {} });
    expectRefusal(empty, [404]);
  });

  it('lists every issue with its path', async () => {
    const path = `/api/v1/flows/${UNKNOWN}/execute`;
    const answer = await server.ask('POST', path, { body: { inputs: 5, version: 'x', z: 1 } });
    const issues: readonly { path: string }[] = answer.json.error.details.issues;
    expect(issues.map((issue) => issue.path).sort()).toEqual([
      'body',
      'body.inputs',
      'body.version',
    ]);
  });
});

it('logs no failure of its own over all of this', () => {
  const failures = server.logged.filter(({ level }) => level === 'error');
  expect(failures.map(({ fields }) => String(fields.error))).toEqual([]);
});
