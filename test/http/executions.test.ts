import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionId } from '../../src/base/index.ts';
import { ROUTES } from '../../src/contract/index.ts';
import { FAILING, HELLO, LONG, savedFlow } from '../support/flows.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
}, 60_000);
afterAll(() => server?.close());

const execution = answerOf('readExecution');
function answerOf(id: string) {
  const answer = ROUTES.find((route) => route.id === id)?.answers[0];
  if (answer === undefined || !('schema' in answer)) throw new Error(`${id} has a schema`);
  return answer.schema;
}
const ask: TestServer['ask'] = (...request) => server.ask(...request);
const start = (flow: string, query = '', body: unknown = {}, headers = {}) =>
  ask('POST', `/api/v1/flows/${flow}/execute${query}`, { body, headers });
const read = (id: string, rest = '') => ask('GET', `/api/v1/executions/${id}${rest}`);

describe('a start', () => {
  it('answers with where the execution is, and it is finished', async () => {
    const flow = await savedFlow(server, HELLO);
    const answer = await start(flow, '', { inputs: { who: 'Ada' } });
    expect(answer.status, answer.text).toBe(202);
    expect(answer.headers.get('location')).toBe(`/api/v1/executions/${answer.json.id}`);
    const ended = await read(answer.json.id, '?wait=10s');
    expect(ended.json).toMatchObject({
      id: answer.json.id,
      flowId: flow,
      flowName: 'hello',
      flowVersion: 1,
      status: 'completed',
      inputs: { who: 'Ada' },
      outputs: { text: 'Hello Ada!', made: { text: 'Hello Ada!' } },
      startedBy: 'key:admin-1',
    });
    expect(execution.safeParse(ended.json).error).toBeUndefined();
  });

  it('answers with the result when it is waited for, the same that is read later', async () => {
    const flow = await savedFlow(server, HELLO);
    const answer = await start(flow, '?wait=10s');
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.outputs.text).toBe('Hello world!');
    expect((await read(answer.json.id)).json).toEqual(answer.json);
  });

  it('runs the version that is asked for, else the latest that was saved before', async () => {
    const flow = await savedFlow(server, HELLO);
    await ask('PUT', `/api/v1/flows/${flow}`, { body: { source: HELLO.replace('Hello', 'Hi') } });
    expect((await start(flow, '?wait=10s')).json.outputs.text).toBe('Hi world!');
    expect((await start(flow, '?wait=10s', { version: 1 })).json.outputs.text).toBe('Hello world!');
    const missing = await start(flow, '', { version: 7 });
    expect(missing.json.error.code).toBe('FLOW_VERSION_NOT_FOUND');
  });

  it('sees a version that another server saved a moment before', async () => {
    const other = await testServer({ databaseUrl: server.databaseUrl });
    try {
      const flow = await savedFlow(server, HELLO);
      for (let round = 1; round <= 10; round += 1) {
        await start(flow, '?wait=10s');
        const source = HELLO.replace('Hello', `Round ${round}`);
        await other.ask('PUT', `/api/v1/flows/${flow}`, { body: { source } });
        const answer = await start(flow, '?wait=10s');
        expect(answer.json.outputs.text).toBe(`Round ${round} world!`);
      }
    } finally {
      await other.close();
    }
  });

  it('follows another server in the inputs it takes and the flows it runs', async () => {
    const other = await testServer({ databaseUrl: server.databaseUrl });
    try {
      const flow = await savedFlow(server, HELLO);
      await start(flow, '?wait=10s');
      const source = HELLO.replaceAll('who', 'name');
      await other.ask('PUT', `/api/v1/flows/${flow}`, { body: { source } });
      const renamed = await start(flow, '?wait=10s', { inputs: { name: 'you' } });
      expect(renamed.json.outputs.text).toBe('Hello you!');
      await other.ask('DELETE', `/api/v1/flows/${flow}`);
      for (const query of ['?wait=10s', '']) {
        const gone = await start(flow, query, { inputs: { name: 'you' } });
        expect(gone.json.error.code).toBe('FLOW_NOT_FOUND');
      }
    } finally {
      await other.close();
    }
  });

  it('with wrong inputs is refused with all that is wrong', async () => {
    const flow = await savedFlow(
      server,
      HELLO.replace('{type: string, default: world}', 'string\n  count: integer'),
    );
    const answer = await start(flow, '', { inputs: { whom: 'x', count: 'many' } });
    expect(answer.status).toBe(400);
    expect(answer.json.error.code).toBe('UNKNOWN_INPUT');
    const problems: readonly { code: string; input: string }[] = answer.json.error.details.problems;
    expect(problems.map(({ code, input }) => `${code} ${input}`)).toEqual([
      'UNKNOWN_INPUT whom',
      'INPUT_MISSING who',
      'INPUT_INVALID count',
    ]);
    expect(JSON.stringify(problems)).not.toContain('--input');
  });

  it('takes data of any content as data', async () => {
    const flow = await savedFlow(
      server,
      'name: echo\ninputs: {data: any}\nnodes:\n  a: {type: transform, config: {template: "{{ inputs.data }}"}}\noutputs: {data: a}\n',
    );
    for (const text of [
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}, "toString": 1}',
      '"\\u0000\\ud800 {{ 7 * 7 }} \\u2028 </script>"',
      '[1e300, -0.5, 9007199254740991, "", null, {"": {"a.b": []}}]',
      `${'['.repeat(60)}${']'.repeat(60)}`,
    ]) {
      const answer = await start(flow, '?wait=10s', `{"inputs": {"data": ${text}}}`);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json.status, answer.text).toBe('completed');
      expect(JSON.stringify(answer.json.outputs.data)).toBe(JSON.stringify(JSON.parse(text)));
      const again = await read(answer.json.id);
      expect(again.text).toBe(answer.text);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each(['0', '0s', '1ms'])('that is waited for %s is accepted all the same', async (wait) => {
    const flow = await savedFlow(server, LONG);
    const answer = await start(flow, `?wait=${wait}`);
    expect(answer.status, answer.text).toBe(202);
    expect((await read(answer.json.id)).status).toBe(200);
    await ask('POST', `/api/v1/executions/${answer.json.id}/cancel`);
  });

  it.each(['soon', '-1', '6m', '1e9', '301', ' '])('is not waited for %j', async (wait) => {
    const flow = await savedFlow(server, HELLO);
    const answer = await start(flow, `?wait=${encodeURIComponent(wait)}`);
    expect(answer.status).toBe(400);
    expect(answer.json.error.code).toBe('QUERY_INVALID');
    expect(answer.json.error.remedy).toContain('5 min');
  });

  it('goes on when its client has gone', async () => {
    const flow = await savedFlow(server, LONG);
    const gone = new AbortController();
    const asked = fetch(`${server.url}/api/v1/flows/${flow}/execute?wait=60s`, {
      method: 'POST',
      headers: { 'x-api-key': 'test-key-0123456789abcdefghijklmnop' },
      signal: gone.signal,
    });
    const listed = () => ask('GET', `/api/v1/executions?flowId=${flow}`);
    await expect.poll(async () => (await listed()).json.items[0]?.status).toBe('waiting');
    gone.abort();
    await expect(asked).rejects.toThrow();
    const [{ id }] = (await listed()).json.items;
    expect((await read(id)).json.status).toBe('waiting');
    await ask('POST', `/api/v1/executions/${id}/cancel`);
  });
});

describe('the same start again', () => {
  const key = (name: string) => ({ 'idempotency-key': name });

  it('with the same key is the same execution, waited for or not', async () => {
    const flow = await savedFlow(server, HELLO);
    const body = { inputs: { who: 'once' } };
    const first = await start(flow, '', body, key('a'));
    const second = await start(flow, '', body, key('a'));
    expect(second.status).toBe(202);
    expect(second.json.id).toBe(first.json.id);
    const third = await start(flow, '?wait=10s', body, key('a'));
    expect(third.status).toBe(200);
    expect(third.json).toMatchObject({ id: first.json.id, status: 'completed' });
    const list = await ask('GET', `/api/v1/executions?flowId=${flow}`);
    expect(list.json.items).toHaveLength(1);
  });

  it('is told apart by what is asked, not by how it is written', async () => {
    const flow = await savedFlow(
      server,
      'name: echo\ninputs: {a: any, b: any}\nnodes:\n  x: {type: template, config: {template: x}}\n',
    );
    const first = await start(flow, '', '{"inputs": {"a": 1, "b": {"x": 1, "y": 2}}}', key('k'));
    const same = await start(flow, '', '{"inputs":{"b":{"y":2,"x":1},"a":1.0}}', key('k'));
    expect(same.json.id).toBe(first.json.id);
    const other = await start(flow, '', '{"inputs": {"a": 2, "b": {}}}', key('k'));
    expect(other.status).toBe(409);
    expect(other.json.error).toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
      details: { executionId: first.json.id },
    });
    const version = await start(flow, '', { inputs: { a: 1, b: 2 }, version: 1 }, key('k'));
    expect(version.status).toBe(409);
  });

  it('is the same also after the flow has a new version', async () => {
    const flow = await savedFlow(server, HELLO);
    const first = await start(flow, '', {}, key('v'));
    await ask('PUT', `/api/v1/flows/${flow}`, { body: { source: `${HELLO}#\n` } });
    expect((await start(flow, '', {}, key('v'))).json.id).toBe(first.json.id);
  });

  it('belongs to its flow', async () => {
    const [one, other] = [await savedFlow(server, HELLO), await savedFlow(server, HELLO)];
    const first = await start(one, '', {}, key('f'));
    expect((await start(other, '', {}, key('f'))).json.id).not.toBe(first.json.id);
  });

  it.each(['', '?wait=10s'])('many times at once is one execution %s', async (query) => {
    const flow = await savedFlow(server, HELLO);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => start(flow, query, {}, key('at-once'))),
    );
    expect(new Set(answers.map(({ status }) => status)).size, answers[0]?.text).toBe(1);
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    const list = await ask('GET', `/api/v1/executions?flowId=${flow}`);
    expect(list.json.items).toHaveLength(1);
  });

  it.each([' ', 'a b', 'x'.repeat(201), 'ä'])('is refused with the key %j', async (name) => {
    const flow = await savedFlow(server, HELLO);
    const answer = await start(flow, '', {}, key(name));
    // A header of spaces is an empty one.
    expect(answer.json.error.code).toBe('QUERY_INVALID');
  });
});

describe('the steps of an execution', () => {
  it('are shown in their order with what they were given and gave', async () => {
    const flow = await savedFlow(server, HELLO);
    const { json } = await start(flow, '?wait=10s');
    const steps = await read(json.id, '/steps');
    expect(steps.json.nextCursor).toBeUndefined();
    expect(steps.json.items).toMatchObject([
      { node: 'one', type: 'template', status: 'completed', inputs: {}, output: 'Hello world' },
      { node: 'two', inputs: { one: 'Hello world' }, output: 'Hello world!' },
      { node: 'three', inputs: { two: 'Hello world!' }, output: { text: 'Hello world!' } },
    ]);
    const one = await read(json.id, '/steps?node=two');
    expect(one.json.items).toHaveLength(1);
    const none = await read(json.id, '/steps?node=nothing');
    expect(none.json).toEqual({ items: [] });
  });

  it('come in pages that miss nothing and repeat nothing', async () => {
    const flow = await savedFlow(
      server,
      `name: many
inputs: {list: array}
nodes:
  each: {type: split, config: {field: inputs.list}}
  word: {type: template, depends_on: [each], config: {template: "w{{ item }}"}}
  all: {type: aggregate, depends_on: [word]}
outputs: {all: all}
`,
    );
    const list = Array.from({ length: 25 }, (_, index) => index);
    const { json, text } = await start(flow, '?wait=10s', { inputs: { list } });
    expect(json.status, text).toBe('completed');
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await read(json.id, `/steps?limit=4${cursor}`);
      expect(page.json.items.length).toBeLessThanOrEqual(4);
      for (const { node, path } of page.json.items) seen.push(`${node} ${path}`);
      if (page.json.nextCursor === undefined) break;
      cursor = `&cursor=${page.json.nextCursor}`;
    }
    expect(seen).toHaveLength(27);
    expect(new Set(seen).size).toBe(27);
    const forged = await read(json.id, '/steps?cursor=j1');
    expect(forged.json.error.code).toBe('CURSOR_INVALID');
  });

  it('show a failure, and the execution tells where', async () => {
    const flow = await savedFlow(server, FAILING);
    const { json, status } = await start(flow, '?wait=10s');
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: 'failed', error: { node: 'two' } });
    expect(json.outputs).toBeUndefined();
    expect(execution.safeParse(json).error).toBeUndefined();
    const steps = await read(json.id, '/steps');
    expect(steps.json.items[1]).toMatchObject({ node: 'two', status: 'failed', error: {} });
  });
});

describe('a large value', () => {
  const source = `name: large
inputs: {size: integer}
nodes:
  big: {type: template, config: {template: "{{ 'x' * inputs.size }}"}}
  next: {type: template, depends_on: [big], config: {template: "{{ big | length }}"}}
outputs: {size: next, big: big}
`;

  it('stands in its own place, and is given for its execution alone', async () => {
    const flow = await savedFlow(server, source);
    const { json, text } = await start(flow, '?wait=20s', { inputs: { size: 400_000 } });
    expect(json.status, text.slice(0, 300)).toBe('completed');
    expect(json.outputs.big).toHaveLength(400_000);
    const steps = await read(json.id, '/steps');
    const { outputRef, output } = steps.json.items[0];
    expect(output).toBeUndefined();
    expect(outputRef.bytes).toBe(400_002);
    const value = await read(json.id, `/values/${outputRef.blob}`);
    expect(value.json).toBe('x'.repeat(400_000));
    const other = await start(await savedFlow(server, HELLO), '?wait=10s');
    const stranger = await read(other.json.id, `/values/${outputRef.blob}`);
    expect(stranger.json.error.code).toBe('BLOB_NOT_FOUND');
  });

  it('is not given to an execution that only says its hash', async () => {
    const flow = await savedFlow(server, source);
    const { json } = await start(flow, '?wait=20s', { inputs: { size: 300_001 } });
    const { outputRef } = (await read(json.id, '/steps')).json.items[0];
    const echo = await savedFlow(
      server,
      'name: echo\ninputs: {v: any}\nnodes:\n  a: {type: transform, config: {template: "{{ inputs.v }}"}}\n',
    );
    const inputs = { v: { kind: 'step.ended', step: { valueRef: outputRef }, ref: outputRef } };
    const forged = await start(echo, '?wait=10s', { inputs });
    const answer = await read(forged.json.id, `/values/${outputRef.blob}`);
    expect(answer.json.error.code).toBe('BLOB_NOT_FOUND');
  });
});

describe('a cancelled execution', () => {
  it('ends as cancelled, once, and that is kept', async () => {
    const flow = await savedFlow(server, LONG);
    const { json } = await start(flow);
    const cancelled = await ask('POST', `/api/v1/executions/${json.id}/cancel`);
    expect(cancelled.status).toBe(202);
    expect(cancelled.json).toMatchObject({ id: json.id, cancelRequested: true });
    const ended = await read(json.id, '?wait=10s');
    expect(ended.json.status).toBe('cancelled');
    const again = await ask('POST', `/api/v1/executions/${json.id}/cancel`);
    expect(again.status).toBe(409);
    expect(again.json.error.code).toBe('EXECUTION_OVER');
    const audit = await ask('GET', `/api/v1/audit?targetId=${json.id}`);
    expect(audit.json.items.map(({ action }: { action: string }) => action)).toEqual([
      'execution.cancel',
      'execution.start',
    ]);
  });
});

describe('a retried execution', () => {
  it('is a new one that keeps what need not run again, in a mended version', async () => {
    const flow = await savedFlow(server, FAILING);
    const failed = await start(flow, '?wait=10s');
    const source = FAILING.replace('1 / 0', "one ~ '!'");
    await ask('PUT', `/api/v1/flows/${flow}`, { body: { source } });
    const path = `/api/v1/executions/${failed.json.id}/retry?wait=10s`;
    const same = await ask('POST', path);
    expect(same.json).toMatchObject({ status: 'failed', flowVersion: 1 });
    const mended = await ask('POST', path, { body: { version: 2 } });
    expect(mended.json, mended.text).toMatchObject({
      status: 'completed',
      flowVersion: 2,
      outputs: { text: 'bad!' },
      retriedFrom: failed.json.id,
    });
    expect((await read(mended.json.id)).json).toEqual(mended.json);
    const steps = await read(mended.json.id, '/steps');
    expect(steps.json.items[0]).toMatchObject({ node: 'one', reusedFrom: failed.json.id });
    expect(steps.json.items[1].reusedFrom).toBeUndefined();
  });

  it('begins at the node that is asked for', async () => {
    const flow = await savedFlow(server, HELLO);
    const done = await start(flow, '?wait=10s');
    const path = `/api/v1/executions/${done.json.id}/retry?wait=10s`;
    const retried = await ask('POST', path, { body: { from: 'two' } });
    const steps = await read(retried.json.id, '/steps');
    const reused = steps.json.items.map(({ reusedFrom }: { reusedFrom?: string }) => reusedFrom);
    expect(reused).toEqual([done.json.id, undefined, undefined]);
    const unknown = await ask('POST', path, { body: { from: 'nothing' } });
    expect(unknown.json.error.code).toBe('UNKNOWN_NODE');
  });

  it('is one and the same for one key, also when it is asked for a hundred times', async () => {
    const flow = await savedFlow(server, HELLO);
    const done = await start(flow, '?wait=10s');
    const headers = { 'idempotency-key': 'again' };
    const path = `/api/v1/executions/${done.json.id}/retry`;
    const body = { from: 'two' };
    const all = Array.from({ length: 100 }, () => ask('POST', path, { headers, body }));
    const answers = await Promise.all(all);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = new Set<string>(answers.map(({ json }) => json.id));
    expect(ids.size).toBe(1);
    const listed = await ask('GET', `/api/v1/executions?flowId=${flow}`);
    expect(listed.json.items).toHaveLength(2);
    const ended = await ask('POST', `${path}?wait=10s`, { headers, body });
    expect(ended.json).toMatchObject({ id: [...ids][0], status: 'completed' });
    for (const other of [{}, { from: 'three' }]) {
      const refused = await ask('POST', path, { headers, body: other });
      expect([refused.status, refused.json.error.code]).toEqual([409, 'IDEMPOTENCY_MISMATCH']);
    }
    const started = await ask('POST', `/api/v1/flows/${flow}/execute`, { headers });
    expect(started.json.error.code).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('must have ended before', async () => {
    const flow = await savedFlow(server, LONG);
    const { json } = await start(flow);
    const answer = await ask('POST', `/api/v1/executions/${json.id}/retry`);
    expect(answer.status).toBe(409);
    expect(answer.json.error.code).toBe('EXECUTION_RUNNING');
    await ask('POST', `/api/v1/executions/${json.id}/cancel`);
  });
});

describe('the list of executions', () => {
  it('is narrowed by status, flow and time', async () => {
    const flow = await savedFlow(server, FAILING);
    const failed = await start(flow, '?wait=10s');
    const ids = async (query: string) => {
      const answer = await ask('GET', `/api/v1/executions?flowId=${flow}&${query}`);
      expect(answer.status, answer.text).toBe(200);
      return answer.json.items.map(({ id }: { id: ExecutionId }) => id);
    };
    const { id, createdAt } = failed.json;
    expect(await ids('status=failed,running')).toEqual([id]);
    expect(await ids('status=completed')).toEqual([]);
    expect(await ids(`from=${createdAt}`)).toEqual([id]);
    expect(await ids(`to=${createdAt}`)).toEqual([]);
    const wrong = await ask('GET', '/api/v1/executions?status=done');
    expect(wrong.json.error.code).toBe('QUERY_INVALID');
  });
});

it('nothing of this failed inside', () => {
  const failures = server.logged.filter(({ level }) => level === 'error');
  expect(failures.map(({ fields }) => String(fields.error))).toEqual([]);
});
