import type { IncomingMessage } from 'node:http';
import type { Audit } from '../audit/index.ts';
import type { Auth, Credentials, Identified, Principal } from '../auth/index.ts';
import type { Clock } from '../base/index.ts';
import type { Route } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { after } from './after.ts';
import type { Judged } from './judged.ts';
import type { RequestLimits } from './limits.ts';
import { asOfNow, isLongAgo } from './rights/index.ts';

/** What the judge looks at. */
export interface Asked {
  readonly message: Pick<IncomingMessage, 'method' | 'headers' | 'rawHeaders'>;
  readonly judged: Judged;
  /** Of a WebSocket alone. */
  readonly socket?: Pick<Credentials, 'socket' | 'ticket' | 'token'>;
}

/** The first half of the pipeline: one way to be let in, for every route. */
export interface Judge {
  /**
   * Who asks, how often, and whether they may; all that is found goes into `judged`. Throws or
   * rejects with RATE_LIMITED, UNAUTHENTICATED, SESSION_OVER, ADDRESS_REFUSED, FORBIDDEN or
   * CSRF_REFUSED, and with what auth and limiter reject with. Synchronous where both are.
   */
  judge(route: Route, asked: Asked): undefined | Promise<undefined>;
  /**
   * Once the body is there: who took long to send it is judged as they stand now, so that nobody
   * begins a request, loses a right and ends it. Errors: UNAUTHENTICATED, FORBIDDEN.
   */
  again(route: Pick<Route, 'permission'>, judged: Judged): undefined | Promise<undefined>;
}

export interface JudgeOptions {
  readonly auth: Pick<Auth, 'identify' | 'isCsrfToken' | 'current'>;
  readonly limits: RequestLimits;
  readonly audit: Pick<Audit, 'observe'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether a page of a foreign origin sent it. */
  isForeign(headers: IncomingMessage['headers']): boolean;
}

/** Judges all requests of a server. */
export function judgeOf(options: JudgeOptions): Judge {
  const { auth, limits } = options;
  return {
    judge: (route, asked) =>
      after(limits.arrive(route, asked.judged), () => {
        if (route.permission === 'public') return judgeOfNobody(asked, options);
        const { caller } = asked.judged;
        const found = auth.identify({
          headers: asked.message.rawHeaders,
          address: caller.address,
          requestId: caller.requestId,
          ...asked.socket,
        });
        return after(found, (identified) => judgeIdentified(route, asked, { identified, options }));
      }),
    again: (route, judged) => {
      const { principal, caller } = judged;
      if (principal === undefined || !isLongAgo(options.clock, caller.arrivedAt)) return undefined;
      return after(asOfNow(auth, principal), (now) => {
        judged.principal = now;
        refuseWithout(route.permission, now);
        return undefined;
      });
    },
  };
}

/** A page of another site must not spend the cookies of ours, such as to renew a session. */
function judgeOfNobody({ message }: Asked, options: JudgeOptions): undefined {
  if (message.headers.cookie !== undefined && isForeignChange(message, options)) {
    throw foreignPage();
  }
  return undefined;
}

function judgeIdentified(
  route: Route,
  asked: Asked,
  found: { readonly identified: Identified; readonly options: JudgeOptions },
): undefined | Promise<undefined> {
  const { identified, options } = found;
  const { judged } = asked;
  const { address } = judged.caller;
  if ('refusal' in identified) {
    const { attempt, refusal } = identified;
    if (attempt !== undefined) {
      judged.attempt = attempt;
      const { account, name } = attempt;
      // A session that is over is no guess of anybody's, and where nothing was sent nobody tried.
      const isGuess = account !== undefined && refusal.code !== 'SESSION_OVER';
      const named = name === undefined ? {} : { name };
      if (isGuess) options.audit.observe({ kind: 'failure', account, address, ...named });
    }
    return after(options.limits.stranger(route, judged), () => {
      throw refusal;
    });
  }
  const { principal, way } = identified;
  judged.principal = principal;
  judged.way = way;
  const { id: actor, account, key } = principal;
  if (key !== undefined) options.audit.observe({ kind: 'key-used', account, actor, key, address });
  return after(options.limits.known(route, judged, principal), () => {
    refuseWithout(route.permission, principal);
    if (way === 'cookie') refuseForeign(asked, principal, options);
    // Browsers send a password by themselves too, once somebody typed it there.
    if (way === 'basic' && isForeignChange(asked.message, options)) throw foreignPage();
    return undefined;
  });
}

function refuseWithout(permission: Route['permission'], { permissions }: Principal): void {
  if (permission === 'signed-in' || permission === 'public' || permissions.has(permission)) return;
  throw new AppError('FORBIDDEN', {
    message: `this needs the permission ${permission}`,
    details: { permission },
  });
}

/**
 * Threat: another site has the browser of somebody who is signed in send a request that changes
 * something (CSRF; claims G2.133, G3.173). Browsers send cookies by themselves; the token they do
 * not. Keys and bearer tokens are put on a request by a program, so they need none.
 */
function refuseForeign({ message }: Asked, { session }: Principal, options: JudgeOptions): void {
  if (isSafe(message.method)) return;
  if (isForeignChange(message, options)) throw foreignPage();
  const token = message.headers['x-csrf-token'];
  if (
    typeof token === 'string' &&
    session !== undefined &&
    options.auth.isCsrfToken(session, token)
  ) {
    return;
  }
  throw new AppError('CSRF_REFUSED', {
    message: 'the request came with a cookie and without the right X-CSRF-Token',
    details: { reason: token === undefined ? 'missing' : 'wrong' },
  });
}

function isForeignChange(
  { method, headers }: Asked['message'],
  { isForeign }: Pick<JudgeOptions, 'isForeign'>,
): boolean {
  return !isSafe(method) && isForeign(headers);
}

function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

function foreignPage(): AppError {
  return new AppError('CSRF_REFUSED', {
    message: 'a page of another origin sent the request with cookies or HTTP Basic',
    remedy: 'Send it from a page of this server or of CORS_ORIGINS, or from a program with a key.',
    details: { reason: 'origin' },
  });
}
