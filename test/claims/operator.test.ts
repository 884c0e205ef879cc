import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verify } from '@node-rs/bcrypt';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, sluice as spawnSluice } from '../cli/spawn-command.ts';
import { type ClaimServer, claimServer, KEY, made, SECOND_KEY, SECRETS } from './support.ts';

/** What the guides promise whoever runs a server, tried with the shipped command. */

const PASSWORD = 'seven quiet herons over Ghent';
const DAY_MS = 24 * 60 * 60_000;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-operator-'));
  writeFileSync(join(folder, '.gitignore'), '.env\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sluice(
  words: readonly string[],
  more: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Ended> {
  return spawnSluice(words, { cwd: folder, ...more });
}

const READY = {
  ...SECRETS,
  SLUICE_ENV: 'production',
  BASE_URL: 'https://flows.example.com',
  TRUSTED_PROXIES: '10.0.0.1',
};
const database = (password: string) => ({
  DATABASE_URL: `postgresql://sluice:${password}@db.example.com/x?sslmode=require`,
});
const ANSWERED = /^(?:pass|fail|look) {2} ?\d{1,2}\. /gm;

describe('the checklist', () => {
  it('G1.057 sluice doctor answers ten items with pass, fail or look', async () => {
    const good = await sluice(['doctor', '--guide', '1', '--json'], { env: READY });
    const [list] = JSON.parse(good.out).guides;
    expect(list.items).toHaveLength(10);
    const judged = list.items.filter(({ state }: { state: string }) => state !== 'look');
    expect(judged.length).toBeGreaterThanOrEqual(8);
    const bare = await sluice(['doctor', '--guide', '1']);
    expect(bare.exit).toBe(1);
    expect(bare.out.match(ANSWERED)).toHaveLength(10);
    expect(bare.out).toContain('JWT_SECRET_KEY is not set');
  });

  it('G5.298 sluice doctor answers twelve items, and fails on default passwords', async () => {
    const strong = await sluice(['doctor', '--guide', '5'], {
      env: { ...READY, ...database(made('db')) },
    });
    expect(strong.out.match(ANSWERED)).toHaveLength(12);
    expect(strong.out).toMatch(/^(?:pass|look) {3}1\. /m);
    for (const env of [
      database('postgres'),
      database('sluice'),
      { ADMIN_PASSWORD: 'changeme' },
      { REDIS_URL: 'rediss://:redis@redis.example.com' },
    ]) {
      const weak = await sluice(['doctor', '--guide', '5'], { env: { ...READY, ...env } });
      expect(weak.exit).toBe(1);
      expect(weak.out).toMatch(/^fail {3}1\. /m);
    }
  });

  it('G5.289 reminds of a database password of 181 days', async () => {
    const aged = async (days: number) => {
      const setOn = new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
      const env = { ...READY, ...database(made('db')), DATABASE_PASSWORD_SET_ON: setOn };
      const { out } = await sluice(['doctor', '--json'], { env });
      const { checks } = JSON.parse(out);
      return checks.find(({ id }: { id: string }) => id === 'database-password-age');
    };
    expect(await aged(179)).toMatchObject({ state: 'pass' });
    expect(await aged(181)).toMatchObject({ state: 'fail' });
  });
});

describe('new secrets', () => {
  it('G5.256 keys generate --admin -n 2 prints one line with two different keys', async () => {
    const { exit, out, err } = await sluice(['keys', 'generate', '--admin', '-n', '2']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const [, one, two] = /^ADMIN_API_KEYS=([^,\n]+),([^,\n]+)\n$/.exec(out) ?? [];
    expect(one).toMatch(/^sluice_[0-9a-f]{64}$/);
    expect(two).toMatch(/^sluice_[0-9a-f]{64}$/);
    expect(one).not.toBe(two);
  });

  it('G5.257 keys generate --password prints 32 random bytes in base64', async () => {
    const { out } = await sluice(['keys', 'generate', '--password', '-n', '2']);
    const [one = '', two = ''] = out.split('\n');
    for (const password of [one, two]) {
      expect(password).toHaveLength(44);
      expect(Buffer.from(password, 'base64')).toHaveLength(32);
    }
    expect(one).not.toBe(two);
  });

  it('G3.138 hash-password prints a hash that the password fits, and no other', async () => {
    const { exit, out } = await sluice(['hash-password', '--stdin'], { input: `${PASSWORD}\n` });
    expect(exit).toBe(0);
    expect(out).toMatch(/^\$2b\$12\$[./A-Za-z0-9]{53}\n$/);
    expect(await verify(PASSWORD, out.trim())).toBe(true);
    expect(await verify(`${PASSWORD}.`, out.trim())).toBe(false);
    const argument = await sluice(['hash-password', PASSWORD]);
    expect(await verify(PASSWORD, argument.out.trim())).toBe(true);
    const weak = await sluice(['hash-password', '--stdin'], { input: 'password123\n' });
    expect(weak).toMatchObject({ exit: 2, out: '' });
  });
});

describe('production', () => {
  it('G5.254 refuses to start with default passwords and keys', async () => {
    for (const env of [
      database('postgres'),
      database('sluice'),
      { ADMIN_API_KEYS: 'changeme' },
      { ADMIN_API_KEYS: '' },
    ]) {
      const { exit, err } = await sluice(['start'], { env: { ...READY, PORT: '0', ...env } });
      expect(exit).toBe(2);
      expect(err).toContain('[SETTINGS_INVALID]');
      expect(err).toMatch(/DATABASE_URL has a password that everyone|ADMIN_API_KEYS (?:has|is)/);
    }
  });
});

const signIn = (server: ClaimServer, username: string, password: string) =>
  server.ask('POST', '/api/v1/auth/sign-in', {
    headers: { 'x-api-key': '' },
    body: { username, password },
  });

describe('the first admin', () => {
  const servers: ClaimServer[] = [];
  const started = async (settings: Readonly<Record<string, string>>) => {
    const server = await claimServer(settings);
    servers.push(server);
    return server;
  };
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  it('G3.139 G3.140 has the password whose hash is in the settings, and not the hash', async () => {
    const { out } = await sluice(['hash-password', '--stdin'], { input: PASSWORD });
    const hash = out.trim();
    const server = await started({ ROUNDTABLE_COMMUNITY_AUTH_PASSWORD: hash });
    expect((await signIn(server, 'admin', PASSWORD)).status).toBe(200);
    expect((await signIn(server, 'admin', hash)).status).toBe(401);
    expect(server.said().err).not.toContain('holds the password itself');
  });

  it('G3.141 has a password that stands in the settings, with a warning', async () => {
    const server = await started({ ROUNDTABLE_COMMUNITY_AUTH_PASSWORD: PASSWORD });
    expect((await signIn(server, 'admin', PASSWORD)).status).toBe(200);
    const { out, err } = server.said();
    expect(err).toContain('ROUNDTABLE_COMMUNITY_AUTH_PASSWORD holds the password itself');
    expect(out + err).not.toContain(PASSWORD);
  });

  it('G3.142 has a random password of its own, shown once', async () => {
    const shown: string[] = [];
    for (const _ of [1, 2]) {
      const server = await started({});
      await expect
        .poll(() => server.said().out, { timeout: 10_000 })
        .toMatch(/\n {2}password {2}(\S+)\n/);
      const { out, err } = server.said();
      const password = /\n {2}password {2}(\S+)\n/.exec(out)?.[1] ?? '';
      expect(err).not.toContain(password);
      expect(out.split(password)).toHaveLength(2);
      expect((await signIn(server, 'admin', password)).status).toBe(200);
      for (const guess of ['admin', 'password', 'changeme', 'sluice']) {
        expect((await signIn(server, 'admin', guess)).status).not.toBe(200);
      }
      shown.push(password);
    }
    expect(shown[0]).not.toBe(shown[1]);
  });
});

describe('API keys', () => {
  let server: ClaimServer;
  beforeAll(async () => {
    server = await claimServer();
  });
  afterAll(() => server?.close());

  const create = async (name: string, more: object = {}) => {
    const body = { name, scopes: ['flows:read', 'keys:write'], ...more };
    const { status, json } = await server.ask('POST', '/api/v1/keys', { body });
    expect(status).toBe(201);
    return json as { readonly id: string; readonly key: string };
  };

  it('G5.259 each of ADMIN_API_KEYS gives admin, another key does not', async () => {
    const { key } = await create('ordinary');
    const accounts = (given: string) =>
      server.ask('GET', '/api/v1/admin/accounts', { headers: { 'x-api-key': given } });
    expect((await accounts(KEY)).status).toBe(200);
    expect((await accounts(SECOND_KEY)).status).toBe(200);
    expect((await accounts(key)).status).toBe(403);
    expect((await accounts(`${KEY},${SECOND_KEY}`)).status).toBe(401);
  });

  it('G5.288 a key of 91 days is due, one of 89 is not, and one can have an end', async () => {
    const old = await create('old');
    const young = await create('young');
    const client = new pg.Client({ connectionString: server.databaseUrl });
    await client.connect();
    try {
      for (const [id, days] of [
        [old.id, 91],
        [young.id, 89],
      ] as const) {
        const at = Date.now() - days * DAY_MS;
        await client.query('UPDATE sluice.api_keys SET created_at = $1 WHERE id = $2', [at, id]);
      }
    } finally {
      await client.end();
    }
    const env = { SLUICE_SERVER: server.url, SLUICE_API_KEY: KEY };
    const due = await sluice(['keys', 'list', '--older-than-days', '90', '--json'], { env });
    const items: readonly { id: string; isDue: boolean }[] = JSON.parse(due.out).items;
    expect(items.map(({ id, isDue }) => ({ id, isDue }))).toEqual([{ id: old.id, isDue: true }]);
    const told = await sluice(['keys', 'list'], { env });
    expect(told.out).toMatch(/old +sk_\S+ +due +91 d/);
    const doctor = await sluice(['doctor'], { env: { ...READY, ...env } });
    expect(doctor.out).toMatch(/fail {2}age of keys +1 of \d+ keys are older than 90 days/);
    const expiresAt = new Date(Date.now() + DAY_MS).toISOString();
    expect(await create('ends', { expiresAt })).toMatchObject({ expiresAt });
  });
});

it('the password of a first admin is in no file of the server’s folder', async () => {
  const server = await claimServer();
  try {
    await expect.poll(() => server.said().out, { timeout: 10_000 }).toContain('shown this once');
    const password = /\n {2}password {2}(\S+)\n/.exec(server.said().out)?.[1] ?? 'none';
    expect(password).not.toBe('none');
    for (const entry of readdirSync(server.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(readFileSync(join(entry.parentPath, entry.name), 'latin1')).not.toContain(password);
    }
  } finally {
    await server.close();
  }
});
