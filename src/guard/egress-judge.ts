/**
 * Threat: a flow makes the server talk to what only the server can reach: itself, its network, the
 * cloud's metadata (SSRF, OWASP API7; guide claims G2.135, G4.203, G4.246). Pure decisions; the
 * dialler in egress-connect.ts asks them again for the very address it connects to.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AppError } from '../errors/index.ts';
import {
  type AllowList,
  allowsAddress,
  allowsHost,
  allowsPort,
  plainHost,
  type Target,
} from './egress-allow.ts';
import { REFUSED_PORTS } from './egress-ports.ts';

const URL_LENGTH_MAX = 16_384;

/** A URL that may be asked for, once its addresses are judged too. */
export interface JudgedUrl extends Target {
  readonly url: URL;
}

/**
 * Reads a URL by the URL standard and refuses what is not plain http or https. The text is trimmed;
 * the fragment, which is never sent, is dropped.
 *
 * Errors: URL_INVALID for other text, schemes, and for user names in the URL (they are credentials
 * that end in logs, and hide the real host from readers).
 */
export function judgeUrl(text: string): JudgedUrl {
  const trimmed = text.trim();
  if (trimmed === '') throw invalid('the URL is empty');
  if (trimmed.length > URL_LENGTH_MAX) {
    throw invalid(`the URL has ${trimmed.length} characters; at most ${URL_LENGTH_MAX} are sent`);
  }
  // The URL standard drops tabs and line breaks silently, which would make two hosts look alike.
  if (hasControl(trimmed)) throw invalid('the URL has a line break or control character in it');
  if (!URL.canParse(trimmed)) throw invalid(`${quote(trimmed)} is not a full URL`);
  const url = new URL(trimmed);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid(`a URL must begin with http:// or https://, not ${quote(url.protocol)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('the URL has a user name or password in it', 'Use auth, or a header.');
  }
  url.hash = '';
  const host = plainHost(url.hostname);
  if (host === '') throw invalid(`${quote(trimmed)} names no host`);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { url, host, port };
}

/**
 * Refuses ports on which no web server listens but other services do, so that a request cannot be
 * smuggled into them as commands. An EGRESS_ALLOW entry with that very port lifts it.
 *
 * Errors: EGRESS_REFUSED.
 */
export function judgePort(target: Target, allow: AllowList): void {
  if (!REFUSED_PORTS.has(target.port)) return;
  if (allowsPort(allow, target)) return;
  throw refused(target, `port ${target.port} of ${target.host} belongs to another service`);
}

/**
 * Why the server may not connect to this address, in words that follow the address in a sentence;
 * undefined when it may. Only public unicast addresses are allowed, by what they stand for: an
 * IPv4-mapped or NAT64 address is judged by the IPv4 address inside it.
 *
 * An EGRESS_ALLOW entry for the address or its range lifts the rule for it. One for the host's name
 * lifts it for the ranges in which private services live, but never for link-local (cloud
 * metadata), multicast and the like: those need the address itself in the list.
 */
export function judgeAddress(
  address: string,
  allow: AllowList,
  target: Target = { host: address, port: 0 },
): string | undefined {
  if (isIP(address) === 0) return 'is not an IP address';
  const outer = ipaddr.parse(address);
  const inner = unwrapped(outer);
  if (allowsAddress(allow, outer, target.port) || allowsAddress(allow, inner, target.port)) {
    return undefined;
  }
  const range = inner.kind() === 'ipv6' && !isGlobal(inner) ? rangeOutside(inner) : inner.range();
  if (range === 'unicast') return undefined;
  if (NAMED_HOST_RANGES.has(range) && allowsHost(allow, target)) return undefined;
  return `is ${RANGE_WORDS.get(range) ?? 'not a public address'}`;
}

/** The refusal of a connection, with the remedy that names the entry to add. Never retried. */
export function refused(target: Target, message: string): AppError {
  const entry = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  return new AppError('EGRESS_REFUSED', {
    message: `the server may not connect there: ${message}`,
    remedy: `If flows shall reach it, have the operator add ${entry} to EGRESS_ALLOW.`,
    details: { host: target.host, port: target.port },
    retryable: false,
  });
}

/** Ranges that an entry for a host's name opens. */
const NAMED_HOST_RANGES: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'uniqueLocal',
  'carrierGradeNat',
]);

/** By ipaddr.js's names of the ranges (IANA special-purpose registries, RFC 6890). */
const RANGE_WORDS: ReadonlyMap<string, string> = new Map([
  ['loopback', 'an address of this machine itself (loopback)'],
  ['private', 'an address of the private network'],
  ['uniqueLocal', 'an address of the private network (unique local)'],
  ['deprecatedSiteLocal', 'an address of the private network (site local)'],
  ['carrierGradeNat', "an address of the provider's network (carrier-grade NAT)"],
  ['linkLocal', 'a link-local address, where cloud metadata is served'],
  ['unspecified', 'the unspecified address, which means this machine'],
  ['multicast', 'a multicast address'],
  ['broadcast', 'the broadcast address'],
  ['reserved', 'a reserved address (tests, documentation, protocols)'],
  ['benchmarking', 'an address for benchmarks'],
  ['discard', 'an address that discards everything'],
  ['6to4', 'a 6to4 address, which hides an IPv4 address'],
  ['teredo', 'a Teredo address, which hides an IPv4 address'],
  ['rfc6145', 'an IPv4-translated address, which hides an IPv4 address'],
  ['rfc6052', 'a local NAT64 address, which hides an IPv4 address'],
  ['segmentRouting', 'an address of segment routing'],
  ['notGlobal', 'outside the global unicast addresses of IPv6'],
]);

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/** The IPv4 address inside an IPv4-mapped (RFC 4291) or well-known NAT64 (RFC 6052) address. */
function unwrapped(address: Address): Address {
  if (address.kind() === 'ipv4') return address;
  // `kind` tells the two classes apart; the library's types do not narrow by it.
  const wide = address as ipaddr.IPv6;
  if (wide.isIPv4MappedAddress()) return wide.toIPv4Address();
  if (wide.match(NAT64)) return new ipaddr.IPv4(wide.toByteArray().slice(12));
  return wide;
}

/** ipaddr.js calls everything unlisted unicast, `::7f00:1` too; only 2000::/3 is given out. */
function isGlobal(address: Address): boolean {
  return address.match(GLOBAL);
}

function rangeOutside(address: Address): string {
  const range = address.range();
  return range === 'unicast' ? 'notGlobal' : range;
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** At most 100 characters of a URL without its query, which may hold keys. */
function quote(text: string): string {
  const plain = text.split(/[?#]/, 1)[0] ?? '';
  const safe = plain.replace(/\/\/[^/]*@/, '//');
  return `"${safe.length > 100 ? `${safe.slice(0, 100)}...` : safe}"`;
}

function invalid(message: string, remedy?: string): AppError {
  return new AppError('URL_INVALID', {
    message,
    retryable: false,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
