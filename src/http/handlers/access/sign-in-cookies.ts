import type { Tokens } from '../../../auth/index.ts';
import { clearCookie, cookieNames, readCookie, setCookie } from '../../../guard/index.ts';

/** The two cookies of a page that signed in. */
export interface SignInCookies {
  set(
    tokens: Pick<Tokens, 'accessToken' | 'refreshToken' | 'expiresInMs' | 'refreshExpiresInMs'>,
  ): [string, string];
  cleared(): [string, string];
  /** What the request's cookies hold. */
  refreshToken(header: string | undefined): string | undefined;
}

/** Their attributes follow from how people reach the server. */
export function signInCookies(baseUrl: () => string): SignInCookies {
  const kind = (which: 'access' | 'refresh') => ({
    which,
    isSecure: baseUrl().startsWith('https://'),
  });
  return {
    set: ({ accessToken, refreshToken, expiresInMs, refreshExpiresInMs }) => [
      setCookie(kind('access'), accessToken, wholeSeconds(expiresInMs)),
      setCookie(kind('refresh'), refreshToken, wholeSeconds(refreshExpiresInMs)),
    ],
    cleared: () => [clearCookie(kind('access')), clearCookie(kind('refresh'))],
    refreshToken: (header) => readCookie(header, cookieNames(kind('refresh').isSecure).refresh),
  };
}

/** Tokens end at whole seconds; a cookie that ended a moment before its token would be odd. */
function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1_000) * 1_000;
}
