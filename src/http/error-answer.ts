import { type AppError, asAppError, ERROR_CATALOGUE, reportOf } from '../errors/index.ts';
import type { Reply } from './call.ts';

/** Seconds after which a refusal of this status may be over. */
const RETRY_AFTER: Readonly<Record<number, string>> = { 429: '1', 503: '1' };

/**
 * The answer to any error: `{"error": {...}}` with the public part and the request id. What is not
 * an AppError is INTERNAL and says nothing of itself.
 */
export function errorReply(thrown: unknown, requestId: string): Reply {
  const error = asAppError(thrown);
  const { status } = ERROR_CATALOGUE[error.code];
  const retryAfter = retryAfterOf(error, status);
  return {
    status,
    text: JSON.stringify({ error: { ...publicPart(error), requestId } }),
    headers: {
      'cache-control': 'no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="sluice"' } : {}),
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    },
  };
}

/** Whole seconds, rounded up: who comes back after them is taken. */
function retryAfterOf({ details }: AppError, status: number): string | undefined {
  const least = RETRY_AFTER[status];
  const exact = details?.retryAfterMs;
  if (least === undefined || typeof exact !== 'number') return least;
  return String(Math.max(1, Math.ceil(exact / 1_000)));
}

function publicPart(error: AppError) {
  if (error.code !== 'INTERNAL') return reportOf(error);
  return {
    code: error.code,
    message: 'an internal error occurred',
    remedy: 'Report this with the request id.',
  };
}

/** fastify's own refusals by their codes, in our words. */
export const FRAMEWORK_ERRORS = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['REQUEST_TOO_LARGE', 'the body is too large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['CONTENT_TYPE', 'the body is not application/json'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['REQUEST_INVALID', 'the body has another length than said'],
  FST_ERR_BAD_URL: ['REQUEST_INVALID', 'the address is not valid'],
  FST_ERR_MAX_PARAM_LENGTH: ['ROUTE_NOT_FOUND', 'there is nothing at this address'],
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'the address and headers are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['REQUEST_TOO_LARGE', 'the chunk extensions are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'the request did not arrive in time'],
} as const;
