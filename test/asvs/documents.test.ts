// ASVS 5.0 V6.1.1 and V7.1.1: the numbers of the documents are those that the server goes by.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACCESS_LIMITS, RATE_LIMITS } from '../../src/base/index.ts';

const accounts = readFileSync(new URL('../../docs/accounts.md', import.meta.url), 'utf8').replace(
  /\s+/g,
  ' ',
);
const settings = readFileSync(new URL('../../docs/reference/settings.md', import.meta.url), 'utf8');
const section = (name: string) => settings.split(`### ${name}\n`)[1]?.split('\n### ')[0] ?? '';

const MINUTE = 60_000;

describe('the documents', () => {
  it('say how often and after what a name must wait, as it is', () => {
    expect(RATE_LIMITS['sign-in']).toEqual({ amount: 5, windowMs: MINUTE });
    expect(accounts).toContain('Five sign-ins a minute an address and five a name');
    const { failuresFree, failureWaitMs, failureWaitMsMax } = ACCESS_LIMITS;
    expect([failuresFree, failureWaitMs, failureWaitMsMax]).toEqual([5, 30_000, 15 * MINUTE]);
    expect(accounts).toContain('five failures in a row a name waits 30 s');
    expect(accounts).toContain('at most 15 minutes');
    expect(accounts).toContain('strangers cannot shut the owner out');
  });

  it('say how long sessions, tokens and one-time tokens are good, as it is', () => {
    const { accessTokenMinutes, refreshTokenDays, resetTokenMs, ticketMs } = ACCESS_LIMITS;
    expect([accessTokenMinutes, refreshTokenDays]).toEqual([30, 30]);
    expect([resetTokenMs, ticketMs]).toEqual([60 * MINUTE, 30_000]);
    expect(accounts).toContain('The access token (30 minutes)');
    expect(accounts).toContain('The refresh token (30 days)');
    expect(accounts).toContain('good for an hour');
    expect(accounts).toContain('after SESSION_IDLE_TIMEOUT without use');
    expect(section('SESSION_IDLE_TIMEOUT')).toMatch(/Default: .*7 d/);
    expect(section('REFRESH_TOKEN_EXPIRE_DAYS')).toMatch(/30/);
  });

  it('say how long a password must and may be, as it is', () => {
    const { passwordBytesLeast, passwordBytes } = ACCESS_LIMITS;
    expect([passwordBytesLeast, passwordBytes]).toEqual([8, 72]);
    expect(accounts).toContain('8 to 72 bytes in UTF-8');
  });
});
