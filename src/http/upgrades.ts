import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, asAppError } from '../errors/index.ts';
import { SECURITY_HEADERS } from '../guard/index.ts';
import type { Addresses } from './addresses.ts';
import type { Admission, Caller, SocketCall, SocketRouteId } from './call.ts';
import { errorReply } from './error-answer.ts';
import type { EventPipeline, Judge } from './pipeline.ts';
import { readRequest } from './read-request.ts';
import { refusalOfHead } from './request-head.ts';

/** The pipeline of upgrade requests, which fastify does not see. */
export function upgrades(options: {
  readonly addresses: Addresses;
  readonly judge: Judge;
  readonly requestIdOf: (message: IncomingMessage) => string;
}): Pick<EventPipeline, 'admit' | 'refuse'> {
  const { addresses, judge, requestIdOf } = options;
  return {
    admit: (message) => {
      const caller: Caller = {
        requestId: requestIdOf(message),
        address: message.socket.remoteAddress ?? '',
      };
      try {
        return admit(message, caller, { addresses, judge });
      } catch (thrown) {
        return { refusal: asAppError(thrown), caller };
      }
    },
    refuse: (socket, error, caller, headers) => {
      refuseRaw(socket, error, caller.requestId, headers);
    },
  };
}

function admit(
  message: IncomingMessage,
  caller: Caller,
  { addresses, judge }: { readonly addresses: Addresses; readonly judge: Judge },
): Admission {
  const refusal = refusalOfHead(message);
  if (refusal !== undefined) throw refusal;
  const [path = '', query = ''] = (message.url ?? '').split(/\?(.*)/s);
  const found = addresses.socket(path);
  if (found === undefined) {
    throw new AppError('ROUTE_NOT_FOUND', { message: 'there is no WebSocket at this address' });
  }
  const principal = judge.judge(found.route, message.rawHeaders, caller);
  const read = readRequest(found.route, { params: found.params, query: namesOf(query) });
  const { params, query: asked } = read;
  const call = { route: found.route.id, message, principal, params, query: asked, ...caller };
  // The route's own schemas gave params and query, and its permission is not `public`.
  return { admitted: call as SocketCall<SocketRouteId> as never };
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
