/**
 * Attacks on records: where they cannot be written, where servers are killed, where accounts go.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY } from '../../claims/support.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { HELLO, LONG } from '../../support/flows.ts';
import { type OneOfSeveral, oneOfSeveral } from './processes.ts';

const PASSWORD = 'violet otter under 92 lamps'; // not-a-secret
/** So large that it is kept as a file. */
const LARGE = `name: large
inputs: {n: {type: integer, default: 1}}
nodes:
  one: {type: template, config: {template: "{{ 'x' * 300000 }}{{ inputs.n }}"}}
outputs: {text: one}
`;
/** Under the settings' names: no limit of requests, and hashes that cost little. */
const SETTINGS = { RATE_LIMIT_REQUESTS: '1000000', BCRYPT_ROUNDS: '10' };

let folder = '';
let database: TestDatabase;
let sql: pg.Client;
const running = new Set<OneOfSeveral>();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-records-'));
  database = await testDatabase();
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
}, 60_000);
afterAll(async () => {
  for (const one of running) await one.close();
  await sql?.end();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function started(more: Readonly<Record<string, string>> = {}): Promise<OneOfSeveral> {
  const own = { DATA_DIR: folder, ...SETTINGS };
  const begun = await oneOfSeveral(database.url, { ...own, ...more });
  const ask: OneOfSeveral['ask'] = (method, path, { headers, ...asked } = {}) =>
    begun.ask(method, path, { ...asked, headers: headers ?? { 'x-api-key': KEY } });
  const one = { ...begun, ask };
  running.add(one);
  return one;
}

async function killed(one: OneOfSeveral): Promise<void> {
  process.kill(one.pid, 'SIGKILL');
  running.delete(one);
  await one.close();
}

const bearer = async (one: OneOfSeveral, username: string) => {
  const body = { username, password: PASSWORD };
  const { json } = await one.ask('POST', '/api/v1/auth/sign-in', { body, headers: {} });
  return { authorization: `Bearer ${json.accessToken}` };
};

/** Every record is refused by the database until the returned function is called. */
async function withoutRecords(): Promise<() => Promise<void>> {
  await sql.query(`CREATE FUNCTION sluice.refuse_records() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'no records'; END $$;
    CREATE TRIGGER refuse_records BEFORE INSERT ON sluice.audit_events
    FOR EACH ROW EXECUTE FUNCTION sluice.refuse_records()`);
  return async () => {
    await sql.query('DROP FUNCTION sluice.refuse_records() CASCADE');
  };
}

/** How much there is of everything that acts change. */
async function counted(): Promise<unknown> {
  const tables = ['flows', 'flow_versions', 'executions', 'people', 'api_keys', 'sessions'];
  const more = ['flow_shares', 'share_links', 'accounts', 'roles', 'invitations'];
  const counts = [...tables, ...more].map((table) => `(SELECT count(*) FROM sluice.${table})`);
  const { rows } = await sql.query(`SELECT ${counts.join(" || ' ' || ")} || ' ' ||
    (SELECT count(*) FROM sluice.api_keys WHERE revoked_at IS NOT NULL) || ' ' ||
    (SELECT count(*) FROM sluice.flows WHERE is_public OR deleted_at IS NOT NULL) AS counts`);
  return rows[0]?.counts;
}

describe('where no record can be written (V16.5.3)', () => {
  it('nothing is changed, nobody signs in, and no flow touches the world', async () => {
    const touched: string[] = [];
    const world = createServer((asked, answer) => {
      touched.push(asked.url ?? '');
      answer.end('{}');
    });
    await new Promise<void>((resolve) => world.listen(0, '127.0.0.1', resolve));
    const address = world.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const server = await started({ EGRESS_ALLOW: `127.0.0.1:${port}` });
    const call = `{type: http, config: {url: "http://127.0.0.1:${port}/"}}`;
    const source = `name: call\nnodes: {a: ${call}}\noutputs: {text: a}\n`;
    const saved = await server.ask('POST', '/api/v1/flows', { body: { source } });
    const flow = `/api/v1/flows/${saved.json.id}`;
    const username = 'signed-in';
    await server.ask('POST', '/api/v1/people', { body: { username, password: PASSWORD } });
    const key = { name: 'key', scopes: ['flows:read'] };
    const { id } = (await server.ask('POST', '/api/v1/keys', { body: key })).json;
    expect((await server.ask('POST', `${flow}/execute?wait=10s`, { body: {} })).status).toBe(200);
    const [before, calls] = [await counted(), touched.length];
    expect(calls).toBe(1);
    const again = await withoutRecords();
    for (const [method, path, body] of [
      ['POST', '/api/v1/flows', { source: HELLO }],
      ['PUT', flow, { source: HELLO }],
      ['POST', `${flow}/execute?wait=10s`, {}],
      ['POST', `${flow}/links`, {}],
      ['PUT', `${flow}/shares/${username}`, { level: 'edit' }],
      ['PATCH', flow, { isPublic: true }],
      ['POST', '/api/v1/keys', key],
      ['POST', `/api/v1/keys/${id}/revoke`, undefined],
      ['PUT', '/api/v1/roles/new', { permissions: [] }],
      ['POST', '/api/v1/invitations', {}],
      ['POST', '/api/v1/people', { username: 'unseen', password: PASSWORD }],
      ['POST', '/api/v1/admin/accounts', { name: 'unseen', admin: { username: 'unseen' } }],
      ['POST', '/api/v1/auth/sign-in', { username, password: PASSWORD }],
      ['GET', '/api/v1/audit', undefined],
      ['DELETE', flow, undefined],
    ] as const) {
      const { status } = await server.ask(method, path, { body });
      expect([method, path, status >= 500]).toEqual([method, path, true]);
    }
    expect([await counted(), touched.length]).toEqual([before, calls]);
    await again();
    world.close();
  }, 60_000);
});

describe('a server that is killed under load', () => {
  it('leaves a whole chain, and a record of all that it answered', async () => {
    const [one, other] = [await started(), await started()];
    const body = { permissions: ['flows:read'] };
    const change = (server: OneOfSeveral, index: number) =>
      server.ask('PUT', `/api/v1/roles/role-${index % 20}`, { body });
    const all = Array.from({ length: 200 }, (_, index) => change(index % 2 ? one : other, index));
    const settled = Promise.allSettled(all);
    // One of its own has been answered, so others are on their way.
    await Promise.any(all.filter((_, index) => index % 2));
    await killed(one);
    const answers = await settled;
    const done = answers.filter((each) => each.status === 'fulfilled' && each.value.status === 200);
    const verified = async () => (await other.ask('GET', '/api/v1/audit/verify')).json;
    await expect.poll(async () => (await verified()).unsealed, { timeout: 20_000 }).toBeLessThan(3);
    expect((await verified()).isIntact).toBe(true);
    const { rows } = await sql.query(
      "SELECT count(*)::int AS count FROM sluice.audit_events WHERE action = 'role.put'",
    );
    expect(rows[0].count).toBeGreaterThanOrEqual(done.length);
    expect(done.length).toBeGreaterThanOrEqual(100);
  }, 60_000);
});

describe('an account that is deleted under load, by a server that is killed', () => {
  it('goes with all rows and files, and takes nothing of its neighbour along', async () => {
    const [one, other] = [await started(), await started()];
    const people: Record<string, Readonly<Record<string, string>>> = {};
    for (const id of ['goes', 'stays']) {
      const admin = { username: `${id}-admin`, password: PASSWORD };
      await one.ask('POST', '/api/v1/admin/accounts', { body: { id, name: id, admin } });
      people[id] = await bearer(one, admin.username);
    }
    const { goes = {}, stays = {} } = people;
    const flowOf = async (headers: Readonly<Record<string, string>>, source: string) =>
      (await one.ask('POST', '/api/v1/flows', { headers, body: { source } })).json.id as string;
    const run = (server: OneOfSeveral, flow: string, headers = goes) =>
      server.ask('POST', `/api/v1/flows/${flow}/execute?wait=20s`, { headers, body: {} });
    const kept = await run(one, await flowOf(stays, LARGE), stays);
    const [large, long] = [await flowOf(goes, LARGE), await flowOf(goes, LONG)];
    expect((await run(one, large)).status).toBe(200);
    await one.ask('POST', `/api/v1/flows/${long}/execute`, { headers: goes, body: {} });
    const asked = Array.from({ length: 60 }, (_, i) => run(i % 2 ? one : other, large));
    const noise = Promise.allSettled(asked);
    expect((await one.ask('DELETE', '/api/v1/admin/accounts/goes')).status).toBe(202);
    await killed(one);
    await noise;
    await expect.poll(() => leftOf('goes'), { timeout: 60_000, interval: 500 }).toEqual([]);
    const files = readdirSync(folder, { recursive: true }).map(String);
    const isOf = (account: string) => (file: string) => file.includes(folderOf(account));
    expect(files.filter(isOf('goes'))).toEqual([]);
    expect(files.some(isOf('stays'))).toBe(true);
    const path = `/api/v1/executions/${kept.json.id}`;
    expect((await other.ask('GET', path, { headers: stays })).json).toMatchObject(kept.json);
    const again = { id: 'goes', name: 'goes', admin: { username: 'goes-again' } };
    expect((await other.ask('POST', '/api/v1/admin/accounts', { body: again })).status).toBe(409);
  }, 120_000);
});

/** Tables that have rows of an account. */
async function leftOf(account: string): Promise<readonly string[]> {
  const { rows } = await sql.query<{ readonly name: string }>(
    `SELECT c.relname AS name FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'sluice'
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'account_id'
    WHERE c.relkind = 'r' AND NOT a.attisdropped`,
  );
  const left: string[] = [];
  for (const { name } of rows) {
    const text = `SELECT FROM sluice.${name} WHERE account_id = $1 LIMIT 1`;
    if (((await sql.query(text, [account])).rowCount ?? 0) > 0) left.push(name);
  }
  return left;
}

function folderOf(account: string): string {
  return createHash('sha256').update(account).digest('hex').slice(0, 32);
}
