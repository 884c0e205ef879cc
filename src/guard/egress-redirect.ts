import { AppError } from '../errors/index.ts';
import { bodilessHeaders, type HeaderMap, travellingHeaders } from './egress-headers.ts';
import { type JudgedUrl, judgeUrl } from './egress-judge.ts';

/** One request of a chain of redirects. */
export interface Hop {
  readonly target: JudgedUrl;
  readonly method: string;
  readonly headers: HeaderMap;
  readonly body: string | Uint8Array | undefined;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** True where the status and a Location ask for another request. */
export function isRedirect(status: number, location: string | undefined): location is string {
  return location !== undefined && REDIRECTS.has(status);
}

/**
 * The request that follows a redirect, as the Fetch standard has it (section 4.4): 303 turns all
 * but HEAD into GET, 301 and 302 turn POST into GET, 307 and 308 keep method and body. To another
 * origin only harmless headers travel on.
 *
 * Errors: URL_INVALID where the location is no http or https URL, or holds credentials.
 */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  if (!URL.canParse(location, hop.target.url.href)) {
    throw new AppError('URL_INVALID', {
      message: `${hop.target.host} redirects to something that is not a URL`,
      retryable: false,
    });
  }
  const target = judgeUrl(new URL(location, hop.target.url.href).href);
  const sameOrigin = target.url.origin === hop.target.url.origin;
  const headers = sameOrigin ? hop.headers : travellingHeaders(hop.headers);
  const turnsIntoGet =
    (status === 303 && hop.method !== 'GET' && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  if (!turnsIntoGet) return { target, method: hop.method, headers, body: hop.body };
  return { target, method: 'GET', headers: bodilessHeaders(headers), body: undefined };
}
