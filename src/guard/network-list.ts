/**
 * Threat: an address passes for one of a listed network by how it is written: IPv4 inside IPv6, a
 * zone, octal digits, leading zeros (CVE-2021-28918; claims G5.262 to G5.264). Both sides are read
 * into numbers, one spelling each, before they are compared; what cannot be read is in no network.
 */
import ipaddr from 'ipaddr.js';
import { ACCESS_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';

export interface Networks {
  /** False for what is no address. */
  contains(address: string): boolean;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Reads addresses and CIDR ranges, such as `203.0.113.7`, `10.0.0.0/8` and `2001:db8::/32`. Errors:
 * SETTINGS_INVALID, naming the first that is neither.
 */
export function parseNetworks(texts: readonly string[]): Networks {
  if (texts.length > ACCESS_LIMITS.listItems) {
    throw invalid(`a list of networks has more than ${ACCESS_LIMITS.listItems} entries`);
  }
  const ranges = texts.map((text) => {
    const range = rangeOf(text);
    if (range === undefined) {
      throw invalid(`"${text.slice(0, 50)}" is no address and no CIDR range`);
    }
    return range;
  });
  return {
    contains: (text) => {
      const address = ranges.length === 0 ? undefined : readAddress(text);
      if (address === undefined) return false;
      return ranges.some(
        ({ base, bits }) => base.kind() === address.kind() && address.match(base, bits),
      );
    },
  };
}

/** Whether a text is an address or a CIDR range that `parseNetworks` takes. */
export function isNetwork(text: string): boolean {
  return rangeOf(text) !== undefined;
}

/** The one spelling of an address; undefined for what is none. IPv4 in IPv6 becomes IPv4. */
export function plainAddress(text: string): string | undefined {
  const known = asPeersAre(text);
  return known ?? readAddress(text)?.toString();
}

/**
 * Who is limited together: an IPv4 address, or the /64 of an IPv6 one, of which anybody has as many
 * addresses as they like. What is no address is itself.
 */
export function limitedAddress(text: string): string {
  const known = asPeersAre(text);
  if (known !== undefined) return known;
  const address = readAddress(text);
  if (address === undefined) return text;
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const PEER = new RegExp(`^(?:::ffff:)?(${BYTE}(?:\\.${BYTE}){3})$`);

/** IPv4 as the system writes it for most connections: each request asks, so without the library. */
function asPeersAre(text: string): string | undefined {
  return PEER.exec(text)?.[1];
}

const ADDRESS_CHARACTERS = 64;

function readAddress(text: string): Address | undefined {
  if (text.length > ADDRESS_CHARACTERS) return undefined;
  const [plain = ''] = text.split('%', 1);
  // The library also takes 10.1, octal and hexadecimal digits; and throws inside for what is none.
  if (!plain.includes(':')) {
    return ipaddr.IPv4.isValidFourPartDecimal(plain) ? ipaddr.IPv4.parse(plain) : undefined;
  }
  // It takes ::10.1.2.3, a form that nobody sends any more, for ::ffff:10.1.2.3.
  if (/^::\d+\./.test(plain)) return undefined;
  return ipaddr.IPv6.isValid(plain) ? unmapped(ipaddr.IPv6.parse(plain)) : undefined;
}

function unmapped(address: ipaddr.IPv6): Address {
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

const MAPPED_BITS = 96;

function rangeOf(text: string): { readonly base: Address; readonly bits: number } | undefined {
  const found = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text);
  if (found === null) return undefined;
  const [, host = '', written] = found;
  const base = readAddress(host);
  if (base === undefined) return undefined;
  const isMapped = host.includes(':') && base.kind() === 'ipv4';
  const most = base.kind() === 'ipv4' ? 32 : 128;
  const bits = written === undefined ? most : Number(written) - (isMapped ? MAPPED_BITS : 0);
  return bits < 0 || bits > most ? undefined : { base, bits };
}

function invalid(message: string): AppError {
  return new AppError('SETTINGS_INVALID', {
    message,
    remedy: 'Write for example 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32.',
  });
}
