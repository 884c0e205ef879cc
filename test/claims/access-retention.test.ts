import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/auth/index.ts';
import { openDatabase, openStore } from '../../src/store/index.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { HELLO } from '../support/flows.ts';
import { type Person, signedIn, sql } from './access-people.ts';
import { type ClaimServer, claimServer } from './support.ts';

/**
 * What guide 2 promises of what is kept: tried with a server that is started on an old database.
 */

const DAY = 24 * 60 * 60_000;
const now = Date.now();
const LARGE = `name: large
inputs: {text: {type: string}}
nodes:
  one: {type: template, config: {template: "{{ inputs.text }}!"}}
outputs: {text: one}
`;

let folder: string;
let database: TestDatabase;
let server: ClaimServer;
const start = () =>
  claimServer({
    DATABASE_URL: database.url,
    DATA_DIR: join(folder, 'data'),
    ENABLE_RATE_LIMITING: 'false',
  });
const query = <Row = Readonly<Record<string, string>>>(
  text: string,
  values: readonly unknown[] = [],
) => sql<Row>({ databaseUrl: database.url }, text, values);

/** Executions by how many days ago they ended. */
const executions: Record<number, string> = {};
/** What the account had before it was deleted. */
const before = { files: 0, rows: {} as Readonly<Record<string, number>> };

/** Records of those days, in a database that no server has seen. */
async function writeOldRecords(): Promise<void> {
  const store = await openStore({
    database: await openDatabase({ url: database.url }),
    blobFolder: join(folder, 'blobs'),
  });
  await store.ensureAccount(DEFAULT_ACCOUNT, 'Default');
  const { audit } = store.account(DEFAULT_ACCOUNT);
  for (const days of [500, 366, 364, 1]) {
    const what = {
      actor: 'server',
      action: 'test.old',
      targetKind: 'test',
      outcome: 'done',
    } as const;
    await audit.append({ ...what, at: now - days * DAY, targetId: `${days}`, details: {} });
  }
  await store.close();
}

/** An account with all that one can have, large values among it. */
async function fillAccount(): Promise<Person> {
  const body = { id: 'acme', name: 'Acme', admin: { username: 'acme-admin' } };
  const made = await server.ask('POST', '/api/v1/admin/accounts', { body });
  const admin = await signedIn(server, 'acme-admin', made.json.password);
  const added = { username: 'acme-user', password: 'violet otter under 92 lamps' }; // not-a-secret
  const user = await admin.ask('POST', '/api/v1/people', added);
  await admin.ask('POST', '/api/v1/keys', { name: 'k', scopes: ['flows:read'] });
  await admin.ask('POST', '/api/v1/invitations', {});
  await admin.ask('POST', `/api/v1/people/${user.json.id}/password-reset`);
  const flow = await admin.ask('POST', '/api/v1/flows', { source: LARGE });
  const path = `/api/v1/flows/${flow.json.id}`;
  await admin.ask('PUT', `${path}/shares/acme-user`, { level: 'view' });
  await admin.ask('POST', `${path}/links`, {});
  const run = { inputs: { text: 'x'.repeat(700_000) } };
  const ran = await admin.ask('POST', `${path}/execute?wait=20s`, run);
  expect(ran.json.status, ran.text.slice(0, 500)).toBe('completed');
  return admin;
}

/** Large values that are kept; only one account has any. */
const filesKept = () =>
  readdirSync(join(folder, 'data/blobs'), { recursive: true })
    .map(String)
    .filter((path) => /[0-9a-f]{64}$/.test(path));

/** How many rows of an account each table has, where it has one. */
async function rowsOf(account: string): Promise<Readonly<Record<string, number>>> {
  const tables = await query(
    `SELECT table_name AS name FROM information_schema.columns
    WHERE table_schema = 'sluice' AND column_name = 'account_id'`,
  );
  const counts = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await query<{ count: string }>(
        `SELECT count(*) FROM sluice.${name} WHERE account_id = $1`,
        [account],
      );
      return [name, Number(row?.count)] as const;
    }),
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-claims-'));
  database = await testDatabase();
  await writeOldRecords();
  server = await start();
  await fillAccount();
  const flow = await server.ask('POST', '/api/v1/flows', { body: { source: HELLO } });
  for (const days of [400, 91, 89, 0]) {
    const path = `/api/v1/flows/${flow.json.id}/execute?wait=20s`;
    const { json } = await server.ask('POST', path, { body: {} });
    executions[days] = json.id;
    const at = now - days * DAY;
    // Triggers let nobody change what has ended; whoever owns the database gets past them.
    const change = `SET session_replication_role = replica; UPDATE sluice.executions
      SET created_at = ${at}, ended_at = ${at} WHERE id = '${json.id}'`;
    if (days > 0) await query(change);
  }
  const open = 'SELECT id FROM sluice.audit_events WHERE sequence IS NULL';
  // What is not sealed yet is not removed.
  await vi.waitUntil(async () => (await query(open)).length === 0, { timeout: 10_000 });
  before.files = filesKept().length;
  before.rows = await rowsOf('acme');
  const gone = await server.ask('DELETE', '/api/v1/admin/accounts/acme');
  expect(gone.status).toBe(202);
  await server.close();
  server = await start();
}, 60_000);
afterAll(async () => {
  await server?.close();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a server that starts', () => {
  it('G2.117 has removed all rows and files of an account that was deleted', async () => {
    const tables = ['people', 'sessions', 'api_keys', 'flows', 'executions', 'audit_events'];
    for (const table of tables) expect(before.rows[table], table).toBeGreaterThan(0);
    expect(before.files).toBeGreaterThan(0);
    await expect.poll(() => rowsOf('acme'), { timeout: 15_000 }).toEqual({});
    await expect.poll(filesKept).toEqual([]);
    expect(await rowsOf('default')).toMatchObject({ people: 1, flows: 1 });
  });

  it('G2.116 has removed executions after 90 days, and keeps those of 89', async () => {
    const status = async (days: number) =>
      (await server.ask('GET', `/api/v1/executions/${executions[days]}`)).status;
    await expect.poll(() => status(91), { timeout: 15_000 }).toBe(404);
    expect(await status(400)).toBe(404);
    expect(await status(89)).toBe(200);
    expect(await status(0)).toBe(200);
    const left = 'SELECT DISTINCT execution_id AS id FROM sluice.journal';
    const ids = (await query(left)).map(({ id }) => id);
    expect(ids.sort()).toEqual([executions[89], executions[0]].sort());
  });

  it('G2.118 has removed records after a year, keeps those of 364 days, and can prove it', async () => {
    const old = async () => {
      const { json } = await server.ask('GET', '/api/v1/audit?action=test.old&limit=100');
      return json.items.map(({ targetId }: { targetId: string }) => targetId).sort();
    };
    await expect.poll(old, { timeout: 15_000 }).toEqual(['1', '364']);
    const { json } = await server.ask('GET', '/api/v1/audit/verify');
    expect(json.isIntact, JSON.stringify(json)).toBe(true);
    expect(json.firstSequence).toBe(3);
  });
});
