/**
 * Threat: somebody says with a header that they are somebody else, so as to pass a list of
 * addresses, to be limited as many, or to have another blamed in the records (ASVS 5.0 V4.1.3;
 * claims G1.054, G5.264). Only what a listed proxy wrote is believed, from the last hop backwards;
 * the first address that is no proxy of ours is the client, whatever stands before it.
 */
import { parseNetworks, plainAddress } from './network-list.ts';

export interface Client {
  /** In one spelling; the peer's own text where that is no address, such as of a local socket. */
  readonly address: string;
  /** Whether the client spoke HTTPS; undefined where no trusted proxy says so. */
  readonly isHttps: boolean | undefined;
  readonly isBehindProxy: boolean;
}

/** By lower-case names; several of one name joined by commas, as Node does. */
export type ProxyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Says who a request comes from, by its peer and what proxies wrote. Never throws. */
export type ClientAddress = (peer: string, headers: ProxyHeaders) => Client;

/** Later hops are not looked at. */
const HOPS_MAX = 50;

/** Errors: SETTINGS_INVALID for what is no network. */
export function openClientAddress(options: {
  readonly trustedProxies: readonly string[];
}): ClientAddress {
  const proxies = parseNetworks(options.trustedProxies);
  const isAny = options.trustedProxies.length > 0;
  return (peer, headers) => {
    const own = plainAddress(peer) ?? peer;
    if (!isAny || !proxies.contains(own)) {
      return { address: own, isHttps: undefined, isBehindProxy: false };
    }
    let address = own;
    for (const hop of lastOf(headers['x-forwarded-for'])) {
      const plain = plainAddress(withoutPort(hop));
      // What a proxy of ours could not have meant says nothing: the proxy itself is the nearest.
      if (plain === undefined) break;
      address = plain;
      if (!proxies.contains(plain)) break;
    }
    return { address, isHttps: schemeOf(headers['x-forwarded-proto']), isBehindProxy: true };
  };
}

/** The hops, the nearest first. */
function lastOf(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  const hops = (typeof header === 'string' ? header : header.join(',')).split(',');
  return hops
    .slice(-HOPS_MAX)
    .reverse()
    .map((hop) => hop.trim());
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(hop)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(hop)?.[1] ?? hop;
}

/** What the nearest proxy says, which is the last of them. */
function schemeOf(header: string | readonly string[] | undefined): boolean | undefined {
  const [nearest] = lastOf(header);
  if (nearest === undefined) return undefined;
  if (/^(?:https|wss)$/i.test(nearest)) return true;
  return /^(?:http|ws)$/i.test(nearest) ? false : undefined;
}
