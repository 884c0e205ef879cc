import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createClient,
  type JailPosture,
  type NodeType,
  ROUTES,
  type ScriptEvent,
  transportOver,
} from '../../src/contract/index.ts';
import { compile } from '../../src/language/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { savedFlow } from '../support/flows.ts';
import { TEST_KEY, type TestServer, testServer } from '../support/server.ts';

const SCRIPT: ScriptEvent = {
  kind: 'script',
  language: 'python',
  level: 'strict',
  codeHash: 'c'.repeat(64),
  outcome: 'CODE_MEMORY',
  limit: 'memory',
  durationMs: 12.5,
  jail: 'kernel',
};

const SCRIPTED: NodeType = {
  ...{ id: 'scripted', version: 1, title: 'Scripted', summary: 'Reports a script.' },
  ...{ role: 'step', effect: 'pure', needs: [], config: {}, output: 'any' },
  ...{ outputSummary: 'null', example: '' },
  run: (context) => {
    context.report(SCRIPT);
    return { value: null };
  },
};

const TEXT = `name: scripted
nodes:
  a: {type: scripted}
  b: {type: template, depends_on: [a], config: {template: plain}}
`;

/** As the operator's setting TEMPLATE_UNSAFE=true; all else of the server is without it. */
const UNSAFE = `name: large
nodes:
  big: {type: template, config: {level: unsafe, template: "{{ 1 + 1 }}"}}
outputs: {text: big}
`;

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ nodeTypes: [...NODE_TYPES, SCRIPTED] });
}, 60_000);
afterAll(() => server?.close());

async function execution(): Promise<string> {
  const flow = await savedFlow(server, TEXT);
  const { json } = await server.ask('POST', `/api/v1/flows/${flow}/execute?wait=10s`);
  return json.id;
}

describe('the scripts of a step', () => {
  it('are in the list of steps, as its contract says', async () => {
    const { json } = await server.ask('GET', `/api/v1/executions/${await execution()}/steps`);
    expect(json.items).toMatchObject([{ node: 'a', events: [SCRIPT] }, { node: 'b' }]);
    expect('events' in json.items[1]).toBe(false);
    const route = ROUTES.find(({ id }) => id === 'listSteps');
    const [answer] = route?.answers ?? [];
    if (answer === undefined || !('schema' in answer)) throw new Error('listSteps has a schema');
    expect(answer.schema.safeParse(json).error).toBeUndefined();
    const wrong = { ...json.items[0], events: [{ ...SCRIPT, outcome: 'DONE' }] };
    expect(answer.schema.safeParse({ items: [wrong] }).success).toBe(false);
  });

  it('are told to who follows, also by the typed client', async () => {
    const id = await execution();
    const transport = transportOver(fetch);
    const client = createClient({ baseUrl: server.url, apiKey: TEST_KEY, transport });
    const seen: unknown[] = [];
    for await (const event of client.followEvents(id, { after: 0 })) {
      if (event.kind === 'step.ended') seen.push(event.step.events);
    }
    expect(seen).toEqual([[SCRIPT], undefined]);
  });

  it('are described in the API document', async () => {
    const { text } = await server.ask('GET', '/api/v1/openapi.json');
    for (const word of ['codeHash', 'durationMs', 'CODE_TIMEOUT']) expect(text).toContain(word);
  });
});

describe('how code is held', () => {
  const POSTURE: JailPosture = {
    kind: 'process',
    layers: [{ name: 'pid namespace', isOn: false, detail: 'bubblewrap is not installed' }],
    attacks: [],
    languages: { javascript: { state: 'process' }, python: { state: 'refused' } },
    problem: { why: 'bubblewrap is not installed', remedy: 'Install it.' },
  };

  it.each<[string, () => Promise<JailPosture>, unknown]>([
    ['is in the details', async () => POSTURE, POSTURE],
    ['is unknown while it is being tried', () => new Promise(() => {}), { kind: 'unknown' }],
    ['is unknown where it fails', () => Promise.reject(new Error('x')), { kind: 'unknown' }],
  ])('%s, and the public health tells nothing of it', async (_, sandbox, told) => {
    const { databaseUrl } = server;
    const other = await testServer({ databaseUrl, replace: { sandbox } });
    try {
      const details = await other.ask('GET', '/health/detailed');
      expect(details.status).toBe(200);
      expect(details.json.sandbox).toEqual(told);
      const noKey = { headers: { 'x-api-key': '' } };
      for (const path of ['/health', '/health/live', '/health/ready']) {
        expect((await other.ask('GET', path, noKey)).text).toBe('{"status":"ok"}');
      }
      expect((await other.ask('GET', '/health/detailed', noKey)).status).toBe(401);
    } finally {
      await other.close();
    }
  });

  it('is unknown where nothing tells it', async () => {
    const { json } = await server.ask('GET', '/health/detailed');
    expect(json.sandbox).toEqual({ kind: 'unknown' });
  });
});

describe('a flow with templates of the level unsafe', () => {
  it('that was saved while the operator allowed it does not run once that is over', async () => {
    const { databaseUrl } = server;
    const allowing = await testServer({
      databaseUrl,
      replace: {
        compile: ({ source, format }) =>
          compile(source, {
            file: `flow.${format}`,
            nodeTypes: NODE_TYPES,
            unsafeTemplates: true,
          }),
      },
    });
    try {
      const flow = await savedFlow(allowing, UNSAFE);
      const start = await server.ask('POST', `/api/v1/flows/${flow}/execute?wait=10s`);
      expect(start.status).toBe(400);
      expect(start.json.error).toMatchObject({
        code: 'FLOW_INVALID',
        details: {
          problems: [{ code: 'WRONG_VALUE', remedy: expect.stringContaining('TEMPLATE_UNSAFE') }],
        },
      });
      const refused = await server.ask('POST', '/api/v1/flows', { body: { source: UNSAFE } });
      expect(refused.status).toBe(400);
    } finally {
      await allowing.close();
    }
  });
});
