import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { KEY, made, SECRETS } from '../../claims/support.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { type OneOfSeveral, oneOfSeveral, type Told } from './processes.ts';

/** Who reads the database, the log, the record or the list of processes finds no way in. */

const typed = (name: string) => `Typed-${made(name).slice(0, 24)}`;
const PASSWORD = typed('password');
const NEXT = typed('next password');
const WRONG = typed('wrong password');
const operator = { 'x-api-key': KEY };

let database: TestDatabase;
let server: OneOfSeveral;
/** By what it is, so that a failure names it and shows no more. */
const secrets: Record<string, string> = { PASSWORD, NEXT, WRONG, ...SECRETS, operatorKey: KEY };

let lastHost = 0;
const ask = (method: string, path: string, asked: Parameters<OneOfSeveral['ask']>[2] = {}) => {
  lastHost += 1;
  return server.ask(method, path, { from: `203.0.113.${lastHost}`, ...asked });
};
const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask('POST', path, { body, headers });

beforeAll(async () => {
  database = await testDatabase();
  const settings = { LOG_LEVEL: 'debug', BCRYPT_ROUNDS: '10', ENABLE_RATE_LIMITING: 'false' };
  server = await oneOfSeveral(database.url, settings);
  // It is printed after the line that tells that the server is ready.
  await vi.waitFor(() => expect(server.password).toBeDefined());
  secrets.firstPassword = server.password ?? '';
  await doEverything();
  await ask('GET', '/api/v1/me', { headers: { authorization: 'Bearer a.b.c' } });
}, 60_000);
afterAll(async () => {
  await server?.close();
  await database?.close();
});

/** Each act that gives out or takes a secret, right and wrong. */
async function doEverything(): Promise<void> {
  const username = 'ann';
  const { id } = (await post('/api/v1/people', { username, password: PASSWORD }, operator)).json;
  const first = await post('/api/v1/auth/sign-in', { username, password: PASSWORD });
  keep('first', first);
  await post('/api/v1/auth/sign-in', { username, password: WRONG });
  await basic(username, WRONG);
  await basic(username, PASSWORD);
  const renewed = await post('/api/v1/auth/refresh', { refreshToken: first.json.refreshToken });
  keep('renewed', renewed);
  const headers = { authorization: `Bearer ${renewed.json.accessToken}` };
  await post('/api/v1/me/password', { current: PASSWORD, new: NEXT }, headers);
  const key = await post('/api/v1/keys', { name: 'k', scopes: ['flows:read'] }, headers);
  secrets.key = key.json.key;
  await ask('GET', '/api/v1/me', { headers: { 'x-api-key': key.json.key } });
  await ask('GET', '/api/v1/me', { headers: { 'x-api-key': `${key.json.key.slice(0, -1)}!` } });
  secrets.ticket = (await post('/api/v1/ws/tickets', {}, headers)).json.ticket;
  const invitation = await post('/api/v1/invitations', { role: 'user', days: 1 }, operator);
  secrets.invitation = invitation.json.token;
  const reset = await post(`/api/v1/people/${id}/password-reset`, {}, operator);
  secrets.reset = reset.json.token;
  const cookies = { username, password: NEXT, cookies: true };
  secrets.csrf = (await post('/api/v1/auth/sign-in', cookies)).json.csrfToken;
  await post('/api/v1/auth/reset-password', { token: secrets.reset, password: WRONG.slice(0, 3) });
  await post('/api/v1/auth/sign-up', { username: 'x', password: WRONG, invitation: 'nonsense' });
  await post('/api/v1/auth/sign-in', { username, password: { WRONG } });
  await post('/api/v1/auth/sign-in', { username, password: PASSWORD, [WRONG]: WRONG });
}

const basic = (username: string, password: string) => {
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  return ask('GET', '/api/v1/me', { headers: { authorization: `Basic ${encoded}` } });
};

function keep(name: string, { json }: Told): void {
  secrets[`${name} access token`] = json.accessToken;
  secrets[`${name} refresh token`] = json.refreshToken;
}

/** The names of the secrets that a text holds, as they are or spelled in other ways. */
function foundIn(text: string): readonly string[] {
  const low = text.toLowerCase();
  return Object.entries(secrets).flatMap(([name, secret]) => {
    expect(typeof secret === 'string' && secret.length > 15, name).toBe(true);
    const bytes = Buffer.from(secret);
    const forms = [secret, bytes.toString('base64').slice(0, -4), bytes.toString('hex')];
    return forms.some((form) => low.includes(form.toLowerCase())) ? [name] : [];
  });
}

async function dump(): Promise<string> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of rows) {
      const all = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      texts.push(name, ...all.rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

/** The server and all that it started. */
function family(): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0])]];
      } catch {
        return []; // It ended meanwhile.
      }
    });
  const found = new Set([server.pid]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const [pid = 0, parent = 0] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

describe('no password, key or token that was given out or typed stands', () => {
  it('in a dump of the database', async () => {
    const text = await dump();
    expect(text).toContain('ann');
    expect(text).toContain('auth.denied');
    expect(foundIn(text)).toEqual([]);
  });

  it('in the log, but for the first password on the terminal, once', () => {
    const said = server.said();
    const shown = said.split(secrets.firstPassword ?? '-').length - 1;
    expect(shown).toBe(1);
    expect(foundIn(said.replace(secrets.firstPassword ?? '-', ''))).toEqual([]);
  });

  it('in the record that admins read and carry away', async () => {
    const page = await ask('GET', '/api/v1/audit?limit=200', { headers: operator });
    expect(page.status).toBe(200);
    expect(page.text).toContain('auth.sign-in');
    expect(foundIn(page.text)).toEqual([]);
  });

  it('in the list of processes', () => {
    const pids = family();
    const lines = pids.map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
    expect(lines.join('\n')).toContain('sluice');
    expect(foundIn(lines.join('\n'))).toEqual([]);
  });
});
