import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/auth/index.ts';
import { ROUTES, type Route } from '../../src/contract/index.ts';
import { sluice } from '../cli/spawn-command.ts';
import { bodyOf, pathOf, type Things } from '../http/matrix/samples.ts';
import { makeWorld, type World } from '../http/matrix/world.ts';
import { auditOf } from '../store/open-test-store.ts';
import { testDatabase } from '../support/database.ts';
import { testServer } from '../support/server.ts';
import { type ClaimServer, claimServer, SECRETS } from './support.ts';

/** What guides 3 to 5 promise of the record of who did what, as it is shipped. */

interface Row {
  readonly id: string;
  readonly action: string;
  readonly actor: string;
  readonly requestId?: string;
  readonly targetId: string;
  readonly address?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}
type Asks = Pick<ClaimServer, 'ask'> | World['server'];
async function rowsOf(server: Asks, query: string): Promise<readonly Row[]> {
  const { status, text, json } = await server.ask('GET', `/api/v1/audit?limit=200&${query}`);
  expect(status, text).toBe(200);
  return json.items;
}
const addPerson = async (server: ClaimServer, username: string) => {
  const body = { username, role: 'viewer' };
  const { status, json, text } = await server.ask('POST', '/api/v1/people', { body });
  expect(status, text).toBe(201);
  return json.id as string;
};

describe('settings of the audit', () => {
  const DAY = 24 * 60 * 60_000;
  const opened: { close(): Promise<unknown> }[] = [];
  let url = '';
  beforeAll(async () => {
    const database = await testDatabase();
    opened.push(database);
    url = database.url;
    const seeding = await testServer({ databaseUrl: url });
    const now = Date.now();
    const rows = [400, 31, 29].map((days) =>
      auditOf('flow.create', { at: now - days * DAY, targetId: `${days}` }),
    );
    await seeding.store.account(DEFAULT_ACCOUNT).audit.appendAll(rows);
    await seeding.close();
  }, 60_000);
  afterAll(async () => {
    for (const one of opened.reverse()) await one.close();
  });

  /** One life of a server over the same database. */
  async function live<T>(
    settings: Readonly<Record<string, string>>,
    act: (server: ClaimServer) => Promise<T>,
  ): Promise<T> {
    const server = await claimServer({ DATABASE_URL: url, ...settings });
    try {
      return await act(server);
    } finally {
      await server.close();
    }
  }

  it('G4.241 G3.180 G4.240 G5.286 turn it on and off, and say how long records are kept', async () => {
    const on = { FLOWRUNNER_ENABLE_AUDIT_LOGGING: 'true', AUDIT_RETENTION_DAYS: '3650' };
    const ada = await live(on, async (server) => {
      await expect
        .poll(async () => (await server.ask('GET', '/api/v1/audit/verify')).json.lastSequence)
        .toBeGreaterThanOrEqual(3);
      const id = await addPerson(server, 'ada');
      expect(await rowsOf(server, `action=person.*&targetId=${id}`)).toHaveLength(1);
      return id;
    });
    const off = { ...on, FLOWRUNNER_ENABLE_AUDIT_LOGGING: 'false' };
    const bob = await live(off, (server) => addPerson(server, 'bob'));
    await live({ AUDIT_RETENTION_DAYS: '30' }, async (server) => {
      await expect.poll(() => rowsOf(server, 'action=audit.retain')).toHaveLength(1);
      const [retained] = await rowsOf(server, 'action=audit.retain');
      expect(retained?.details).toMatchObject({ removed: 2 });
      const old = await rowsOf(server, 'action=flow.create');
      expect(old.map(({ targetId }) => targetId)).toEqual(['29']);
      const verified = await server.ask('GET', '/api/v1/audit/verify');
      expect(verified.json).toMatchObject({ isIntact: true });
      // What was done while it was off is nowhere; what was done before is still there.
      expect(await rowsOf(server, `targetId=${bob}`)).toEqual([]);
      expect(await rowsOf(server, `targetId=${ada}&action=person.create`)).toHaveLength(1);
      expect(await rowsOf(server, `targetId=${ada}&actor=key:admin-1`)).toHaveLength(1);
      expect(await rowsOf(server, `targetId=${ada}&actor=key:admin-2`)).toEqual([]);
      expect(await rowsOf(server, `targetId=${ada}&to=2020-01-01T00:00:00.000Z`)).toEqual([]);
    });
  }, 60_000);
});

describe('a server that is watched', () => {
  let server: ClaimServer;
  let sink: Server;
  let folder = '';
  const heard: { readonly rule?: string }[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-watched-'));
    sink = createServer((request, response) => {
      let text = '';
      request.on('data', (piece) => {
        text += piece;
      });
      request.on('end', () => {
        heard.push(JSON.parse(text));
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
    const { port } = sink.address() as AddressInfo;
    server = await claimServer({
      ALERT_WEBHOOK: `http://127.0.0.1:${port}/`,
      ALERT_FAILURES: '10',
      ALERT_WINDOW: '60',
      AUDIT_COPY: join(folder, 'copy.jsonl'),
      TRUSTED_PROXIES: '127.0.0.1',
      RATE_LIMIT_REQUESTS: '10000',
    });
  }, 60_000);
  afterAll(async () => {
    await server?.close();
    sink?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** So many tries with keys that are none. */
  async function guess(address: string, count: number): Promise<void> {
    for (let tried = 0; tried < count; tried += 1) {
      const headers = { 'x-api-key': `sk_${'a'.repeat(43)}`, 'x-forwarded-for': address };
      expect((await server.ask('GET', '/api/v1/me', { headers })).status).toBe(401);
    }
  }
  const alerts = (address: string) =>
    rowsOf(server, `action=alert.failures&targetId=${encodeURIComponent(address)}`);

  it('G5.283 keeps each failed key with its address, and counts them', async () => {
    await guess('192.0.2.3', 4);
    await expect.poll(() => rowsOf(server, 'action=auth.denied&address=192.0.2.3')).toHaveLength(4);
    const rows = await rowsOf(server, 'outcome=denied&address=192.0.2.3');
    for (const { details } of rows) expect(details).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(JSON.stringify(rows)).not.toContain('a'.repeat(43));
  });

  it('G5.284 raises an alert at ten failures in a minute, and at nine none', async () => {
    await guess('192.0.2.9', 9);
    await guess('192.0.2.10', 10);
    await expect.poll(() => alerts('192.0.2.10')).toHaveLength(1);
    expect((await alerts('192.0.2.10'))[0]?.details).toMatchObject({
      count: 10,
      windowMs: 60_000,
    });
    expect(await alerts('192.0.2.9')).toEqual([]);
  });

  it('G3.176 watches sign-ins, counts what keys are used for, and sends alerts', async () => {
    const body = { username: 'nobody-here', password: 'not a password of anybody' };
    const tried = await server.ask('POST', '/api/v1/auth/sign-in', {
      headers: { 'x-api-key': '', 'x-forwarded-for': '192.0.2.20' },
      body,
    });
    expect(tried.status).toBe(401);
    await expect
      .poll(() => rowsOf(server, 'action=auth.sign-in&outcome=failed&address=192.0.2.20'))
      .toHaveLength(1);
    const key = { name: 'counted', scopes: ['flows:read'] };
    const made = (await server.ask('POST', '/api/v1/keys', { body: key })).json;
    for (let used = 0; used < 3; used += 1) {
      await server.ask('GET', '/api/v1/me', { headers: { 'x-api-key': made.key } });
    }
    await guess('192.0.2.21', 10);
    await expect
      .poll(() => heard.map(({ rule }) => rule), { timeout: 10_000 })
      .toContain('failures');
    await expect
      .poll(async () => (await server.ask('GET', `/api/v1/keys/${made.id}/usage`)).json.months, {
        timeout: 15_000,
      })
      .toMatchObject([{ requests: 3 }]);
  });

  it('G3.177 begins a new copy when the file was moved away, and loses nothing', async () => {
    const path = join(folder, 'copy.jsonl');
    const holds = (id: string) => existsSync(path) && readFileSync(path, 'utf8').includes(id);
    const first = await addPerson(server, 'before-the-move');
    await expect.poll(() => holds(first), { timeout: 10_000 }).toBe(true);
    renameSync(path, `${path}.1`);
    const second = await addPerson(server, 'after-the-move');
    await expect.poll(() => holds(second), { timeout: 10_000 }).toBe(true);
    const env = { ENCRYPTION_KEY: SECRETS.ENCRYPTION_KEY };
    for (const file of [`${path}.1`, path]) {
      const { exit, out, err } = await sluice(['audit', 'verify', '--file', file], {
        cwd: folder,
        env,
      });
      expect(exit, out + err).toBe(0);
    }
    expect(server.said().err).not.toContain('"level":"error"');
  });
});

describe('admins', () => {
  let world: World;
  beforeAll(async () => {
    world = await makeWorld();
  }, 60_000);
  afterAll(() => world?.server.close());

  it('G3.178 alone read the records, and leave one of it', async () => {
    const { server, as } = world;
    for (const headers of [as.user, as.viewer, as.nothing, { 'x-api-key': '' }]) {
      for (const path of ['/api/v1/audit', '/api/v1/audit/verify', '/api/v1/audit/export']) {
        expect([401, 403]).toContain((await server.ask('GET', path, { headers })).status);
      }
    }
    const me = (await server.ask('GET', '/api/v1/me', { headers: as.owner })).json.id;
    const reads = () => rowsOf(server, `action=audit.read&actor=${me}`);
    expect(await reads()).toEqual([]);
    expect((await server.ask('GET', '/api/v1/audit', { headers: as.owner })).status).toBe(200);
    expect(await reads()).toHaveLength(1);
  });

  it('G5.286 leave a record of what was before and what is now', async () => {
    const { server, mine } = world;
    const change = async (method: string, path: string, body: object) => {
      const answer = await server.ask(method, path, { body });
      expect(answer.status, answer.text).toBe(200);
    };
    await change('PATCH', '/api/v1/account', { name: 'Renamed' });
    await change('PATCH', `/api/v1/people/${mine.person}`, { role: 'user' });
    const role = '/api/v1/roles/auditors';
    await change('PUT', role, { permissions: ['flows:read'] });
    await change('PUT', role, { permissions: ['flows:read', 'audit:read'] });
    await change('PATCH', `/api/v1/keys/${mine.key}`, { networks: ['10.0.0.0/8'] });
    await change('PATCH', `/api/v1/flows/${mine.flow}`, { isPublic: true });
    const detailsOf = async (action: string) =>
      (await rowsOf(server, `action=${action}`))[0]?.details;
    expect(await detailsOf('account.update')).toEqual({
      name: { from: 'Default', to: 'Renamed' },
    });
    expect(await detailsOf('person.update')).toMatchObject({
      role: { from: 'viewer', to: 'user' },
    });
    expect(await detailsOf('role.put')).toEqual({
      permissions: { from: ['flows:read'], to: ['flows:read', 'audit:read'] },
    });
    expect(await detailsOf('key.update')).toEqual({ networks: { from: [], to: ['10.0.0.0/8'] } });
    expect(await detailsOf('flow.access')).toMatchObject({
      isPublic: true,
      before: { isPublic: false },
    });
  });

  it('G5.285 leave a record of each call of theirs', async () => {
    const { server, mine } = world;
    const ADMIN = new Set<Route['permission']>(['accounts:admin', 'server:admin', 'audit:read']);
    const routes = (ROUTES as readonly Route[]).filter(({ permission }) => ADMIN.has(permission));
    // What ends something comes last; one's own account, if it is the operator's, never ends.
    const ordered = routes
      .filter(({ id }) => id !== 'deleteOwnAccount')
      .sort((one, other) => rankOf(one) - rankOf(other));
    expect(ordered.length).toBeGreaterThan(20);
    const asked = new Map<string, string>();
    for (const route of ordered) {
      const things: Things = { ...mine, account: 'other' };
      const body = route.body === undefined ? {} : { body: bodyOf(route.id as never, things) };
      const path = pathOf(route.path, things);
      const answer = await server.ask(route.method, path, body);
      expect(answer.status, `${route.id} ${answer.text}`).toBeLessThan(300);
      asked.set(answer.headers.get('x-request-id') ?? '', route.id);
    }
    // That of a new account begins with who made it, so all accounts are looked at.
    const client = new pg.Client({ connectionString: server.databaseUrl });
    await client.connect();
    const { rows } = await client.query('SELECT request_id, actor FROM sluice.audit_events');
    await client.end();
    for (const { request_id, actor } of rows) {
      if (actor === 'key:admin-1') asked.delete(request_id);
    }
    expect([...asked.values()]).toEqual([]);
  });
});

function rankOf({ id, method }: Route): number {
  if (id === 'endPersonSession') return -1; // While the session is still there.
  if (id === 'removePerson' || id === 'deleteAccount') return 2;
  return method === 'DELETE' ? 1 : 0;
}
