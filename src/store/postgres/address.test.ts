import { expect, test } from 'vitest';
import { readAddress } from './address.ts';

const read = (url: string) => readAddress(url, 'DATABASE_URL');

test('reads every part of a URL', () => {
  const url =
    'postgresql://us%40er:p%23a%25%2Fss@db.example:6432/th%20ings' + // not-a-secret
    '?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem' +
    '&application_name=mine&channel_binding=prefer';
  expect(read(url)).toEqual({
    name: 'DATABASE_URL',
    host: 'db.example',
    port: 6432,
    user: 'us@er',
    password: 'p#a%/ss',
    database: 'th ings',
    channelBinding: true,
    applicationName: 'mine',
    ssl: { mode: 'verify-full', rootCertFile: '/ca.pem', certFile: '/c.pem', keyFile: '/k.pem' },
  });
});

test('fills in what is left out, and takes an IPv6 address', () => {
  expect(read('postgres://user@[::1]/things')).toEqual({
    name: 'DATABASE_URL',
    host: '::1',
    port: 5432,
    user: 'user',
    database: 'things',
    channelBinding: false,
    ssl: {},
  });
});

test('takes the stricter of two modes', () => {
  const modeOf = (inUrl: string, mode: 'disable' | 'require' | 'verify-full') =>
    readAddress(`postgres://u@h/d?sslmode=${inUrl}`, 'DATABASE_URL', { mode }).ssl.mode;
  expect(modeOf('disable', 'require')).toBe('require');
  expect(modeOf('verify-ca', 'require')).toBe('verify-ca');
  expect(modeOf('require', 'verify-full')).toBe('verify-full');
});

test('refuses what is no address of one server, and never shows the password', () => {
  for (const shape of [
    '',
    'hunter2secret',
    'mysql://LOGIN@host/things',
    'postgres://LOGIN@/things',
    'postgres://LOGIN@one,two/things',
    'postgres://LOGIN@host:99999/things',
    'postgres://:SECRET@host/things',
    'postgres://LOGIN@host',
    'postgres://LOGIN@host/',
    'postgres://LOGIN%zz@host/things',
    'postgres://LOGIN#@host/things',
    'postgres://LOGIN@host/things#part',
    'postgres://LOGIN@host/things?sslmode=',
    'postgres://LOGIN@host/things?sslmode=require&sslmode=disable',
    'postgres://LOGIN@host/things?password=hunter2secret',
    'postgres://LOGIN@host/things?host=/var/run',
    'postgres://LOGIN@host/things?options=-c%20x=y',
    'postgres://LOGIN@host/things?channel_binding=require',
  ]) {
    const url = shape.replace('LOGIN', 'user:hunter2secret').replace('SECRET', 'hunter2secret');
    let thrown: unknown;
    try {
      read(url);
    } catch (error) {
      thrown = error;
    }
    expect([url, thrown]).toMatchObject([url, { code: 'STORE_SETUP' }]);
    const { message, remedy, cause } = thrown as Error & { remedy: string };
    expect(`${message} ${remedy} ${String(cause)}`).not.toContain('hunter2secret');
  }
});
