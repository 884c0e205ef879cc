import { describe, expect, it } from 'vitest';
import { CLIENT_LIMITS, type Clock } from '../../base/index.ts';
import { createClient } from './client.ts';
import type { Transport, TransportRequest } from './transport.ts';

const ID = '0190a0a0-0000-7000-8000-000000000001';

const resumed = (sequence: number) => ({
  sequence,
  at: 1,
  kind: 'execution.resumed',
  reason: 'wake',
});
const ended = (sequence: number) => ({
  sequence,
  at: 1,
  kind: 'execution.ended',
  status: 'completed',
});
const frame = (event: { readonly sequence: number }) =>
  `id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`;

type Connection =
  | 'refused'
  | { readonly status?: number; readonly text: string; readonly isBroken?: boolean };

/** Connections in their order; the last one stays. Waits between them are over at once. */
function scripted(...connections: readonly Connection[]) {
  const requests: TransportRequest[] = [];
  const waits: number[] = [];
  const transport: Transport = async (request) => {
    const connection = connections[Math.min(requests.length, connections.length - 1)];
    requests.push(request);
    if (connection === undefined || connection === 'refused') throw new Error('ECONNREFUSED');
    const { status = 200, text, isBroken } = connection;
    return {
      status,
      headers: { 'content-type': status === 200 ? 'text/event-stream' : 'application/json' },
      async *stream() {
        yield text;
        if (isBroken) throw new Error('ECONNRESET');
      },
    };
  };
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) => {
      // Deadlines stay, which a test never reaches.
      if (ms > CLIENT_LIMITS.reconnectMsMax) {
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      }
      waits.push(ms);
      return Promise.resolve();
    },
  };
  const client = createClient({ baseUrl: 'http://h', apiKey: 'k', transport, clock });
  return { client, requests, waits };
}

type Follow = ReturnType<typeof scripted>['client']['followEvents'];

async function sequencesOf(follow: ReturnType<Follow>): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const { sequence } of follow) found.push(sequence);
  return found;
}

describe('following an execution', () => {
  it('goes on behind the last event after a lost connection, without gap or double', async () => {
    const { client, requests } = scripted(
      { text: frame(resumed(4)) + frame(resumed(5)), isBroken: true },
      'refused',
      { text: frame(resumed(5)) + frame(resumed(6)) + frame(ended(7)) + frame(resumed(8)) },
    );
    expect(await sequencesOf(client.followEvents(ID, { after: 3 }))).toEqual([4, 5, 6, 7]);
    const asked = requests.map(({ url, headers }) => [
      url.slice(url.indexOf('?')),
      headers['last-event-id'],
      headers['x-api-key'],
    ]);
    expect(asked).toEqual([
      ['?after=3', undefined, 'k'],
      ['?after=3', '5', 'k'],
      ['?after=3', '5', 'k'],
    ]);
  });

  it('ends quietly when nothing will follow', async () => {
    const { client } = scripted({ status: 204, text: '' });
    expect(await sequencesOf(client.followEvents(ID, { after: 9 }))).toEqual([]);
  });

  it('connects again behind a gap, and gives nothing from beyond it', async () => {
    const { client, requests } = scripted(
      { text: frame(resumed(1)) + frame(resumed(3)) },
      { text: frame(resumed(2)) + frame(ended(3)) },
    );
    expect(await sequencesOf(client.followEvents(ID))).toEqual([1, 2, 3]);
    expect(requests.length).toBe(2);
  });

  it('gives up after a bounded number of growing waits', async () => {
    const { client, waits, requests } = scripted('refused');
    await expect(sequencesOf(client.followEvents(ID))).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    });
    expect(waits).toEqual([
      500, 1000, 2000, 4000, 8000, 15000, 15000, 15000, 15000, 15000, 15000, 15000,
    ]);
    expect(requests.length).toBe(13);
  });

  it('counts afresh when the server has shown that it lives', async () => {
    const { client, waits } = scripted(
      'refused',
      'refused',
      { text: ': alive\n\n', isBroken: true },
      { text: 'retry: 3000\n\n: the server stops\n\n' },
      { text: frame(ended(1)) },
    );
    expect(await sequencesOf(client.followEvents(ID))).toEqual([1]);
    expect(waits).toEqual([500, 1000, 500, 3000]);
  });

  it.each([
    [401, 'UNAUTHENTICATED'],
    [404, 'EXECUTION_NOT_FOUND'],
  ])('does not try again after status %i', async (status, code) => {
    const error = { code, message: 'm', remedy: 'r', requestId: 'q' };
    const { client, requests } = scripted({ status, text: JSON.stringify({ error }) });
    await expect(sequencesOf(client.followEvents(ID))).rejects.toMatchObject({ code });
    expect(requests.length).toBe(1);
  });

  it('ends with what is wrong when it may not follow any longer, and does not come again', async () => {
    const report = { code: 'FORBIDDEN', message: 'the flow is private', remedy: 'Ask.' };
    const text = `${frame(resumed(1))}event: refused\ndata: ${JSON.stringify(report)}\n\n`;
    const { client, requests } = scripted({ text });
    await expect(sequencesOf(client.followEvents(ID))).rejects.toMatchObject(report);
    expect(requests).toHaveLength(1);
  });

  it('tries again while the server has no place', async () => {
    const error = { code: 'TOO_MANY_LISTENERS', message: 'm', remedy: 'r', requestId: 'q' };
    const full = { status: 503, text: JSON.stringify({ error }) };
    const { client } = scripted(full, full, { text: frame(ended(1)) });
    expect(await sequencesOf(client.followEvents(ID))).toEqual([1]);
  });

  it('passes over kinds of event that it does not know', async () => {
    const unknown = { sequence: 1, at: 1, kind: 'execution.pondered', why: 'new' };
    const { client } = scripted({ text: frame(unknown) + frame(ended(2)) });
    expect(await sequencesOf(client.followEvents(ID))).toEqual([2]);
  });

  it.each([
    ['no JSON', 'data: {"sequence":\n\n'],
    ['no event', 'data: {"hello":1}\n\n'],
    ['an event of the wrong shape', frame({ ...ended(1), status: 'fine' } as never)],
    ['a number below 1', frame(ended(0))],
  ])('refuses %s', async (_what, text) => {
    const { client, requests } = scripted({ text });
    await expect(sequencesOf(client.followEvents(ID))).rejects.toMatchObject({
      code: 'SERVER_ANSWER',
    });
    expect(requests.length).toBe(1);
  });

  it('ends with the signal, before, while it listens and while it waits', async () => {
    const before = AbortSignal.abort();
    const { client, requests } = scripted({ text: frame(ended(1)) });
    expect(await sequencesOf(client.followEvents(ID, { signal: before }))).toEqual([]);
    expect(requests.length).toBe(0);

    const stop = new AbortController();
    const found: number[] = [];
    const live = scripted({ text: frame(resumed(1)) + frame(resumed(2)), isBroken: true });
    for await (const { sequence } of live.client.followEvents(ID, { signal: stop.signal })) {
      found.push(sequence);
      stop.abort();
    }
    expect(live.requests.length).toBe(1);
    expect(found[0]).toBe(1);
  });

  it('lets go of the connection when its reader leaves', async () => {
    const { client, requests } = scripted({ text: frame(resumed(1)) + frame(resumed(2)) });
    for await (const _event of client.followEvents(ID)) break;
    expect(requests[0]?.signal?.aborted).toBe(true);
  });

  it('takes silence for a dead connection', async () => {
    let connections = 0;
    const transport: Transport = async () => {
      connections += 1;
      const isFirst = connections === 1;
      return {
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        async *stream() {
          if (isFirst) await new Promise(() => {});
          yield frame(ended(1));
        },
      };
    };
    let silences = 0;
    const clock: Clock = {
      now: () => 0,
      sleep: (ms, signal) => {
        if (ms === CLIENT_LIMITS.silenceMs) silences += 1;
        const isOver = ms !== CLIENT_LIMITS.answerMs && silences < 2;
        if (isOver) return Promise.resolve();
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      },
    };
    const client = createClient({ baseUrl: 'http://h', transport, clock });
    expect(await sequencesOf(client.followEvents(ID))).toEqual([1]);
    expect(connections).toBe(2);
  });
});
