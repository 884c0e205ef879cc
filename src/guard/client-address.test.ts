import { describe, expect, it } from 'vitest';
import { openClientAddress } from './client-address.ts';

const clientOf = openClientAddress({ trustedProxies: ['10.0.0.0/8', '2001:db8::1'] });
const forwarded = (value: string) => ({ 'x-forwarded-for': value });

describe('what a peer says that is no proxy of ours', () => {
  it.each([
    { 'x-forwarded-for': '10.0.0.1' },
    { 'x-forwarded-proto': 'https' },
    { forwarded: 'for=10.0.0.1;proto=https' },
    { 'x-real-ip': '10.0.0.1', 'client-ip': '10.0.0.1', 'true-client-ip': '10.0.0.1' },
  ])('is not believed: %j', (headers) => {
    expect(clientOf('198.51.100.9', headers)).toEqual({
      address: '198.51.100.9',
      isHttps: undefined,
      isBehindProxy: false,
    });
  });

  it('is not believed by anybody where no proxy is listed', () => {
    const alone = openClientAddress({ trustedProxies: [] });
    expect(alone('10.0.0.1', forwarded('192.0.2.1')).address).toBe('10.0.0.1');
  });
});

describe('what a proxy of ours says', () => {
  it.each([
    ['the client', '192.0.2.1', '192.0.2.1'],
    ['a client that says it is another', '203.0.113.1, 192.0.2.1', '192.0.2.1'],
    ['a client that says it is a proxy', '10.9.9.9, 192.0.2.1', '192.0.2.1'],
    ['a chain of our own', '192.0.2.1, 10.0.0.3, 10.0.0.2', '192.0.2.1'],
    ['a client behind a stranger’s proxy', '192.0.2.1, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['IPv4 in IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
    ['a port', '192.0.2.1:4711', '192.0.2.1'],
    ['IPv6 in brackets', '[2001:db8::5]:4711', '2001:db8::5'],
    ['a zone', 'fe80::1%eth0', 'fe80::1'],
    ['no client at all', '', '10.0.0.1'],
    ['garbage', '<script>', '10.0.0.1'],
    ['garbage before a good one', 'unknown, 192.0.2.1', '192.0.2.1'],
    ['garbage behind a good one', '192.0.2.1, unknown', '10.0.0.1'],
    ['garbage behind a proxy', '192.0.2.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['an odd spelling', '0300.0.2.1', '10.0.0.1'],
    ['proxies alone', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ])('is believed as far as it is known: %s', (_what, header, address) => {
    expect(clientOf('10.0.0.1', forwarded(header)).address).toBe(address);
  });

  it('is looked at for 50 hops and no more', () => {
    const hops = Array.from({ length: 60 }, () => '10.0.0.2');
    const found = clientOf('::ffff:10.0.0.1', forwarded(['192.0.2.1', ...hops].join(',')));
    expect(found).toEqual({ address: '10.0.0.2', isHttps: undefined, isBehindProxy: true });
  });

  it.each([
    ['https', true],
    ['HTTPS', true],
    ['http', false],
    ['https, http', false],
    ['wss', true],
    ['ws', false],
    ['ftp', undefined],
    ['', undefined],
  ])('tells the scheme by the nearest hop: %j', (scheme, isHttps) => {
    expect(clientOf('2001:db8::1', { 'x-forwarded-proto': scheme }).isHttps).toBe(isHttps);
  });
});
