import { describe, expect, it } from 'vitest';
import { isPlainOverNetwork, parseServerUrl } from './server-url.ts';

const parse = (text: string) => parseServerUrl(text, '--server');

describe('parseServerUrl', () => {
  it.each([
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['http://127.0.0.1:8000/', 'http://127.0.0.1:8000'],
    [' https://Example.ORG/sluice// ', 'https://example.org/sluice'],
    ['localhost:8000', 'http://localhost:8000'],
    ['[::1]:8000', 'http://[::1]:8000'],
    ['example.org', 'https://example.org'],
    ['example.org:8443', 'https://example.org:8443'],
  ])('reads %s', (text, url) => expect(parse(text)).toBe(url));

  it.each([
    '',
    'ftp://example.org',
    'file:///etc/passwd',
    'http://',
    'https://a b',
    'https://example.org/?key=x',
    'https://example.org/#x',
    'https://example.org\\@evil.example',
  ])('refuses %s', (text) => {
    expect(() => parse(text)).toThrow("the server's address in --server");
  });

  it('refuses a password in the address and does not repeat it', () => {
    expect(() => parse('https://me:hunter2@example.org')).toThrow('holds a name or password');
    expect(() => parse('https://me:hunter2@example.org')).not.toThrow('hunter2');
  });
});

describe('isPlainOverNetwork', () => {
  it.each([
    ['http://example.org', true],
    ['http://192.168.1.9:8000', true],
    ['http://127.0.0.1.evil.example', true],
    ['http://localhost.evil.example', true],
    ['https://example.org', false],
    ['http://127.0.0.1:8000', false],
    ['http://localhost', false],
    ['http://[::1]:8000', false],
  ])('%s: %s', (url, isPlain) => expect(isPlainOverNetwork(url)).toBe(isPlain));
});
