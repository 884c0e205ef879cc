/** Groups of IPv6 that make a network of 48 bits. */
const GROUPS = 3;

/**
 * The network of an address, as keys are watched by: /24 of IPv4, /48 of IPv6, an IPv4-mapped one
 * as the IPv4 that it is. Undefined for what is no address. The address comes from a socket or a
 * judged proxy header, so only its form is looked at.
 */
export function networkOf(address: string): string | undefined {
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.split('%')[0] ?? '';
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(plain)) {
    return `${plain.split('.').slice(0, GROUPS).join('.')}.0/24`;
  }
  if (!/^[0-9a-f:]+(?:\d+\.\d+\.\d+\.\d+)?$/i.test(plain) || !plain.includes(':')) return undefined;
  return `${firstGroups(plain).join(':')}::/48`;
}

/** Without leading zeros; `::` stands for as many groups of zeros as are missing. */
function firstGroups(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  return all.slice(0, GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
}
