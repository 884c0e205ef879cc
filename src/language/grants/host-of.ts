/**
 * Threat: a flow that looks as if it talked to one host talks to another, because a template fills
 * in a part of the address that decides it (`https://api.example.com{{ x }}/` with x = `.evil.org`
 * or `@evil.org`). A host counts as literal only where everything up to the end of the authority
 * stands in the text (RFC 3986, 3.2; the URL standard for what browsers and we read).
 */
import type { ConfigPart } from '../plan.ts';
import { DYNAMIC_HOST } from './grants.ts';

/**
 * The host that a URL in a config names, in lower case and without final dots; `dynamic` where it
 * is computed, or cannot be told.
 */
export function hostOf(part: ConfigPart | undefined): string {
  if (part?.kind === 'value')
    return typeof part.value === 'string' ? literal(part.value) : DYNAMIC_HOST;
  if (part?.kind !== 'template') return DYNAMIC_HOST;
  const { text } = part.template;
  const begins = text.search(/\{[{%#]/);
  if (begins === -1) return literal(text);
  const before = text.slice(0, begins);
  // Scheme, slashes of either kind, a name, and the sign that ends it.
  const authority = /^\s*https?:[/\\]+[^/\\?#]+[/\\?#]/i.exec(before)?.[0];
  return authority === undefined ? DYNAMIC_HOST : literal(authority);
}

function literal(text: string): string {
  const url = text.trim();
  // Signs that are dropped in silence when a URL is read would make two hosts look alike.
  if (/[\t\n\r]/.test(url) || !URL.canParse(url)) return DYNAMIC_HOST;
  const { hostname, username, password } = new URL(url);
  if (hostname === '' || username !== '' || password !== '') return DYNAMIC_HOST;
  return plainName(hostname);
}

/** As the guard of the network compares names: no brackets, no dot at the end. */
export function plainName(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '')
    .toLowerCase();
}

/** A host or pattern of a grants block as it is compared; undefined where it is neither. */
export function grantedHost(text: string): string | undefined {
  const written = text.trim().toLowerCase();
  if (written === DYNAMIC_HOST) return written;
  const isPattern = written.startsWith('*.');
  const name = isPattern ? written.slice(2) : written;
  const bracketed = /^[0-9a-f:.]*:[0-9a-f:.]*$/.test(name) ? `[${name}]` : name;
  if (/[\s/\\?#@*]/.test(name) || !URL.canParse(`https://${bracketed}/`)) return undefined;
  const url = new URL(`https://${bracketed}/`);
  if (url.hostname === '' || url.port !== '') return undefined;
  // A pattern of one label would be every host of a top-level domain.
  const host = plainName(url.hostname);
  if (!isPattern) return host;
  return host.includes('.') && !/^[\d.]+$|:/.test(host) ? `*.${host}` : undefined;
}
