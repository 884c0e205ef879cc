import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { AppError, asAppError } from '../../errors/index.ts';
import { SECURITY_HEADERS } from '../../guard/index.ts';
import type { Admission, Caller } from '../call.ts';
import type { EventPipeline } from '../pipeline.ts';
import type { House } from './house.ts';
import type { Listeners } from './listeners.ts';
import { isAnswering, isForWebSocket, readWithoutUpgrade } from './other-upgrades.ts';
import { Session, type SessionOptions } from './session.ts';
import { CLOSE, type OpenSocket, SocketOutlet } from './socket-outlet.ts';

/**
 * Takes the upgrade requests of a server until the returned function is called. Who is refused for
 * what they are (no key, no permission) gets a socket that closes with 1008, because a browser
 * cannot read the answer to an upgrade; all else gets an HTTP error.
 */
export function takeUpgrades(
  server: Server,
  rooms: {
    readonly house: House;
    readonly listeners: Listeners;
    readonly pipeline: Pick<EventPipeline, 'admit' | 'refuse'>;
  },
): () => Promise<void> {
  const { house, listeners, pipeline } = rooms;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: house.limits.socketMessageBytes,
    perMessageDeflate: false,
    // The other one that is offered is a ticket, which no answer may repeat.
    handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL,
  });
  const callers = new WeakMap<IncomingMessage, Caller>();
  sockets.on('headers', (lines, message) => {
    const requestId = callers.get(message)?.requestId ?? '';
    const headers = { ...SECURITY_HEADERS, 'x-request-id': requestId };
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  });
  sockets.on('wsClientError', (cause, raw, message) => {
    const caller = callers.get(message);
    if (caller === undefined) raw.destroy();
    else pipeline.refuse(raw, notAsWanted(cause), caller, { 'sec-websocket-version': '13' });
  });
  const upgrade = (message: IncomingMessage, raw: Duplex, head: Buffer) => {
    // A connection that breaks while it is judged has nobody left to tell.
    raw.on('error', () => raw.destroy());
    if (isAnswering(raw)) {
      raw.destroy();
      return;
    }
    if (!isForWebSocket(message)) {
      readWithoutUpgrade(server, message, { raw, head });
      return;
    }
    const admitted = (admission: Admission) => {
      // Whoever asked may have gone while the database was asked who they are.
      if (raw.destroyed) return;
      const refusal = refusalOf(message, admission);
      const caller = 'admitted' in admission ? admission.admitted : admission.caller;
      callers.set(message, caller);
      if (refusal !== undefined) {
        pipeline.refuse(raw, refusal, caller);
        return;
      }
      sockets.handleUpgrade(message, raw, head, (socket) => {
        // Such as a message that is too large: the library closes with the right code by itself.
        socket.on('error', () => {});
        open({ socket, raw }, admission, { house, listeners });
      });
    };
    const admission = pipeline.admit(message);
    if (!(admission instanceof Promise)) admitted(admission);
    else admission.then(admitted).catch(() => raw.destroy()); // Only a defect of ours comes here.
  };
  server.on('upgrade', upgrade);
  return async () => {
    await listeners.close();
    for (const socket of sockets.clients) socket.terminate();
  };
}

/** What `openSocketTicket` tells clients to offer. */
const PROTOCOL = 'sluice.v1';

const TOLD_BY_CLOSING: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'SESSION_OVER',
  'FORBIDDEN',
  'QUERY_INVALID',
]);

/** What is answered by HTTP instead of a socket; a foreign page gets no socket at all. */
function refusalOf({ headers }: IncomingMessage, admission: Admission): AppError | undefined {
  if ('refusal' in admission) {
    const { refusal } = admission;
    const isToldByClosing = TOLD_BY_CLOSING.has(refusal.code);
    if (!isToldByClosing || refusal.details?.reason === 'origin') return refusal;
  }
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    return undefined;
  }
  // A proxy would take for a body what we would take for frames.
  return notAsWanted();
}

function notAsWanted(cause?: Error): AppError {
  return new AppError('REQUEST_INVALID', {
    message: 'the request does not open a WebSocket in the way of RFC 6455, version 13',
    remedy: 'Open it with a WebSocket client.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function open(
  opened: OpenSocket,
  admission: Admission,
  { house, listeners }: { readonly house: House; readonly listeners: Listeners },
): void {
  const outlet = new SocketOutlet(opened, house);
  if ('refusal' in admission) {
    outlet.close(CLOSE.refused, reasonOf(admission.refusal));
    return;
  }
  const { admitted } = admission;
  const options: SessionOptions = {
    house,
    listeners,
    principal: admitted.principal,
    requestId: admitted.requestId,
    ...onlyOf(admitted),
  };
  try {
    new Session(opened, options);
  } catch (thrown) {
    const isStopping = asAppError(thrown).code === 'STORE_UNAVAILABLE';
    if (isStopping) outlet.close(CLOSE.goingAway, 'The server stops');
    else outlet.close(CLOSE.tryAgain, 'Too many listeners');
  }
}

type Admitted = Extract<Admission, { readonly admitted: unknown }>['admitted'];

function onlyOf(admitted: Admitted): Pick<SessionOptions, 'only'> {
  if (admitted.route === 'eventSocket') return {};
  const { params, query } = admitted;
  return { only: { executionId: params.id, after: query.after ?? 0 } };
}

function reasonOf({ code }: AppError): string {
  if (code === 'UNAUTHENTICATED' || code === 'SESSION_OVER') return 'Unauthorized';
  return code === 'FORBIDDEN' ? 'Forbidden' : 'Address not valid';
}
