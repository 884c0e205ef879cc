import type { z } from 'zod';
import type { ErrorCode } from '../errors/index.ts';
import type { Permission } from './permission.ts';
import type { RateClass } from './rate-class.ts';

export interface Answer {
  readonly status: number;
  readonly description: string;
  /** Absent: the answer has no body, or a body that is no JSON (`mediaType`). */
  readonly schema?: z.ZodType;
  readonly mediaType?: string;
}

/**
 * One route of the API, declared once: OpenAPI, the typed client, the dispatch pipeline and the
 * generated tests read this and nothing else. A route without `permission` does not compile, and
 * one that slips past the compiler keeps the server from starting.
 */
export interface Route {
  /** Unique, lower camel case; the name of the client's method. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{name}` for a parameter, such as `/api/v1/flows/{id}`. */
  readonly path: string;
  /** `public`: no principal is needed. `signed-in`: any principal. */
  readonly permission: Permission | 'public' | 'signed-in';
  readonly tag:
    | 'Flows'
    | 'Executions'
    | 'Events'
    | 'Server'
    | 'Audit'
    | 'Sign-in'
    | 'People'
    | 'Keys'
    | 'Sharing'
    | 'Accounts';
  /** Default: `api`. */
  readonly rate?: RateClass;
  readonly summary: string;
  readonly description?: string;
  /** Strict objects: an unknown name is an error. Values arrive as text. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** As what a body may come; default JSON alone. A form becomes an object of texts. */
  readonly bodyTypes?: readonly ('json' | 'form')[];
  /** Request headers besides the general ones, for the reference page. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly answers: readonly Answer[];
  /** Besides those that any route may give. */
  readonly errors: readonly ErrorCode[];
  /** What travels: one JSON document, server-sent events, or a WebSocket. */
  readonly transport?: 'json' | 'events' | 'socket' | 'text';
}

/** Declares a route; the types of its schemas are kept for the client and the handlers. */
export function defineRoute<const R extends Route>(route: R): R {
  return Object.freeze(route);
}
