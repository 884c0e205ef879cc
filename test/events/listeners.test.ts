import { get } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClient, transportOver } from '../../src/contract/index.ts';
import { TEST_KEY, type TestServer, testServer } from '../support/server.ts';

const EACH = 1_000;
const KEY = { 'x-api-key': TEST_KEY };

/** Goes on for some seconds, with two events and more for each item. */
const FLOW = `name: many-events
inputs:
  list: {type: array}
nodes:
  every:
    type: foreach
    config: {array_field: inputs.list, item_name: ms, parallel: false, subgraph_nodes: [a, b]}
  a:
    type: delay
    config: {duration: "{{ ms }}ms"}
  b:
    type: template
    depends_on: [a]
    config: {template: "{{ ms }}"}
`;

const open: TestServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function started(count: number) {
  const server = await testServer();
  open.push(server);
  const client = createClient({
    baseUrl: server.url,
    apiKey: TEST_KEY,
    transport: transportOver(fetch),
  });
  const { id: flow } = await client.createFlow({ body: { source: FLOW } });
  const inputs = { list: Array.from({ length: 50 }, () => 60) };
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { id } = await client.startExecution({ params: { id: flow }, body: { inputs } });
    ids.push(id);
  }
  const lastOf = async (id: string) => {
    let last = 0;
    for await (const { sequence } of client.followEvents(id)) last = sequence;
    return last;
  };
  return { server, ids, lastOf };
}

describe('many listeners on a whole server', () => {
  it('1,000 by SSE and 1,000 by WebSocket all get all, in order', async () => {
    const { server, ids, lastOf } = await started(4);
    const follows = Array.from({ length: EACH }, (_, index) => ids[index % ids.length] ?? '');
    const streams = follows.map((id) => followStream(server.url, id));
    const sockets = follows.map((id) => followSocket(server.url, id));
    const counts = await Promise.all([...streams, ...sockets]);
    const lasts = new Map<string, number>();
    for (const id of ids) lasts.set(id, await lastOf(id));
    expect(Math.min(...lasts.values())).toBeGreaterThan(200);
    const wrong = counts.filter((count, index) => count !== lasts.get(follows[index % EACH] ?? ''));
    expect(wrong).toEqual([]);
  }, 120_000);

  it('sends who listens away when the server stops, and stops', async () => {
    const { server, ids } = await started(1);
    const [id = ''] = ids;
    const begun = { stream: 0, socket: 0 };
    const stream = followStream(server.url, id, () => {
      begun.stream += 1;
    });
    const socket = followSocket(server.url, id, () => {
      begun.socket += 1;
    });
    await expect.poll(() => Math.min(begun.stream, begun.socket)).toBeGreaterThan(0);
    open.splice(0);
    await server.close();
    expect([await stream, await socket]).toEqual([expect.any(Number), expect.any(Number)]);
  });
});

/** The last number of events that came without gap or double; -1 where they did not. */
function counter(onEvent: () => void) {
  let last = 0;
  return {
    take(sequence: number) {
      last = sequence === last + 1 ? sequence : Number.NaN;
      onEvent();
    },
    result: () => (Number.isNaN(last) ? -1 : last),
  };
}

function followStream(url: string, id: string, onEvent = () => {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { take, result } = counter(onEvent);
    const options = { headers: KEY, agent: false };
    let rest = '';
    const request = get(`${url}/api/v1/executions/${id}/events`, options, (answer) => {
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const sequence = /^id: (\d+)\n/.exec(block)?.[1];
          if (sequence !== undefined) take(Number(sequence));
        }
      });
      answer.on('end', () => resolve(result()));
      answer.on('error', reject);
    });
    request.on('error', reject);
  });
}

function followSocket(url: string, id: string, onEvent = () => {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { take, result } = counter(onEvent);
    const address = `${url.replace('http:', 'ws:')}/ws/executions/${id}`;
    const socket = new WebSocket(address, { headers: KEY });
    socket.on('message', (data) => {
      const head = data.toString().slice(0, 120);
      const sequence = /"type":"event","executionId":"[^"]+","sequence":(\d+),/.exec(head)?.[1];
      if (sequence !== undefined) take(Number(sequence));
    });
    socket.on('close', () => resolve(result()));
    socket.on('error', reject);
  });
}
