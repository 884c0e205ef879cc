import { describe, expect, it } from 'vitest';
import { NOT_USED_YET } from './foreign-names.ts';
import { settingEntry, settingNames, spellings } from './names.ts';
import { parseSetting } from './parse-value.ts';

describe('the settings table', () => {
  it('gives no name to two settings', () => {
    const names = settingNames().flatMap((name) => [name, ...(settingEntry(name).aliases ?? [])]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('calls no name unused that it reads', () => {
    const exact = NOT_USED_YET.filter((name) => !name.endsWith('*'));
    expect(exact.filter((name) => spellings().has(name))).toEqual([]);
  });

  it.each(['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', 'sluice.internal', 'fd00::1', 'a_b'])(
    'takes HOST=%s',
    (host) => expect(parseSetting(settingEntry('HOST'), host).ok).toBe(true),
  );

  it.each([
    'http://localhost',
    'localhost/',
    'a b',
    '-a',
    'host:8000',
    '',
    `${':'.repeat(90_000)}!`,
  ])('refuses HOST=%.20s', (host) =>
    expect(parseSetting(settingEntry('HOST'), host).ok).toBe(false),
  );

  it.each([
    ['postgresql://ada:p@db/x', 'postgresql://ada:p@db/x'],
    ['postgres+psycopg2://ada@db', 'postgres://ada@db'],
    [' POSTGRESQL://db ', 'POSTGRESQL://db'],
    ['postgresql:///x?host=db', 'postgresql:///x?host=db'],
    ['postgresql:///x', undefined],
    ['sqlite+aiosqlite:///x.db', undefined],
    ['postgresql://ada:pa#ss@db/x', undefined],
    ['db:5432', undefined],
    ['', undefined],
  ])('reads DATABASE_URL=%s', (given, expected) => {
    const result = parseSetting(settingEntry('DATABASE_URL'), given);
    expect(result.ok ? result.value : undefined).toBe(expected);
  });
});
