import { AppError } from '../../errors/index.ts';

/** Names and addresses that never leave the machine. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * An address as a person gives it, such as `localhost:8000` or `https://example.org/sluice`, as one
 * whole URL without a slash at its end. Without a scheme it is https, on this machine http. Errors:
 * USAGE; the address is not repeated where it may hold a password.
 */
export function parseServerUrl(text: string, source: string): string {
  const given = text.trim();
  const url = readUrl(given);
  const refuse = (why: string) =>
    new AppError('USAGE', {
      message: `the server's address in ${source} ${why}`,
      remedy: 'Write for example http://127.0.0.1:8000 or https://sluice.example.org.',
    });
  if (url === undefined) throw refuse('is not a URL');
  if (url.username !== '' || url.password !== '') {
    throw refuse('holds a name or password, which belongs nowhere in it');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refuse(`begins with ${url.protocol}, but must begin with http: or https:`);
  }
  if (url.search !== '' || url.hash !== '') throw refuse('has a query or a fragment');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function readUrl(text: string): URL | undefined {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${schemeFor(text)}://${text}`;
  return URL.canParse(whole) && !/[\s\\]/.test(text) ? new URL(whole) : undefined;
}

function schemeFor(text: string): string {
  const host = /^(\[[^\]]*\]|[^:/?#]*)/.exec(text)?.[1] ?? '';
  return LOOPBACK.test(host.toLowerCase()) ? 'http' : 'https';
}

/** True when a request to the address never leaves the machine. */
export function isLoopbackUrl(url: string): boolean {
  return LOOPBACK.test(new URL(url).hostname);
}

/** True when a key travels to the address readable for everyone on its way. */
export function isPlainOverNetwork(url: string): boolean {
  return new URL(url).protocol === 'http:' && !isLoopbackUrl(url);
}

/** True for one and the same server; localhost and 127.0.0.1 count as one. */
export function isSameServer(left: string, right: string): boolean {
  const plain = (url: string) => url.replace(/^(https?:\/\/)localhost(?=[:/]|$)/, '$1127.0.0.1');
  return plain(left) === plain(right);
}

/** The address under which a server that listens on `host` is reached from the same machine. */
export function urlOfListener(host: string, port: number): string {
  const reached = host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return parseServerUrl(
    `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`,
    'HOST and PORT',
  );
}
