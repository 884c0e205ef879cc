import { describe, expect, it } from 'vitest';
import { isOwnOrigin } from './origin.ts';

describe('the origin of a WebSocket', () => {
  it.each([
    ['a program', undefined, 'a.example'],
    ['a page of the host', 'https://a.example', 'a.example'],
    ['a page of the host and port', 'http://a.example:8080', 'a.example:8080'],
    ['letter case', 'https://A.example', 'a.EXAMPLE'],
    ['a port that goes without saying', 'https://a.example:443', 'a.example'],
    ['an address of IPv6', 'http://[::1]:80', '[::1]'],
  ])('takes %s', (_what, origin, host) => {
    expect(isOwnOrigin(origin, host)).toBe(true);
  });

  it.each([
    ['a page of another host', 'https://evil.example', 'a.example'],
    ['a host that begins alike', 'https://a.example.evil.example', 'a.example'],
    ['a host that ends alike', 'https://evila.example', 'a.example'],
    ['another port', 'https://a.example:444', 'a.example'],
    ['no origin that a browser would name', 'null', 'a.example'],
    ['an empty one', '', 'a.example'],
    ['a file', 'file:///etc', ''],
    ['an extension', 'chrome-extension://a.example', 'a.example'],
    ['two origins', 'https://a.example, https://evil.example', 'a.example'],
    ['a name before the host', 'https://a.example@evil.example', 'a.example'],
    ['a request without a host', 'https://a.example', undefined],
    ['a host that is no host', 'https://a.example', 'a.example/x@'],
  ])('refuses %s', (_what, origin, host) => {
    expect(isOwnOrigin(origin, host)).toBe(false);
  });
});
