import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { SERVER_LIMITS } from '../base/index.ts';
import { type DeclaredRoute, ROUTES } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import type { RateLimiter } from '../guard/index.ts';
import { addressesOf } from './addresses.ts';
import { aliasRoutes } from './aliases.ts';
import type { Handlers, StreamCall } from './call.ts';
import { denialRecorder } from './denials.ts';
import { type EdgeSettings, openEdge } from './edge.ts';
import { type HandlerOptions, handlersOf, openWaits } from './handlers/index.ts';
import { judgeOf } from './judge.ts';
import { type LimitSettings, openLimits } from './limits.ts';
import { openListener, requestIds } from './listener.ts';
import { observedReads } from './observed-reads.ts';
import {
  documentHandler,
  type EventPipeline,
  type RegisterEvents,
  type RouteHandler,
  serveRoute,
} from './pipeline.ts';
import { declareOnly, refuseMissing } from './route-check.ts';
import { silentConnections } from './silent-connections.ts';
import { upgrades } from './upgrades.ts';

export interface ServerOptions extends Omit<HandlerOptions, 'listeners' | 'waits'> {
  readonly settings: EdgeSettings & {
    readonly host: string;
    /** 0: any free one. */
    readonly port: number;
    readonly requestBytes: number;
    /** How long a request may take to arrive; default SERVER_LIMITS.requestMs. */
    readonly requestMs?: number;
    readonly limits: LimitSettings;
  };
  /** Counts requests; stays the caller's to close. */
  readonly rates: RateLimiter;
  readonly registerEvents: RegisterEvents;
}

export interface RunningServer {
  /** Where a program on this machine reaches it, such as `http://127.0.0.1:8000`. */
  readonly address: string;
  /** It listens on every network of this machine. */
  readonly isEverywhere: boolean;
  /** Listeners are told, waits are answered, requests under way end; bounded by shutdownMs. */
  close(): Promise<void>;
}

/**
 * Serves the API. Everything that arrives goes through one pipeline: request id and security
 * headers, address, who asks and may they, content type, size, schemas, handler. A route without
 * handler or permission keeps it from starting. Errors: PORT_TAKEN, HOST_UNUSABLE.
 */
export async function openServer(options: ServerOptions): Promise<RunningServer> {
  const { settings, store, clock, log, newId, rates, auth, audit } = options;
  const served = [...ROUTES, ...aliasRoutes()];
  const addresses = addressesOf(served);
  const requestIdOf = requestIds(newId);
  const { requestBytes, requestMs } = settings;
  const edge = openEdge(settings, clock);
  const limits = openLimits({ settings: settings.limits, rates, clock });
  const denials = denialRecorder({ store, clock, log });
  const shared = { addresses, edge, requestIdOf, recordDenial: denials.record };
  const server = openListener({ ...shared, limits, requestBytes, requestMs, log });
  const silent = silentConnections(server.server);
  const judge = judgeOf({ auth, audit, limits, clock, isForeign: edge.isForeign });
  const registered = declareOnly(server, served);
  const streams: { handle: ((call: StreamCall) => Promise<void>) | undefined } = {
    handle: undefined,
  };
  const pipeline: EventPipeline = {
    stream: (handle) => {
      streams.handle = handle;
    },
    ...upgrades({ ...shared, judge }),
  };
  const events = options.registerEvents(server, pipeline);
  const waits = openWaits();
  const listeners = () => events.listeners();
  let address = '';
  const baseUrl = () => settings.baseUrl ?? address;
  const handlers = handlersOf({ ...options, waits, listeners, baseUrl });
  for (const route of served) {
    const handle = handlerOf(route, handlers, streams);
    if (handle === undefined) continue;
    serveRoute(server, route, { judge, handle: observedReads(route, handle, audit) });
  }
  refuseMissing(registered, served);
  const listens = await listen(server, settings);
  address = listens.address;
  return {
    ...listens,
    close: async () => {
      // Before any wait is answered: an answer that keeps its connection open would keep us here.
      server.isStopping = true;
      waits.close();
      const closed = server.close();
      await events.close();
      // Who still talks after so long is cut off; what was accepted is finished all the same.
      const timer = setTimeout(() => server.server.closeAllConnections(), SERVER_LIMITS.shutdownMs);
      // Again, since some come until the server has stopped to listen.
      const sweep = setInterval(() => silent.close(), SERVER_LIMITS.closeSweepMs);
      await closed;
      clearTimeout(timer);
      clearInterval(sweep);
      await denials.close();
    },
  };
}

/** Undefined for sockets, which are upgrades and no requests. */
function handlerOf(
  route: DeclaredRoute,
  handlers: Handlers,
  streams: { readonly handle: ((call: StreamCall) => Promise<void>) | undefined },
): RouteHandler | undefined {
  switch (route.id) {
    case 'executionSocket':
    case 'eventSocket':
      return undefined;
    case 'followExecution': {
      const { handle } = streams;
      if (handle === undefined) throw new Error('the events have no handler for followExecution');
      return async (call) => {
        // The call was read by the schemas of this very route.
        await handle(call as unknown as StreamCall);
        return undefined;
      };
    }
    default:
      return documentHandler(handlers, route.id);
  }
}

async function listen(
  server: FastifyInstance,
  { host, port }: ServerOptions['settings'],
): Promise<Pick<RunningServer, 'address' | 'isEverywhere'>> {
  try {
    await server.listen({ host, port, backlog: SERVER_LIMITS.connectionBacklog });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    await server.close();
    if (code === 'EADDRINUSE') {
      throw new AppError('PORT_TAKEN', { message: `port ${port} of ${host} is taken`, cause });
    }
    const message = `the server cannot listen on ${host}, port ${port} (${code})`;
    if (code === 'EACCES') {
      throw new AppError('PORT_TAKEN', { message, remedy: 'Set PORT to 1024 or more.', cause });
    }
    if (typeof code === 'string' && NO_HOST_OF_OURS.has(code)) {
      throw new AppError('HOST_UNUSABLE', { message, cause });
    }
    throw cause;
  }
  // It listens on TCP, not on a pipe.
  const { address, family, port: taken } = server.server.address() as AddressInfo;
  const isEverywhere = address === '0.0.0.0' || address === '::';
  // Nobody can connect to the address that stands for all; `::` takes IPv4 as well.
  const reached = isEverywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return { address: `http://${reached}:${taken}`, isEverywhere };
}

/** A name that nobody knows, or an address that is not of this machine. */
const NO_HOST_OF_OURS: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EAI_AGAIN',
  'EINVAL',
  'ENOTFOUND',
]);
