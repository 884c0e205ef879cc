import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type Database,
  type DatabaseOptions,
  openDatabase,
} from '../../src/store/postgres/index.ts';
import { testDatabase } from '../support/database.ts';
import {
  freePort,
  makeCertificates,
  type PostgresServer,
  SERVER_PASSWORD,
  startPostgresServer,
  TLS_SETTINGS,
} from '../support/postgres-server.ts';

let tls: PostgresServer;
beforeAll(async () => {
  tls = await startPostgresServer({
    settings: TLS_SETTINGS,
    access: [
      'hostssl all certified all cert',
      'hostssl withcert all all scram-sha-256 clientcert=verify-ca',
    ],
    prepare: (folder) => {
      makeCertificates(folder);
      const pem = ['client.crt', 'client.key'].map((name) =>
        readFileSync(join(folder, name), 'utf8'),
      );
      writeFileSync(join(folder, 'both.pem'), pem.join(''));
    },
  });
  const client = new pg.Client({ connectionString: tls.url() });
  await client.connect();
  await client.query('create database withcert');
  await client.end();
});
afterAll(() => tls.close());

const file = (name: string) => join(tls.folder, name);

async function open(options: DatabaseOptions): Promise<Database> {
  const database = await openDatabase(options);
  onTestFinished(() => database.close());
  return database;
}

/** Whether the sessions of both pools and of single clients are encrypted. */
async function isEncrypted(database: Database): Promise<boolean> {
  const question = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
  const client = new pg.Client(database.listenConfig);
  await client.connect();
  const answers = await Promise.all(
    [database.pool, database.readPool, client].map((asked) => asked.query(question)),
  );
  await client.end();
  return answers.every(({ rows }) => rows[0].ssl === true);
}

async function refusal(options: DatabaseOptions) {
  const outcome = await openDatabase(options).then(
    (database) => database.close().then(() => 'it opened'),
    (error: unknown) => error,
  );
  // Whatever goes wrong, the password is in nothing that could be shown.
  expect(JSON.stringify([outcome, String(outcome)])).not.toContain(SERVER_PASSWORD);
  return outcome;
}

describe('TLS to the database', () => {
  test('G1.047 sslmode=require encrypts, and refuses a server without TLS', async () => {
    expect(await isEncrypted(await open({ url: tls.url({ sslmode: 'require' }) }))).toBe(true);
    const plain = await testDatabase();
    onTestFinished(() => plain.close());
    expect(await refusal({ url: `${plain.url}?sslmode=require` })).toMatchObject({
      code: 'STORE_SETUP',
      message: expect.stringContaining('does not speak TLS, and sslmode asks for it'),
    });
    // The twin: the same server without the demand.
    await open({ url: plain.url });
  });

  test('G1.048 sslmode=verify-full refuses a certificate of an unknown authority', async () => {
    for (const parameters of [
      { sslmode: 'verify-full' },
      { sslmode: 'verify-ca' },
      { sslmode: 'verify-full', sslrootcert: file('other.crt') },
      { sslmode: 'verify-ca', sslrootcert: file('other.crt') },
      { sslmode: 'require', sslrootcert: file('other.crt') },
    ]) {
      expect(await refusal({ url: tls.url(parameters, 'localhost') })).toMatchObject({
        code: 'STORE_SETUP',
        message: expect.stringContaining('shows a certificate that is refused'),
      });
    }
    const right = { sslmode: 'verify-full', sslrootcert: file('ca.crt') };
    expect(await isEncrypted(await open({ url: tls.url(right, 'localhost') }))).toBe(true);
  });

  test('G1.048 sslmode=verify-full refuses a certificate for another host', async () => {
    const parameters = { sslmode: 'verify-full', sslrootcert: file('ca.crt') };
    expect(await refusal({ url: tls.url(parameters, '127.0.0.1') })).toMatchObject({
      code: 'STORE_SETUP',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    // verify-ca asks for the authority alone.
    const weaker = { ...parameters, sslmode: 'verify-ca' };
    expect(await isEncrypted(await open({ url: tls.url(weaker, '127.0.0.1') }))).toBe(true);
  });

  test('G4.235 FLOWRUNNER_POSTGRES_SSL_MODE=require sends the client certificate', async () => {
    const url = tls.url().replace(/\/postgres$/, '/withcert');
    const ssl = {
      mode: 'require',
      certFile: file('client.crt'),
      keyFile: file('client.key'),
    } as const;
    expect(await isEncrypted(await open({ url, ssl }))).toBe(true);
    // One file may hold both, as SSL_CERT alone means.
    const both = { mode: 'require', certFile: file('both.pem') } as const;
    expect(await isEncrypted(await open({ url, ssl: both }))).toBe(true);
    expect(await refusal({ url, ssl: { mode: 'require' } })).toMatchObject({ code: 'STORE_SETUP' });
  });

  test('G4.235 FLOWRUNNER_POSTGRES_SSL_MODE=require refuses a plain server', async () => {
    const plain = await testDatabase();
    onTestFinished(() => plain.close());
    expect(await refusal({ url: plain.url, ssl: { mode: 'require' } })).toMatchObject({
      message: expect.stringContaining('does not speak TLS'),
    });
  });

  test('G3.161 TLS can be switched on by setting, and the URL cannot weaken it', async () => {
    const ssl = { mode: 'verify-full', rootCertFile: file('ca.crt') } as const;
    expect(await isEncrypted(await open({ url: tls.url({}, 'localhost'), ssl }))).toBe(true);
    expect(
      await isEncrypted(await open({ url: tls.url({ sslmode: 'disable' }, 'localhost'), ssl })),
    ).toBe(true);
    const weaker = tls.url({ sslmode: 'require' }, '127.0.0.1');
    expect(await refusal({ url: weaker, ssl })).toMatchObject({ code: 'STORE_SETUP' });
  });

  test('G5.274 TLS is off, require or verified as the URL says', async () => {
    expect(await isEncrypted(await open({ url: tls.url({ sslmode: 'disable' }) }))).toBe(false);
    expect(await isEncrypted(await open({ url: tls.url({ sslmode: 'require' }) }))).toBe(true);
    for (const sslmode of ['prefer', 'allow', 'on', 'REQUIRE', 'true']) {
      expect(await refusal({ url: tls.url({ sslmode }) })).toMatchObject({ code: 'STORE_SETUP' });
    }
    // A parameter that is misspelt does not pass for one that is absent.
    expect(await refusal({ url: tls.url({ sslmod: 'require' }) })).toMatchObject({
      code: 'STORE_SETUP',
      message: 'DATABASE_URL: the parameter "sslmod" is not known',
    });
  });

  test('names the certificate file that cannot be used', async () => {
    writeFileSync(file('empty.crt'), 'nothing');
    for (const [ssl, words] of [
      [{ mode: 'require', certFile: '/missing/a.crt' }, '/missing/a.crt cannot be read (ENOENT)'],
      [{ mode: 'verify-full', rootCertFile: file('empty.crt') }, 'is not a PEM file'],
      [{ mode: 'require', certFile: file('client.crt') }, 'there is no private key'],
      [{ mode: 'require', keyFile: file('client.key') }, 'sslkey is given without sslcert'],
      [{ mode: 'disable', certFile: file('both.pem') }, 'certificates are given, but TLS is off'],
      [{ rootCertFile: file('ca.crt') }, 'certificates are given, but TLS is off'],
    ] as const) {
      expect(await refusal({ url: tls.url(), ssl })).toMatchObject({
        code: 'STORE_SETUP',
        message: expect.stringContaining(words),
      });
    }
  });
});

describe('users and pools of the database', () => {
  test('G1.049 a write on the read address fails, on the other it succeeds', async () => {
    const database = await testDatabase();
    onTestFinished(() => database.close());
    // The read user may write as far as its rights go: the session itself refuses.
    const both = await open({ url: database.url, readUrl: database.url });
    await both.pool.query('create table kept as select 42 as answer');
    await expect(both.readPool.query('delete from kept')).rejects.toMatchObject({ code: '25006' });
    expect((await both.readPool.query('select * from kept')).rows).toEqual([{ answer: 42 }]);
  });

  test('G1.049 the read address may have a user of its own', async () => {
    const database = await testDatabase();
    onTestFinished(() => database.close());
    const reader = `reader_${process.pid}_${Math.random().toString(36).slice(2)}`;
    const readUrl = new URL(database.url);
    readUrl.username = reader;
    readUrl.password = 'reads-only';
    const admin = await open({ url: database.url });
    await admin.pool.query('create table kept as select 42 as answer');
    await admin.pool.query(`create role ${reader} login password 'reads-only'`);
    onTestFinished(async () => {
      await admin.pool.query(`drop owned by ${reader}`);
      await admin.pool.query(`drop role ${reader}`);
    });
    await admin.pool.query(`grant select on kept to ${reader}`);
    const { readPool } = await open({ url: database.url, readUrl: readUrl.href });
    const { rows } = await readPool.query('select current_user as name, answer from kept');
    expect(rows).toEqual([{ name: reader, answer: 42 }]);
    await expect(
      readPool.query('set transaction_read_only = off; delete from kept'),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('G1.050 the pool makes no more connections than it may, under load', async () => {
    const database = await testDatabase();
    onTestFinished(() => database.close());
    const url = `${database.url}?application_name=counted`;
    const { pool } = await open({ url, poolSize: 3 });
    const pids = new Set<number>();
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        const { rows } = await pool.query('select pg_backend_pid() as pid, pg_sleep(0.005)');
        pids.add(rows[0].pid);
      }),
    );
    expect(pids.size).toBe(3);
    const { rows } = await pool.query(
      `select count(*) as connections from pg_stat_activity
       where application_name = 'counted' and datname = current_database()`,
    );
    expect(rows).toEqual([{ connections: 3 }]);
  });

  test('G1.050 a statement that takes longer than its limit is ended by the server', async () => {
    const database = await testDatabase();
    onTestFinished(() => database.close());
    const { pool } = await open({ url: database.url, statementMs: 50 });
    await expect(pool.query('select pg_sleep(600)')).rejects.toMatchObject({ code: '57014' });
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('G4.236 a database that accepts and never answers gives an error', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      silent.close();
    });
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const sslmode of ['disable', 'require']) {
      const url = `postgresql://user:${SERVER_PASSWORD}@127.0.0.1:${port}/things?sslmode=${sslmode}`;
      expect(await refusal({ url, connectMs: 100 })).toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining(
          `DATABASE_URL: things at 127.0.0.1:${port} does not answer`,
        ),
      });
    }
  });

  test('G4.236 a busy pool gives an error to whoever waits too long for it', async () => {
    const database = await testDatabase();
    onTestFinished(() => database.close());
    const { pool } = await open({ url: database.url, poolSize: 1, connectMs: 200 });
    const lent = await pool.connect();
    await expect(pool.query('select 1')).rejects.toThrow('timeout');
    lent.release();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('G4.236 a database that is not there, or lets nobody in, is named with what to do', async () => {
    const port = await freePort();
    const login = `postgres:${SERVER_PASSWORD}`;
    for (const [url, code, words] of [
      [`postgresql://${login}@127.0.0.1:${port}/things`, 'STORE_UNAVAILABLE', 'ECONNREFUSED'],
      [`postgresql://${login}@host.invalid/things`, 'STORE_UNAVAILABLE', 'host.invalid:5432'],
      [tls.url().replace(SERVER_PASSWORD, 'wrong'), 'STORE_SETUP', 'refuses the user postgres'],
      [tls.url().replace(`:${SERVER_PASSWORD}`, ''), 'STORE_SETUP', 'wants a password'],
      [tls.url().replace('postgres:', 'nobody:'), 'STORE_SETUP', 'nobody'],
      [tls.url().replace(/postgres$/, 'things'), 'STORE_SETUP', 'does not exist'],
    ] as const) {
      expect(await refusal({ url })).toMatchObject({
        code,
        message: expect.stringContaining(words),
        remedy: expect.stringMatching(/\w/),
      });
    }
  });

  test('pools outlive connections that the server ends', async () => {
    const database = await testDatabase();
    onTestFinished(() => database.close());
    const { pool } = await open({ url: database.url });
    const admin = await open({ url: database.url });
    const lent = await pool.connect();
    await pool.query('select 1');
    await admin.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await expect(lent.query('select 1')).rejects.toThrow();
    lent.release(true);
    // The other one may be noticed only when it is used; then a new one takes its place.
    await pool.query('select 1').catch(() => {});
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});
