/**
 * Whether a WebSocket may be opened from where it comes (threat: cross-site WebSocket hijacking,
 * ASVS 5.0 4.4.2; a browser asks no permission before it opens one to another host). What is no
 * browser sends no Origin. A browser must come from the host that it talks to; the scheme is not
 * compared, because a proxy in front may have ended TLS. Fails closed: two headers, `null` and what
 * is no URL are refused.
 */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  if (host === undefined || !HOST.test(host) || !URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === from;
}

/** A name or address with its port; what follows would be a path or a name before the host. */
const HOST = /^[\w.:[\]-]+$/;
