import type { FastifyInstance } from 'fastify';
import { SERVER_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';

/** Bodies below this are not counted: their connections cost as much. */
const COUNTED_BYTES = 16 * 1024;

/** From this part of the bound on no other large body is begun, so that those under way can end. */
const BEGUN_SHARE = 0.75;

/**
 * Threat: many connections send large bodies at the same time, each within its limit, until the
 * memory is full (OWASP API4). What has arrived of all bodies and is not answered yet is bounded by
 * SERVER_LIMITS.bodyBytesAtOnce: near it a large body is not begun (SERVER_BUSY), and one that
 * would go beyond is cut.
 */
export function boundBodies(
  server: FastifyInstance,
  bytesAtOnce: number = SERVER_LIMITS.bodyBytesAtOnce,
): void {
  let held = 0;
  server.addHook('preParsing', (request, reply, payload, done) => {
    const length = request.headers['content-length'];
    const isChunked = request.headers['transfer-encoding'] !== undefined;
    if (!isChunked && Number(length ?? 0) < COUNTED_BYTES) {
      done(null, payload);
      return;
    }
    if (held >= bytesAtOnce * BEGUN_SHARE) {
      done(
        new AppError('SERVER_BUSY', { message: 'too many large requests arrive at the same time' }),
      );
      return;
    }
    let own = 0;
    payload.on('data', (chunk: Uint8Array) => {
      own += chunk.length;
      held += chunk.length;
      if (held >= bytesAtOnce && own >= COUNTED_BYTES) payload.destroy();
    });
    reply.raw.once('close', () => {
      held -= own;
      own = 0;
    });
    done(null, payload);
  });
}
