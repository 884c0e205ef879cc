import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CLIENT_LIMITS, type Clock, seededRandom, systemClock } from '../../base/index.ts';
import { createClient, type Transport, transportOver } from '../../contract/index.ts';
import { FakeExecutions } from './fake-executions.ts';
import { type FakeServer, openFakeServer } from './fake-server.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';
const LAST = 62;

const open: FakeServer[] = [];

async function server(...args: Parameters<typeof openFakeServer>): Promise<FakeServer> {
  const one = await openFakeServer(...args);
  open.push(one);
  return one;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** Waits between connections are over at once; deadlines are real. */
const clock: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, signal) => systemClock.sleep(ms > CLIENT_LIMITS.reconnectMsMax ? ms : 1, signal),
};

/** Real connections that break anywhere, also inside an event. */
function breaking(seed: number): Transport {
  const random = seededRandom(seed);
  const send = transportOver(fetch);
  return async (request) => {
    const answer = await send(request);
    return {
      ...answer,
      async *stream() {
        let left = 300 + random.next() * 2_000;
        for await (const piece of answer.stream()) {
          yield piece.slice(0, Math.max(0, left));
          left -= piece.length;
          if (left < 0) throw new Error('the connection broke');
        }
      },
    };
  };
}

const upTo = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('replay over connections that break', () => {
  it('gives no gap and no double from any number, while the execution goes on', async () => {
    const { url, executions } = await server();
    executions.page = 7;
    executions.add('a', ID);
    const follows = upTo(0, LAST).map(async (after) => {
      const transport = breaking(after + 1);
      const client = createClient({ baseUrl: url, apiKey: 'key-a', transport, clock });
      const found: number[] = [];
      for await (const event of client.followEvents(ID, { after })) found.push(event.sequence);
      expect(found).toEqual(upTo(after + 1, LAST));
    });
    for (let step = 0; step < 60; step += 1) {
      executions.steps(ID, 1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    executions.end(ID);
    await Promise.all(follows);
  });

  it('gives no gap and no double by WebSocket either', async () => {
    const { url, executions } = await server();
    executions.page = 7;
    executions.add('a', ID);
    const random = seededRandom(5);
    const cuts = upTo(1, 20).map(() => 1 + Math.floor(random.next() * 5));
    const follows = upTo(0, 9).map(async (start) => {
      const found: number[] = [];
      for (const cut of [...cuts, LAST]) {
        const after = found.at(-1) ?? start;
        for (const one of await taken(`${url}/ws/executions/${ID}?after=${after}`, cut)) {
          found.push(one);
        }
      }
      expect(found).toEqual(upTo(start + 1, LAST));
    });
    for (let step = 0; step < 60; step += 1) {
      executions.steps(ID, 1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    executions.end(ID);
    await Promise.all(follows);
  });

  it('goes on where it was when the server is started again', async () => {
    const executions = new FakeExecutions();
    executions.add('a', ID);
    const first = await openFakeServer({ executions });
    const port = Number(new URL(first.url).port);
    const client = createClient({
      baseUrl: first.url,
      apiKey: 'key-a',
      transport: transportOver(fetch),
      clock: { ...clock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 50), signal) },
    });
    const found: number[] = [];
    for await (const { sequence } of client.followEvents(ID)) {
      found.push(sequence);
      if (sequence === 1) {
        await first.close();
        await server({ executions, port });
        executions.steps(ID, 3);
        executions.end(ID);
      }
    }
    expect(found).toEqual([1, 2, 3, 4, 5]);
  });
});

/** The numbers of the first events that a socket gives, after which it is cut. */
function taken(url: string, count: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const found: number[] = [];
    const socket = new WebSocket(url.replace('http:', 'ws:'), {
      headers: { 'x-api-key': 'key-a' },
    });
    socket.on('error', reject);
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString());
      if (message.type !== 'event' || found.length >= count) return;
      found.push(message.sequence);
      if (found.length === count) socket.terminate();
    });
    socket.on('close', () => resolve(found));
  });
}
