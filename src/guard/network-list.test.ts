import { describe, expect, it } from 'vitest';
import { isNetwork, limitedAddress, parseNetworks, plainAddress } from './network-list.ts';

describe('a list of networks', () => {
  const listed = parseNetworks(['10.0.0.0/8', '192.168.0.0/16', '203.0.113.7/32', '2001:db8::/32']);

  it.each([
    '10.1.2.3',
    '192.168.255.255',
    '203.0.113.7',
    '::ffff:10.1.2.3',
    '::FFFF:a01:203',
    '2001:db8:ffff::1',
    '2001:0DB8::1%eth0',
  ])('holds %s', (address) => expect(listed.contains(address)).toBe(true));

  it.each([
    '11.0.0.1',
    '9.255.255.255',
    '192.169.0.1',
    '203.0.113.8',
    '203.0.113.6',
    '2001:db9::1',
    '::10.1.2.3',
    '::ffff:11.0.0.1',
    // What is no address in one spelling: octal, short, hexadecimal, whole numbers, leading zeros.
    '012.1.2.3',
    '010.1.2.3',
    '10.1',
    '0xa.1.2.3',
    '167838211',
    '10.1.2.3 ',
    ' 10.1.2.3',
    '10.1.2.3:80',
    '10.1.2.3/8',
    '10.1.2.3, 11.0.0.1',
    '',
    'localhost',
    'unknown',
    '10.1.2.3\0',
    'x'.repeat(1_000_000),
  ])('does not hold %j', (address) => expect(listed.contains(address)).toBe(false));

  it('reads IPv4 ranges that are written inside IPv6', () => {
    const mapped = parseNetworks(['::ffff:10.0.0.0/104']);
    expect(mapped.contains('10.255.0.1')).toBe(true);
    expect(mapped.contains('11.0.0.1')).toBe(false);
  });

  it('holds nothing where it is empty', () => {
    expect(parseNetworks([]).contains('127.0.0.1')).toBe(false);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0/8', '::/129', 'a', '', '/8', '*'])(
    'is refused with the entry %j, which it names',
    (entry) => {
      expect(isNetwork(entry)).toBe(false);
      expect(() => parseNetworks(['10.0.0.0/8', entry])).toThrow(`"${entry}"`);
    },
  );

  it('is refused with more entries than are read', () => {
    expect(() => parseNetworks(Array.from({ length: 501 }, () => '10.0.0.1'))).toThrow('500');
  });
});

describe('one spelling', () => {
  it('is given to each address', () => {
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('2001:0db8:0:0::1')).toBe('2001:db8::1');
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
    expect(plainAddress('nobody')).toBe(undefined);
  });

  it('limits an IPv4 address for itself, and a whole /64 of IPv6 together', () => {
    expect(limitedAddress('192.0.2.1')).toBe('192.0.2.1');
    expect(limitedAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(limitedAddress('2001:db8:1:2:aaaa::1')).toBe('2001:db8:1:2::/64');
    expect(limitedAddress('2001:db8:1:2:bbbb::2')).toBe('2001:db8:1:2::/64');
    expect(limitedAddress('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64');
    expect(limitedAddress('')).toBe('');
  });
});
