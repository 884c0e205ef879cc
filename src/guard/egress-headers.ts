import { formatSize, HTTP_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';

/** Header names in lower case, each once. */
export type HeaderMap = ReadonlyMap<string, string>;

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9110 section 5.5: a tab, printable ASCII, or a byte above it; so no CR, LF or NUL. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * What frames the message, or concerns one connection only (RFC 9110 section 7.6.1). A flow that
 * sets them could split a request in two, or reach another host behind a shared address.
 */
const SET_BY_US: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What may go on to another origin after a redirect; everything else could be a credential. */
const TRAVELLING: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'idempotency-key',
  'if-modified-since',
  'if-none-match',
  'range',
  'user-agent',
]);

const HEADERS_MAX = 100;

/**
 * Checks the headers that a flow wants to send (CRLF injection, request smuggling) and adds those
 * every request has.
 *
 * Errors: HEADER_INVALID, naming the header and never its value.
 */
export function judgeHeaders(headers: Readonly<Record<string, string>>): HeaderMap {
  const judged = new Map([
    ['accept', '*/*'],
    ['accept-encoding', 'gzip, deflate, br'],
    ['user-agent', 'sluice'],
  ]);
  const seen = new Set<string>();
  let bytes = 0;
  for (const name of Object.keys(headers)) {
    const value = (headers[name] ?? '').trim();
    const lower = name.toLowerCase();
    checkHeader(name, lower, value);
    if (seen.has(lower)) throw invalid(`the header ${lower} is given twice`, 'Keep one of them.');
    seen.add(lower);
    bytes += name.length + value.length;
    judged.set(lower, value);
  }
  if (seen.size > HEADERS_MAX || bytes > HTTP_LIMITS.headerBytes) {
    const limit = `${HEADERS_MAX} headers and ${formatSize(HTTP_LIMITS.headerBytes)}`;
    throw invalid(`the headers go beyond ${limit}`, 'Send less.');
  }
  return judged;
}

/** The headers for another origin: none that could hold a credential. */
export function travellingHeaders(headers: HeaderMap): HeaderMap {
  return new Map([...headers].filter(([name]) => TRAVELLING.has(name)));
}

/** The headers without those that describe a body. */
export function bodilessHeaders(headers: HeaderMap): HeaderMap {
  return new Map([...headers].filter(([name]) => !name.startsWith('content-')));
}

function checkHeader(name: string, lower: string, value: string): void {
  if (!TOKEN.test(name)) {
    const shown = JSON.stringify(name.slice(0, 60));
    throw invalid(`${shown} is not a header name`, 'Use letters, digits and -.');
  }
  if (SET_BY_US.has(lower)) {
    throw invalid(`the header ${lower} cannot be set by a flow`, 'Remove it; it is set as needed.');
  }
  if (!FIELD_VALUE.test(value)) {
    throw invalid(
      `the value of the header ${lower} has a line break or a character that headers cannot carry`,
      'Remove line breaks and control characters; encode other alphabets.',
    );
  }
}

function invalid(message: string, remedy: string): AppError {
  return new AppError('HEADER_INVALID', { message, remedy, retryable: false });
}
