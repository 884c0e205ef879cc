import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServerSent, type ServerSent } from './server-sent.ts';

async function* pieces(...list: readonly string[]) {
  yield* list;
}

async function read(list: readonly string[], max?: number): Promise<readonly ServerSent[]> {
  const found: ServerSent[] = [];
  for await (const message of readServerSent(pieces(...list), max)) found.push(message);
  return found;
}

describe('reading server-sent events', () => {
  it('reads fields, comments and several lines of data', async () => {
    const text = 'retry: 1000\n\nid: 1\nevent: a\ndata: {"x":1}\n\n: alive\n\ndata: p\ndata:q\n\n';
    expect(await read([text])).toEqual([
      { retry: 1000 },
      { id: '1', event: 'a', data: '{"x":1}' },
      { comment: 'alive' },
      { data: 'p\nq' },
    ]);
  });

  it('drops what the end of the stream cuts off', async () => {
    expect(await read(['data: 1\n\ndata: 2\n'])).toEqual([{ data: '1' }]);
  });

  it('reads every kind of line break, and a mark of byte order', async () => {
    const expected = [{ id: '1', data: 'x' }, { data: 'y' }];
    for (const end of ['\n', '\r\n', '\r']) {
      const text = ['\uFEFFid: 1', 'data: x', '', 'data: y', '', ''].join(end);
      expect(await read([text])).toEqual(expected);
    }
  });

  it('reads the same however the stream is divided', async () => {
    const blocks = fc.array(
      fc.record({ id: fc.nat().map(String), data: fc.string().map((text) => `x${text}`) }),
      { maxLength: 5 },
    );
    const ends = fc.constantFrom('\n', '\r\n', '\r');
    const cuts = fc.array(fc.nat(200), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(blocks, ends, cuts, async (made, end, at) => {
        const messages = made.map(({ id, data }) => ({ id, data: data.replace(/[\r\n]/g, '') }));
        const text = messages
          .map(({ id, data }) => `id: ${id}${end}data: ${data}${end}${end}`)
          .join('');
        const places = [0, ...at.map((place) => Math.min(place, text.length)), text.length];
        places.sort((left, right) => left - right);
        const parts = places.slice(1).map((place, index) => text.slice(places[index], place));
        expect(await read(parts)).toEqual(messages);
      }),
    );
  });

  it('refuses an event that never ends, in one line or in many', async () => {
    await expect(read(['data: ', 'x'.repeat(50), 'x'.repeat(50)], 100)).rejects.toMatchObject({
      code: 'SERVER_ANSWER',
    });
    await expect(read(Array(20).fill('data: xxx\n'), 100)).rejects.toMatchObject({
      code: 'SERVER_ANSWER',
    });
  });
});
