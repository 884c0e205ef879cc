import { describe, expect, it } from 'vitest';
import { type FakeRoutes, runAgainst } from '../fake-server.ts';

const ID = '0199a1b2-5c3d-7000-8000-000000000001';
const OTHER = '0199a1b2-5c3e-7000-8000-000000000002';
const key = {
  id: ID,
  name: 'nightly',
  prefix: 'sk_abcdefgh',
  scopes: ['flows:read'],
  networks: [],
  createdBy: 'person:ada',
  createdAt: '2025-11-30T12:00:00.000Z',
  ageDays: 91,
  isDue: true,
};
const young = {
  ...key,
  id: OTHER,
  name: 'hourly',
  prefix: 'sk_zyxwvuts',
  ageDays: 3,
  isDue: false,
};
const SECRET = 'sk_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'; // not-a-secret
const LIST = { 'GET /api/v1/keys': { body: { items: [young, key] } } } satisfies FakeRoutes;
const body = (request: { readonly body?: unknown } | undefined) =>
  JSON.parse(String(request?.body ?? 'null'));

describe('sluice keys generate', () => {
  const generate = (...words: string[]) =>
    runAgainst(['keys', 'generate', ...words], {
      local: {
        newSecrets: ({ kind, count }) => Array.from({ length: count }, (_, n) => `${kind}-${n}`),
      },
    });

  it('G5.256 prints one line ADMIN_API_KEYS=k1,k2 with --admin -n 2', async () => {
    const made = await generate('--admin', '-n', '2');
    expect(made).toMatchObject({ exit: 0, out: 'ADMIN_API_KEYS=key-0,key-1\n', err: '' });
  });

  it('prints one key or password a line otherwise, and asks no server', async () => {
    expect((await generate('-n', '2')).out).toBe('key-0\nkey-1\n');
    const passwords = await generate('--password');
    expect(passwords).toMatchObject({ out: 'password-0\n', requests: [] });
    expect(JSON.parse((await generate('--json')).out)).toEqual({ keys: ['key-0'] });
  });

  it('refuses what makes no sense', async () => {
    for (const words of [
      ['--admin', '--password'],
      ['-n', '0'],
      ['-n', '101'],
      ['-n', 'x'],
    ]) {
      expect(await generate(...words)).toMatchObject({ exit: 2, out: '' });
    }
  });
});

describe('sluice keys list', () => {
  it('G5.288 marks a key of 91 days as due, and says what to do', async () => {
    const { exit, out, err } = await runAgainst(['keys', 'list'], { routes: LIST });
    expect(exit).toBe(0);
    expect(out).toMatch(/nightly +sk_abcdefgh +due +91 d/);
    expect(out).toMatch(/hourly +sk_zyxwvuts +good +3 d/);
    expect(err).toContain('1 key is due: sluice keys rotate');
  });

  it('asks for those that are so old, and says so where there is none', async () => {
    const routes = { 'GET /api/v1/keys': { body: { items: [] } } };
    const words = ['keys', 'list', '--older-than-days', '90'];
    const { out, requests } = await runAgainst(words, { routes });
    expect(requests[0]?.at.searchParams.get('olderThanDays')).toBe('90');
    expect(out).toBe('no key is 90 days old\n');
  });

  it('does not call a key due that is revoked or has ended', async () => {
    const revoked = { ...key, revokedAt: '2026-02-01T12:00:00.000Z' };
    const expired = { ...key, expiresAt: '2026-02-01T12:00:00.000Z' };
    const routes = { 'GET /api/v1/keys': { body: { items: [revoked, expired] } } };
    const { out, err } = await runAgainst(['keys', 'list'], { routes });
    expect(out).toContain('revoked');
    expect(out).toContain('expired');
    expect(err).toBe('');
  });
});

describe('sluice keys create', () => {
  const routes = { 'POST /api/v1/keys': { status: 201, body: { ...key, key: SECRET } } };

  it('shows the key once, and alone with --quiet', async () => {
    const words = ['keys', 'create', 'nightly', '--scope', 'flows:read,flows:execute'];
    const told = await runAgainst([...words, '--days', '90'], { routes });
    expect(body(told.requests[0])).toEqual({
      name: 'nightly',
      scopes: ['flows:read', 'flows:execute'],
      networks: [],
      expiresAt: '2026-05-30T12:00:00.000Z',
    });
    expect(told.out.split(SECRET)).toHaveLength(2);
    expect(told.err).toBe('');
    const quiet = await runAgainst([...words, '--quiet'], { routes });
    expect(quiet).toMatchObject({ out: `${SECRET}\n`, err: '' });
  });

  it('sends limits and networks', async () => {
    const more = ['--network', '10.0.0.0/8', '--network', '::1', '--minutes-a-month', '60'];
    const words = ['keys', 'create', 'n', '--scope', 'flows:read', ...more, '--concurrent', '2'];
    const { requests } = await runAgainst(words, { routes });
    expect(body(requests[0])).toMatchObject({
      networks: ['10.0.0.0/8', '::1'],
      minutesAMonth: 60,
      concurrentExecutions: 2,
    });
  });

  it('makes none without a scope, or with one that is not known', async () => {
    for (const words of [[], ['--scope', 'flows:all'], ['--scope', ' , ']]) {
      const refused = await runAgainst(['keys', 'create', 'n', ...words], { routes });
      expect(refused).toMatchObject({ exit: 2, requests: [] });
    }
  });
});

describe('sluice keys rotate, extend, revoke, show and usage', () => {
  const secret = { ...key, key: SECRET };
  const usage = {
    underWay: 2,
    months: [{ month: '2026-03', requests: 12, executions: 3, minutes: 1.25 }],
  };
  const routes = {
    ...LIST,
    [`POST /api/v1/keys/${ID}/rotate`]: { body: secret },
    [`POST /api/v1/keys/${ID}/extend`]: { body: key },
    [`POST /api/v1/keys/${ID}/revoke`]: { body: { ...key, revokedAt: key.createdAt } },
    [`GET /api/v1/keys/${ID}`]: { body: key },
    [`GET /api/v1/keys/${ID}/usage`]: { body: usage },
  } satisfies FakeRoutes;
  const run = (...words: string[]) => runAgainst(['keys', ...words], { routes });

  it('find a key by its name, what lists show, the beginning of its id, or all of it', async () => {
    for (const text of ['nightly', 'sk_abcdefgh', '0199a1b2-5c3d', ID]) {
      expect((await run('show', text)).out).toContain('91 days');
    }
    expect((await run('show', '0199a1b2')).err).toContain('[NAME_AMBIGUOUS]');
    expect((await run('show', 'night')).err).toContain('[KEY_NOT_FOUND]');
  });

  it('rotate at once, or with time to change what uses it', async () => {
    const now = await run('rotate', 'nightly', '--quiet');
    expect(now.out).toBe(`${SECRET}\n`);
    expect(body(now.requests.at(-1))).toEqual({ graceMinutes: 0 });
    const later = await run('rotate', 'nightly', '--grace-minutes', '60');
    expect(later.out).toContain('is good for 60 more minutes');
  });

  it('extend to a day or for ever, and only when it is said which', async () => {
    const days = await run('extend', 'nightly', '--days', '30');
    expect(body(days.requests.at(-1))).toEqual({ expiresAt: '2026-03-31T12:00:00.000Z' });
    const never = await run('extend', 'nightly', '--never');
    expect(body(never.requests.at(-1))).toEqual({ expiresAt: null });
    for (const words of [[], ['--days', '1', '--never']]) {
      expect(await run('extend', 'nightly', ...words)).toMatchObject({ exit: 2, requests: [] });
    }
  });

  it('revoke, and tell what it was used for', async () => {
    expect((await run('revoke', 'nightly')).out).toContain('no request with it is taken');
    const { out } = await run('usage', 'nightly');
    expect(out).toMatch(/2026-03 +12 +3 +1\.3/);
    expect(out).toContain('2 executions are under way');
  });
});
