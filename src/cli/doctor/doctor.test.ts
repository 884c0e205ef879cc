import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Checked, SettingsCheckId } from '../../config/index.ts';
import { ROUTES, type Route } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { runAgainst } from '../fake-server.ts';
import { CHECK_TITLES } from './checks.ts';
import { GUIDE_LISTS } from './guides.ts';
import { checkRoutes } from './other-checks.ts';

/** Every check of settings and files, each passed. */
const SETTINGS_IDS: readonly SettingsCheckId[] = [
  'production',
  'settings',
  'secrets',
  'admin-keys',
  'passwords',
  'password-hashes',
  'database-password-age',
  'sign-up',
  'sessions',
  'https',
  'certificate',
  'cors',
  'addresses',
  'firewall',
  'rate-limits',
  'database-tls',
  'redis',
  'egress',
  'file-guard',
  'python-levels',
  'audit',
  'monitoring',
  'log-content',
  'env-mode',
  'env-ignored',
  'shared-files',
];
const HEADERS = {
  'content-security-policy': "default-src 'self'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
const key = {
  id: '0199a1b2-5c3d-7000-8000-000000000001',
  name: 'nightly',
  prefix: 'sk_abcdefgh',
  scopes: ['flows:read'],
  networks: [],
  createdBy: 'person:ada',
  createdAt: '2025-11-30T12:00:00.000Z',
  ageDays: 91,
  isDue: true,
};

interface World {
  readonly wrong?: Checked<SettingsCheckId>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly keys?: readonly object[];
}

function doctor(words: readonly string[] = [], { wrong, headers = HEADERS, keys }: World = {}) {
  const routes = keys === undefined ? {} : { 'GET /api/v1/keys': { body: { items: keys } } };
  return runAgainst(['doctor', ...words], {
    routes,
    local: {
      securityHeaders: async () => headers,
      examineSettings: async () =>
        SETTINGS_IDS.map((id) =>
          id === wrong?.id ? wrong : { id, state: 'pass', seen: `${id} is as it should be` },
        ),
    },
  });
}

const PASSWORDS = {
  id: 'passwords',
  state: 'fail',
  seen: 'DATABASE_URL has a password that everyone tries first',
  remedy: 'Change it.',
} as const;
const linesOf = (text: string, form: RegExp) => text.split('\n').filter((line) => form.test(line));

describe('sluice doctor', () => {
  it('G1.057 answers all ten items of guide 1, each with pass, fail or look', async () => {
    const { exit, out } = await doctor(['--guide', '1']);
    expect(exit).toBe(0);
    expect(linesOf(out, /^(?:pass|fail|look) {2} ?\d{1,2}\. /)).toHaveLength(10);
    const { guides } = JSON.parse((await doctor(['--guide', '1', '--json'])).out);
    expect(guides).toHaveLength(1);
    expect(guides[0].items).toHaveLength(10);
  });

  it('G5.298 answers all twelve items of guide 5, and fails on default passwords', async () => {
    const good = await doctor(['--guide', '5']);
    expect(good.exit).toBe(0);
    expect(linesOf(good.out, /^(?:pass|fail|look) {2} ?\d{1,2}\. /)).toHaveLength(12);
    const bad = await doctor(['--guide', '5'], { wrong: PASSWORDS });
    expect(bad.exit).toBe(1);
    expect(bad.out).toContain('fail   1. no default password is left');
    expect(bad.out).toContain('DATABASE_URL has a password that everyone tries first');
    expect(bad.out).toContain('Change it.');
    expect((await doctor([], { wrong: PASSWORDS })).exit).toBe(1);
  });

  it('shows each check once with its remedy, then the guides', async () => {
    const { out } = await doctor();
    const titles = linesOf(out, /^(?:pass|fail|look) {2}/);
    expect(titles.length).toBe(Object.keys(CHECK_TITLES).length);
    expect(out).toContain('guide 5, FFmpeg API');
    expect(out).toMatch(/\ngood: \d+ pass, 0 fail, \d+ to look at yourself\n/);
  });

  it('gives one document, whose items name their checks', async () => {
    const { exit, out } = await doctor(['--json'], { wrong: PASSWORDS });
    const document = JSON.parse(out);
    expect(exit).toBe(1);
    expect(document.failed).toBe(1);
    const ids = document.checks.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(Object.keys(CHECK_TITLES));
    for (const { items } of document.guides) {
      for (const { checks } of items) for (const id of checks) expect(ids).toContain(id);
    }
  });

  it('has an answer for every item of the five lists', () => {
    expect(GUIDE_LISTS.map(({ guide, items }) => [guide, items.length])).toEqual([
      [1, 10],
      [2, 19],
      [3, 18],
      [4, 14],
      [5, 12],
    ]);
    for (const { items } of GUIDE_LISTS) {
      for (const { checks } of items) expect(checks.length).toBeGreaterThan(0);
    }
  });

  it('G5.288 fails where a key of the server is 91 days old, and needs no server', async () => {
    const due = await doctor([], { keys: [key] });
    expect(due.exit).toBe(1);
    expect(due.out).toContain('1 of 1 keys are older than 90 days, the oldest 91');
    const revoked = { ...key, revokedAt: key.createdAt };
    expect((await doctor([], { keys: [revoked, { ...key, isDue: false }] })).exit).toBe(0);
    const none = await doctor();
    expect(none).toMatchObject({ exit: 0, err: '' });
    expect(none.out).toMatch(/look {2}age of keys/);
  });

  it('fails where the program would send weaker headers', async () => {
    const weak: readonly Readonly<Record<string, string>>[] = [
      {},
      { ...HEADERS, 'x-frame-options': 'SAMEORIGIN' },
      { ...HEADERS, 'strict-transport-security': 'max-age=0' },
      { ...HEADERS, 'strict-transport-security': 'max-age=300000' },
      { ...HEADERS, 'content-security-policy': "default-src 'self'; script-src 'unsafe-inline'" },
    ];
    for (const headers of weak) expect((await doctor([], { headers })).exit).toBe(1);
  });

  it('goes on where the jail cannot be looked at, and shows hostile text inert', async () => {
    const { exit, out } = await runAgainst(['doctor'], {
      local: {
        securityHeaders: async () => HEADERS,
        examineSettings: async () => {
          return [{ id: 'cors', state: 'fail', seen: 'a\u001b[2J\nb', remedy: 'Mend it.' }];
        },
      },
      now: () => {
        throw new AppError('SETTINGS_INVALID', { message: 'not reached' });
      },
    });
    expect(exit).toBe(1);
    expect(out).toContain('a\\u001b[2J b');
  });
});

describe('the check of the routes', () => {
  const route = { id: 'x', method: 'PUT', path: '/x', permission: 'flows:read', tag: 'Flows' };
  const judged = (more: object) => {
    const one = {
      ...route,
      body: z.strictObject({}),
      summary: '',
      answers: [],
      errors: [],
      ...more,
    };
    // What a route might look like that slipped past the compiler.
    return checkRoutes([one as unknown as Route]).state;
  };

  it('passes those that ask for a permission and check what they take', () => {
    expect(judged({})).toBe('pass');
    expect(checkRoutes(ROUTES).state).toBe('pass');
  });

  it('fails one that does not', () => {
    for (const more of [{ permission: undefined }, { body: undefined }, { path: '/x/{id}' }]) {
      expect(judged(more)).toBe('fail');
    }
  });
});
