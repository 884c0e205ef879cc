import {
  AppError,
  type HttpResponse,
  type NodeContext,
  toValue,
  type Value,
} from '../kit/index.ts';
import { withoutQuery } from './http-request.ts';

const EXCERPT_LENGTH = 200;
/** The wait that a server may ask for, beyond which its wish is not passed on. */
const RETRY_AFTER_MS_MAX = 60 * 60 * 1000;
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429]);

/** Of the types that are neither `text/...` nor end in `+xml` or `+yaml`. */
const TEXTUAL: ReadonlySet<string> = new Set([
  'application/ecmascript',
  'application/graphql',
  'application/javascript',
  'application/jsonl',
  'application/sql',
  'application/toml',
  'application/x-javascript',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
  'application/x-yaml',
  'application/xml',
  'application/yaml',
]);

/**
 * The body as a value, by its content type: JSON parsed, text as text in its charset, all else as a
 * map of base64, content_type and size. JSON that cannot be read is given as text, with a warning
 * in the log. Without a content type: JSON, text or base64, whichever fits first. No body is ''.
 */
export function bodyValue(response: HttpResponse, log: NodeContext['log']): Value {
  const { body } = response;
  if (body.length === 0) return '';
  const header = response.headers['content-type'] ?? '';
  const type = (header.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (isJson(type)) {
    const value = parsed(body);
    if (value !== undefined) return value;
    log('warn', `the answer says it is ${type}, but it is not valid JSON; body is its text`);
    return new TextDecoder().decode(body);
  }
  if (isTextual(type)) return decoderFor(header).decode(body);
  if (type === '') return parsed(body) ?? textIfAny(body) ?? binary(body, type);
  return binary(body, type);
}

/**
 * The error for a status of 400 and over: method, URL without its query, status, and the beginning
 * of a textual body. Details: status_code, and retry_after_ms where the server names a time.
 */
export function statusError(
  method: string,
  response: HttpResponse,
  context: Pick<NodeContext, 'now'>,
): AppError {
  const { status } = response;
  const value = bodyValue(response, () => undefined);
  const isBinary = typeof value === 'object' && value !== null && 'base64' in value;
  const text = isBinary ? '' : excerpt(new TextDecoder().decode(response.body.subarray(0, 4_096)));
  const retryAfterMs = retryAfter(response.headers['retry-after'], context.now());
  return new AppError('HTTP_STATUS', {
    message: `${method} ${withoutQuery(response.url)}: HTTP ${status}${text === '' ? '' : `: ${text}`}`,
    retryable: RETRYABLE.has(status) || status >= 500,
    details: {
      status_code: status,
      ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    },
  });
}

/** Seconds or a date (RFC 9110 section 10.2.3) as milliseconds from now. */
function retryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX);
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json');
}

function isTextual(type: string): boolean {
  return type.startsWith('text/') || /\+(?:xml|yaml)$/.test(type) || TEXTUAL.has(type);
}

function parsed(body: Uint8Array): Value | undefined {
  try {
    return toValue(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    // Not UTF-8, not JSON, or nested beyond what a value may be: the caller gives it as text.
    return undefined;
  }
}

function textIfAny(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined; // Not text.
  }
}

function binary(body: Uint8Array, type: string): Value {
  const base64 = Buffer.from(body).toString('base64');
  return { base64, content_type: type, size: body.length };
}

function decoderFor(contentType: string): InstanceType<typeof TextDecoder> {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder(); // A charset that nobody knows is most likely UTF-8.
  }
}

function excerpt(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH)}...` : line;
}
