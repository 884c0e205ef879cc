import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AccountId, PersonId, SessionId } from '../base/index.ts';
import { openCsrf } from './csrf.ts';
import { makeKey, makeToken, tokenHash } from './keys-made.ts';
import { signingKey } from './token-signature.ts';
import { openTokens } from './tokens.ts';

const [OLD, NOW, OTHER, NEXT] = ['a', 'b', 'c', 'd'].map((one) => `${one}-test-`.repeat(6)) as [
  string,
  string,
  string,
  string,
];
const START = 1_800_000_000_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const clock = { time: START, now: () => clock.time };
const options = {
  accessSecrets: [NOW],
  refreshSecrets: [OTHER],
  accessMs: 30 * MINUTE,
  refreshMs: 30 * DAY,
  clock,
};
const tokens = openTokens(options);
const SUBJECT = {
  person: '01890000-0000-7000-8000-000000000001' as PersonId,
  account: 'default' as AccountId,
  session: '01890000-0000-7000-8000-000000000002' as SessionId,
};
const SESSION = {
  account: SUBJECT.account,
  session: SUBJECT.session,
  sessionEndsAt: START + 30 * DAY,
};

const encode = (value: unknown) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text).toString('base64url');
};

/** Signs as somebody does who has the secret. */
function forge(header: unknown, claims: unknown, secret = NOW): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const HEADER = { alg: 'HS256', typ: 'at+jwt', kid: signingKey(NOW).id };
const SECONDS = START / 1_000;
const CLAIMS = {
  iss: 'sluice',
  aud: 'sluice:api',
  sub: `person:${SUBJECT.person}`,
  acc: 'default',
  sid: SUBJECT.session,
  jti: 'A'.repeat(22),
  iat: SECONDS,
  exp: SECONDS + 1_800,
};
const REFRESH_CLAIMS = {
  iss: 'sluice',
  aud: 'sluice:refresh',
  acc: 'default',
  sid: SUBJECT.session,
  jti: 'A'.repeat(22),
  iat: SECONDS,
  exp: SECONDS + 2_592_000,
};
const at = async <Result>(time: number, act: () => Promise<Result>) => {
  clock.time = time;
  try {
    return await act();
  } finally {
    clock.time = START;
  }
};
const reasonOf = async (token: string) => {
  const verified = await tokens.verifyAccess(token);
  return 'reason' in verified ? verified.reason : 'accepted';
};

describe('an access token', () => {
  it('says who, in which account and session, and is good for 1800 seconds', async () => {
    const { token, id, expiresAt } = await tokens.signAccess(SUBJECT);
    const [header = '', payload = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual(HEADER);
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      ...CLAIMS,
      jti: id,
    });
    expect(expiresAt - START).toBe(1_800_000);
    expect(await tokens.verifyAccess(token)).toEqual({
      claims: { ...SUBJECT, id, issuedAt: START, expiresAt },
    });
  });

  it('is what anybody with the secret can make in the same form, and so verifies', async () => {
    expect(await reasonOf(forge(HEADER, CLAIMS))).toBe('accepted');
  });

  it('ends at its end, without tolerance', async () => {
    const { token } = await tokens.signAccess(SUBJECT);
    const last = await at(START + 1_800_000 - 1, () => tokens.verifyAccess(token));
    expect(last).toHaveProperty('claims');
    const over = await at(START + 1_800_000, () => tokens.verifyAccess(token));
    expect(over).toEqual({ reason: 'expired' });
  });

  it('may come from a clock that is 30 seconds ahead, and not 31', async () => {
    for (const name of ['iat', 'nbf']) {
      const exp = SECONDS + 1_800;
      expect(await reasonOf(forge(HEADER, { ...CLAIMS, exp, [name]: SECONDS + 30 }))).toBe(
        'accepted',
      );
      expect(await reasonOf(forge(HEADER, { ...CLAIMS, exp, [name]: SECONDS + 31 }))).toBe('early');
    }
  });

  it('never has the same id twice', async () => {
    const made = await Promise.all(Array.from({ length: 200 }, () => tokens.signAccess(SUBJECT)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(200);
    expect(new Set(made.map(({ token }) => token)).size).toBe(200);
  });

  it.each([
    ['another issuer', { iss: 'other' }],
    ['another audience', { aud: 'sluice:refresh' }],
    ['two audiences', { aud: ['sluice:api'] }],
    ['no audience', { aud: undefined }],
    ['no end', { exp: undefined }],
    ['no beginning', { iat: undefined }],
    ['an end in text', { exp: `${CLAIMS.exp}` }],
    ['a broken number', { exp: CLAIMS.exp + 0.5 }],
    ['an end before the beginning', { exp: CLAIMS.iat - 1 }],
    ['a longer life than ours', { exp: CLAIMS.exp + 1 }],
    ['an early beginning that makes it longer', { iat: CLAIMS.iat - 1 }],
    ['a huge end', { exp: 1e308 }],
    ['a negative beginning', { iat: -1, exp: 1 }],
    ['nbf in text', { nbf: '1' }],
    ['no subject', { sub: undefined }],
    ['a key as subject', { sub: 'key:admin-1' }],
    ['a subject that is no id', { sub: 'person:admin' }],
    ['a subject with more behind', { sub: `${CLAIMS.sub}\n` }],
    ['an account that is no id', { acc: '../default' }],
    ['an account that is a list', { acc: ['default'] }],
    ['no account', { acc: undefined }],
    ['no session', { sid: undefined }],
    ['no id', { jti: undefined }],
    ['a short id', { jti: 'A' }],
  ])('is refused with %s', async (_what, change) => {
    expect(await reasonOf(forge(HEADER, { ...CLAIMS, ...change }))).toBe('claims');
  });

  it.each([
    ['no JSON', 'claims'],
    ['a list', [1]],
    ['nothing', null],
    ['blanks', JSON.stringify(CLAIMS, null, 1)],
    ['a name twice', JSON.stringify(CLAIMS).replace('{', '{"sub":"person:x",')],
    ['NaN', JSON.stringify(CLAIMS).replace(/"exp":\d+/, '"exp":NaN')],
    ['a number in another spelling', JSON.stringify(CLAIMS).replace(/("exp":\d+)/, '$1.0')],
    ['depth', `${'['.repeat(1_000)}${']'.repeat(1_000)}`],
  ])('is refused where the claims are %s', async (_what, claims) => {
    expect(await reasonOf(forge(HEADER, claims))).toBe('claims');
  });

  it('gives no right by what else it claims', async () => {
    const more = { ...CLAIMS, role: 'admin', permissions: ['server:admin'] };
    const verified = await tokens.verifyAccess(forge(HEADER, more));
    expect(JSON.stringify(verified)).not.toContain('admin');
  });

  it.each([
    [{ alg: 'none' }, 'malformed'],
    [{ alg: 'HS512' }, 'malformed'],
    [{ alg: ['HS256'] }, 'malformed'],
    [{ kid: '0000000000000000' }, 'unknown-key'],
    [{ kid: '__proto__' }, 'unknown-key'],
    [{ kid: undefined }, 'malformed'],
    [{ typ: 'JWT' }, 'type'],
    [{ typ: 'rt+jwt' }, 'type'],
    [{ typ: 'AT+JWT' }, 'type'],
    [{ typ: undefined }, 'type'],
    [{ typ: null }, 'malformed'],
    [{ jwk: { kty: 'oct', k: 'AA' } }, 'malformed'],
    [{ jku: 'http://127.0.0.1/keys' }, 'malformed'],
    [{ x5c: [] }, 'malformed'],
    [{ crit: ['exp'] }, 'malformed'],
    [{ b64: true }, 'malformed'],
    [{ zip: 'DEF' }, 'malformed'],
    [{ cty: 'JWT' }, 'malformed'],
    [{ anything: 1 }, 'malformed'],
  ])('is refused with a header that has %j', async (change, reason) => {
    expect(await reasonOf(forge({ ...HEADER, ...change }, CLAIMS))).toBe(reason);
  });

  it('is refused when a single character differs', async () => {
    const { token } = await tokens.signAccess(SUBJECT);
    for (let index = 0; index < token.length; index += 1) {
      const changed = token[index] === 'A' ? 'B' : 'A';
      const bad = token.slice(0, index) + changed + token.slice(index + 1);
      expect(await tokens.verifyAccess(bad), `${index}`).toHaveProperty('reason');
      const shorter = token.slice(0, index) + token.slice(index + 1);
      expect(await tokens.verifyAccess(shorter), `${index}`).toHaveProperty('reason');
    }
  });

  it('is refused by its length before anything is read', async () => {
    expect(await reasonOf(forge(HEADER, { ...CLAIMS, more: 'x'.repeat(4_096) }))).toBe('malformed');
    expect(await reasonOf('')).toBe('malformed');
  });
});

describe('a refresh token', () => {
  it('is good for 2592000 seconds, or as long as its session', async () => {
    const { token, id, expiresAt } = await tokens.signRefresh(SESSION);
    expect(expiresAt - START).toBe(2_592_000_000);
    expect(await tokens.verifyRefresh(token)).toEqual({
      claims: { account: 'default', session: SUBJECT.session, id, issuedAt: START, expiresAt },
    });
    const short = await tokens.signRefresh({ ...SESSION, sessionEndsAt: START + 1_234_567 });
    expect(short.expiresAt - START).toBe(1_234_000);
    expect(await tokens.verifyRefresh(short.token)).toHaveProperty('claims');
    const over = await tokens.signRefresh({ ...SESSION, sessionEndsAt: START });
    expect(await tokens.verifyRefresh(over.token)).toEqual({ reason: 'expired' });
  });

  it('is no access token, and an access token no refresh token', async () => {
    const refresh = await tokens.signRefresh(SESSION);
    const access = await tokens.signAccess(SUBJECT);
    expect(await tokens.verifyAccess(refresh.token)).toEqual({ reason: 'unknown-key' });
    expect(await tokens.verifyRefresh(access.token)).toEqual({ reason: 'unknown-key' });
  });

  it('is none even where both have one secret, whatever type it names', async () => {
    const same = openTokens({ ...options, refreshSecrets: [NOW] });
    const refresh = await same.signRefresh(SESSION);
    const access = await same.signAccess(SUBJECT);
    expect(await same.verifyAccess(refresh.token)).toEqual({ reason: 'type' });
    expect(await same.verifyRefresh(access.token)).toEqual({ reason: 'type' });
    expect(await reasonOf(forge(HEADER, REFRESH_CLAIMS))).toBe('claims');
    const retyped = forge({ ...HEADER, typ: 'rt+jwt' }, CLAIMS);
    expect(await same.verifyRefresh(retyped)).toEqual({ reason: 'claims' });
  });
});

describe('while secrets change', () => {
  it('tokens of the one before are good until they end, and new ones have the new secret', async () => {
    const before = openTokens({ ...options, accessSecrets: [OLD] });
    const during = openTokens({ ...options, accessSecrets: [NEXT, OLD] });
    const after = openTokens({ ...options, accessSecrets: [NEXT] });
    const { token } = await before.signAccess(SUBJECT);
    expect(await during.verifyAccess(token)).toHaveProperty('claims');
    expect(await after.verifyAccess(token)).toEqual({ reason: 'unknown-key' });
    expect(await before.verifyAccess((await during.signAccess(SUBJECT)).token)).toEqual({
      reason: 'unknown-key',
    });
  });

  it('a kid of one secret does not help a signature of another', async () => {
    expect(await reasonOf(forge(HEADER, CLAIMS, OLD))).toBe('signature');
    expect(await reasonOf(forge(HEADER, CLAIMS, ''))).toBe('signature');
  });

  it('a secret that is too short signs nothing', () => {
    expect(() => openTokens({ ...options, accessSecrets: ['x'.repeat(31)] })).toThrow('32 bytes');
    expect(() => openTokens({ ...options, accessSecrets: [] })).toThrow('a secret to sign with');
  });
});

describe('what else we make', () => {
  it('is no access token and no refresh token', async () => {
    const { csrfToken } = openCsrf([NOW]);
    for (const other of [csrfToken(SUBJECT.session), makeKey().key, makeToken().token]) {
      expect(await tokens.verifyAccess(other)).toEqual({ reason: 'malformed' });
      expect(await tokens.verifyRefresh(other)).toEqual({ reason: 'malformed' });
    }
  });

  it('a key has 256 random bits, of which its prefix shows 48', () => {
    const { key, prefix, hash } = makeKey();
    expect(key).toMatch(/^sk_[\w-]{43}$/);
    expect(prefix).toBe(key.slice(0, 11));
    expect(hash).toBe(tokenHash(key));
    expect(new Set(Array.from({ length: 1_000 }, () => makeKey().key)).size).toBe(1_000);
  });

  it('a one-time token has 256 random bits, and is kept by its SHA-256', () => {
    const { token, hash } = makeToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(hash).toBe(tokenHash(token));
    expect(tokenHash('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('a CSRF token', () => {
  const other = '01890000-0000-7000-8000-000000000003' as SessionId;

  it('is good for its session alone, also while secrets change', () => {
    const token = openCsrf([OLD]).csrfToken(SUBJECT.session);
    expect(token).toMatch(/^[\w-]{43}$/);
    const during = openCsrf([NOW, OLD]);
    expect(during.isCsrfToken(SUBJECT.session, token)).toBe(true);
    expect(during.isCsrfToken(SUBJECT.session, during.csrfToken(SUBJECT.session))).toBe(true);
    expect(during.isCsrfToken(other, token)).toBe(false);
    expect(openCsrf([NOW]).isCsrfToken(SUBJECT.session, token)).toBe(false);
  });

  it('is nothing that a stranger could think of', () => {
    const { csrfToken, isCsrfToken } = openCsrf([NOW]);
    const token = csrfToken(SUBJECT.session);
    const plain = createHmac('sha256', NOW).update(`csrf${SUBJECT.session}`).digest('base64url');
    for (const bad of [
      '',
      SUBJECT.session,
      token.slice(1),
      `${token} `,
      token.toUpperCase(),
      plain,
    ]) {
      expect(isCsrfToken(SUBJECT.session, bad)).toBe(false);
    }
  });
});
