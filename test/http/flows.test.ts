import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/contract/index.ts';
import { HELLO, savedFlow } from '../support/flows.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
}, 60_000);
afterAll(() => server?.close());

const ask: TestServer['ask'] = (...request) => server.ask(...request);
const UNKNOWN = '01890000-0000-7000-8000-000000000000';
const BROKEN = 'name: x\nnodes:\n  a: {type: nothing}\n  b: {type: template, depends_on: [c]}\n';

describe('a new flow', () => {
  it('takes name, description and tags from its text, and says where it is', async () => {
    const answer = await ask('POST', '/api/v1/flows', { body: { source: HELLO } });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      name: 'hello',
      description: 'Greets someone.',
      tags: ['greeting', 'small one'],
      version: 1,
      createdBy: 'key:admin-1',
      format: 'yaml',
      source: HELLO,
    });
    expect(answer.headers.get('location')).toBe(`/api/v1/flows/${answer.json.id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    const read = await ask('GET', `/api/v1/flows/${answer.json.id}`);
    expect(read.json).toEqual(answer.json);
  });

  it('may be given as an object, which is kept as JSON', async () => {
    const definition = {
      name: 'as-object',
      nodes: { a: { type: 'template', config: { template: 'x' } } },
      outputs: { a: 'a' },
    };
    const answer = await ask('POST', '/api/v1/flows', { body: { definition } });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json.format).toBe('json');
    expect(JSON.parse(answer.json.source)).toEqual(definition);
  });

  it('is told as JSON or YAML by its text', async () => {
    const source = JSON.stringify({
      name: 'j',
      nodes: { a: { type: 'template', config: { template: 'x' } } },
    });
    const answer = await ask('POST', '/api/v1/flows', { body: { source } });
    expect(answer.json.format).toBe('json');
    const told = await ask('POST', '/api/v1/flows', { body: { source, format: 'yaml' } });
    expect(told.json.format).toBe('yaml');
  });

  it('with problems is refused with all of them and their places', async () => {
    const answer = await ask('POST', '/api/v1/flows', { body: { source: BROKEN } });
    expect(answer.status).toBe(400);
    expect(answer.json.error.code).toBe('FLOW_INVALID');
    const { problems } = answer.json.error.details;
    expect(
      problems.map(({ code, place }: never) => `${(place as { line: number }).line} ${code}`),
    ).toEqual(['3 UNKNOWN_NODE_TYPE', '4 MISSING_KEY', '4 UNKNOWN_NODE']);
    expect(problems[0].place).toMatchObject({
      path: 'nodes.a.type',
      sourceLine: '  a: {type: nothing}',
    });
  });

  it('that is too large is refused as such', async () => {
    const source = `name: ${'x'.repeat(1024 * 1024)}`;
    const large = await testServer({
      databaseUrl: server.databaseUrl,
      requestBytes: 4 * 1024 * 1024,
    });
    try {
      const answer = await large.ask('POST', '/api/v1/flows', { body: { source } });
      expect(answer.status, answer.text.slice(0, 200)).toBe(413);
      expect(answer.json.error.code).toBe('FLOW_TOO_LARGE');
    } finally {
      await large.close();
    }
  });

  it('with a name of the host in it is refused by the reader of flows', async () => {
    const body = '{"definition": {"name": "x", "nodes": {"__proto__": {"type": "template"}}}}';
    const answer = await ask('POST', '/api/v1/flows', { body });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.json.error.details)).toContain('FORBIDDEN_KEY');
  });
});

describe('checking a flow', () => {
  it('gives all problems and saves nothing', async () => {
    const before = await ask('GET', '/api/v1/flows?limit=200');
    const answer = await ask('POST', '/api/v1/flows/validate', { body: { source: BROKEN } });
    expect(answer.status).toBe(200);
    expect(answer.json.valid).toBe(false);
    expect(answer.json.problems).toHaveLength(3);
    const good = await ask('POST', '/api/v1/flows/validate', { body: { source: HELLO } });
    expect(good.json).toEqual({ valid: true, problems: [] });
    const after = await ask('GET', '/api/v1/flows?limit=200');
    expect(after.json.items).toHaveLength(before.json.items.length);
  });
});

describe('a changed flow', () => {
  it('gets a version, and the same text again none', async () => {
    const id = await savedFlow(server, HELLO);
    const source = HELLO.replace('Greets', 'Salutes');
    const changed = await ask('PUT', `/api/v1/flows/${id}`, { body: { source } });
    expect(changed.json).toMatchObject({ version: 2, description: 'Salutes someone.' });
    const again = await ask('PUT', `/api/v1/flows/${id}`, { body: { source } });
    expect(again.json.version).toBe(2);
  });

  it('is not saved over a change that its author has not seen', async () => {
    const id = await savedFlow(server, HELLO);
    const save = (text: string, match: string) =>
      ask('PUT', `/api/v1/flows/${id}`, { body: { source: text }, headers: { 'if-match': match } });
    expect((await save(`${HELLO}# a\n`, '"1"')).json.version).toBe(2);
    const late = await save(`${HELLO}# b\n`, '"1"');
    expect(late.status).toBe(412);
    expect(late.json.error.code).toBe('FLOW_CHANGED');
    expect((await save(`${HELLO}# b\n`, 'three')).json.error.code).toBe('QUERY_INVALID');
    expect((await save(`${HELLO}# b\n`, '*')).json.version).toBe(3);
  });

  it('keeps its versions, which can be read, brought back and told apart', async () => {
    const id = await savedFlow(server, HELLO);
    await ask('PUT', `/api/v1/flows/${id}`, { body: { source: `${HELLO}# second\n` } });
    const old = await ask('GET', `/api/v1/flows/${id}/versions/1`);
    expect(old.json).toMatchObject({ flowId: id, version: 1, source: HELLO });
    const restored = await ask('POST', `/api/v1/flows/${id}/versions/1/restore`);
    expect(restored.json).toMatchObject({ version: 3, source: HELLO });
    const versions = await ask('GET', `/api/v1/flows/${id}/versions`);
    expect(versions.json.items.map((each: { version: number }) => each.version)).toEqual([3, 2, 1]);
    expect(versions.json.items[0].restoredFrom).toBe(1);
    const missing = await ask('GET', `/api/v1/flows/${id}/versions/9`);
    expect(missing.json.error.code).toBe('FLOW_VERSION_NOT_FOUND');
    const first = await ask('GET', `/api/v1/flows/${id}?version=1`);
    expect(first.json.version).toBe(1);
  });
});

describe('the list of flows', () => {
  it('is found by part of a name and by all of its tags, in pages', async () => {
    const mark = `mark${Date.now()}`;
    for (const name of ['a', 'b', 'c']) {
      const tags = name === 'c' ? 'other' : `${mark}, second`;
      const source = HELLO.replace('hello', `${mark}-${name}`).replace(
        'greeting, "small one"',
        tags,
      );
      await savedFlow(server, source);
    }
    const names = (answer: { json: { items: { name: string }[] } }) =>
      answer.json.items.map(({ name }) => name);
    const all = await ask('GET', `/api/v1/flows?search=${mark.toUpperCase()}`);
    expect(names(all)).toEqual([`${mark}-c`, `${mark}-b`, `${mark}-a`]);
    const tagged = await ask('GET', `/api/v1/flows?tags=second,${mark}`);
    expect(names(tagged)).toEqual([`${mark}-b`, `${mark}-a`]);
    const page = await ask('GET', `/api/v1/flows?search=${mark}&limit=2`);
    expect(names(page)).toHaveLength(2);
    const next = await ask(
      'GET',
      `/api/v1/flows?search=${mark}&limit=2&cursor=${page.json.nextCursor}`,
    );
    expect(names(next)).toEqual([`${mark}-a`]);
    expect(next.json.nextCursor).toBeUndefined();
    const forged = await ask('GET', '/api/v1/flows?cursor=forged');
    expect(forged.json.error.code).toBe('CURSOR_INVALID');
  });
});

describe('an exported flow', () => {
  it('is its text as saved in its own format, and the same flow in the other', async () => {
    const id = await savedFlow(server, `# why\n${HELLO}`);
    const yaml = await ask('GET', `/api/v1/flows/${id}/export`);
    expect(yaml.text).toBe(`# why\n${HELLO}`);
    expect(yaml.headers.get('content-type')).toBe('application/yaml; charset=utf-8');
    expect(yaml.headers.get('content-disposition')).toBe('attachment; filename="hello.yaml"');
    const json = await ask('GET', `/api/v1/flows/${id}/export?format=json`);
    expect(json.json).toMatchObject({ name: 'hello', outputs: { text: 'two', made: 'three' } });
    const copy = await ask('POST', '/api/v1/flows', { body: { definition: json.json } });
    expect(copy.status).toBe(201);
  });

  it('has a file name that stays inside its header', async () => {
    const id = await savedFlow(server, HELLO.replace('name: hello', 'name: "../\\"x; a=b ü"'));
    const answer = await ask('GET', `/api/v1/flows/${id}/export`);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="x-a-b.yaml"');
  });
});

describe('a deleted flow', () => {
  it('is gone for everyone who asks, and starts nothing', async () => {
    const id = await savedFlow(server, HELLO);
    const run = await ask('POST', `/api/v1/flows/${id}/execute?wait=10s`);
    const deleted = await ask('DELETE', `/api/v1/flows/${id}`);
    expect(deleted.status).toBe(204);
    expect(deleted.text).toBe('');
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/versions'],
      ['GET', '/versions/1'],
      ['GET', '/export'],
      ['POST', '/execute'],
      ['POST', '/versions/1/restore'],
    ] as const) {
      const answer = await ask(method, `/api/v1/flows/${id}${path}`);
      expect(answer.json.error.code, path).toBe('FLOW_NOT_FOUND');
    }
    const put = await ask('PUT', `/api/v1/flows/${id}`, { body: { source: BROKEN } });
    expect(put.json.error.code).toBe('FLOW_NOT_FOUND');
    const retry = await ask('POST', `/api/v1/executions/${run.json.id}/retry`);
    expect(retry.json.error.code).toBe('FLOW_NOT_FOUND');
    const execution = await ask('GET', `/api/v1/executions/${run.json.id}`);
    expect(execution.json.status).toBe('completed');
  });
});

describe('what people do to flows', () => {
  it('is kept with who, what and which request', async () => {
    const id = await savedFlow(server, HELLO);
    await ask('PUT', `/api/v1/flows/${id}`, { body: { source: `${HELLO}#\n` } });
    await ask('POST', `/api/v1/flows/${id}/versions/1/restore`);
    await ask('DELETE', `/api/v1/flows/${id}`, { headers: { 'x-request-id': 'the-deletion' } });
    const { json } = await ask('GET', `/api/v1/audit?targetId=${id}`);
    expect(json.items.map(({ action }: { action: string }) => action)).toEqual([
      'flow.delete',
      'flow.restore',
      'flow.update',
      'flow.create',
    ]);
    expect(json.items[0]).toMatchObject({
      actor: 'key:admin-1',
      outcome: 'done',
      requestId: 'the-deletion',
      address: '127.0.0.1',
    });
  });

  it('is not kept where nothing was done', async () => {
    await ask('DELETE', `/api/v1/flows/${UNKNOWN}`);
    const { json } = await ask('GET', `/api/v1/audit?targetId=${UNKNOWN}`);
    expect(json.items).toEqual([]);
  });
});

describe('the API about itself', () => {
  it('lists every route in its document', async () => {
    const { json } = await ask('GET', '/api/v1/openapi.json', { headers: { 'x-api-key': '' } });
    expect(json.openapi).toBe('3.1.0');
    expect(json.servers).toEqual([{ url: server.url }]);
    const listed = Object.entries(json.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  });

  it('shows every route on a page without script or inline style', async () => {
    const page = await ask('GET', '/api/v1/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const { id } of ROUTES) expect(page.text).toContain(`<article id="${id}">`);
    expect(page.text).not.toMatch(/<script|style=|\son\w+=/i);
    const style = await ask('GET', '/api/v1/docs.css');
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
  });
});
