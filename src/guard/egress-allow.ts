import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AppError } from '../errors/index.ts';

/** What an operator listed in EGRESS_ALLOW, read once. */
export interface AllowList {
  readonly hosts: readonly AllowedHost[];
  readonly ranges: readonly AllowedRange[];
}

interface AllowedHost {
  /** Lower case, ASCII, without a final dot. */
  readonly name: string;
  /** True for `*.name`: every name below it, not the name itself. */
  readonly below: boolean;
  readonly port: number | undefined;
}

interface AllowedRange {
  readonly base: ipaddr.IPv4 | ipaddr.IPv6;
  readonly bits: number;
  readonly port: number | undefined;
}

/** Host and port of one connection, as the URL parser gives them. */
export interface Target {
  /** Lower case, ASCII, without a final dot; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

const ENTRIES_MAX = 1_000;

/**
 * Reads EGRESS_ALLOW. An entry is `host`, `host:port`, `*.domain`, `*.domain:port`, an IP address
 * (IPv6 with a port in brackets), or a CIDR range such as `10.1.0.0/16`.
 *
 * Errors: SETTINGS_INVALID, naming the entry.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  if (entries.length > ENTRIES_MAX) {
    throw invalidEntry('', `has ${entries.length} entries; at most ${ENTRIES_MAX} are read`);
  }
  const hosts: AllowedHost[] = [];
  const ranges: AllowedRange[] = [];
  for (const raw of entries) {
    const entry = raw.trim();
    if (entry === '') continue;
    if (/^[^/]+\/\d{1,3}$/.test(entry)) ranges.push(rangeOf(entry));
    else readHost(entry, hosts, ranges);
  }
  return { hosts, ranges };
}

/** True where an entry names this host, with no port or with this one. */
export function allowsHost(allow: AllowList, target: Target): boolean {
  return allow.hosts.some((entry) => matchesHost(entry, target) && fits(entry.port, target.port));
}

/** True where an entry covers the address, with no port or with this one. */
export function allowsAddress(
  allow: AllowList,
  address: ipaddr.IPv4 | ipaddr.IPv6,
  port: number,
): boolean {
  return allow.ranges.some((range) => covers(range, address) && fits(range.port, port));
}

/** True where an entry names this very port with the host or the address. */
export function allowsPort(allow: AllowList, target: Target): boolean {
  const address = isIP(target.host) === 0 ? undefined : ipaddr.parse(target.host);
  return (
    allow.hosts.some((entry) => entry.port === target.port && matchesHost(entry, target)) ||
    (address !== undefined &&
      allow.ranges.some((range) => range.port === target.port && covers(range, address)))
  );
}

function fits(port: number | undefined, actual: number): boolean {
  return port === undefined || port === actual;
}

function matchesHost(entry: AllowedHost, target: Target): boolean {
  return entry.below ? target.host.endsWith(`.${entry.name}`) : target.host === entry.name;
}

function covers(range: AllowedRange, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return range.base.kind() === address.kind() && address.match(range.base, range.bits);
}

function rangeOf(entry: string): AllowedRange {
  try {
    const [base, bits] = ipaddr.parseCIDR(entry);
    if (isIP(entry.slice(0, entry.indexOf('/'))) === 0) throw new Error('an odd spelling');
    return { base, bits, port: undefined };
  } catch (cause) {
    throw invalidEntry(entry, 'is not an address range such as 10.1.0.0/16', cause);
  }
}

function readHost(entry: string, hosts: AllowedHost[], ranges: AllowedRange[]): void {
  const below = entry.startsWith('*.');
  const authority = below ? entry.slice(2) : entry;
  const { host, port } = splitPort(entry, isIP(authority) === 6 ? `[${authority}]` : authority);
  if (isIP(host) === 0) {
    hosts.push({ name: host, below, port });
    return;
  }
  if (below) throw invalidEntry(entry, 'puts *. before an address');
  const base = ipaddr.parse(host);
  ranges.push({ base, bits: base.kind() === 'ipv4' ? 32 : 128, port });
}

/** Host and port through the URL parser, so that an entry is spelled as the guard will see it. */
function splitPort(entry: string, authority: string): { host: string; port: number | undefined } {
  const written = /^(?:\[[^\]]+\]|[^:[\]/@?#\\*\s]+)(?::(\d{1,5}))?$/.exec(authority);
  const text = `http://${authority}`;
  const hostname = written !== null && URL.canParse(text) ? new URL(text).hostname : '';
  if (written === null || hostname === '') {
    throw invalidEntry(entry, 'is neither a host, host:port, *.domain nor an address range');
  }
  const port = written[1] === undefined ? undefined : Number(written[1]);
  if (port === 0) throw invalidEntry(entry, 'has port 0');
  return { host: plainHost(hostname), port };
}

/** A URL's hostname without brackets and without the final dots of a fully qualified name. */
export function plainHost(hostname: string): string {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return hostname.replace(/\.+$/, '');
}

function invalidEntry(entry: string, problem: string, cause?: unknown): AppError {
  return new AppError('SETTINGS_INVALID', {
    message: `EGRESS_ALLOW: ${entry === '' ? 'the list' : `"${entry}"`} ${problem}`,
    remedy: 'List hosts, host:port, *.domain or ranges such as 10.1.0.0/16, without http://.',
    cause,
  });
}
