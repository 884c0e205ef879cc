import {
  AppError,
  type HttpRequest,
  isList,
  isMap,
  type NodeContext,
  type Value,
} from '../kit/index.ts';
import type { HttpConfig } from './http-fields.ts';

/** Methods that change something, for which a repeated request must be recognised. */
const WRITING: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * The request that a config asks for. A header that the flow sets is never replaced.
 *
 * Errors: HEADER_INVALID for a user name that basic authentication cannot carry.
 */
export function requestOf(
  config: HttpConfig,
  context: Pick<NodeContext, 'idempotencyKey' | 'signal'>,
): HttpRequest {
  const headers = new Map(Object.entries(config.headers ?? {}));
  const names = new Set([...headers.keys()].map((name) => name.toLowerCase()));
  const add = (name: string, value: string) => {
    if (!names.has(name.toLowerCase())) headers.set(name, value);
  };
  const credentials = credentialsOf(config.auth);
  if (credentials !== undefined) headers.set(...credentials);
  const body = bodyOf(config.body, contentTypeIn(headers));
  if (body !== undefined) add('Content-Type', body.contentType);
  if (WRITING.has(config.method)) add('Idempotency-Key', context.idempotencyKey);
  return {
    method: config.method,
    url: withParams(config.url.trim(), config.params ?? {}),
    headers: Object.fromEntries(headers),
    signal: context.signal,
    ...(body === undefined ? {} : { body: body.text }),
    ...(config.timeout === undefined ? {} : { timeoutMs: config.timeout }),
  };
}

/** The URL with parameters after those that it has; a URL that is none is left for the guard. */
export function withParams(url: string, params: Readonly<Record<string, Value>>): string {
  const query = formText(params);
  if (query === '' || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  const before = parsed.search.length > 1 ? `${parsed.search}&` : '?';
  parsed.search = `${before}${query}`;
  return parsed.href;
}

/** Origin and path of a URL: what may be shown, since a query may hold keys. */
export function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return 'the URL';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function formText(params: Readonly<Record<string, Value>>): string {
  const form = new URLSearchParams();
  for (const name of Object.keys(params)) {
    const value = params[name] ?? null;
    for (const item of isList(value) ? value : [value]) {
      if (item !== null) form.append(name, textOf(item));
    }
  }
  return form.toString();
}

function textOf(value: Value): string {
  return isList(value) || isMap(value) ? JSON.stringify(value) : String(value);
}

function bodyOf(
  body: Value | undefined,
  contentType: string,
): { readonly text: string; readonly contentType: string } | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return { text: body, contentType: 'text/plain; charset=utf-8' };
  if (isMap(body) && contentType.startsWith('application/x-www-form-urlencoded')) {
    return { text: formText(body), contentType };
  }
  return { text: JSON.stringify(body), contentType: 'application/json' };
}

function contentTypeIn(headers: ReadonlyMap<string, string>): string {
  for (const [name, value] of headers) {
    if (name.toLowerCase() === 'content-type') return value.trim().toLowerCase();
  }
  return '';
}

function credentialsOf(auth: HttpConfig['auth']): [name: string, value: string] | undefined {
  if (auth === undefined) return undefined;
  if (auth.type === 'api_key') return [auth.header, auth.token ?? ''];
  if (auth.type === 'bearer') return ['Authorization', `Bearer ${auth.token ?? ''}`];
  const username = auth.username ?? '';
  if (username.includes(':')) {
    throw new AppError('HEADER_INVALID', {
      message: 'a user name for basic authentication cannot hold a colon (RFC 7617)',
      remedy: 'Correct auth.username.',
      retryable: false,
    });
  }
  const pair = Buffer.from(`${username}:${auth.password ?? ''}`).toString('base64');
  return ['Authorization', `Basic ${pair}`];
}
