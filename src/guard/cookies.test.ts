import { describe, expect, it } from 'vitest';
import { clearCookie, cookieNames, readCookie, setCookie } from './cookies.ts';

describe('cookies of ours', () => {
  it('are httpOnly, of this site alone, and Secure with the prefixes that browsers enforce', () => {
    expect(setCookie({ which: 'access', isSecure: true }, 'a.b-c_1', 1_800_000)).toBe(
      '__Host-sluice-access=a.b-c_1; Path=/; Max-Age=1800; HttpOnly; SameSite=Strict; Secure',
    );
    expect(setCookie({ which: 'refresh', isSecure: true }, 'x', 2_592_000_999)).toBe(
      '__Secure-sluice-refresh=x; Path=/api/v1/auth; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure',
    );
    expect(setCookie({ which: 'access', isSecure: false }, 'x', 1_000)).toBe(
      'sluice-access=x; Path=/; Max-Age=1; HttpOnly; SameSite=Strict',
    );
  });

  it.each(['access', 'refresh'] as const)('go with the attributes they came with: %s', (which) => {
    const kind = { which, isSecure: true };
    const set = setCookie(kind, 'x', 60_000);
    expect(clearCookie(kind)).toBe(set.replace('=x;', '=;').replace('Max-Age=60', 'Max-Age=0'));
  });

  it.each(['a;b', 'a b', 'a,b', 'a"b', 'a\r\nSet-Cookie: x=y', 'ä', ''])(
    'hold no value that would end them: %j',
    (value) => {
      expect(() => setCookie({ which: 'access', isSecure: true }, value, 1)).toThrow(RangeError);
    },
  );
});

describe('a Cookie header', () => {
  const { access } = cookieNames(true);

  it('gives the value of one name', () => {
    expect(readCookie(`a=b; ${access}=t.o.k; c=d`, access)).toBe('t.o.k');
    expect(readCookie(`${access}=a=b`, access)).toBe('a=b');
    expect(readCookie(undefined, access)).toBe(undefined);
    expect(readCookie('a=b', access)).toBe(undefined);
  });

  it.each([
    ['sent twice', `${access}=one; ${access}=two`],
    ['sent twice with one value', `${access}=one;${access}=one`],
    ['empty', `${access}=`],
    ['quoted', `${access}="x"`],
    ['of another letter case', `${access.toUpperCase()}=x`],
    ['without prefix', 'sluice-access=x'],
    ['with a name that only ends so', `x${access}=x`],
    ['with control characters', `${access}=a\u0001b`],
    ['one of too many', `${'a=b;'.repeat(200)}${access}=x`],
    ['in a header without end', `${access}=x;${'a'.repeat(20_000)}`],
  ])('gives none that is %s', (_what, header) => {
    expect(readCookie(header, access)).toBe(undefined);
  });
});
