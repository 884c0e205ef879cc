import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify';
import { SERVER_LIMITS } from '../base/index.ts';
import { AppError, ERROR_CATALOGUE } from '../errors/index.ts';
import { SECURITY_HEADERS } from '../guard/index.ts';
import type { Log } from '../log/index.ts';
import { isConnectionLost } from '../store/index.ts';
import type { Addresses } from './addresses.ts';
import { after } from './after.ts';
import { boundBodies } from './bodies.ts';
import type { Denial } from './denials.ts';
import type { Edge } from './edge.ts';
import { errorReply, FRAMEWORK_ERRORS } from './error-answer.ts';
import type { RequestLimits } from './limits.ts';
import { FORM, send } from './pipeline.ts';
import { refusalOfHead } from './request-head.ts';
import { refuseRaw } from './upgrades.ts';

export interface ListenerOptions {
  readonly addresses: Addresses;
  readonly requestBytes: number;
  readonly log: Log;
  readonly edge: Edge;
  readonly limits: Pick<RequestLimits, 'arrive' | 'nowhere'>;
  /** Gets every error that is answered; what is no refusal is left alone. */
  readonly recordDenial: (denial: Denial) => void;
  /** How long a request may take to arrive; default SERVER_LIMITS.requestMs. */
  readonly requestMs?: number | undefined;
  requestIdOf(message: IncomingMessage): string;
}

/**
 * A fastify server without routes, in which everything that can go wrong is already answered in our
 * shape: bad HTTP, slow and large requests, unknown addresses, wrong methods, whatever is thrown.
 */
export function openListener(options: ListenerOptions): FastifyInstance {
  const { requestBytes, log, requestIdOf } = options;
  const { requestMs = SERVER_LIMITS.requestMs } = options;
  const server: FastifyInstance = fastify({
    logger: false,
    genReqId: requestIdOf,
    bodyLimit: requestBytes,
    requestTimeout: requestMs,
    exposeHeadRoutes: false,
    // While the server stops it answers as ever: what cannot be taken any more says so itself.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    http: {
      maxHeaderSize: SERVER_LIMITS.headerBytes,
      // Node's own answer would not have our shape; refusalOfHead asks for the host.
      requireHostHeader: false,
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      connectionsCheckingInterval: SERVER_LIMITS.slowRequestCheckMs,
    },
    clientErrorHandler: (error, socket) => {
      refuseBadHttp(error, socket, () => requestIdOf({ headers: {} } as IncomingMessage));
    },
    frameworkErrors: (error, request, reply) => {
      reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
      send(reply, errorReply(inOurWords(error), request.id));
    },
  });
  // Set by the first hook; nothing of a request is looked at before that.
  server.decorateRequest('judged', null as unknown as FastifyRequest['judged']);
  server.decorate('isStopping', false);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    ['application/json', FORM],
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  boundBodies(server);
  server.addHook('onRequest', (request, reply, done) => takeIn(request, reply, { options, done }));
  server.setNotFoundHandler((request, reply) => sendNowhere(request, reply, options));
  server.setErrorHandler(async (thrown: FastifyError | null | undefined, request, reply) => {
    // The client went away in the middle of its body; nobody reads the answer.
    const isGone = thrown?.code === 'ECONNRESET' && request.raw.readableAborted;
    const error = isGone ? gone(thrown) : inOurWords(thrown);
    const route = request.routeOptions.url ?? '';
    tell(log, error, { requestId: request.id, route });
    const { judged } = request;
    // The framework's own refusals come before our first hook.
    if (judged !== null) {
      const { params } = request;
      options.recordDenial({ judged, route: idOf(request), error, params });
    }
    // A close would cut off who still sends, before they have read why; the rest is read away.
    if (error.code === 'REQUEST_TOO_LARGE') reply.removeHeader('connection');
    return send(reply, errorReply(error, request.id));
  });
  answerUnusual(server.server, requestIdOf);
  return server;
}

/** Where the database is away its user says so once, not every request for itself. */
function tell(log: Log, error: AppError, where: { readonly requestId: string; route: string }) {
  const { code, cause, message } = error;
  if (code === 'INTERNAL') {
    log.error('a request failed', { ...where, error: cause ?? error });
    return;
  }
  if (ERROR_CATALOGUE[code].status < 500) return;
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : message;
  const level = isConnectionLost(error) ? 'debug' : 'warn';
  log[level]('a request was not served', { ...where, code, reason });
}

/** What Node would answer by itself: without our shape and headers, or not at all. */
function answerUnusual(server: Server, requestIdOf: ListenerOptions['requestIdOf']): void {
  // All headers are read, bounded by headerBytes: Node drops what comes after so many.
  server.maxHeadersCount = 0;
  const take = (message: IncomingMessage, response: ServerResponse) => {
    server.emit('request', message, response);
  };
  server.on('checkExpectation', take);
  server.on('checkContinue', (message, response) => {
    take(message, response);
    // Who was refused at once is not asked for the body.
    if (!response.headersSent) response.writeContinue();
  });
  server.on('connect', (message, socket) => {
    socket.on('error', () => socket.destroy());
    const error = new AppError('REQUEST_INVALID', { message: 'this server is no proxy' });
    refuseRaw(socket, error, requestIdOf(message));
  });
}

/** A valid X-Request-ID is taken over, so that a proxy's lines and ours can be put together. */
export function requestIds(newId: () => string): (message: IncomingMessage) => string {
  return ({ headers }) => {
    const given = headers['x-request-id'];
    const isValid = typeof given === 'string' && REQUEST_ID.test(given);
    return isValid ? given : newId();
  };
}
const REQUEST_ID = new RegExp(`^[\\w.-]{1,${SERVER_LIMITS.requestIdCharacters}}$`);

/** The id of the route, as records have it. */
function idOf({ routeOptions }: FastifyRequest): string {
  const { routeId } = routeOptions.config;
  return routeId ?? 'nowhere';
}

/** What is done with every request, wherever it goes, before anybody is asked who sent it. */
function takeIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { options, done }: { readonly options: ListenerOptions; readonly done: (error?: Error) => void },
): void {
  const { edge, limits } = options;
  reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
  reply.headers(edge.corsHeaders(request.raw));
  const caller = edge.callerOf(request.raw, request.id);
  request.judged = { caller, note: (headers) => reply.headers(headers) };
  const turned = refusalOfHead(request.raw) ?? edge.turnedAway(request.raw, caller);
  if (turned !== undefined) {
    if (turned instanceof AppError) done(turned);
    else send(reply, { status: 308, headers: { location: turned.redirect } });
    return;
  }
  if (!request.is404) {
    done();
    return;
  }
  // Before its body is read: whoever has no key, too, may send one to where nothing is.
  // Browsers ask by OPTIONS before each address of another origin, which is no sign of a search.
  const isAsking = request.method === 'OPTIONS';
  const { judged } = request;
  const limited = isAsking ? limits.arrive(ASKING, judged) : limits.nowhere(judged);
  const counted = after(limited, () => {
    sendNowhere(request, reply, options);
    return undefined;
  });
  if (counted instanceof Promise) counted.catch(done);
}

const ASKING = { permission: 'signed-in' } as const;

function sendNowhere(request: FastifyRequest, reply: FastifyReply, options: ListenerOptions) {
  const [path = ''] = request.url.split('?', 1);
  const allowed = options.addresses.allowed(path);
  if (request.method === 'OPTIONS' && allowed.length > 0) {
    const cors = options.edge.preflight(request.headers.origin, allowed);
    return send(reply, { status: 204, headers: { ...cors, allow: allowed.join(', ') } });
  }
  return send(reply, answerNowhere(request.method, allowed, request.id));
}

function answerNowhere(method: string, allowed: readonly string[], requestId: string) {
  const allow = allowed.join(', ');
  // Nothing at all, or a value in the address that no route takes.
  if (allow === '' || allowed.includes(method)) {
    const message = 'there is nothing at this address';
    return errorReply(new AppError('ROUTE_NOT_FOUND', { message }), requestId);
  }
  const message = `this address does not take ${method.slice(0, 20)}, only ${allow}`;
  const answer = errorReply(new AppError('METHOD_NOT_ALLOWED', { message }), requestId);
  return { ...answer, headers: { ...answer.headers, allow } };
}

function gone(cause: Error): AppError {
  return new AppError('REQUEST_INVALID', { message: 'the request was not sent whole', cause });
}

type Thrown = Error & { readonly code?: unknown; readonly statusCode?: number | undefined };

/** Our own errors as they are, the framework's by its table, all else as INTERNAL. */
function inOurWords(given: Thrown | null | undefined): AppError {
  if (given instanceof AppError) return given;
  // What is thrown may be nothing at all, or have a code that is no text.
  const thrown: Thrown = given ?? new Error('nothing was thrown');
  const known = FRAMEWORK_ERRORS[thrown.code as keyof typeof FRAMEWORK_ERRORS];
  if (known !== undefined) return new AppError(known[0], { message: known[1], cause: thrown });
  // What the framework may come to refuse besides; never our mistake.
  if (String(thrown.code).startsWith('FST_') && (thrown.statusCode ?? 500) < 500) {
    return new AppError('REQUEST_INVALID', { message: 'the request is not valid', cause: thrown });
  }
  return new AppError('INTERNAL', { message: 'an internal error occurred', cause: thrown });
}

function refuseBadHttp(
  thrown: Error & { readonly code?: string },
  socket: Socket,
  newId: () => string,
): void {
  // Behind an answer that is under way, bytes of ours would be taken for a part of it.
  if (thrown.code === 'ECONNRESET' || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const known = FRAMEWORK_ERRORS[thrown.code as keyof typeof FRAMEWORK_ERRORS];
  const [code, message] = known ?? ['REQUEST_INVALID', 'the request is not valid HTTP'];
  refuseRaw(socket, new AppError(code, { message, cause: thrown }), newId());
}
