import { describe, expect, it } from 'vitest';
import { corsOf, isForeign } from './browser-origin.ts';

const APP = 'https://app.example.com';
const ADMIN = 'https://admin.example.com:8443';
const cors = corsOf({ origins: [APP, ADMIN], isProduction: true });
const ALLOW = 'access-control-allow-origin';

describe('CORS', () => {
  it.each([APP, ADMIN])('lets the listed origin %s in, with cookies', (origin) => {
    expect(cors.answer(origin)).toMatchObject({
      [ALLOW]: origin,
      'access-control-allow-credentials': 'true',
      vary: 'origin',
    });
    expect(cors.preflight(origin, ['GET', 'OPTIONS'])).toMatchObject({
      [ALLOW]: origin,
      'access-control-allow-methods': 'GET, OPTIONS',
      'access-control-max-age': '600',
    });
  });

  it.each([
    undefined,
    'null',
    '',
    '*',
    'https://app.example.com/',
    'https://app.example.com:443',
    'http://app.example.com',
    'https://app.example.com.evil.example',
    'https://evilapp.example.com',
    'https://app-example.com',
    'https://APP.example.com',
    'https://app.example.com, https://evil.example',
    'https://sub.app.example.com',
    'https://app.example.com@evil.example',
    'https://app.example.com\0',
  ])('gives %j no header but Vary', (origin) => {
    expect(cors.answer(origin)).toEqual({ vary: 'origin' });
    expect(cors.preflight(origin, ['GET'])).toEqual({ vary: 'origin' });
  });

  it('is closed without a list', () => {
    const closed = corsOf({ origins: [], isProduction: false });
    expect(closed.answer(APP)).toEqual({});
    expect(closed.preflight(APP, ['GET'])).toEqual({});
  });

  it('takes * in development alone, and never with cookies', () => {
    const open = corsOf({ origins: ['*'], isProduction: false });
    expect(open.answer('https://any.example')[ALLOW]).toBe('*');
    expect(open.answer('https://any.example')).not.toHaveProperty(
      'access-control-allow-credentials',
    );
    expect(open.answer('null')).toEqual({});
    expect(corsOf({ origins: ['*'], isProduction: true }).answer(APP)).toEqual({});
  });

  it('grants only the headers that the API reads', () => {
    const { 'access-control-allow-headers': allowed = '' } = cors.preflight(APP, ['GET']);
    expect(allowed.split(', ')).toEqual([
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'last-event-id',
      'x-api-key',
      'x-csrf-token',
      'x-request-id',
    ]);
  });
});

describe('a page', () => {
  const host = 'sluice.example.com';

  it.each([
    {},
    { origin: 'https://sluice.example.com' },
    { origin: 'http://sluice.example.com' },
    { origin: APP },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('of ours or no page at all is not foreign: %j', (headers) => {
    expect(isForeign({ ...headers, host }, [APP])).toBe(false);
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'https://sluice.example.com.evil.example' },
    { origin: 'https://evil.example/sluice.example.com' },
    { origin: 'https://x@sluice.example.com' },
    { origin: 'https://sluice.example.com/' },
    { origin: 'https://sluice.example.com:8443' },
    { origin: 'https://sub.sluice.example.com' },
    { origin: 'file://sluice.example.com' },
    { origin: '*' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': ['none', 'cross-site'] },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
  ])('of another origin is foreign: %j', (headers) => {
    expect(isForeign({ ...headers, host }, [APP, '*'])).toBe(true);
  });

  it.each([undefined, '', 'sluice.example.com/x', 'a@b', 'a b'])(
    'is foreign where the host is %j',
    (odd) => {
      expect(isForeign({ origin: 'https://sluice.example.com', host: odd }, [])).toBe(true);
    },
  );
});
