import { AppError } from '../errors/index.ts';
import type { Target } from './egress-allow.ts';

/** What the codes of sockets, TLS and the HTTP parser mean, as the end of a sentence. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there (connection refused)'],
  ['ECONNRESET', 'the connection was reset'],
  ['EPIPE', 'the connection was closed'],
  ['UND_ERR_SOCKET', 'the connection was closed before the answer was complete'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the answer is not as long as it says'],
  ['UND_ERR_HEADERS_OVERFLOW', 'the headers of the answer are too large'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['EAI_AGAIN', 'the name server did not answer'],
]);

const TIMED_OUT: ReadonlySet<string> = new Set(['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Turns what a socket or parser threw into a public error. Its own text stays private: it may hold
 * addresses, paths or parts of the answer.
 */
export function failureOf(thrown: unknown, target: Target): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = codeOf(thrown);
  const place = `${target.host}:${target.port}`;
  if (TIMED_OUT.has(code)) {
    return new AppError('HTTP_TIMEOUT', {
      message: `${place} did not accept a connection in time`,
      remedy: 'Check host and port, and try again.',
      cause: thrown,
    });
  }
  if (isTlsCode(code)) {
    return new AppError('HTTP_FAILED', {
      message: `${place} cannot be trusted: its certificate is not valid (${code})`,
      remedy: 'Have the server present a valid certificate for this host name.',
      cause: thrown,
      retryable: false,
    });
  }
  const reason = isParserError(thrown) ? 'the answer is not valid HTTP' : REASONS.get(code);
  return new AppError('HTTP_FAILED', {
    message: `the request to ${place} failed: ${reason ?? 'the connection broke'}`,
    cause: thrown,
  });
}

function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** By its name: the parser's codes (`HPE_...`) are missing on some of its errors. */
function isParserError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'HTTPParserError';
}

function isTlsCode(code: string): boolean {
  return /CERT|^UNABLE_TO_|^ERR_TLS_|^ERR_SSL_|^EPROTO$|^HOSTNAME_MISMATCH$/.test(code);
}
