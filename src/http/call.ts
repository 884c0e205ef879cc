import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Principal, Way } from '../auth/index.ts';
import type { ValueMap } from '../base/index.ts';
import type { DeclaredRoute, RouteId } from '../contract/index.ts';
import type { AppError } from '../errors/index.ts';

/** What every request has, whoever sent it. */
export interface Caller {
  /** A UUID of ours, or the valid X-Request-ID that came. */
  readonly requestId: string;
  /** The client's IP address: the peer's, or what a trusted proxy says of it. */
  readonly address: string;
  /** The User-Agent, cut to ACCESS_LIMITS.agentCharacters; '' where there is none. */
  readonly agent: string;
  /** When the request came, milliseconds since 1970. */
  readonly arrivedAt: number;
}

type RouteOf<Id extends RouteId> = Extract<DeclaredRoute, { readonly id: Id }>;
type OutputOf<R, Part extends string> = R extends { readonly [Name in Part]: infer Schema }
  ? Schema extends z.ZodType
    ? z.output<Schema>
    : undefined
  : undefined;

/** Who asks: nobody on a public route, a principal on all others. */
type PrincipalOf<R> = R extends { readonly permission: 'public' } ? undefined : Principal;

/** One request that was identified, allowed and read: a handler sees nothing else of it. */
export interface Call<Id extends RouteId> extends Caller {
  readonly principal: PrincipalOf<RouteOf<Id>>;
  /** By what it was identified; undefined on public routes. */
  readonly way: Way | undefined;
  readonly params: OutputOf<RouteOf<Id>, 'params'>;
  readonly query: OutputOf<RouteOf<Id>, 'query'>;
  readonly body: OutputOf<RouteOf<Id>, 'body'>;
  /**
   * The body as it came. Free-form members are taken from here: the schema's copy has prototypes,
   * and leaves out members that are named like those of the host.
   */
  readonly given: ValueMap;
  /** A request header by its lower-case name; several of one name are joined by commas. */
  header(name: string): string | undefined;
  /** Aborts when the client has gone; what was accepted goes on all the same. */
  readonly signal: AbortSignal;
  /** Calls `act` when the client has gone, unless the function that it gives was called before. */
  onGone(act: () => void): () => void;
}

/** What a handler answers. */
export interface Reply {
  readonly status: number;
  /** The body as it is sent; absent with 204. */
  readonly text?: string;
  /** Default: JSON. */
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Each a whole Set-Cookie value; see `guard/browser`. */
  readonly cookies?: readonly string[];
  /** How many things a page shows; nothing of it is sent. */
  readonly items?: number;
}

export type Handler<Id extends RouteId> = (call: Call<Id>) => Promise<Reply>;

/** Routes that are one request and one answer. */
export type DocumentRouteId = Exclude<RouteId, EventRouteId>;
export type EventRouteId = 'followExecution' | SocketRouteId;
export type SocketRouteId = 'executionSocket' | 'eventSocket';

/** A handler for each route that the events do not own; the compiler sees that none is missing. */
export type Handlers = { readonly [Id in DocumentRouteId]: Handler<Id> };

/** A call whose answer is a stream that its handler writes. */
export interface StreamCall extends Call<'followExecution'> {
  /**
   * Sends status 200 with the headers of every answer and these, and hands over the response. What
   * is thrown before becomes an answer of its own; afterwards the handler ends the response. Status
   * 204 tells an EventSource not to connect again: nothing will follow.
   */
  open(headers: Readonly<Record<string, string>>, status?: 200 | 204): ServerResponse;
}

/** A WebSocket that may be opened, or why not. */
export type Admission =
  | { readonly admitted: { [Id in SocketRouteId]: SocketCall<Id> }[SocketRouteId] }
  /** UNAUTHENTICATED, FORBIDDEN, QUERY_INVALID; ROUTE_NOT_FOUND where no socket is here. */
  | { readonly refusal: AppError; readonly caller: Caller };

export interface SocketCall<Id extends SocketRouteId>
  extends Caller,
    Pick<Call<Id>, 'principal' | 'params' | 'query'> {
  readonly route: Id;
  readonly message: IncomingMessage;
}
