import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/index.ts';
import {
  A,
  auditOf,
  codeOf,
  databaseOver,
  ENDED,
  nextOf,
  processId,
  saveFlow,
  startOf,
} from '../store/open-test-store.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

/** What the guides promise of the users of the database, with the sample of rights that we ship. */

const SAMPLE = new URL('../../src/store/migrations/roles.sql', import.meta.url);
/** Roles belong to the whole server, which other tests share. */
const suffix = randomBytes(6).toString('hex');
const ROLES = ['sluice_migrator', 'sluice_app', 'sluice_reader'];

let database: TestDatabase;
let store: Store;
const admin = async (text: string, url = database.url) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};
const urlOf = (role: string) => {
  const url = new URL(database.url);
  url.username = `${role}_${suffix}`;
  url.password = suffix;
  return url.href;
};
const urls = () => ({ migration: urlOf('sluice_migrator'), read: urlOf('sluice_reader') });

beforeAll(async () => {
  database = await testDatabase();
  for (const role of ROLES) {
    await admin(`CREATE ROLE ${role}_${suffix} LOGIN PASSWORD '${suffix}'`);
  }
  const sample = readFileSync(SAMPLE, 'utf8');
  await admin(sample.replaceAll(/\bsluice_(migrator|app|reader)\b/g, `$&_${suffix}`));
});
afterAll(async () => {
  await store?.close();
  for (const role of ROLES) await admin(`DROP OWNED BY ${role}_${suffix} CASCADE`);
  for (const role of ROLES) await admin(`DROP ROLE ${role}_${suffix}`);
  await database.close();
});

describe('with one database user for each task', () => {
  it('G4.234 a user that may not make tables cannot start on an empty database, and says so', async () => {
    const own = databaseOver(urlOf('sluice_app'));
    await expect(openStore({ database: own, blobFolder: 'unused' })).rejects.toMatchObject({
      code: 'STORE_SETUP',
      remedy: expect.stringContaining('DATABASE_MIGRATION_URL'),
    });
  });

  it('G4.234 everything works as a user that may not change tables', async () => {
    const own = databaseOver(urlOf('sluice_app'), urls());
    store = await openStore({ database: own, blobFolder: 'unused' });
    await store.ensureAccount(A, 'a');
    const flow = await saveFlow(store);
    const { flows, executions, audit } = store.account(A);
    const start = startOf(flow, { audit: auditOf('execution.start') });
    await store.journal.write(start);
    await store.journal.write(nextOf(start, [2], ENDED));
    await store.journal.write(startOf(flow, { status: 'queued' }));
    const owner = processId('p1');
    await store.dispatch.renewLease(owner, 'server');
    const [claimed] = await store.dispatch.claim({ owner, limit: 1, running: new Map() });
    await store.dispatch.announce();
    await store.dispatch.leave(owner);
    if (claimed === undefined) throw new Error('one was queued');
    expect(await executions.cancel(claimed.id, auditOf('execution.cancel'))).toBe('cancelled');
    expect(await executions.entries(start.execution, 0, 10)).toHaveLength(2);
    expect(await flows.remove(flow, auditOf('flow.delete'))).toBe(true);
    expect((await audit.list({}, { limit: 10 })).items).toHaveLength(4);
    expect(await store.check()).toMatchObject({ kind: 'external' });
  });

  it('G4.234 that user can make, change and drop no table, nor turn its guards off', async () => {
    for (const statement of [
      'CREATE TABLE sluice.mine (id int)',
      'CREATE TABLE public.mine (id int)',
      'DROP TABLE sluice.flows',
      'ALTER TABLE sluice.flows ADD COLUMN mine int',
      'ALTER TABLE sluice.flow_versions DISABLE TRIGGER ALL',
      'TRUNCATE sluice.audit_events CASCADE',
      'DROP SCHEMA sluice CASCADE',
    ]) {
      const denied = admin(statement, urlOf('sluice_app'));
      await expect(denied).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('G4.234 a later start needs no user that may change tables', async () => {
    const again = await openStore({
      database: databaseOver(urlOf('sluice_app')),
      blobFolder: 'unused',
    });
    expect((await again.account(A).executions.list({}, { limit: 10 })).items).toHaveLength(2);
    await again.close();
  });

  it('G1.049 the user of the read URL reads, and can write nothing', async () => {
    const reader = urlOf('sluice_reader');
    expect(await admin('SELECT count(*)::int AS n FROM sluice.executions', reader)).toEqual([
      { n: 2 },
    ]);
    for (const statement of [
      "INSERT INTO sluice.accounts VALUES ('x', 'x', 1)",
      "UPDATE sluice.flows SET name = 'x'",
      'DELETE FROM sluice.executions',
      'SELECT FROM sluice.flows FOR UPDATE',
    ]) {
      await expect(admin(statement, reader)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('G1.049 reads go to the read URL, writes do not', async () => {
    const own = databaseOver(urlOf('sluice_app'), urls());
    const split = await openStore({ database: own, blobFolder: 'unused' });
    await own.readPool.end();
    expect(await codeOf(split.account(A).flows.list({}, { limit: 1 }))).toBe('STORE_UNAVAILABLE');
    expect(await codeOf(split.account(A).audit.append(auditOf('x')))).toBe('done');
    Object.assign(own.readPool, { end: async () => undefined });
    await split.close();
  });
});
