import { afterEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations/list.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import {
  A,
  codeOf,
  databaseOver,
  flowId,
  saveFlow,
  startOf,
  storeWorld,
} from './open-test-store.ts';

const opened: (Store | TestDatabase)[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
const fresh = async () => {
  const database = await testDatabase();
  opened.unshift(database);
  return database;
};
const open = async (url: string) => {
  const store = await openStore({ database: databaseOver(url), blobFolder: 'unused' });
  opened.unshift(store);
  return store;
};

describe('the tables', () => {
  it('are made once when several programs start at the same time', async () => {
    const { url } = await fresh();
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(url)));
    await Promise.all(stores.map((store) => store.ensureAccount(A, 'a')));
    const { pool, close } = databaseOver(url);
    const { rows } = await pool.query('SELECT name FROM sluice.kysely_migration');
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(MIGRATIONS));
    await close();
  });

  it('of a newer program are refused, and so is what is older than the tables', async () => {
    const { url } = await fresh();
    await open(url);
    const { pool, close } = databaseOver(url);
    await pool.query(
      "INSERT INTO sluice.kysely_migration (name, timestamp) VALUES ('9999-later', 'now')",
    );
    await close();
    const opening = openStore({ database: databaseOver(url), blobFolder: 'unused' });
    await expect(opening).rejects.toMatchObject({
      code: 'STORE_SETUP',
      message: expect.stringContaining('9999-later'),
    });
  });

  it('carry the account: a first column of every key, and of every reference', async () => {
    const world = await storeWorld();
    opened.unshift({ url: '', close: () => world.close() });
    const keys = await world.sql<{ table_name: string; kind: string; columns: string }>(
      `SELECT c.relname AS table_name, k.contype AS kind,
        (SELECT string_agg(a.attname, ',' ORDER BY p.place) FROM unnest(k.conkey)
          WITH ORDINALITY AS p (number, place) JOIN pg_attribute AS a
          ON a.attrelid = c.oid AND a.attnum = p.number) AS columns
      FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = 'sluice' AND k.contype IN ('p', 'f') AND c.relname NOT LIKE 'kysely%'`,
    );
    const unscoped = keys.filter(({ columns }) => !columns.startsWith('account_id'));
    expect(unscoped.map(({ table_name }) => table_name).sort()).toEqual([
      'accounts',
      'processes',
      // Of names that are known to no account, or to none yet.
      'sign_in_failures',
    ]);
    expect(keys.length).toBeGreaterThan(10);
  });

  it('refuse to change a version, the journal, the record, or what has ended', async () => {
    const world = await storeWorld();
    opened.unshift({ url: '', close: () => world.close() });
    const flow = await saveFlow(world.store);
    const unit = startOf(flow, { status: 'failed', endedAt: 1 });
    await world.store.journal.write(unit);
    for (const statement of [
      "UPDATE sluice.flow_versions SET source = 'other'",
      "UPDATE sluice.journal SET entries = 'other'",
      "UPDATE sluice.audit_events SET actor = 'other'",
      'DELETE FROM sluice.audit_events',
      "UPDATE sluice.executions SET status = 'completed'",
    ]) {
      await expect(world.sql(statement)).rejects.toThrow('never change');
    }
  });

  it('take no row of an account that is not there', async () => {
    const world = await storeWorld();
    opened.unshift({ url: '', close: () => world.close() });
    const nobody = 'nobody' as typeof A;
    await expect(saveFlow(world.store, nobody)).rejects.toMatchObject({ code: 'INTERNAL' });
    const unit = { ...startOf(flowId()), account: nobody };
    expect(await codeOf(world.store.journal.write(unit))).toBe('INTERNAL');
  });
});
