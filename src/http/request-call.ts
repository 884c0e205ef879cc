import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal, Way } from '../auth/index.ts';
import type { ValueMap } from '../base/index.ts';
import type { Caller } from './call.ts';
import type { Judged } from './judged.ts';
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
  readonly agent: string;
  readonly arrivedAt: number;
  readonly way: Way | undefined;
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
    { judged, read }: { readonly judged: Judged; readonly read: ReadRequest },
  ) {
    const { caller } = judged;
    this.requestId = caller.requestId;
    this.address = caller.address;
    this.agent = caller.agent;
    this.arrivedAt = caller.arrivedAt;
    this.way = judged.way;
    this.principal = judged.principal;
    this.params = read.params;
    this.query = read.query;
    this.body = read.body;
    this.given = read.given;
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
    const { server } = this.#request;
    // Its headers are gone when the server stops, so they cannot say that the connection ends.
    const { socket } = response;
    response.once('finish', () => {
      if (server.isStopping) socket?.end();
    });
    // Those of every answer: security, request id, limits, and what pages of listed origins need.
    for (const [name, value] of Object.entries(this.#reply.getHeaders())) {
      if (value !== undefined) response.setHeader(name, value);
    }
    response.writeHead(status, headers);
    response.flushHeaders();
    return response;
  }
}
