import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Route } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { isDocument } from './addresses.ts';
import type { ServedRoute } from './aliases.ts';
import type {
  Admission,
  Call,
  Caller,
  DocumentRouteId,
  Handlers,
  Reply,
  StreamCall,
} from './call.ts';
import type { Judge } from './judge.ts';
import type { Judged } from './judged.ts';
import { readRequest } from './read-request.ts';
import { RequestCall } from './request-call.ts';

/**
 * What the events get from the pipeline: who asks is known, allowed, and the parameters are read,
 * in the same order as for every other route.
 */
export interface EventPipeline {
  /** The handler of `followExecution`; called once, before the server listens. */
  stream(handle: (call: StreamCall) => Promise<void>): void;
  /** Judges an upgrade request: for the server's `upgrade` event, which fastify leaves alone. */
  admit(message: IncomingMessage): Admission | Promise<Admission>;
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

declare module 'fastify' {
  interface FastifyRequest {
    /** Set when the request arrives, and filled while it is judged. */
    judged: Judged;
  }
  interface FastifyContextConfig {
    /** The id of the declared route. */
    routeId?: string;
  }
  interface FastifyInstance {
    /** Answers end their connections: those that stay open would keep the server from closing. */
    isStopping: boolean;
  }
}

/**
 * Puts a route on the server: judged before its body is read, then read by its schemas, then
 * handled. HEAD comes with GET.
 */
export function serveRoute(
  server: FastifyInstance,
  route: ServedRoute,
  options: { readonly judge: Judge; readonly handle: RouteHandler },
): void {
  const { judge, handle } = options;
  const { adapter } = route;
  server.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    config: { routeId: route.id },
    exposeHeadRoute: route.method === 'GET' && isDocument(route),
    onRequest: (request, reply, done) => {
      if (!isCached(route)) reply.header('cache-control', 'no-store');
      const { judged, raw } = request;
      const result = judge.judge(route, { message: raw, judged });
      if (result instanceof Promise) result.then(() => done(refusalOfForm(route, request)), done);
      else done(refusalOfForm(route, request));
    },
    handler: async (request, reply) => {
      const again = judge.again(route, request.judged);
      if (again !== undefined) await again;
      const read = readRequest(route, {
        params: request.params,
        query: request.query,
        body: request.body as Uint8Array | undefined, // Both parsers give bytes.
        isForm: isForm(request),
        ...(adapter === undefined ? {} : { adapt: adapter.request }),
      });
      const call = new RequestCall(request, reply, { judged: request.judged, read });
      const answer = await handle(call);
      if (answer === undefined) return reply;
      return send(reply, adapter === undefined ? answer : adapter.reply(answer));
    },
  });
}

/** Documents that are the same for all; what is anybody's own is kept nowhere on its way. */
function isCached({ permission, rate }: Route): boolean {
  return permission === 'public' && rate === 'none';
}

/** Both are read, so that the aliases of older systems can take forms; other routes do not. */
function refusalOfForm({ bodyTypes = ['json'] }: Route, request: FastifyRequest) {
  if (!isForm(request) || bodyTypes.includes('form')) return undefined;
  return new AppError('CONTENT_TYPE', { message: 'the body is not application/json' });
}

function isForm({ headers }: FastifyRequest): boolean {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';', 1);
  return mediaType.trim().toLowerCase() === FORM;
}

/** The media type of forms. */
export const FORM = 'application/x-www-form-urlencoded';

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
  if (answer.cookies !== undefined) reply.header('set-cookie', [...answer.cookies]);
  if (answer.text === undefined) return reply.send();
  reply.header('content-type', answer.mediaType ?? 'application/json; charset=utf-8');
  return reply.send(answer.text);
}
