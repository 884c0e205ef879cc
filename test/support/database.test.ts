import pg from 'pg';
import { expect, test } from 'vitest';
import { testDatabase } from './database.ts';

test('gives two empty databases that know nothing of each other', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
  const clients = [one, other].map(({ url }) => new pg.Client({ connectionString: url }));
  const [first, second] = clients;
  await Promise.all(clients.map((client) => client.connect()));
  await first?.query('create table things (name text)');
  const found = await second?.query(`select to_regclass('things') as place`);
  expect(found?.rows).toEqual([{ place: null }]);
  await Promise.all(clients.map((client) => client.end()));
  await Promise.all([one.close(), other.close()]);
});

test('drops a database that is still in use', async () => {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  const ended = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await database.close();
  await ended;
  const again = new pg.Client({ connectionString: database.url });
  await expect(again.connect()).rejects.toThrow('does not exist');
});
