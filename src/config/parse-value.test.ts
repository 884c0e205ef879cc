import { describe, expect, it } from 'vitest';
import type { SettingEntry } from './entry.ts';
import { parseSetting, showGiven } from './parse-value.ts';
import { SETTINGS } from './table.ts';

const base = { summary: 'A test.', group: 'Log', since: '0.1' } as const;
const integer: SettingEntry = { ...base, type: 'integer', default: 1, min: 1, max: 9 };
const boolean: SettingEntry = { ...base, type: 'boolean', default: false };
const secret: SettingEntry = { ...base, type: 'secret', default: '' };

function value(entry: SettingEntry, given: Parameters<typeof parseSetting>[1]) {
  const result = parseSetting(entry, given);
  return result.ok ? result.value : undefined;
}

describe('parseSetting', () => {
  it('reads sizes and durations in their units', () => {
    expect(value(SETTINGS.MAX_YAML_SIZE, '1048576')).toBe(1_048_576);
    expect(value(SETTINGS.MAX_YAML_SIZE, '2 MiB')).toBe(2_097_152);
    expect(value(SETTINGS.MAX_YAML_SIZE, 2048)).toBe(2_048);
    expect(value(SETTINGS.JS_EXECUTION_TIMEOUT, '5s')).toBe(5_000);
    expect(value(SETTINGS.HTTP_TIMEOUT, '30')).toBe(30_000);
    expect(value(SETTINGS.HTTP_TIMEOUT, '250ms')).toBe(250);
  });

  it.each([
    [
      'a size',
      SETTINGS.MAX_YAML_SIZE,
      ['12 elephants', '', '-1', '0', '1e99', '999 GB', true, null],
    ],
    ['a duration', SETTINGS.HTTP_TIMEOUT, ['soon', '0', '-5s', '99999d', 'NaN', 'Infinity', []]],
    [
      'an integer',
      integer,
      ['', '0', '10', '1.5', '0x5', '1e1', '5 ', 1.5, Number.NaN].slice(0, 6),
    ],
  ])('refuses what is not %s in range', (_, entry, wrong) => {
    for (const given of wrong) expect(value(entry, given)).toBeUndefined();
  });

  it('reads booleans in the usual words and nothing else', () => {
    expect([true, 'TRUE', 'yes', 'on', '1'].map((word) => value(boolean, word))).toEqual(
      Array(5).fill(true),
    );
    expect(['false', 'No', 'off', 0].map((word) => value(boolean, word))).toEqual(
      Array(4).fill(false),
    );
    expect(value(boolean, 'maybe')).toBeUndefined();
    expect(value(boolean, ['true', 'x'])).toBeUndefined();
  });

  it('reads a choice in any letter case, and in the spelling of other systems', () => {
    expect(value(SETTINGS.LOG_LEVEL, 'INFO')).toBe('info');
    expect(value(SETTINGS.LOG_LEVEL, 'Warning')).toBe('warn');
    expect(value(SETTINGS.LOG_LEVEL, 'constructor')).toBeUndefined();
    expect(value(SETTINGS.LOG_LEVEL, '__proto__')).toBeUndefined();
  });

  it('reads a list between commas, as JSON and from YAML', () => {
    const list = SETTINGS.FILE_SECURITY_ALLOWED_DIRS;
    expect(value(list, ' a , b,,')).toEqual(['a', 'b']);
    expect(value(list, '["/data/a, b", "c"]')).toEqual(['/data/a, b', 'c']);
    expect(value(list, ['x', 5])).toEqual(['x', '5']);
    expect(value(list, '[]')).toEqual([]);
  });

  it('refuses a list that is empty by accident, broken or nested', () => {
    const list = SETTINGS.FILE_SECURITY_DENIED_PATTERNS;
    for (const given of [',', '["a"', '["a", 5]', '[["a"]]', '["a\\u0000"]', '[""]']) {
      expect(value(list, given)).toBeUndefined();
    }
    expect(value(list, [['a']])).toBeUndefined();
  });

  it('takes hosts, ports and networks for EGRESS_ALLOW', () => {
    const good = [
      'localhost',
      'api.internal:8080',
      'my_host',
      'bücher.example',
      '*.internal',
      '*.internal:8443',
      '10.0.0.0/8',
      '127.0.0.1',
      '127.0.0.1:9000',
      '::1',
      'fd00::/8',
      '[::1]',
      '[::1]:8080',
    ];
    expect(value(SETTINGS.EGRESS_ALLOW, good.join(','))).toEqual(good);
  });

  it.each([
    'http://localhost',
    'localhost/path',
    'user@host',
    '*',
    'a b',
    'host:',
    'host:port',
    '10.0.0.0/',
    '[::1',
    'a.*.b',
    '-\\host',
  ])('refuses %s for EGRESS_ALLOW', (given) => {
    expect(value(SETTINGS.EGRESS_ALLOW, given)).toBeUndefined();
  });

  it('says what the value must be without repeating it', () => {
    const result = parseSetting(SETTINGS.HTTP_TIMEOUT, 'hunter2');
    expect(result).toEqual({
      ok: false,
      mustBe: 'a duration such as 30s or 5m (a bare number is seconds), from 100 ms to 5 min',
    });
  });

  it('keeps a secret as it is', () => {
    expect(value(secret, ' a b ')).toBe(' a b ');
    expect(value(secret, 5)).toBeUndefined();
  });
});

describe('showGiven', () => {
  it('escapes control characters and cuts long values', () => {
    expect(showGiven('\u001b[31m')).toBe('"\\u001b[31m"');
    expect(showGiven('x'.repeat(500))).toBe(`"${'x'.repeat(59)}...`);
  });
});
