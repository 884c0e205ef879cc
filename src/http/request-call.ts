import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../auth/index.ts';
import type { ValueMap } from '../base/index.ts';
import { SECURITY_HEADERS } from '../guard/index.ts';
import type { Caller } from './call.ts';
import type { ReadRequest } from './read-request.ts';

// Made once: an exception with its stack for every abort would cost more than the rest of it.
const GONE = new Error('the client has gone');

/**
 * One request as its handler sees it; the shape of Call for any route. A class, so that the signal
 * and headers cost nothing where nobody asks for them.
 */
export class RequestCall implements Caller {
  readonly requestId: string;
  readonly address: string;
  readonly principal: Principal | undefined;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly given: ValueMap;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  #signal: AbortSignal | undefined;

  constructor(
    request: FastifyRequest,
    reply: FastifyReply,
    judged: { readonly principal: Principal | undefined; readonly read: ReadRequest },
  ) {
    const { requestId, address } = callerOf(request);
    this.requestId = requestId;
    this.address = address;
    this.principal = judged.principal;
    this.params = judged.read.params;
    this.query = judged.read.query;
    this.body = judged.read.body;
    this.given = judged.read.given;
    this.#request = request;
    this.#reply = reply;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      this.onGone(() => controller.abort(GONE));
    }
    return this.#signal;
  }

  onGone(act: () => void): () => void {
    const response = this.#reply.raw;
    // A response that closes before it was finished lost its client.
    const closed = () => {
      if (!response.writableFinished) act();
    };
    if (response.destroyed) closed();
    else response.once('close', closed);
    return () => response.removeListener('close', closed);
  }

  /** See StreamCall. */
  open(headers: Readonly<Record<string, string>>, status: 200 | 204 = 200): ServerResponse {
    this.#reply.hijack();
    const response = this.#reply.raw;
    const requestId = { 'x-request-id': this.requestId };
    const { server } = this.#request;
    // Its headers are gone when the server stops, so they cannot say that the connection ends.
    const { socket } = response;
    response.once('finish', () => {
      if (server.isStopping) socket?.end();
    });
    response.writeHead(status, { ...SECURITY_HEADERS, ...requestId, ...headers });
    response.flushHeaders();
    return response;
  }
}

/** What every request has, whoever sent it. */
export function callerOf(request: FastifyRequest): Caller {
  return { requestId: request.id, address: request.raw.socket.remoteAddress ?? '' };
}
