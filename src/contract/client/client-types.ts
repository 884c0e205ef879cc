import type { z } from 'zod';
import type { Clock } from '../../base/index.ts';
import type { ExecutionEvent } from '../execution.ts';
import type { DeclaredRoute } from '../routes/index.ts';
import type { Transport } from './transport.ts';

export interface ClientOptions {
  /** Such as `http://127.0.0.1:8080`; a path is a prefix of all addresses. */
  readonly baseUrl: string;
  /** Sent as X-API-Key, to this server only. */
  readonly apiKey?: string;
  readonly transport: Transport;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/**
 * One method for each route that gives a document or a text, named by its id, and `followEvents`.
 * Every method rejects with an AppError: with the server's own code, message, remedy and details
 * (and details.requestId); SERVER_UNREACHABLE when nothing answered in time; SERVER_ANSWER when
 * what answered is not understood; with the signal's reason when the signal aborted.
 */
export type Client = {
  readonly [R in DocumentRoute as R['id']]: ClientMethod<R>;
} & { readonly followEvents: FollowEvents };

/** Every route but those whose answer is a stream or a socket. */
export type DocumentRoute = Exclude<DeclaredRoute, { readonly transport: 'events' | 'socket' }>;

/** What a method takes by its route; the argument may be left out where all of it may. */
export type ClientMethod<R> =
  Nothing extends ClientRequest<R>
    ? (request?: ClientRequest<R>) => Promise<ClientAnswer<R>>
    : (request: ClientRequest<R>) => Promise<ClientAnswer<R>>;

export type ClientRequest<R> = CallOptions &
  (R extends { readonly params: infer S extends z.ZodType }
    ? { readonly params: Sent<S> }
    : Nothing) &
  (R extends { readonly query: infer S extends z.ZodType }
    ? { readonly query?: Sent<S> }
    : Nothing) &
  (R extends { readonly body: infer S extends z.ZodType }
    ? { readonly body: z.input<S> }
    : Nothing) &
  (R extends { readonly headers: infer H }
    ? { readonly headers?: { readonly [N in keyof H]?: string | undefined } }
    : Nothing);

/** A type of objects that asks for no member: an intersection with it adds nothing. */
type Nothing = Record<never, never>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default CLIENT_LIMITS.answerMs, and with `?wait=` the longest wait on top. */
  readonly timeoutMs?: number | undefined;
}

/** What the answers of the route hold: undefined for one without a body, text for a text. */
export type ClientAnswer<R> = R extends { readonly transport: 'text' }
  ? string
  : R extends { readonly answers: readonly (infer A)[] }
    ? BodyOf<A>
    : never;

type BodyOf<A> = A extends { readonly schema: infer S extends z.ZodType } ? z.output<S> : undefined;

/**
 * Params and query as they are given: a name is optional where the schema says so, and a value has
 * the type that the server reads from the text.
 */
type Sent<S extends z.ZodType> = {
  readonly [N in keyof z.input<S>]: N extends keyof z.output<S>
    ? unknown extends z.input<S>[N]
      ? z.output<S>[N] | undefined
      : z.input<S>[N]
    : never;
};

/**
 * Events of an execution after a sequence number, in order, without a gap or a double, whatever
 * happens to the connection; ends after `execution.ended`, or with the signal. Connects again as
 * CLIENT_LIMITS says and then rejects with what went wrong last. Kinds of event that this client
 * does not know are passed over.
 */
export type FollowEvents = (
  id: string,
  options?: { readonly after?: number; readonly signal?: AbortSignal | undefined },
) => AsyncIterable<ExecutionEvent>;
