import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signingKey } from '../../src/auth/token-signature.ts';
import { openTokens } from '../../src/auth/tokens.ts';
import type { AccountId, PersonId, SessionId } from '../../src/base/index.ts';
import { corpusJson, corpusText } from './corpus.ts';

// 2,000 in the suite; FUZZ_RUNS=100000 for a long run.
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);
const [SECRET, RETIRED] = ['current', 'retired'].map((word) => `${word}-test-`.repeat(4)) as [
  string,
  string,
];
const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1_000;
const options = {
  accessSecrets: [SECRET],
  refreshSecrets: ['refresh-test-'.repeat(4)],
  accessMs: 30 * 60_000,
  refreshMs: 30 * 24 * 60 * 60_000,
  clock: { now: () => NOW },
};
const tokens = openTokens(options);
const SUBJECT = {
  person: '01890000-0000-7000-8000-000000000001' as PersonId,
  account: 'default' as AccountId,
  session: '01890000-0000-7000-8000-000000000002' as SessionId,
};
const HEADER = { alg: 'HS256', typ: 'at+jwt', kid: signingKey(SECRET).id };
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
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

type Members = Readonly<Record<string, unknown>>;

const encode = (value: unknown) => {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  );
};
const macOf = (input: string, key: string | Buffer = SECRET, hash = 'sha256') => {
  return createHmac(hash, key).update(input).digest('base64url');
};
/** A token with a good signature of our own secret, whatever it says. */
const signed = (header: unknown, claims: unknown, key: string | Buffer = SECRET) => {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${macOf(input, key)}`;
};
const withHeader = (change: Members) => signed({ ...HEADER, ...change }, CLAIMS);
const withClaims = (change: Members) => signed(HEADER, { ...CLAIMS, ...change });
const withHash = (alg: string, hash: string) => {
  const input = `${encode({ ...HEADER, alg })}.${encode(CLAIMS)}`;
  return `${input}.${macOf(input, SECRET, hash)}`;
};
/** What somebody signs who brings an RSA key along. */
const foreign = (change: Members) => {
  const input = `${encode({ ...HEADER, alg: 'RS256', ...change })}.${encode(CLAIMS)}`;
  const mac = sign('sha256', Buffer.from(input), rsa.privateKey).toString('base64url');
  return [`${input}.${mac}`, withHeader({ alg: 'RS256', ...change }), withHeader(change)];
};
const good = signed(HEADER, CLAIMS);
const [first = '', second = '', third = ''] = good.split('.');

/** The last character with the four bits that count, and other values of the two that do not. */
const spareBits = () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = letters.indexOf(third.slice(-1));
  return [1, 2, 3].map((bits) => `${good.slice(0, -1)}${letters[last ^ bits]}`);
};
const confused = () => {
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
  const der = rsa.publicKey.export({ type: 'spki', format: 'der' });
  const jwk = JSON.stringify(rsa.publicKey.export({ format: 'jwk' }));
  return [pem, der, jwk].map((key) => signed(HEADER, CLAIMS, key));
};
/** A token whose base64url has a letter that the other alphabet writes otherwise. */
const otherAlphabet = () => {
  for (let index = 0; index < 1_000; index += 1) {
    const token = withClaims({ more: index });
    if (/[-_]/.test(token)) return token.replaceAll('-', '+').replaceAll('_', '/');
  }
  throw new Error('no token has - or _');
};

/** What each attack of the matrix sends. All but these are refused by what a token says. */
const ATTACKS: Readonly<Record<string, () => readonly string[]>> = {
  'alg-none': () => [
    `${encode({ ...HEADER, alg: 'none' })}.${second}.`,
    withHeader({ alg: 'none' }),
  ],
  'alg-None': () => [
    `${encode({ ...HEADER, alg: 'None' })}.${second}.`,
    withHeader({ alg: 'None' }),
  ],
  'alg-nOnE': () => [
    `${encode({ ...HEADER, alg: 'nOnE' })}.${second}.`,
    withHeader({ alg: 'nOnE' }),
  ],
  'alg-NONE-with-valid-sig': () => [
    `${encode({ ...HEADER, alg: 'NONE' })}.${second}.${third}`,
    withHeader({ alg: 'NONE' }),
  ],
  'alg-missing': () => [withHeader({ alg: undefined })],
  'alg-empty': () => [withHeader({ alg: '' })],
  'alg-array': () => [withHeader({ alg: ['HS256'] })],
  'alg-null': () => [withHeader({ alg: null })],
  'alg-unknown': () => [withHeader({ alg: 'HS999' })],
  'alg-HS384-same-key': () => [withHash('HS384', 'sha384'), withHash('HS256', 'sha384')],
  'alg-HS512-same-key': () => [withHash('HS512', 'sha512'), withHash('HS256', 'sha512')],
  'RS256-to-HS256': confused,
  'empty-signature': () => [`${first}.${second}.`],
  'no-third-part': () => [`${first}.${second}`],
  'four-parts': () => [`${good}.${third}`, `${good}.`, `.${good}`],
  'jwk-embedded': () => foreign({ jwk: rsa.publicKey.export({ format: 'jwk' }) }),
  'jku-remote': () => foreign({ jku: 'http://127.0.0.1:9/jwks' }),
  'x5u-remote': () => foreign({ x5u: 'http://127.0.0.1:9/c' }),
  'x5c-embedded': () => foreign({ x5c: ['self-signed'] }),
  'kid-traversal': () => [signed({ ...HEADER, kid: '../../../../dev/null' }, CLAIMS, '')],
  'kid-sql': () => [signed({ ...HEADER, kid: "x' UNION SELECT 'a'--" }, CLAIMS, 'a')],
  'kid-nul': () => [withHeader({ kid: `${HEADER.kid}\0` }), withHeader({ kid: 'k1\0' })],
  'kid-proto': () => [withHeader({ kid: '__proto__' })],
  'kid-constructor': () => [withHeader({ kid: 'constructor' })],
  'kid-unknown': () => [withHeader({ kid: 'nope' })],
  'kid-retired': () => [signed({ ...HEADER, kid: signingKey(RETIRED).id }, CLAIMS, RETIRED)],
  'kid-array': () => [withHeader({ kid: [HEADER.kid] })],
  'crit-unknown': () => [withHeader({ crit: ['x'], x: 1 })],
  'crit-empty': () => [withHeader({ crit: [] })],
  'b64-false': () => [withHeader({ b64: false, crit: ['b64'] })],
  'typ-refresh-as-access': () => [withHeader({ typ: 'refresh' }), withHeader({ typ: 'rt+jwt' })],
  'typ-access-as-refresh': () => [withHeader({ typ: 'access' })],
  'dup-alg-key': () => {
    const { kid } = HEADER;
    return ['HS256","alg":"none', 'none","alg":"HS256'].map((twice) => {
      return signed(`{"alg":"${twice}","typ":"at+jwt","kid":"${kid}"}`, CLAIMS);
    });
  },
  'exp-past': () => [withClaims({ exp: SECONDS - 1, iat: SECONDS - 1_801 })],
  'exp-missing': () => [withClaims({ exp: null }), withClaims({ exp: undefined })],
  'exp-string': () => [withClaims({ exp: '9999999999' })],
  'exp-float-huge': () => [withClaims({ exp: 1e308 })],
  'exp-NaN': () => [signed(HEADER, JSON.stringify(CLAIMS).replace(/"exp":\d+/, '"exp":NaN'))],
  'nbf-future': () => [withClaims({ nbf: SECONDS + 3_600 })],
  'iat-future': () => [withClaims({ iat: SECONDS + 3_600, exp: SECONDS + 5_400 })],
  'iss-wrong': () => [withClaims({ iss: 'other' })],
  'aud-wrong': () => [withClaims({ aud: 'other' })],
  'aud-missing': () => [withClaims({ aud: null }), withClaims({ aud: undefined })],
  'sub-deleted-user': () => [withClaims({ sub: 'deleted' })],
  'b64-padding': () => {
    const padded = [`${first}=.${second}`, `${first}.${second}=`, `${first}.${second}==`];
    return [`${good}=`, ...padded.map((input) => `${input}.${macOf(input)}`)];
  },
  'b64-std-alphabet': () => [otherAlphabet()],
  'sig-malleable-last-char': spareBits,
  whitespace: () => [
    ` ${good}`,
    `${good} `,
    `${good}\n`,
    `\n${good}`,
    `${good}\0`,
    `${first} .${second}.${third}`,
  ],
  'token-64kB': () => [withClaims({ more: 'x'.repeat(65_536) })],
  'token-deep-json': () => [
    signed(HEADER, `{"more":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
    signed(HEADER, `${'['.repeat(1_000)}${']'.repeat(1_000)}`),
  ],
  'jwe-instead-of-jws': () => [
    `${encode({ alg: 'dir', enc: 'A256GCM' })}..${third}.${second}.${third}`,
    withHeader({ alg: 'dir', enc: 'A256GCM' }),
  ],
  'zip-bomb-jwe': () => [
    `${encode({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..${third}.${second}.${third}`,
    withHeader({ zip: 'DEF' }),
  ],
};

/** Claims that a good token may carry and that nobody reads: the session and the store decide. */
const IGNORED: Readonly<Record<string, Members>> = {
  'tenant-swap': { tenant: 'B' },
  'role-changed': { role: 'admin' },
};

describe('the attack matrix', () => {
  const matrix = corpusJson('jwt/own-attack-matrix.json') as
    | readonly { readonly id: string }[]
    | undefined;

  it.skipIf(matrix === undefined)('is covered, each attack of it', () => {
    const ids = matrix?.map(({ id }) => id).sort();
    expect([...Object.keys(ATTACKS), ...Object.keys(IGNORED)].sort()).toEqual(ids);
  });

  it('has its honest twin: the same token without an attack is taken', async () => {
    expect(await tokens.verifyAccess(good)).toMatchObject({ claims: SUBJECT });
  });

  it.each(Object.keys(ATTACKS))('%s is refused', async (id) => {
    const sent = ATTACKS[id]?.() ?? [];
    expect(sent.length).toBeGreaterThan(0);
    for (const token of sent) {
      expect(token).not.toBe(good);
      expect(await tokens.verifyAccess(token), token).toHaveProperty('reason');
      expect(await tokens.verifyRefresh(token), token).toHaveProperty('reason');
    }
  });

  it.each(Object.keys(IGNORED))('%s changes nothing of what the token says', async (id) => {
    const plain = await tokens.verifyAccess(good);
    expect(await tokens.verifyAccess(withClaims(IGNORED[id] ?? {}))).toEqual(plain);
  });
});

describe('tokens that others published', () => {
  const blocks = corpusText('jwt/patt-jwt-blocks.json');

  it.skipIf(blocks === undefined)('are refused, whole and in all their pieces', async () => {
    const texts = (JSON.parse(blocks ?? '[]') as readonly Members[]).flatMap((block) => {
      const payload = String(block.payload);
      return [
        payload,
        ...(payload.match(/[\w-]*\.[\w-]*(?:\.[\w-]*)*/g) ?? []),
        ...payload.split(/\s+/),
      ];
    });
    expect(texts.length).toBeGreaterThan(200);
    for (const text of texts) {
      expect(await tokens.verifyAccess(text)).toHaveProperty('reason');
      expect(await tokens.verifyRefresh(text)).toHaveProperty('reason');
    }
  });
});

describe('secrets that are known', () => {
  const list = corpusText('jwt/weak-jwt-secrets.txt')
    ?.split('\n')
    .filter((line) => line !== '');

  it.skipIf(list === undefined)('sign no token that is taken', async () => {
    const step = Math.max(1, Math.floor((list?.length ?? 0) / RUNS));
    const tried = (list ?? []).filter((_secret, index) => index % step === 0);
    expect(tried.length).toBeGreaterThan(1_000);
    let taken = 0;
    for (const secret of tried) {
      for (const header of [HEADER, { alg: 'HS256', typ: 'JWT' }]) {
        if ('claims' in (await tokens.verifyAccess(signed(header, CLAIMS, secret)))) taken += 1;
      }
    }
    expect(taken).toBe(0);
  });
});

describe('our own tokens', () => {
  it(`are never refused (${RUNS})`, async () => {
    let refused = 0;
    for (let index = 0; index < RUNS; index += 1) {
      const now = NOW + index * 1_237;
      const ours = openTokens({ ...options, clock: { now: () => now } });
      const access = await ours.signAccess(SUBJECT);
      const about = { account: SUBJECT.account, session: SUBJECT.session };
      const refresh = await ours.signRefresh({ ...about, sessionEndsAt: now + 60_000 + index });
      if ('reason' in (await ours.verifyAccess(access.token))) refused += 1;
      if ('reason' in (await ours.verifyRefresh(refresh.token))) refused += 1;
    }
    expect(refused).toBe(0);
  }, 300_000);
});
