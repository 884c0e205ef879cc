import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest, readAnswer, sendRaw } from '../support/raw-http.ts';
import { type ClaimServer, claimServer, KEY, SECOND_KEY } from './support.ts';

/** What the guides promise of every answer and of who may ask, of a server with no options. */

interface Declared {
  readonly method: string;
  readonly path: string;
  readonly isPublic: boolean;
}

const ID = '0190a0a0-0000-7000-8000-000000000001';
let server: ClaimServer;
let routes: readonly Declared[];

beforeAll(async () => {
  server = await claimServer({ ENABLE_RATE_LIMITING: 'false' });
  const document = await server.ask('GET', '/api/v1/openapi.json');
  routes = Object.entries(document.json.paths).flatMap(([path, methods]) =>
    // The document is ours: methods by name.
    Object.entries(methods as Record<string, { security?: readonly unknown[] }>).map(
      ([method, { security }]) => ({
        method: method.toUpperCase(),
        path: path.replace('{version}', '1').replace(/\{\w+\}/g, ID),
        isPublic: security?.length === 0,
      }),
    ),
  );
});
afterAll(() => server?.close());

const isSocket = ({ path }: Declared) => path.includes('/ws');

/** Every route with a key and without, what is nowhere, and what is no request. */
async function everyAnswer(name: string): Promise<readonly (string | null)[]> {
  const found: (string | null)[] = [];
  const keep = ({ headers }: { readonly headers: Headers }) => found.push(headers.get(name));
  for (const { method, path } of routes) {
    const asked = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
    keep(await server.ask(method, path, asked));
    keep(await server.ask(method, path, { ...asked, headers: { 'x-api-key': '' } }));
  }
  keep(await server.ask('GET', '/nowhere'));
  keep(await server.ask('PATCH', '/api/v1/flows'));
  keep(await server.ask('POST', '/api/v1/flows', { body: '{' }));
  const garbage = await sendRaw(server.url, 'HELLO\r\n\r\n');
  found.push(readAnswer(garbage).headers[name] ?? null);
  const long = rawRequest(`GET /health?${'a'.repeat(20_000)}`);
  found.push(readAnswer(await sendRaw(server.url, long)).headers[name] ?? null);
  expect(found.length).toBeGreaterThan(40);
  return [...new Set(found)];
}

describe('the headers of every answer, errors too', () => {
  it('G1.052 G2.088 X-Content-Type-Options is nosniff', async () => {
    expect(await everyAnswer('x-content-type-options')).toEqual(['nosniff']);
  });

  it('G1.053 G2.089 X-Frame-Options is DENY', async () => {
    expect(await everyAnswer('x-frame-options')).toEqual(['DENY']);
  });

  it('G2.090 X-XSS-Protection is 1; mode=block', async () => {
    expect(await everyAnswer('x-xss-protection')).toEqual(['1; mode=block']);
  });

  it('G4.242 G5.290 a default run sends nosniff, DENY and the XSS block', async () => {
    const { headers } = await server.ask('GET', '/health');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-xss-protection')).toBe('1; mode=block');
  });

  it('G1.051 G2.091 G3.151 G4.217 G4.243 G5.291 HSTS for a year, with subdomains', async () => {
    expect(await everyAnswer('strict-transport-security')).toEqual([
      'max-age=31536000; includeSubDomains',
    ]);
  });

  it("G4.244 G5.292 the content security policy begins with 'self' and has no unsafe", async () => {
    const [policy, ...others] = await everyAnswer('content-security-policy');
    expect(others).toEqual([]);
    expect(policy).toMatch(/^default-src 'self'(?:;|$)/);
    expect(policy).toMatch(/(?:^|; )script-src 'self'(?:;|$)/);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    // The page that we serve lives with it: it brings no script and no style of its own.
    const page = await server.ask('GET', '/api/v1/docs');
    expect(page.text).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|javascript:/i);
  });

  it('G4.245 Referrer-Policy is strict-origin-when-cross-origin', async () => {
    expect(await everyAnswer('referrer-policy')).toEqual(['strict-origin-when-cross-origin']);
  });
});

describe('who may ask', () => {
  it('G2.137 every route that is not public answers 401 without a key', async () => {
    const guarded = routes.filter((route) => !route.isPublic && !isSocket(route));
    expect(guarded.length).toBeGreaterThan(15);
    for (const { method, path } of guarded) {
      for (const key of ['', 'wrong', `${KEY}x`, KEY.slice(1)]) {
        const { status, text } = await server.ask(method, path, { headers: { 'x-api-key': key } });
        expect(status, `${method} ${path}: ${text}`).toBe(401);
      }
      expect((await server.ask(method, path)).status, `${method} ${path}`).not.toBe(401);
    }
  });

  it('G2.137 what is public is signing in, share links, the health and the document of the API', () => {
    const open = routes.filter(({ isPublic }) => isPublic).map(({ path }) => path);
    expect(open.sort()).toEqual([
      '/api/v1/auth/forgot-password',
      '/api/v1/auth/refresh',
      '/api/v1/auth/reset-password',
      '/api/v1/auth/sign-in',
      '/api/v1/auth/sign-up',
      '/api/v1/docs',
      '/api/v1/docs.css',
      '/api/v1/openapi.json',
      `/api/v1/shared/${ID}`,
      `/api/v1/shared/${ID}/execute`,
      '/health',
      '/health/live',
      '/health/ready',
    ]);
  });

  it('G5.258 keys are asked for where nothing is configured', async () => {
    const asked = { headers: { 'x-api-key': '' } };
    expect((await server.ask('GET', '/api/v1/executions', asked)).status).toBe(401);
    expect((await server.ask('GET', '/api/v1/executions')).status).toBe(200);
  });

  it('G5.260 the header X-API-Key is taken, and a wrong one is not', async () => {
    const status = async (key: string) =>
      (await server.ask('GET', '/api/v1/me', { headers: { 'x-api-key': key } })).status;
    expect(await status(KEY)).toBe(200);
    expect(await status(SECOND_KEY)).toBe(200);
    for (const key of [`${KEY}x`, KEY.toUpperCase(), KEY.slice(0, -1), `${KEY},${SECOND_KEY}`]) {
      expect(await status(key)).toBe(401);
    }
  });

  it('G2.074 a fresh server asks for a key, opens to no origin and sends its headers', async () => {
    const origin = { origin: 'https://evil.example' };
    const refused = await server.ask('GET', '/api/v1/flows', {
      headers: { ...origin, 'x-api-key': '' },
    });
    expect(refused.status).toBe(401);
    const asked = { headers: { ...origin, 'access-control-request-method': 'GET' } };
    for (const answer of [refused, await server.ask('OPTIONS', '/api/v1/flows', asked)]) {
      expect([...answer.headers.keys()].join()).not.toContain('access-control');
      expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'self'/);
    }
    expect(server.url).toContain('//127.0.0.1:');
  });
});

const HOSTILE: readonly unknown[] = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '{"a":1e999}',
  `{"__proto__":{"x":1}}`,
  '['.repeat(20_000),
  { source: 7 },
  { source: '\u0000' },
  { source: '' },
  { definition: [] },
  { definition: { name: {}, nodes: [] } },
  { definition: { constructor: 1, nodes: { a: null } } },
  { inputs: [] },
  { inputs: { a: 'x'.repeat(100_000) }, version: -1 },
  { from: { $gt: '' } },
  { version: 1.5 },
];
const QUERIES = [
  '?',
  '?after=-1',
  '?limit=1e9',
  '?cursor=%00',
  "?search=';--",
  '?x[]=1',
  '?wait=x',
];

describe('what is asked', () => {
  it('G3.172 no input makes a route fail: the answer is below 500', async () => {
    const flow = { definition: { name: 'f', nodes: { a: { type: 'template', config: {} } } } };
    const asked = routes.filter((route) => !isSocket(route));
    expect(asked.length).toBeGreaterThan(20);
    for (const { method, path } of asked) {
      for (const body of method === 'GET' ? [undefined] : [...HOSTILE, flow]) {
        const answer = await server.ask(method, path, body === undefined ? {} : { body });
        expect(answer.status, `${method} ${path} ${JSON.stringify(body)}`).toBeLessThan(500);
      }
      for (const query of QUERIES) {
        const answer = await server.ask(method, `${path}${query}`);
        expect(answer.status, `${method} ${path}${query}`).toBeLessThan(500);
      }
      for (const id of ['x', '%00', '%ff', '..%2f', `${ID}'`, 'a'.repeat(500)]) {
        const answer = await server.ask(method, path.replace(ID, id));
        expect(answer.status, `${method} ${path} ${id}`).toBeLessThan(500);
      }
    }
    expect((await server.ask('GET', '/health')).json).toEqual({ status: 'ok' });
    expect(server.said().err).not.toContain('"level":"error"');
  });

  it('G2.100 a definition that is no object is refused with 422', async () => {
    const save = (definition: unknown) =>
      server.ask('POST', '/api/v1/flows', { body: { definition } });
    for (const definition of [[], 'text', 7, null, true]) {
      expect((await save(definition)).status).toBe(422);
    }
    const good = { name: 'f', nodes: { a: { type: 'template', config: { template: 'x' } } } };
    expect((await save(good)).status).toBe(201);
  });

  it('G2.065 a flow named like the sample attack keeps its name, and its table', async () => {
    const name = "'; DROP TABLE workflows; --";
    const nodes = { a: { type: 'template', config: { template: 'x' } } };
    const save = async (text: string) =>
      server.ask('POST', '/api/v1/flows', { body: { definition: { name: text, nodes } } });
    const saved = await save(name);
    expect(saved.status).toBe(201);
    expect((await save('; DROP TABLE sluice.flows; --')).status).toBe(201);
    const read = await server.ask('GET', `/api/v1/flows/${saved.json.id}`);
    expect(read.json.name).toBe(name);
    const found = await server.ask('GET', `/api/v1/flows?search=${encodeURIComponent(name)}`);
    expect(found.json.items).toMatchObject([{ name }]);
  });
});

describe('who did what', () => {
  it('G4.238 a record names address, user and time', async () => {
    const definition = { name: 'w', nodes: { a: { type: 'template', config: { template: 'x' } } } };
    const saved = await server.ask('POST', '/api/v1/flows', { body: { definition } });
    const { json } = await server.ask('GET', `/api/v1/audit?targetId=${saved.json.id}`);
    expect(json.items).toMatchObject([
      {
        action: 'flow.create',
        actor: 'key:admin-1',
        address: '127.0.0.1',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
  });

  it('G3.182 G5.296 what one key did in a time can be asked for', async () => {
    const definition = { name: 's', nodes: { a: { type: 'template', config: { template: 'x' } } } };
    const headers = { 'x-api-key': SECOND_KEY };
    const saved = await server.ask('POST', '/api/v1/flows', { body: { definition }, headers });
    const second = await server.ask('GET', '/api/v1/audit?actor=key:admin-2');
    expect(second.json.items).toMatchObject([{ targetId: saved.json.id, actor: 'key:admin-2' }]);
    const { at } = second.json.items[0];
    const during = await server.ask('GET', `/api/v1/audit?actor=key:admin-2&from=${at}`);
    expect(during.json.items).toHaveLength(1);
    const before = await server.ask('GET', `/api/v1/audit?actor=key:admin-2&to=${at}`);
    expect(before.json.items).toEqual([]);
    const others = await server.ask('GET', '/api/v1/audit?actor=key:admin-1');
    for (const { actor } of others.json.items) expect(actor).toBe('key:admin-1');
  });
});
