import { describe, expect, it } from 'vitest';
import type { Problem } from '../../contract/index.ts';
import { FAKE_KEY, type FakeRoutes, runAgainst } from '../fake-server.ts';

const ID = '0199a1b2-5c3d-7e4f-8a5b-000000000001';
const OTHER = '0199a1b2-5c3d-7e4f-8a5b-000000000002';
const FLOW = {
  id: ID,
  name: 'hello',
  description: 'greets',
  tags: ['demo', 'first'],
  version: 3,
  owner: 'key:admin-1',
  isPublic: false,
  createdBy: 'key:admin-1',
  createdAt: '2026-03-01T11:00:00.000Z',
  updatedAt: '2026-03-01T11:57:00.000Z',
};
const GRANTS = { hosts: [], connections: [], secrets: [], code: 'none' };
const WITH_SOURCE = { ...FLOW, grants: GRANTS, format: 'yaml', source: 'name: hello\n' };
const PAGE = { body: { items: [FLOW] } };
const BYTES = new TextEncoder().encode('name: hello\n');
const readText = async (file: string) => ({ file, bytes: BYTES });
const errorOf = (code: string, message: string, details?: object) => ({
  error: { code, message, remedy: 'Do better.', requestId: 'r-1', ...(details && { details }) },
});

function flows(words: readonly string[], routes: FakeRoutes, more = {}) {
  return runAgainst(['flows', ...words], { routes, local: { readText }, ...more });
}

describe('sluice flows list', () => {
  it('shows a table, newest first, and sends the key', async () => {
    const { exit, out, err, requests } = await flows(['list'], { 'GET /api/v1/flows': PAGE });
    expect(err).toBe('');
    expect(exit).toBe(0);
    expect(out).toContain('ID');
    expect(out).toContain(`${ID}  hello        3  demo, first  3 min ago`);
    expect(requests[0]?.headers['x-api-key']).toBe(FAKE_KEY);
  });

  it('asks for pages until the limit and says that there are more', async () => {
    const items = Array.from({ length: 200 }, () => FLOW);
    const routes = {
      'GET /api/v1/flows': ({ at }: { at: URL }) => {
        const limit = Number(at.searchParams.get('limit'));
        return { body: { items: items.slice(0, limit), nextCursor: 'next' } };
      },
    };
    const { out, err, requests } = await flows(['list', '--limit', '250', '--json'], routes);
    expect(JSON.parse(out).items).toHaveLength(250);
    expect(JSON.parse(out).nextCursor).toBe('next');
    expect(requests.map(({ at }) => at.search)).toEqual(['?limit=200', '?limit=50&cursor=next']);
    expect(err).toBe('');
    const table = await flows(['list'], routes);
    expect(table.err).toContain('50 are shown and there are more');
  });

  it('filters by text and by all of the tags', async () => {
    const { out, requests } = await flows(['list', '--search', 'a b', '--tag', 'x', '--tag', 'y'], {
      'GET /api/v1/flows': { body: { items: [] } },
    });
    expect(requests[0]?.at.searchParams.get('search')).toBe('a b');
    expect(requests[0]?.at.searchParams.get('tags')).toBe('x,y');
    expect(out).toBe('no flow fits\n');
  });

  it('lets no name of a flow command the screen', async () => {
    const name = 'x\u001b]0;owned\u0007\u009b2J\ny\u202e';
    const page = { body: { items: [{ ...FLOW, name, tags: ['\u001b[31m'] }] } };
    for (const words of [['list'], ['list', '--json']]) {
      const { out } = await flows(words, { 'GET /api/v1/flows': page });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
    const { out } = await flows(['list', '--json'], { 'GET /api/v1/flows': page });
    expect(JSON.parse(out).items[0].name).toBe(name);
  });
});

describe('naming a flow', () => {
  const read = { [`GET /api/v1/flows/${ID}`]: { body: WITH_SOURCE } };

  it('takes a whole id without looking it up', async () => {
    const { exit, requests } = await flows(['show', ID.toUpperCase()], read);
    expect(exit).toBe(0);
    expect(requests).toHaveLength(1);
  });

  it('takes an exact name and the beginning of an id', async () => {
    const longer = { ...FLOW, id: OTHER, name: 'hello again' };
    const list = { 'GET /api/v1/flows': { body: { items: [longer, FLOW] } } };
    const byName = await flows(['show', 'hello', '--json'], { ...list, ...read });
    expect(JSON.parse(byName.out)).toEqual(WITH_SOURCE);
    expect(byName.requests[0]?.at.searchParams.get('search')).toBe('hello');
    const one = { 'GET /api/v1/flows': PAGE };
    const byPrefix = await flows(['show', '0199a1b2-5c'], { ...one, ...read });
    expect(byPrefix.exit).toBe(0);
    expect(byPrefix.out).toContain('name: hello');
  });

  it('never guesses: two flows that fit are listed and nothing is done', async () => {
    const twin = { ...FLOW, id: OTHER };
    const list = { 'GET /api/v1/flows': { body: { items: [FLOW, twin] } } };
    const { exit, err, requests } = await flows(['delete', 'hello'], list);
    expect(exit).toBe(2);
    expect(err).toContain(
      `2 flows fit hello [NAME_AMBIGUOUS]:\n  ${ID}  hello\n  ${OTHER}  hello\n`,
    );
    expect(requests.map(({ method }) => method)).toEqual(['GET']);
    // A name that another flow's id begins with is as ambiguous.
    const named = { ...FLOW, id: OTHER, name: '0199a1b2' };
    const mixed = { 'GET /api/v1/flows': { body: { items: [FLOW, named] } } };
    expect((await flows(['delete', '0199a1b2'], mixed)).exit).toBe(2);
  });

  it('says so where no flow fits', async () => {
    const { exit, err } = await flows(['show', 'helo'], { 'GET /api/v1/flows': PAGE });
    expect(exit).toBe(2);
    expect(err).toContain('no flow has the id or name helo [FLOW_NOT_FOUND]');
    expect(err).toContain('sluice flows list');
  });

  it('finds a name on a later page', async () => {
    const routes = {
      'GET /api/v1/flows': ({ at }: { at: URL }) =>
        at.searchParams.has('cursor')
          ? { body: { items: [FLOW] } }
          : { body: { items: [{ ...FLOW, name: 'hello2', id: OTHER }], nextCursor: 'c' } },
      ...read,
    };
    expect((await flows(['show', 'hello'], routes)).exit).toBe(0);
  });
});

describe('changing flows', () => {
  it('creates, updates, restores and deletes', async () => {
    const saved = { body: WITH_SOURCE };
    const routes = {
      'POST /api/v1/flows': { status: 201, ...saved },
      [`PUT /api/v1/flows/${ID}`]: saved,
      [`POST /api/v1/flows/${ID}/versions/2/restore`]: saved,
      [`DELETE /api/v1/flows/${ID}`]: { status: 204 },
    };
    const created = await flows(['create', 'hello.yaml'], routes);
    expect(created.exit).toBe(0);
    expect(created.out).toBe(`created hello, version 3: ${ID}\n`);
    expect(JSON.parse(created.requests[0]?.body ?? '')).toEqual({ source: 'name: hello\n' });
    const updated = await flows(['update', ID, 'hello.yaml', '--if-version', '2'], routes);
    expect(updated.exit).toBe(0);
    expect(updated.requests[0]?.headers['if-match']).toBe('"2"');
    expect((await flows(['restore', ID, '2'], routes)).exit).toBe(0);
    const deleted = await flows(['delete', ID, '--json'], routes);
    expect(JSON.parse(deleted.out)).toEqual({ id: ID, deleted: true });
  });

  it('shows every problem of a refused flow at its place in the file', async () => {
    const place = { line: 3, column: 5, path: 'nodes.a', sourceLine: '  a: \u001b[2J' };
    const problem = { severity: 'error', code: 'UNKNOWN_NODE_TYPE', message: 'no', remedy: 'r' };
    const problems = [
      { ...problem, place },
      { ...problem, ...place },
      'nonsense',
      null,
      { code: 5 },
    ];
    const routes = {
      'POST /api/v1/flows': {
        status: 400,
        body: errorOf('FLOW_INVALID', 'the flow has 2 problems', { problems }),
      },
    };
    const { exit, err } = await flows(['create', 'hello.yaml'], routes);
    expect(exit).toBe(2);
    expect(err.match(/hello\.yaml:3:5: error: no \[UNKNOWN_NODE_TYPE\]/g)).toHaveLength(2);
    expect(err).toContain('the flow has 2 problems [FLOW_INVALID]');
    expect(err).not.toContain('\u001b');
    const json = await flows(['create', 'hello.yaml', '--json'], routes);
    const document = JSON.parse(json.out);
    expect(document.status).toBe('refused');
    expect(document.error.details.problems.map(({ file }: Problem) => file)).toEqual([
      'hello.yaml',
      'hello.yaml',
    ]);
  });

  it('sends nothing for a file that is not text', async () => {
    const local = { readText: async (file: string) => ({ file, bytes: new Uint8Array([255]) }) };
    const { exit, err, requests } = await flows(['create', 'x.yaml'], {}, { local });
    expect(exit).toBe(2);
    expect(err).toContain('x.yaml is not UTF-8 text [FLOW_NOT_TEXT]');
    expect(requests).toEqual([]);
  });
});

describe('sluice flows export', () => {
  const routes = { [`GET /api/v1/flows/${ID}/export`]: { text: 'name: \u001b[2J\n' } };

  it('gives a pipe the very text, a screen a harmless one, and writes a file', async () => {
    const piped = await flows(['export', ID], routes);
    expect(piped.out).toBe('name: \u001b[2J\n');
    const shown = await flows(['export', ID], routes, { terminal: { isScreen: true } });
    expect(shown.out).not.toContain('\u001b');
    const saved = await flows(['export', ID, '-o', 'x.json', '--format', 'json'], routes);
    expect(saved.saved.get('x.json')).toBe('name: \u001b[2J\n');
    expect(saved.out).toBe('');
    expect(saved.requests[0]?.at.search).toBe('?format=json');
  });

  it('refuses a format that there is not', async () => {
    const { exit, err } = await flows(['export', ID, '--format', 'xml'], routes);
    expect(exit).toBe(2);
    expect(err).toContain('--format takes yaml or json, but got "xml"');
  });
});

it('sluice flows versions lists them', async () => {
  const version = {
    flowId: ID,
    version: 4,
    format: 'yaml',
    hash: 'x',
    createdBy: 'key:admin-1',
    grants: GRANTS,
  };
  const items = [{ ...version, createdAt: FLOW.createdAt, restoredFrom: 2 }];
  const { out } = await flows(['versions', ID], {
    [`GET /api/v1/flows/${ID}/versions`]: { body: { items } },
  });
  expect(out).toContain('restored from 2');
});

it('sluice flows validate tells what the server says', async () => {
  const problem = { severity: 'error', code: 'CYCLE', message: 'a circle', remedy: 'Cut it.' };
  const problems = [{ ...problem, place: { line: 1, column: 1, path: 'nodes' } }];
  const { exit, out } = await flows(['validate', 'x.yaml'], {
    'POST /api/v1/flows/validate': { body: { valid: false, problems } },
  });
  expect(exit).toBe(2);
  expect(out).toContain('x.yaml:1:1: error: a circle [CYCLE]');
  expect(out).toContain('x.yaml: not valid: 1 error');
});

describe('a server that is not what it should be', () => {
  it('is named where it does not answer', async () => {
    const { exit, err } = await flows(['list'], {});
    expect(exit).toBe(1);
    expect(err).toContain('the server at http://127.0.0.1:8000 does not answer');
    expect(err).toContain('[SERVER_UNREACHABLE]');
  });

  it('is told apart when it refuses the key', async () => {
    const { exit, err } = await flows(['list'], {
      'GET /api/v1/flows': {
        status: 401,
        body: errorOf('UNAUTHENTICATED', 'the key is not known'),
      },
    });
    expect(exit).toBe(2);
    expect(err).toContain('the key is not known [UNAUTHENTICATED]');
    expect(err).not.toContain(FAKE_KEY);
  });

  it.each([
    [500, '<html><script>alert(1)</script>'],
    [502, 'Bad gateway \u001b[2J'],
    [200, '<html>hello</html>'],
    [200, '{"items": "none"}'],
    [302, ''],
  ])('gives one clear error for status %d and %s', async (status, text) => {
    const { exit, err, out } = await flows(['list'], { 'GET /api/v1/flows': { status, text } });
    expect(exit).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('[SERVER_ANSWER]');
    expect(err).not.toContain('<html>');
    expect(err).not.toContain('\u001b');
  });

  it('has its words made harmless', async () => {
    const body = errorOf('FORBIDDEN', 'no\u001b[2J\u009b');
    const { err } = await flows(['list'], { 'GET /api/v1/flows': { status: 403, body } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
    expect(err).not.toMatch(/[\u001b\u009b]/);
  });

  it('is asked nothing while no key is known for it', async () => {
    const words = ['flows', 'list', '--server', 'https://other.example'];
    const { exit, err, requests } = await runAgainst(words);
    expect(exit).toBe(2);
    expect(err).toContain('no API key is known for https://other.example [UNAUTHENTICATED]');
    expect(requests).toEqual([]);
  });

  it('is warned of where the key would travel in plain text', async () => {
    const words = ['flows', 'list', '--server', 'http://other.example', '--key-file', 'k'];
    const routes = { 'GET /api/v1/flows': PAGE };
    const { err } = await runAgainst(words, { routes, keyFile: 'secret-key' });
    expect(err).toContain('http://other.example is not encrypted');
    expect(err).not.toContain('secret-key');
  });
});
