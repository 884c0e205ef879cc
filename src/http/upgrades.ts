import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, asAppError } from '../errors/index.ts';
import { SECURITY_HEADERS } from '../guard/index.ts';
import type { Addresses } from './addresses.ts';
import { after } from './after.ts';
import type { Admission, SocketCall, SocketRouteId } from './call.ts';
import type { Denial } from './denials.ts';
import type { Edge } from './edge.ts';
import { errorReply } from './error-answer.ts';
import type { Judge } from './judge.ts';
import type { Judged } from './judged.ts';
import type { EventPipeline } from './pipeline.ts';
import { readRequest } from './read-request.ts';
import { refusalOfHead } from './request-head.ts';

export interface UpgradeOptions {
  readonly addresses: Addresses;
  readonly judge: Judge;
  readonly edge: Edge;
  readonly recordDenial: (denial: Denial) => void;
  readonly requestIdOf: (message: IncomingMessage) => string;
}

/** The pipeline of upgrade requests, which fastify does not see. */
export function upgrades(options: UpgradeOptions): Pick<EventPipeline, 'admit' | 'refuse'> {
  const { edge, recordDenial, requestIdOf, addresses } = options;
  return {
    admit: (message) => {
      const caller = edge.callerOf(message, requestIdOf(message));
      const judged: Judged = { caller, note: () => {} };
      const refused = (thrown: unknown): Admission => {
        const error = asAppError(thrown);
        const found = addresses.socket(pathOf(message));
        const route = found?.route.id ?? 'nowhere';
        recordDenial({ judged, route, error, params: found?.params });
        return { refusal: error, caller };
      };
      try {
        const admission = admit(message, judged, options);
        return admission instanceof Promise ? admission.catch(refused) : admission;
      } catch (thrown) {
        return refused(thrown);
      }
    },
    refuse: (socket, error, caller, headers) => {
      refuseRaw(socket, error, caller.requestId, headers);
    },
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

function admit(
  message: IncomingMessage,
  judged: Judged,
  { addresses, judge, edge }: UpgradeOptions,
): Admission | Promise<Admission> {
  const { caller } = judged;
  const refusal = refusalOfHead(message) ?? edge.turnedAway(message, caller);
  if (refusal instanceof AppError) throw refusal;
  const [, query = ''] = (message.url ?? '').split(/\?(.*)/s);
  const found = addresses.socket(pathOf(message));
  if (found === undefined) {
    throw new AppError('ROUTE_NOT_FOUND', { message: 'there is no WebSocket at this address' });
  }
  if (edge.isForeign(message.headers)) {
    throw new AppError('FORBIDDEN', {
      message: 'a page of another origin may not open a WebSocket here',
      remedy: 'Open it from a page of this server or of CORS_ORIGINS, or from a program.',
      details: { reason: 'origin' },
    });
  }
  const asked = namesOf(query);
  const socket = socketOf(message, asked, found.params);
  return after(judge.judge(found.route, { message, judged, socket }), () => {
    const read = readRequest(found.route, { params: found.params, query: asked });
    const { principal, way } = judged;
    const { params, query: taken } = read;
    const call = {
      route: found.route.id,
      message,
      principal,
      way,
      params,
      query: taken,
      ...caller,
    };
    // The route's own schemas gave params and query, and its permission is not `public`.
    return { admitted: call as SocketCall<SocketRouteId> as never };
  });
}

/** `Sec-WebSocket-Protocol: sluice.v1, ticket.<ticket>`: browsers send no header of their own. */
const TICKET_PROTOCOL = 'ticket.';

/** What a socket tells of who opens it, besides headers. */
function socketOf(
  { headers }: IncomingMessage,
  asked: Readonly<Record<string, unknown>>,
  params: Readonly<Record<string, string>>,
) {
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const offered = protocols.find((one) => one.startsWith(TICKET_PROTOCOL));
  const ticket = offered?.slice(TICKET_PROTOCOL.length) ?? asked.ticket;
  const { token } = asked;
  const { id } = params;
  return {
    socket: id === undefined ? {} : { execution: id },
    ...(typeof ticket === 'string' ? { ticket } : {}),
    ...(typeof token === 'string' ? { token } : {}),
  };
}

/** A name that is given twice becomes a list, which no schema takes. */
function namesOf(query: string): Readonly<Record<string, unknown>> {
  const names: Record<string, unknown> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    names[name] = name in names ? [names[name], value] : value;
  }
  return names;
}

/**
 * Writes an error answer to a socket that has no response object, and closes it: what was sent is
 * not HTTP, or is an upgrade that is refused.
 */
export function refuseRaw(
  socket: Duplex,
  error: AppError,
  requestId: string,
  more: Readonly<Record<string, string>> = {},
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, text = '', headers } = errorReply(error, requestId);
  const lines = Object.entries({
    ...SECURITY_HEADERS,
    ...headers,
    ...more,
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
  socket.end(head + text, () => socket.destroy());
}
