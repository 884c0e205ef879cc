import { connect } from 'node:net';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { boundBodies } from './bodies.ts';

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const LARGE = 40_000;

async function start(bytesAtOnce: number) {
  const server = fastify({ forceCloseConnections: true });
  open.push(server);
  boundBodies(server, bytesAtOnce);
  server.setErrorHandler((error: Error & { code?: string }, _request, reply) =>
    reply.code(error.code === 'SERVER_BUSY' ? 503 : 500).send(''),
  );
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  server.post('/', async ({ body }) => ({ bytes: (body as Buffer).length }));
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const post = (bytes: number) =>
    fetch(url, { method: 'POST', body: Buffer.alloc(bytes), headers: { 'content-type': 'a/b' } });
  return { url, post };
}

/** Sends a part of a large body and waits until the server must have it. */
async function holds(url: string, head: string, bytes: number) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\n${head}\r\n\r\n`);
  await new Promise((resolve) => socket.write(Buffer.alloc(bytes, 'a'), resolve));
  return socket;
}

describe('large bodies', () => {
  it('are taken one after the other, whatever their sum is', async () => {
    const { post } = await start(LARGE + 1);
    for (let count = 0; count < 10; count += 1) expect((await post(LARGE)).status).toBe(200);
  });

  it('are not begun while too much waits, and small ones are', async () => {
    const { url, post } = await start(100_000);
    const socket = await holds(url, 'Content-Length: 900000', 80_000);
    const untilStatus = async (wanted: number) => {
      for (let count = 0; count < 500; count += 1) {
        const { status } = await post(16_384);
        if (status === wanted) return;
      }
      throw new Error(`never answered ${wanted}`);
    };
    await untilStatus(503);
    expect((await post(16_000)).status).toBe(200);
    socket.destroy();
    await untilStatus(200);
  });

  it('are cut where they grow beyond it without a length', async () => {
    const { url, post } = await start(LARGE);
    const socket = await holds(url, 'Transfer-Encoding: chunked', 0);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${(100_000).toString(16)}\r\n`);
    socket.write(Buffer.alloc(100_000, 'a'));
    await ended;
    expect((await post(20_000)).status).toBe(200);
  });
});
