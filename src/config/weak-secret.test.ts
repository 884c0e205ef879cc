import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeKey, weaknessOf, weaknessOfKey } from './weak-secret.ts';

/** Random-looking, and the same in every run. */
const digest = (seed: number) => createHash('sha256').update(`seed ${seed}`).digest();

describe('weaknessOf', () => {
  it('takes random secrets of 32 characters and more, in every usual spelling', () => {
    const refused = [];
    for (let seed = 0; seed < 5_000; seed += 1) {
      const bytes = digest(seed);
      const spellings = [
        bytes.toString('hex'),
        bytes.toString('base64'),
        bytes.toString('base64url'),
        bytes.toString('hex').slice(0, 32),
        bytes.toString('base64url').slice(0, 32),
        `sluice_${bytes.toString('hex')}`,
      ];
      refused.push(...spellings.filter((text) => weaknessOf(text) !== undefined));
    }
    expect(refused).toEqual([]);
  });

  it('G1.004 refuses 31 characters and takes 32', () => {
    const text = digest(7).toString('hex');
    expect(weaknessOf(text.slice(0, 31))).toBe('has 31 characters, and a secret needs at least 32');
    expect(weaknessOf(text.slice(0, 32))).toBeUndefined();
  });

  it.each([
    'your-generated-secret-here',
    'your-secret-key-here',
    'your-jwt-signing-secret',
    'your-32-byte-encryption-key',
    'your_super_long_secret_key_for_tokens_2024',
    'change-me-in-production-change-me-in-production',
    'CHANGEME0123456789abcdefABCDEF9876543210',
    'replace-with-a-long-random-string-please',
    'django-insecure-8f3k2j1h4g5f6d7s8a9q0w1e2r3t4y5u',
    '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7', // not-a-secret
    '09D25E094FAA6CA2556C818166B7A9563B93F7099F6F0F4CAA6CF63B88E8D3E7', // not-a-secret
  ])('knows the example %s', (text) => {
    expect(weaknessOf(text)).toBe('is an example that stands in a guide');
  });

  it.each([
    '<generated-secret>',
    '<generate-strong-password>',
    '$(openssl rand -hex 32)',
    `$${'{JWT_SECRET_FROM_THE_VAULT_OF_THE_TEAM}'}`,
    '{{ vault.secrets.jwt_secret_key_of_production }}',
    '`openssl rand -base64 48 | tr -d newline`',
  ])('knows %s for something that nobody filled in', (text) => {
    expect(weaknessOf(text)).toBe('is a command or a variable that nothing expands here');
  });

  it.each([
    ['one character', 'a'.repeat(64), 'is made of very few different characters'],
    ['zeroes', '0'.repeat(64), 'is made of very few different characters'],
    ['a piece again and again', 'x7Kp2Qm9'.repeat(5), 'repeats itself'],
    ['a piece twice', 'x7Kp2Qm9vL4nTw8s'.repeat(2), 'repeats itself'],
    ['a cut repetition', 'x7Kp2Qm9vL4'.repeat(4).slice(0, 37), 'repeats itself'],
    ['the digits and letters', '0123456789abcdefghijklmnopqrstuvwxyz', WORDS_AND_SEQUENCES()],
    ['the letters backwards', 'zyxwvutsrqponmlkjihgfedcba9876543210', WORDS_AND_SEQUENCES()],
    ['words', 'my-super-secret-jwt-signing-key-2024!', WORDS_AND_SEQUENCES()],
    ['words in capitals', 'ThisIsTheSecretKeyForMyProductionApp', WORDS_AND_SEQUENCES()],
    ['a famous passphrase', 'correct horse battery staple correct', WORDS_AND_SEQUENCES()],
    ['rows of the keyboard', 'qwertyuiopasdfghjklzxcvbnm1234567890', WORDS_AND_SEQUENCES()],
    ['hex words', 'deadbeefcafebabefeedfacebaadf00d1234', WORDS_AND_SEQUENCES()],
    ['a blank at the end', `${digest(3).toString('hex')} `, 'begins or ends with a blank'],
    ['far too much', digest(3).toString('hex').repeat(99), 'has more than 4096 characters'],
  ])('refuses %s', (_, text, reason) => {
    expect(weaknessOf(text)).toBe(reason);
  });

  it('repeats nothing of the secret', () => {
    for (const text of ['hunter2hunter2', 'hunter2'.repeat(5), 'hunter2-password-secret-key-key']) {
      expect(weaknessOf(text)).not.toContain('hunter2');
    }
  });
});

describe('weaknessOfKey', () => {
  const bytes = digest(11);

  it('G4.209 takes 32 bytes as hex, base64 and base64url, and gives the same bytes', () => {
    const spellings = [
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('base64').replace('=', ''),
    ];
    for (const text of spellings) {
      expect(weaknessOfKey(text)).toBeUndefined();
      expect(decodeKey(text)).toEqual(new Uint8Array(bytes));
    }
  });

  it.each([
    ['31 bytes', bytes.subarray(1).toString('hex')],
    ['33 bytes', `${bytes.toString('hex')}00`],
    ['31 bytes of base64', bytes.subarray(1).toString('base64')],
    ['32 characters as they are', bytes.toString('hex').slice(0, 32)],
    ['nothing', ''],
    ['hex with a blank', ` ${bytes.toString('hex').slice(1)}`],
  ])('refuses %s', (_, text) => {
    expect(weaknessOfKey(text)).toBe('is not 32 bytes, written as 64 hex digits or in base64');
  });

  it('sees through an encoding that hides words or zeroes', () => {
    const words = Buffer.from('my-secret-encryption-key-2024-01').toString('base64');
    expect(weaknessOfKey(words)).toBe(WORDS_AND_SEQUENCES());
    expect(weaknessOfKey(Buffer.alloc(32).toString('base64'))).toContain('few different bytes');
    expect(weaknessOfKey('your-32-byte-encryption-key')).toContain('example');
  });
});

function WORDS_AND_SEQUENCES(): string {
  return 'is made of words and sequences, which can be guessed';
}
