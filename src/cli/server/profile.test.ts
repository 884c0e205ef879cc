import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors/index.ts';
import { parseKey, parseProfile, profileText } from './profile.ts';

const PROFILE = { server: 'https://a.example', apiKey: 'sluice_key' };
const FILE = { path: '/config/profile.json', text: profileText(PROFILE), mode: 0o600 };

describe('parseProfile', () => {
  it('gives back what was written', () => expect(parseProfile(FILE)).toEqual(PROFILE));

  it.each([0o640, 0o604, 0o620, 0o660, 0o666, 0o644, 0o601])('refuses the mode %o', (mode) => {
    let thrown: unknown;
    try {
      parseProfile({ ...FILE, mode });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    const { code, remedy, message } = thrown as AppError;
    expect(code).toBe('PROFILE_INVALID');
    expect(remedy).toContain('chmod 600 /config/profile.json');
    expect(message + remedy).not.toContain('sluice_key');
  });

  it.each([
    '',
    '[]',
    'null',
    'sluice_key',
    '{"server": "https://a.example"}',
    '{"server": 5, "apiKey": "sluice_key"}',
    '{"server": "https://a.example", "apiKey": "a\\nX-Evil: 1"}',
  ])('refuses %s and repeats nothing of it', (text) => {
    expect(() => parseProfile({ ...FILE, text })).toThrow('is not a profile');
    expect(() => parseProfile({ ...FILE, text })).not.toThrow('sluice_key');
  });
});

describe('parseKey', () => {
  it('takes a key with the line break of its file', () => {
    expect(parseKey('sluice_key\r\n', '--key-file')).toBe('sluice_key');
  });

  it('refuses what no header can carry, without repeating it', () => {
    for (const text of ['', ' \n', 'two words', 'two\nlines', 'schlüssel', 'x'.repeat(5_000)]) {
      expect(() => parseKey(text, '--key-file')).toThrow('the key from --key-file');
    }
    expect(() => parseKey('two words', '--key-file')).not.toThrow('two words');
  });
});
