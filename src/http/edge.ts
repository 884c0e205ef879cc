import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import { ACCESS_LIMITS, type Clock } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import {
  type Cors,
  type CorsHeaders,
  corsOf,
  isForeign,
  openClientAddress,
  parseNetworks,
} from '../guard/index.ts';
import type { Caller } from './call.ts';

/** What the settings say of who is let in at all. */
export interface EdgeSettings {
  /** CORS_ORIGINS. */
  readonly cors: readonly string[];
  /** IP_WHITELIST; absent: every address may come. */
  readonly networks?: readonly string[] | undefined;
  /** TRUSTED_PROXIES. */
  readonly proxies: readonly string[];
  /** HTTPS_REDIRECT. */
  readonly httpsRedirect: boolean;
  readonly isProduction: boolean;
  /** BASE_URL; absent: the address that it listens on. */
  readonly baseUrl?: string;
}

/** Where a request goes that came by plain HTTP. */
export interface Redirect {
  readonly redirect: string;
}

/** What is looked at before anything else of a request, whatever it asks for. */
export interface Edge {
  callerOf(message: IncomingMessage, requestId: string): Caller;
  /** ADDRESS_REFUSED, HTTPS_REQUIRED, or where it is sent; undefined: it goes on. */
  turnedAway(message: IncomingMessage, caller: Caller): AppError | Redirect | undefined;
  /** Headers of every answer to this request. */
  corsHeaders(message: IncomingMessage): CorsHeaders;
  preflight: Cors['preflight'];
  /** Whether a page of a foreign origin sent it. */
  isForeign(headers: IncomingMessage['headers']): boolean;
}

/** A server that nobody set up: no list, no proxy, no other origin. */
export const CLOSED_EDGE: EdgeSettings = Object.freeze({
  cors: [],
  proxies: [],
  httpsRedirect: true,
  isProduction: true,
});

/** Errors: SETTINGS_INVALID for what is no network. */
export function openEdge(settings: EdgeSettings, clock: Pick<Clock, 'now'>): Edge {
  const { cors: origins, isProduction, baseUrl } = settings;
  const cors = corsOf({ origins, isProduction });
  const clientOf = openClientAddress({ trustedProxies: settings.proxies });
  const allowed = settings.networks === undefined ? undefined : parseNetworks(settings.networks);
  const secureBase =
    settings.httpsRedirect && baseUrl?.startsWith('https://') === true
      ? new URL(baseUrl).origin
      : undefined;
  const peerOf = ({ socket }: IncomingMessage) => socket.remoteAddress ?? '';
  return {
    callerOf: (message, requestId) => ({
      requestId,
      address: clientOf(peerOf(message), message.headers).address,
      agent: (message.headers['user-agent'] ?? '').slice(0, ACCESS_LIMITS.agentCharacters),
      arrivedAt: clock.now(),
    }),
    turnedAway: (message, { address }) => {
      if (allowed !== undefined && !allowed.contains(address) && !isOwnProbe(message, address)) {
        return new AppError('ADDRESS_REFUSED', {
          message: `requests from ${address.slice(0, 64)} are not taken`,
        });
      }
      if (secureBase === undefined) return undefined;
      if (clientOf(peerOf(message), message.headers).isHttps !== false) return undefined;
      return plainHttp(message, secureBase);
    },
    corsHeaders: ({ headers }) => cors.answer(headers.origin),
    preflight: (origin, methods) => cors.preflight(origin, methods),
    isForeign: (headers) => isForeign(headers, origins),
  };
}

/** Something on this machine that looks whether the server is well. */
function isOwnProbe({ url = '' }: IncomingMessage, address: string): boolean {
  const isLoopback = address === '::1' || (isIPv4(address) && address.startsWith('127.'));
  return isLoopback && /^\/health(?:\/live|\/ready)?(?:\?|$)/.test(url);
}

/**
 * A key that was sent in clear text was read on its way, so only what carries nothing is sent on.
 * The host is the one of the settings: the request's own may be anything (ASVS 5.0 V12.2.1).
 */
function plainHttp(message: IncomingMessage, secureBase: string): AppError | Redirect {
  const { method, url = '/', headers } = message;
  const isPlain = (method === 'GET' || method === 'HEAD') && headers.upgrade === undefined;
  if (isPlain && url.startsWith('/')) return { redirect: `${secureBase}${url}` };
  return new AppError('HTTPS_REQUIRED', { message: 'this came by plain HTTP' });
}
