import { Kysely, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import { expect, it } from 'vitest';
import type { FlowId } from '../../src/base/index.ts';
import { openStore } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/list.ts';
import { testDatabase } from '../support/database.ts';
import { A, auditOf, databaseOver } from './open-test-store.ts';

const FLOW = '00000000-0000-4000-8000-000000000001' as FlowId;

it('tables of the first program keep their flows, which belong to who made them', async () => {
  const { url, close } = await testDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const provider = {
    getMigrations: async () =>
      Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name.startsWith('0001'))),
  };
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const first = await new Migrator({
    db,
    provider,
    migrationTableSchema: 'sluice',
  }).migrateToLatest();
  expect(first.error).toBeUndefined();
  await pool.query(`INSERT INTO sluice.accounts VALUES ('a', 'A', 0)`);
  await pool.query(
    `INSERT INTO sluice.flows VALUES ('a', $1, 'n', 'd', 'n', '{}', 1, 'key:admin-2', 1, 1, NULL)`,
    [FLOW],
  );
  await pool.query(
    `INSERT INTO sluice.flow_versions
    VALUES ('a', $1, 1, 'yaml', 's', 'h', 'key:admin-2', 1, NULL)`,
    [FLOW],
  );
  await pool.query(
    `INSERT INTO sluice.audit_events
    VALUES ('a', $1, 1, 'key:admin-2', 'flow.create', 'flow', 't', 'done', NULL, NULL, NULL)`,
    [FLOW],
  );
  await db.destroy();
  const store = await openStore({ database: databaseOver(url), blobFolder: 'unused' });
  const { flows, audit } = store.account(A);
  expect(await flows.get(FLOW)).toMatchObject({ owner: 'key:admin-2', isPublic: false });
  expect(await flows.version(FLOW)).toMatchObject({
    source: 's',
    grants: { hosts: [], connections: [], secrets: [], code: 'none' },
  });
  expect(await store.accounts.get(A)).toMatchObject({ name: 'A', status: 'active' });
  await audit.append(auditOf('flow.read'));
  const { items } = await audit.list({ action: 'flow.*' }, { limit: 5 });
  expect(items.map(({ action }) => action)).toEqual(['flow.read', 'flow.create']);
  await store.close();
  await close();
});
