/**
 * Threat: a page of another origin reads answers that are meant for ours, or has a browser send
 * requests with our cookies (CORS misuse and CSRF; OWASP API8, ASVS 5.0 V3.5; claims G1.055,
 * G2.103, G2.104, G2.133, G4.218, G4.219). Origins are compared as whole texts and nothing is made
 * of a header that came; who is not listed gets no header at all, so browsers refuse by themselves.
 */

export type CorsHeaders = Readonly<Record<string, string>>;

export interface Cors {
  /** Headers of an answer to this origin, `vary` among them; for any request. */
  answer(origin: string | undefined): CorsHeaders;
  /** Those of the answer to a preflight; `methods` are the ones that the path takes. */
  preflight(origin: string | undefined, methods: readonly string[]): CorsHeaders;
}

const ALLOWED_HEADERS =
  'authorization, content-type, idempotency-key, if-match, last-event-id, x-api-key, x-csrf-token, x-request-id';
const EXPOSED_HEADERS =
  'etag, location, ratelimit, ratelimit-limit, ratelimit-policy, ratelimit-remaining, ratelimit-reset, retry-after, x-request-id';
const PREFLIGHT_SECONDS = '600';

/**
 * Decides by the listed origins. `*` lets any page in, without cookies, and never in production,
 * which does not start with it; here it is nothing then.
 */
export function corsOf(options: {
  readonly origins: readonly string[];
  readonly isProduction: boolean;
}): Cors {
  const listed = new Set(options.origins.filter((origin) => origin !== '*'));
  const isOpen = options.origins.includes('*') && !options.isProduction;
  // Without a list no answer depends on the origin, so caches need not be told that it does.
  const none: CorsHeaders = listed.size === 0 ? {} : { vary: 'origin' };
  const answer = (origin: string | undefined): CorsHeaders => {
    if (origin === undefined || origin === 'null') return none;
    if (listed.has(origin)) {
      return {
        ...none,
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': EXPOSED_HEADERS,
      };
    }
    if (!isOpen) return none;
    return {
      ...none,
      'access-control-allow-origin': '*',
      'access-control-expose-headers': EXPOSED_HEADERS,
    };
  };
  return {
    answer,
    preflight: (origin, methods) => {
      const headers = answer(origin);
      if (headers['access-control-allow-origin'] === undefined) return headers;
      return {
        ...headers,
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': PREFLIGHT_SECONDS,
      };
    },
  };
}

/** What a request says of the page that sent it. */
export interface PageHeaders {
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | readonly string[] | undefined;
  readonly host?: string | undefined;
}

/**
 * Whether a page of another origin, and none of the listed ones, sent this. A program sends neither
 * header and is not foreign. The scheme is not compared, because a proxy before us may have ended
 * TLS; `null` and what is no origin are foreign.
 */
export function isForeign(headers: PageHeaders, origins: readonly string[]): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) {
    return !(origin !== '*' && origins.includes(origin)) && !isOfHost(origin, host);
  }
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function isOfHost(origin: string, host: string | undefined): boolean {
  if (host === undefined || !HOST.test(host) || !URL.canParse(origin)) return false;
  const { protocol, host: from, origin: whole } = new URL(origin);
  if ((protocol !== 'http:' && protocol !== 'https:') || whole !== origin) return false;
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === from;
}

/** A name or address with its port; what follows would be a path or a name before the host. */
const HOST = /^[\w.:[\]-]+$/;
