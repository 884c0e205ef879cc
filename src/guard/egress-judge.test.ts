import { existsSync, readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { parseAllowList } from './egress-allow.ts';
import { judgeAddress, judgePort, judgeUrl } from './egress-judge.ts';

const CORPORA = process.env.CORPORA_DIR ?? '../shared/corpora';
const NOTHING = parseAllowList([]);

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return 'none';
}

describe('judgeAddress', () => {
  it.each([
    ['8.8.8.8'],
    ['93.184.216.34'],
    ['2606:2800:220:1::1'],
    ['::ffff:8.8.8.8'],
    ['64:ff9b::808:808'],
  ])('allows the public address %s', (address) => {
    expect(judgeAddress(address, NOTHING)).toBeUndefined();
  });

  it.each([
    ['loopback', '127.0.0.1', 'is an address of this machine itself (loopback)'],
    [
      'the far end of loopback',
      '127.255.255.254',
      'is an address of this machine itself (loopback)',
    ],
    ['IPv6 loopback', '::1', 'is an address of this machine itself (loopback)'],
    ['this network', '0.0.0.0', 'is the unspecified address, which means this machine'],
    [
      'cloud metadata',
      '169.254.169.254',
      'is a link-local address, where cloud metadata is served',
    ],
    ['IPv6 cloud metadata', 'fd00:ec2::254', 'is an address of the private network (unique local)'],
    ['IPv4-mapped loopback', '::ffff:7f00:1', 'is an address of this machine itself (loopback)'],
    [
      'IPv4-mapped metadata',
      '::ffff:169.254.169.254',
      'is a link-local address, where cloud metadata is served',
    ],
    ['IPv4-compatible loopback', '::7f00:1', 'is outside the global unicast addresses of IPv6'],
    ['NAT64 loopback', '64:ff9b::7f00:1', 'is an address of this machine itself (loopback)'],
    ['NAT64 private', '64:ff9b::a00:1', 'is an address of the private network'],
    ['6to4 loopback', '2002:7f00:1::', 'is a 6to4 address, which hides an IPv4 address'],
    [
      'IPv4-translated',
      '::ffff:0:7f00:1',
      'is an IPv4-translated address, which hides an IPv4 address',
    ],
    ['a zone', 'fe80::1%eth0', 'is a link-local address, where cloud metadata is served'],
    ['an unassigned IPv6 range', '4000::1', 'is outside the global unicast addresses of IPv6'],
    ['octal spelling', '0177.0.0.1', 'is not an IP address'],
    ['a decimal number', '2130706433', 'is not an IP address'],
    ['no text', '', 'is not an IP address'],
  ])('refuses %s', (_attack, address, words) => {
    expect(judgeAddress(address, NOTHING)).toBe(words);
  });

  const ranges = `${CORPORA}/ssrf/own-special-purpose-ranges.json`;
  it.skipIf(!existsSync(ranges))('refuses both ends of every special-purpose range', () => {
    const list = JSON.parse(readFileSync(ranges, 'utf8')) as { cidr: string }[];
    expect(list.length).toBeGreaterThan(30);
    for (const { cidr } of list) {
      const parser = cidr.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
      for (const address of [
        parser.networkAddressFromCIDR(cidr),
        parser.broadcastAddressFromCIDR(cidr),
      ]) {
        const text = address.toString();
        // A NAT64 or mapped address that ends in public bytes is judged by those.
        expect([cidr, text, judgeAddress(text, NOTHING) !== undefined]).toEqual([cidr, text, true]);
      }
    }
  });
});

describe('EGRESS_ALLOW', () => {
  const ask = (address: string, host: string, port: number, ...entries: string[]) =>
    judgeAddress(address, parseAllowList(entries), { host, port }) === undefined;

  it('opens loopback for the name localhost and for no other name', () => {
    expect(ask('127.0.0.1', 'localhost', 8080, 'localhost')).toBe(true);
    expect(ask('127.0.0.1', 'attacker.example', 8080, 'localhost')).toBe(false);
    expect(ask('127.0.0.1', '127.0.0.1', 8080, 'localhost')).toBe(false);
  });

  it('opens one port where the entry has one', () => {
    expect(ask('10.0.0.5', 'db.corp', 8080, 'db.corp:8080')).toBe(true);
    expect(ask('10.0.0.5', 'db.corp', 8081, 'db.corp:8080')).toBe(false);
  });

  it('opens the names below *.domain, not the domain and not its look-alikes', () => {
    expect(ask('10.0.0.5', 'a.b.corp.example', 80, '*.corp.example')).toBe(true);
    expect(ask('10.0.0.5', 'corp.example', 80, '*.corp.example')).toBe(false);
    expect(ask('10.0.0.5', 'evilcorp.example', 80, '*.corp.example')).toBe(false);
    expect(ask('10.0.0.5', 'corp.example.evil.test', 80, '*.corp.example')).toBe(false);
  });

  it('never opens metadata for a listed name; only for the listed address', () => {
    expect(ask('169.254.169.254', 'corp.example', 80, 'corp.example')).toBe(false);
    expect(ask('169.254.169.254', '169.254.169.254', 80, '169.254.169.254')).toBe(true);
  });

  it('opens a range for whatever name leads there, mapped spellings included', () => {
    expect(ask('10.1.2.3', 'x.example', 80, '10.1.0.0/16')).toBe(true);
    expect(ask('::ffff:10.1.2.3', 'x.example', 80, '10.1.0.0/16')).toBe(true);
    expect(ask('10.2.0.1', 'x.example', 80, '10.1.0.0/16')).toBe(false);
    expect(ask('fd12::1', 'x.example', 80, 'fd12::/16')).toBe(true);
    expect(ask('::1', '::1', 8080, '[::1]:8080')).toBe(true);
    expect(ask('::1', '::1', 8080, '::1')).toBe(true);
  });

  it.each([
    'http://localhost',
    'local host',
    'user@host',
    'host/path',
    'host:99999',
    'host:0',
    '*',
    '*.10.0.0.1',
    '10.0.0.0/33',
    '10.0/8',
    'a..b:x',
  ])('refuses the entry %s', (entry) => {
    expect(codeOf(() => parseAllowList([entry]))).toBe('SETTINGS_INVALID');
  });
});

describe('judgePort', () => {
  it('refuses mail, databases and remote shells, unless host and port are listed', () => {
    const target = { host: 'mail.example', port: 25 };
    expect(codeOf(() => judgePort(target, NOTHING))).toBe('EGRESS_REFUSED');
    expect(codeOf(() => judgePort(target, parseAllowList(['mail.example'])))).toBe(
      'EGRESS_REFUSED',
    );
    expect(codeOf(() => judgePort(target, parseAllowList(['mail.example:25'])))).toBe('none');
    const redis = { host: '10.0.0.1', port: 6379 };
    expect(codeOf(() => judgePort(redis, parseAllowList(['10.0.0.0/8'])))).toBe('EGRESS_REFUSED');
    expect(codeOf(() => judgePort(redis, parseAllowList(['10.0.0.1:6379'])))).toBe('none');
    expect(codeOf(() => judgePort({ host: 'api.example', port: 8443 }, NOTHING))).toBe('none');
  });
});

describe('judgeUrl', () => {
  it('reads host and port as they will be dialled', () => {
    expect(judgeUrl(' https://API.Example.com./v1?q=1#part ')).toMatchObject({
      host: 'api.example.com',
      port: 443,
    });
    expect(judgeUrl('http://[2606::1]:8080/').host).toBe('2606::1');
    expect(judgeUrl('https://a.example/x#part').url.href).toBe('https://a.example/x');
  });

  it.each([
    ['decimal', 'http://2130706433/'],
    ['octal', 'http://0177.0.0.1/'],
    ['hexadecimal', 'http://0x7f.1/'],
    ['short', 'http://127.1/'],
    ['full-width digits', 'http://１２７.０.０.１/'],
    ['circled digits', 'http://①②⑦.⓪.⓪.①/'],
    ['ideographic dots', 'http://127。0。0。1/'],
    ['percent-encoded', 'http://%31%32%37.0.0.1/'],
    ['no slashes', 'http:127.0.0.1/'],
    ['backslashes', 'http:\\\\127.0.0.1\\'],
    ['a fragment that hides', 'http://127.0.0.1:80#@example.com/'],
  ])('sees 127.0.0.1 through the %s spelling', (_spelling, url) => {
    expect(judgeUrl(url).host).toBe('127.0.0.1');
  });

  it.each([
    ['a file', 'file:///etc/passwd'],
    ['gopher', 'gopher://127.0.0.1:25/_HELO'],
    ['dict', 'dict://127.0.0.1:11211/stat'],
    ['ftp', 'ftp://127.0.0.1/'],
    ['data', 'data:text/plain,hello'],
    ['javascript', 'javascript:alert(1)'],
    ['jar', 'jar:http://127.0.0.1!/'],
    ['a user name', 'http://example.com@127.0.0.1/'],
    ['a password', 'http://a:b@example.com/'],
    ['a line break in the host', 'http://exam\nple.com/'],
    ['CRLF in the path', 'http://example.com/a\r\nHost: evil'],
    ['a NUL', 'http://example.com/\0'],
    ['no scheme', 'example.com/path'],
    ['a relative path', '/path'],
    ['no host', 'http://'],
    ['no text', ''],
    ['a bad port', 'http://example.com:99999/'],
    ['an address out of range', 'http://256.256.256.256/'],
    ['a very long text', `http://example.com/${'a'.repeat(20_000)}`],
  ])('refuses %s', (_attack, url) => {
    expect(codeOf(() => judgeUrl(url))).toBe('URL_INVALID');
  });

  it('shows no query and no credentials in its message', () => {
    expect(() => judgeUrl('ftps//host/x?token=hunter2')).toThrow(
      '"ftps//host/x" is not a full URL',
    );
    try {
      judgeUrl('http://user:hunter2@[bad/');
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
    }
  });
});
