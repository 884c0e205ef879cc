/**
 * The only door to the network. Threat: server-side request forgery in all its spellings,
 * credentials that a redirect carries off, answers that never end. Every request, and every
 * redirect of it, passes egress-judge.ts, and its socket egress-connect.ts. Proxy variables of the
 * environment are not read.
 */
import { setMaxListeners } from 'node:events';
import { Agent, request as send } from 'undici';
import { assert, formatDuration, formatSize, HTTP_LIMITS } from '../base/index.ts';
import type { HttpCapability, HttpRequest, HttpResponse } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { parseAllowList } from './egress-allow.ts';
import { readBody } from './egress-body.ts';
import { guardedConnector, type Resolve, systemResolve } from './egress-connect.ts';
import { failureOf } from './egress-failure.ts';
import { judgeHeaders } from './egress-headers.ts';
import { judgeUrl } from './egress-judge.ts';
import { type Hop, isRedirect, nextHop } from './egress-redirect.ts';

export interface GuardedHttpOptions {
  /**
   * EGRESS_ALLOW: `host`, `host:port`, `*.domain`, an address, or a range; see `parseAllowList`.
   */
  readonly allow: readonly string[];
  /** For requests that set none; default `HTTP_LIMITS.timeoutMs`. */
  readonly timeoutMs?: number;
  /** For tests; default the system's resolver. */
  readonly resolve?: Resolve;
}

/** An HttpCapability that owns connections. */
export interface GuardedHttp extends HttpCapability {
  /**
   * The same dialler within narrower bounds: `judge` is called for the host of every request and of
   * every redirect, before anything is dialled, and throws what it does not allow.
   */
  within(judge: (host: string) => void): HttpCapability;
  /** Ends open requests and connections at once. Idle connections never keep the process alive. */
  close(): Promise<void>;
}

const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]);
const REDIRECTS_MAX = 20;
const CONNECTIONS_A_HOST = 32;
/** How much of a redirect's own body is read to keep its connection usable. */
const REDIRECT_BODY_BYTES = 16 * 1024;

/**
 * Opens the guarded dialler. Default deny: only public unicast addresses are dialled, on ports of
 * the web, unless EGRESS_ALLOW says otherwise.
 *
 * Errors here: SETTINGS_INVALID for the list. Errors of `request`: URL_INVALID, EGRESS_REFUSED,
 * HEADER_INVALID, HTTP_FAILED, HTTP_TIMEOUT, HTTP_TOO_LARGE (either body), HTTP_REDIRECTS; an abort
 * rejects with the signal's reason. A status of 400 and over is an answer, not an error. With
 * `redirects: 0` a redirect is an answer.
 */
export function guardedHttp(options: GuardedHttpOptions): GuardedHttp {
  const allow = parseAllowList(options.allow);
  const closing = new AbortController();
  // Every open socket listens to it.
  setMaxListeners(0, closing.signal);
  const agent = new Agent({
    connect: guardedConnector(allow, options.resolve ?? systemResolve, closing.signal),
    connections: CONNECTIONS_A_HOST,
    maxHeaderSize: HTTP_LIMITS.headerBytes,
    // Every request has a deadline of its own, which covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const timeoutMs = options.timeoutMs ?? HTTP_LIMITS.timeoutMs;
  const within = (judge?: (host: string) => void): HttpCapability => ({
    request: (request) => requestWithin({ agent, judge }, { timeoutMs, ...request }),
  });
  return {
    ...within(),
    within,
    close: async () => {
      closing.abort();
      await agent.destroy();
    },
  };
}

/** Where requests leave, and what bounds them besides the operator's list. */
interface Door {
  readonly agent: Agent;
  readonly judge: ((host: string) => void) | undefined;
}

/**
 * Runs the chain of requests under one deadline, which counts from name lookup to the last byte.
 */
async function requestWithin(
  door: Door,
  request: HttpRequest & { readonly timeoutMs: number },
): Promise<HttpResponse> {
  request.signal.throwIfAborted();
  const hop = firstHop(request);
  const ending = new AbortController();
  const timeoutMs = Math.min(request.timeoutMs, HTTP_LIMITS.timeoutMsMax);
  const timer = setTimeout(() => ending.abort(timedOut(hop, timeoutMs)), timeoutMs);
  const cancel = () => ending.abort(request.signal.reason);
  request.signal.addEventListener('abort', cancel, { once: true });
  const redirects = request.redirects ?? HTTP_LIMITS.redirects;
  const work = follow(door, hop, { redirects, signal: ending.signal });
  try {
    return await Promise.race([work, rejectionBy(ending.signal)]);
  } catch (error) {
    if (ending.signal.aborted) throw ending.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', cancel);
  }
}

/** undici heeds an abort only once a connection stands; name servers and dials may stall before. */
function rejectionBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function firstHop(request: HttpRequest): Hop {
  assert(METHODS.has(request.method), 'the method is one of the known ones, in capitals');
  assert((request.redirects ?? 0) <= REDIRECTS_MAX, 'redirects are bounded');
  const bytes = request.body === undefined ? 0 : Buffer.byteLength(request.body);
  if (bytes > HTTP_LIMITS.requestBytes) {
    const limit = formatSize(HTTP_LIMITS.requestBytes);
    throw new AppError('HTTP_TOO_LARGE', {
      message: `the request's body has ${formatSize(bytes)}; at most ${limit} are sent`,
      remedy: 'Send less.',
      retryable: false,
    });
  }
  return {
    target: judgeUrl(request.url),
    method: request.method,
    headers: judgeHeaders(request.headers),
    body: request.body,
  };
}

async function follow(
  { agent, judge }: Door,
  first: Hop,
  { redirects, signal }: { readonly redirects: number; readonly signal: AbortSignal },
): Promise<HttpResponse> {
  let hop = first;
  let redirected = false;
  for (let followed = 0; followed <= redirects; followed += 1) {
    try {
      judge?.(hop.target.host);
      const answer = await sendHop(agent, hop, signal);
      const location = headerText(answer.headers.location);
      if (redirects === 0 || !isRedirect(answer.statusCode, location)) {
        return await responseOf(answer, hop);
      }
      await answer.body.dump({ limit: REDIRECT_BODY_BYTES, signal });
      redirected = true;
      hop = nextHop(hop, answer.statusCode, location);
    } catch (thrown) {
      const failure = failureOf(thrown, hop.target);
      throw redirected ? afterRedirect(failure, first) : failure;
    }
  }
  throw new AppError('HTTP_REDIRECTS', {
    message: `${first.target.host} redirects more than ${redirects} times`,
    retryable: false,
  });
}

type Answer = Awaited<ReturnType<typeof send>>;

function sendHop(agent: Agent, hop: Hop, signal: AbortSignal): Promise<Answer> {
  return send(hop.target.url, {
    dispatcher: agent,
    // Checked against METHODS, or GET after a redirect.
    method: hop.method as 'GET',
    headers: [...hop.headers].flat(),
    body: hop.body ?? null,
    signal,
  });
}

async function responseOf(answer: Answer, hop: Hop): Promise<HttpResponse> {
  const encoding = headerText(answer.headers['content-encoding']) ?? '';
  const body = await readBody(answer.body, encoding, hop.target.host);
  // A map of texts from the start: only texts are put in.
  const headers = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(answer.headers)) {
    const value = answer.headers[name];
    if (value === undefined) continue;
    headers[name] = headerText(value, name === 'set-cookie' ? '\n' : ', ') ?? '';
  }
  return { status: answer.statusCode, headers, body, url: hop.target.url.href };
}

function headerText(value: string | string[] | undefined, glue = ', '): string | undefined {
  return Array.isArray(value) ? value.join(glue) : value;
}

function afterRedirect(failure: AppError, first: Hop): AppError {
  const { code, message, remedy, details, retryable, cause } = failure;
  return new AppError(code, {
    message: `${message} (after a redirect from ${first.target.host})`,
    remedy,
    retryable,
    cause,
    ...(details === undefined ? {} : { details }),
  });
}

function timedOut(hop: Hop, timeoutMs: number): AppError {
  return new AppError('HTTP_TIMEOUT', {
    message: `${hop.target.host} did not answer within ${formatDuration(timeoutMs)}`,
  });
}
