import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactor } from './redact.ts';

// Made up for these tests: not-a-secret. Blanks, quotes, markup and letters beyond ASCII included.
const SECRETS = ['s3cr3t-Käse/und+"Brot"&<ä>', 'plain0secret0value', "o'clock at 5 % or ~50"];

const { text, value } = redactor({ secrets: SECRETS });

describe('a redactor', () => {
  const encoded: readonly (readonly [string, (secret: string) => string])[] = [
    ['as it is', (secret) => secret],
    ['in JSON', (secret) => JSON.stringify({ a: secret })],
    ['in JSON within JSON', (secret) => JSON.stringify(JSON.stringify({ a: secret }))],
    ['in an address', (secret) => `https://h/?a=${encodeURIComponent(secret)}&b=1`],
    ['in an address, small letters', (secret) => encodeURIComponent(secret).toLowerCase()],
    ['in a form', (secret) => new URLSearchParams({ a: secret }).toString()],
    [
      'in markup',
      (secret) =>
        secret
          .replace(/&/g, '&amp;')
          .replace(/</g, '&lt;')
          .replace(/>/g, '&gt;')
          .replace(/"/g, '&quot;')
          .replace(/'/g, '&#39;'),
    ],
    ['in hex', (secret) => Buffer.from(secret).toString('hex')],
    ['in hex, capital letters', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
    ['in base64', (secret) => Buffer.from(secret).toString('base64')],
    ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
    ['in base64 behind one byte', (secret) => Buffer.from(`x${secret}yz`).toString('base64')],
    ['in base64 behind two bytes', (secret) => Buffer.from(`xy${secret}z`).toString('base64')],
    [
      'in Basic credentials',
      (secret) => `Basic ${Buffer.from(`ada:${secret}`).toString('base64')}`,
    ],
    ['in UTF-16', (secret) => Buffer.from(secret, 'utf16le').toString('base64')],
    [
      'in escapes of Unicode',
      (secret) =>
        [...secret].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    ],
  ];
  const isLower = (name: string) => name.includes('small letters');

  it.each(encoded)('finds a known secret %s', (name, encode) => {
    for (const secret of isLower(name) ? [SECRETS[1] ?? ''] : SECRETS) {
      const written = encode(secret);
      const masked = text(`before ${written} behind`);
      expect(masked).toContain('[redacted]');
      expect(masked).toMatch(/^before .* behind$/);
      // No run of the encoded text is left but its ends, which other text shares.
      for (let at = 4; at + 8 <= written.length - 4; at += 1) {
        const piece = written.slice(at, at + 8);
        if (secret.includes(piece) || name.includes('as it is'))
          expect(masked).not.toContain(piece);
      }
    }
  });

  it('leaves text without secrets as it is', () => {
    const lines = [
      'the execution 0192f0c4-7a3e-7c11-8f00-1b2c3d4e5f60 completed in 12 ms',
      'GET /api/v1/flows?limit=50 200',
      'node "fetch" failed: HTTP_STATUS 503 (attempt 2 of 3)',
      'plain0secret0valu',
      'a basic idea, and a bearer of news',
      'the token is not valid; passwords are never logged',
    ];
    for (const line of lines) expect(text(line)).toBe(line);
  });

  it.each([
    ['postgresql://ada:hunter2passes@db:5432/x', 'postgresql://ada:[redacted]@db:5432/x'],
    ['redis://:hunter2secret@redis:6379/0', 'redis://:[redacted]@redis:6379/0'],
    ['Authorization: Bearer abcdef0123456789', 'Authorization: Bearer [redacted]'],
    ['/ws?token=abcdef0123456789&x=1', '/ws?token=[redacted]&x=1'],
    ['api_key="abcdef0123456789"', 'api_key="[redacted]"'],
    [
      `key: -----BEGIN ${'EC PRIVATE'} KEY-----\nMHcCAQEE+/=\nabc=\n-----END EC PRIVATE KEY----- end`,
      'key: [redacted] end',
    ],
    [`sluice_${'a1'.repeat(32)}`, '[redacted]'],
    ['key sk-abcdefghijklmnop1234 used', 'key [redacted] used'],
    [`x ${'eyJ'}hbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2lnbmF0dXJl y`, 'x [redacted] y'], // not-a-secret
  ])('masks what looks like a secret: %s', (line, masked) => {
    expect(text(line)).toBe(masked);
  });

  it('masks fields by their name, and tells counts and facts', () => {
    const logged = value({
      user: 'ada',
      password: 'x',
      new_password: ['y'],
      apiKey: { id: 1 },
      'X-API-Key': 'k',
      headers: { Authorization: 'z', cookie: 'c', 'set-cookie': ['d'], accept: '*/*' },
      pin: 1234,
      tokens: 500,
      hasPassword: true,
      accessToken: 'abc',
      token: null,
      email: 'ada@example.com',
      customerPhone: '123',
      firstName: 'Ada',
      address: '203.0.113.7',
      mapping: 'kept',
      sessions: 3,
    });
    expect(logged).toEqual({
      user: 'ada',
      password: '[redacted]',
      new_password: '[redacted]',
      apiKey: '[redacted]',
      'X-API-Key': '[redacted]',
      headers: {
        Authorization: '[redacted]',
        cookie: '[redacted]',
        'set-cookie': '[redacted]',
        accept: '*/*',
      },
      pin: '[redacted]',
      tokens: 500,
      hasPassword: true,
      accessToken: '[redacted]',
      token: null,
      email: '[redacted]',
      customerPhone: '[redacted]',
      firstName: '[redacted]',
      address: '203.0.113.7',
      mapping: 'kept',
      sessions: 3,
    });
  });

  it('finds secrets in the names of members, in lists, errors and their causes', () => {
    const secret = SECRETS[1] ?? '';
    const error = new Error(`no ${secret}`, { cause: new Error(`because ${secret}`) });
    const logged = JSON.stringify(value({ [secret]: [secret], error, list: new Set([secret]) }));
    expect(logged).not.toContain(secret);
    expect(logged).toContain('no [redacted]');
    expect(logged).toContain('because [redacted]');
    expect(logged).toContain('redact.test.ts');
  });

  it('survives circles, depth, size, getters, proxies and strange values', () => {
    const circle: Record<string, unknown> = { name: 'circle' };
    circle.self = circle;
    let deep: unknown = 'bottom';
    for (let level = 0; level < 10_000; level += 1) deep = { deep };
    const hostile = {
      get computed() {
        throw new Error('called');
      },
      toJSON: () => 'called',
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('called');
          },
        },
      ),
    };
    expect(value(circle)).toEqual({ name: 'circle', self: '[circular]' });
    expect(JSON.stringify(value(deep)).length).toBeLessThan(200);
    expect(value(hostile)).toBe('[unreadable]');
    expect(value(Object.defineProperty({}, 'a', { get: () => 1, enumerable: true }))).toEqual({
      a: '[computed]',
    });
    const own = '{"__proto__":{"x":1}}';
    expect(JSON.stringify(value(JSON.parse(own)))).toBe(own);
    expect(
      value([1n, Number.NaN, Symbol('s'), () => 1, undefined, new Date(0), Buffer.alloc(3)]),
    ).toEqual([
      '1',
      'NaN',
      '[symbol]',
      '[function]',
      undefined,
      '1970-01-01T00:00:00.000Z',
      '[3 bytes]',
    ]);
    const large = value({ list: Array(100_000).fill('x'), text: 'y'.repeat(1_000_000) });
    expect(JSON.stringify(large).length).toBeLessThan(20_000);
    const wide = value(Array(100).fill(Array(100).fill(Array(100).fill('z'.repeat(100)))));
    expect(JSON.stringify(wide).length).toBeLessThan(200_000);
  });

  it('leaves no part of a secret where a long text is cut', () => {
    const secret = createHash('sha256').update('cut').digest('hex');
    const cutting = redactor({ secrets: [secret] });
    expect(cutting.value('y'.repeat(20_000))).toBe(`${'y'.repeat(8_192)}… (20000 characters)`);
    for (let before = 8_192 - 70; before <= 8_192 + 70; before += 7) {
      for (const shrink of [0, 3]) {
        const given = secret.repeat(shrink) + '-'.repeat(before - 64 * shrink) + secret + secret;
        const cut = JSON.stringify(cutting.value(given));
        for (let at = 0; at + 12 <= 64; at += 1)
          expect(cut).not.toContain(secret.slice(at, at + 12));
      }
    }
  });

  it('finds a secret that is added later, and leaves out what is too short to be one', () => {
    const growing = redactor({ secrets: ['short', ''] });
    expect(growing.text('short and a-new-secret')).toBe('short and a-new-secret');
    growing.add('a-new-secret');
    expect(growing.text('short and a-new-secret')).toBe('short and [redacted]');
  });

  it('never shows a secret, whatever it is and wherever it stands', () => {
    const secret = fc.string({ minLength: 8, maxLength: 40, unit: 'binary' });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, behind) => {
        const own = redactor({ secrets: [hidden] });
        expect(own.text(before + hidden + behind)).not.toContain(hidden);
        const json = JSON.stringify({ a: before + hidden + behind });
        fc.pre(!'[redacted]'.includes(hidden));
        expect(own.text(json)).not.toContain(JSON.stringify(hidden).slice(1, -1));
      }),
    );
  });

  it('takes time that grows with the text alone', () => {
    const hostile = [
      'a.'.repeat(4_000),
      'Bearer '.repeat(2_000),
      '://:'.repeat(3_000),
      'token'.repeat(3_000),
      `${`-----BEGIN ${'PRIVATE'} KEY-----`.repeat(500)}`,
      'eyJ'.repeat(4_000),
    ];
    for (const line of hostile) expect(text(line).length).toBeGreaterThan(0);
  });
});
