/**
 * Threat: a proxy before us and we read one request in two ways, so that a request hides in another
 * or reaches another host (RFC 9112 sections 3.2, 6.1 and 11.2; CWE-444). What Node's strict parser
 * lets through and is still not plain is refused here, before anything else is looked at.
 */
import type { IncomingMessage } from 'node:http';
import { SERVER_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';

type Head = Pick<IncomingMessage, 'url' | 'headers' | 'rawHeaders' | 'httpVersion'>;

/** Why a request is not taken, whatever it is about. Linear in its headers. */
export function refusalOfHead({ url = '', headers, rawHeaders, httpVersion }: Head) {
  if (url.length > SERVER_LIMITS.urlBytes) {
    const message = `the address has ${url.length} characters; at most ${SERVER_LIMITS.urlBytes} are read`;
    return new AppError('URL_TOO_LONG', { message });
  }
  const { host, expect } = headers;
  if (host === undefined ? httpVersion !== '1.0' : !HOST.test(host) || isGivenTwice(rawHeaders)) {
    return invalid('the request does not name one valid host', 'Send one Host header.');
  }
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return invalid('the transfer coding is not taken', 'Send the body as it is, or chunked.');
  }
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
    return invalid('the request expects what is not known', 'Send it without Expect.');
  }
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return undefined;
  return new AppError('CONTENT_TYPE', {
    message: 'the body is compressed, which is not taken here',
    remedy: 'Send it without Content-Encoding.',
  });
}

/** What a host may be made of (RFC 3986, 3.2.2), with its port; none of it ends the name. */
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/;

/** Node keeps the first of two Host headers and says nothing of the second. */
function isGivenTwice(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count > 1;
}

function invalid(message: string, remedy: string): AppError {
  return new AppError('REQUEST_INVALID', { message, remedy });
}
