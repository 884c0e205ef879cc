import { afterEach, describe, expect, it } from 'vitest';
import {
  type Client,
  createClient,
  type ExecutionEvent,
  transportOver,
} from '../../src/contract/index.ts';
import { TEST_KEY, type TestServer, testServer } from '../support/server.ts';

const open: TestServer[] = [];

async function server(options?: Parameters<typeof testServer>[0]): Promise<TestServer> {
  const one = await testServer(options);
  open.push(one);
  return one;
}

afterEach(async () => {
  // The last one opened shares the first one's database.
  for (const one of open.splice(0).reverse()) await one.close();
});

const clientOf = ({ url }: TestServer, apiKey = TEST_KEY): Client =>
  createClient({ baseUrl: url, apiKey, transport: transportOver(fetch) });

const QUICK = `name: quick
inputs:
  word: {type: string}
nodes:
  one:
    type: template
    config: {template: "{{ inputs.word }}!"}
outputs:
  said: one
`;
const SLOW = `name: slow
nodes:
  first:
    type: template
    config: {template: "a"}
  wait:
    type: delay
    depends_on: [first]
    config: {duration: 1500ms}
  last:
    type: template
    depends_on: [wait]
    config: {template: "b"}
`;

async function eventsOf(client: Client, id: string, after = 0): Promise<readonly ExecutionEvent[]> {
  const found: ExecutionEvent[] = [];
  for await (const event of client.followEvents(id, { after })) found.push(event);
  return found;
}

const upTo = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

describe('the typed client and a whole server', () => {
  it('understands every answer of the server', async () => {
    const one = await server();
    const client = clientOf(one);
    expect(await client.health()).toEqual({ status: 'ok' });
    expect((await client.whoAmI()).id).toBe('key:admin-1');
    expect(await client.validateFlow({ body: { source: QUICK, format: 'auto' } })).toMatchObject({
      valid: true,
    });
    const flow = await client.createFlow({ body: { source: QUICK } });
    const params = { id: flow.id };
    expect((await client.listFlows({ query: { search: 'quick' } })).items.length).toBe(1);
    const changed = await client.updateFlow({ params, body: { source: `${QUICK}# more\n` } });
    expect(changed.version).toBe(2);
    expect((await client.listFlowVersions({ params })).items.length).toBe(2);
    const restored = await client.restoreFlowVersion({ params: { ...params, version: 1 } });
    expect(restored.version).toBe(3);
    expect((await client.readFlow({ params, query: { version: 1 } })).source).toBe(QUICK);
    expect(await client.exportFlow({ params, query: { format: 'yaml' } })).toBe(QUICK);
    const started = await client.startExecution({
      params,
      query: { wait: '10s' },
      body: { inputs: { word: 'ho' } },
    });
    expect(started).toMatchObject({ status: 'completed', outputs: { said: 'ho!' } });
    const execution = { params: { id: started.id } };
    expect((await client.readExecution(execution)).flowVersion).toBe(3);
    expect((await client.listSteps(execution)).items.map(({ node }) => node)).toEqual(['one']);
    expect((await client.listLogs(execution)).items).toEqual([]);
    expect((await client.listExecutions({ query: { status: 'completed' } })).items.length).toBe(1);
    const cancelled = client.cancelExecution(execution);
    await expect(cancelled).rejects.toMatchObject({ code: 'EXECUTION_OVER' });
    expect((await client.listAudit()).items.length).toBeGreaterThan(3);
    expect(Object.keys(await client.openApi())).toContain('paths');
    expect(await client.deleteFlow({ params })).toBe(undefined);
    await expect(client.readFlow({ params })).rejects.toMatchObject({ code: 'FLOW_NOT_FOUND' });
  });

  it('refuses a wrong key with the code of the server', async () => {
    const client = clientOf(await server(), 'wrong');
    await expect(client.listFlows()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(eventsOf(client, '0190a0a0-0000-7000-8000-000000000001')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  it('follows an execution that waits and wakes, and replays it from every number', async () => {
    const one = await server();
    const client = clientOf(one);
    const { id: flow } = await client.createFlow({ body: { source: SLOW } });
    const { id } = await client.startExecution({ params: { id: flow }, body: { inputs: {} } });
    const live = await eventsOf(client, id);
    const kinds = live.map(({ kind }) => kind);
    expect([kinds[0], kinds.at(-1)]).toEqual(['execution.started', 'execution.ended']);
    expect(live.map(({ sequence }) => sequence)).toEqual(upTo(1, live.length));
    for (let after = 0; after <= live.length; after += 1) {
      expect(await eventsOf(client, id, after)).toEqual(live.slice(after));
    }
  });

  it('follows through one server what another one runs', async () => {
    const one = await server();
    const two = await server({ databaseUrl: one.databaseUrl });
    const client = clientOf(one);
    const { id: flow } = await client.createFlow({ body: { source: SLOW } });
    const { id } = await client.startExecution({ params: { id: flow }, body: { inputs: {} } });
    const [here, there] = await Promise.all([eventsOf(client, id), eventsOf(clientOf(two), id)]);
    expect(there.map(({ sequence }) => sequence)).toEqual(upTo(1, there.length));
    expect(there).toEqual(here);
    expect(there.at(-1)).toMatchObject({ kind: 'execution.ended', status: 'completed' });
  });
});
