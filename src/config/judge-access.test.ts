import { describe, expect, it } from 'vitest';
import { judgeAccess } from './judge-access.ts';
import { loadSettings } from './load.ts';

/** What is said of a server with these settings: weight and beginning of each message. */
function said(environment: Readonly<Record<string, string>>): readonly string[] {
  const loaded = loadSettings({ cwd: '/nowhere', environment, readFile: () => undefined });
  return judgeAccess(loaded).map(({ weight, problem }) => `${weight}: ${problem.message}`);
}

describe('what the settings of the doors are said to be', () => {
  it('nothing is wrong with the defaults', () => {
    expect(said({})).toEqual([]);
  });

  it.each([
    [{ CORS_ORIGINS: '*' }, 'production: CORS_ORIGINS has *'],
    [{ CORS_ORIGINS: 'http://app.example.com' }, 'warning: CORS_ORIGINS has an origin with http'],
    [{ CORS_ORIGINS: 'http://localhost:3000' }, 'advice: CORS_ORIGINS has http://localhost:3000'],
    [
      { CORS_ORIGINS: 'http://localhost:3000', SLUICE_ENV: 'production' },
      'warning: CORS_ORIGINS has http://localhost:3000',
    ],
    [{ CORS_ORIGINS: 'https://APP.example.com' }, 'refused: CORS_ORIGINS has an entry that no'],
    [{ CORS_ORIGINS: 'https://app.example.com:443' }, 'refused: CORS_ORIGINS has an entry that no'],
    [{ IP_WHITELIST: '10.0.0.0/33' }, 'refused: IP_WHITELIST has "10.0.0.0/33"'],
    [{ IP_WHITELIST: '10.1' }, 'refused: IP_WHITELIST has "10.1"'],
    [{ TRUSTED_PROXIES: '::/0' }, 'production: TRUSTED_PROXIES trusts every address'],
    [{ ENABLE_IP_WHITELIST: 'true' }, 'refused: ENABLE_IP_WHITELIST is on, and IP_WHITELIST is'],
    [{ IP_WHITELIST: '10.0.0.0/8' }, 'warning: IP_WHITELIST is set, and ENABLE_IP_WHITELIST'],
    [{ ADMIN_PASSWORD: 'plain-text-password' }, 'warning: ADMIN_PASSWORD holds the password'],
    [{ ADMIN_PASSWORD: 'short' }, 'refused: ADMIN_PASSWORD has 5 bytes'],
    [{ ADMIN_PASSWORD: 'x'.repeat(73) }, 'refused: ADMIN_PASSWORD has 73 bytes'],
    [{ ADMIN_PASSWORD: '$2b$12$abc' }, 'refused: ADMIN_PASSWORD begins like a bcrypt hash'],
    [{ BCRYPT_ROUNDS: '11' }, 'warning: BCRYPT_ROUNDS is 11'],
    [{ BCRYPT_ROUNDS: '9' }, 'production: BCRYPT_ROUNDS is 9'],
    [{ ENABLE_RATE_LIMITING: 'false' }, 'warning: ENABLE_RATE_LIMITING is off'],
    [{ ENABLE_AUDIT_LOGGING: 'false' }, 'warning: ENABLE_AUDIT_LOGGING is off'],
  ])('%o', (environment, beginning) => {
    expect(said(environment)).toContainEqual(expect.stringContaining(beginning));
  });

  it.each([
    { CORS_ORIGINS: 'https://app.example.com,https://admin.example.com:8443' },
    { ENABLE_IP_WHITELIST: 'true', IP_WHITELIST: '10.0.0.0/8,192.168.0.0/16,203.0.113.7/32' },
    { ENABLE_IP_WHITELIST: 'true', IP_WHITELIST: '2001:db8::/32,::1' },
    { ADMIN_PASSWORD: `$2b$12$${'a'.repeat(53)}` },
    { BCRYPT_ROUNDS: '13' },
  ])('%o: nothing', (environment) => {
    expect(said(environment)).toEqual([]);
  });

  it('repeats no password', () => {
    const text = said({ ADMIN_PASSWORD: 'hunter2-hunter2' }).join();
    expect(text).not.toContain('hunter2');
  });
});
