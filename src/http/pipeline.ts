import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Authenticator, Principal } from '../auth/index.ts';
import type { DeclaredRoute, Route } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { isDocument } from './addresses.ts';
import type {
  Admission,
  Call,
  Caller,
  DocumentRouteId,
  Handlers,
  Reply,
  StreamCall,
} from './call.ts';
import type { Denial } from './denials.ts';
import { readRequest } from './read-request.ts';
import { callerOf, RequestCall } from './request-call.ts';

/**
 * What the events get from the pipeline: who asks is known, allowed, and the parameters are read,
 * in the same order as for every other route.
 */
export interface EventPipeline {
  /** The handler of `followExecution`; called once, before the server listens. */
  stream(handle: (call: StreamCall) => Promise<void>): void;
  /** Judges an upgrade request: for the server's `upgrade` event, which fastify leaves alone. */
  admit(message: IncomingMessage): Admission;
  /** Answers an upgrade with an HTTP error in the shape of all errors, and ends the socket. */
  refuse(
    socket: Duplex,
    error: AppError,
    caller: Caller,
    headers?: Readonly<Record<string, string>>,
  ): void;
}

/** What `registerEvents` gives back. */
export interface Events {
  /** Those who listen now, by SSE and WebSocket together. */
  listeners(): number;
  /** Tells all listeners that the server goes, and ends their streams. */
  close(): Promise<void>;
}

/** Puts the event routes on the server; written in `events/`. */
export type RegisterEvents = (server: FastifyInstance, pipeline: EventPipeline) => Events;

export interface Judge {
  /** Who asks, and whether they may. Throws UNAUTHENTICATED and FORBIDDEN, and keeps that. */
  judge(route: Route, headers: readonly string[], caller: Caller): Principal | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the request is judged; undefined on public routes. */
    principal: Principal | undefined;
  }
  interface FastifyInstance {
    /** Answers end their connections: those that stay open would keep the server from closing. */
    isStopping: boolean;
  }
}

/** The first half of the pipeline: one way to be let in, for every route. */
export function judgeOf(
  authenticator: Authenticator,
  recordDenial: (denial: Denial) => void,
): Judge {
  return {
    judge: (route, headers, caller) => {
      if (route.permission === 'public') return undefined;
      const identified = authenticator.identify(headers);
      const principal = 'principal' in identified ? identified.principal : undefined;
      const error =
        'refusal' in identified ? identified.refusal : whyNotAllowed(route, identified.principal);
      if (error === undefined) return principal;
      recordDenial({ caller, principal, route: route.id, error });
      throw error;
    },
  };
}

function whyNotAllowed(route: Route, principal: Principal): AppError | undefined {
  const { permission } = route;
  if (permission === 'signed-in' || permission === 'public') return undefined;
  if (principal.permissions.has(permission)) return undefined;
  return new AppError('FORBIDDEN', {
    message: `this needs the permission ${permission}`,
    details: { permission },
  });
}

/**
 * Puts a route on the server: judged before its body is read, then read by its schemas, then
 * handled. HEAD comes with GET.
 */
export function serveRoute(
  server: FastifyInstance,
  route: DeclaredRoute,
  options: { readonly judge: Judge; readonly handle: RouteHandler },
): void {
  const { judge, handle } = options;
  server.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: route.method === 'GET' && isDocument(route),
    onRequest: (request, _reply, done) => {
      request.principal = judge.judge(route, request.raw.rawHeaders, callerOf(request));
      done();
    },
    handler: async (request, reply) => {
      const read = readRequest(route, {
        params: request.params,
        query: request.query,
        body: request.body as Uint8Array | undefined, // The one parser there is gives bytes.
      });
      const call = new RequestCall(request, reply, { principal: request.principal, read });
      const answer = await handle(call);
      return answer === undefined ? reply : send(reply, answer);
    },
  });
}

/** Gives no reply where it wrote the response itself. */
export type RouteHandler = (call: RequestCall) => Promise<Reply | undefined>;

/** The handler of a document route; the call was read by that route's schemas. */
export function documentHandler(handlers: Handlers, id: DocumentRouteId): RouteHandler {
  const handle = handlers[id] as (call: Call<DocumentRouteId>) => Promise<Reply>;
  return (call) => handle(call as unknown as Call<DocumentRouteId>);
}

/** Sends a reply; security headers and the request id are on it already. */
export function send(reply: FastifyReply, answer: Reply): FastifyReply {
  reply.code(answer.status);
  if (reply.server.isStopping) reply.header('connection', 'close');
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (answer.text === undefined) return reply.send();
  reply.header('content-type', answer.mediaType ?? 'application/json; charset=utf-8');
  return reply.send(answer.text);
}
