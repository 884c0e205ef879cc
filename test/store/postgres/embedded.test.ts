import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type Database,
  type DatabaseOptions,
  openDatabase,
} from '../../../src/store/postgres/index.ts';
import { bundleHolder, hold, postmasterOf, temporaryFolder, until } from './holding.ts';

// Each case starts PostgreSQL several times, and a machine may be busy.
vi.setConfig({ testTimeout: 120_000 });

let holderFile = '';
beforeAll(async () => {
  holderFile = await bundleHolder();
});
afterAll(() => rmSync(dirname(holderFile), { recursive: true, force: true }));

async function open(options: DatabaseOptions): Promise<Database> {
  const database = await openDatabase(options);
  onTestFinished(() => database.close());
  return database;
}

/** The answer of the first attempt that the database takes, as clients that try again see it. */
const answered = (database: Database, statement: string) =>
  until(() =>
    database.pool.query(statement).then(
      ({ rows }) => rows,
      () => undefined,
    ),
  );

const isRoot = process.getuid?.() === 0;

describe('the embedded database', () => {
  test('keeps what was committed over a stop and a start', async () => {
    const dataDir = join(temporaryFolder(), 'a b', 'Ünïcode ✓ 文', 'x'.repeat(180));
    const first = await openDatabase({ dataDir });
    expect(first.kind).toBe('embedded');
    expect(first.serverVersion).toMatch(/^18\./);
    await first.pool.query(`create table kept as select 9007199254740991::bigint as number,
      '{"b": 1, "a": "\\u0000"}'::json as text, lower('ÄÖ') as lower`);
    await first.close();
    const second = await open({ dataDir });
    const { rows } = await second.pool.query('select * from kept');
    const text = '{"b": 1, "a": "\\u0000"}';
    expect(rows).toEqual([{ number: Number.MAX_SAFE_INTEGER, text, lower: 'äö' }]);
  });

  test('refuses a bigint that is no safe integer instead of rounding it', async () => {
    const database = await open({ dataDir: temporaryFolder() });
    await expect(database.pool.query('select 9007199254740993::bigint')).rejects.toThrow('safe');
    expect((await database.pool.query('select 1::bigint as one')).rows).toEqual([{ one: 1 }]);
  });

  test('is durable, owned by a user without rights over the server, and closed to others', async () => {
    const dataDir = temporaryFolder();
    const database = await open({ dataDir });
    const { rows } = await database.pool.query(
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
         current_setting('full_page_writes') as pages, current_setting('data_checksums') as sums,
         current_setting('listen_addresses') as listens,
         current_setting('is_superuser') as super`,
    );
    const on = { fsync: 'on', commit: 'on', pages: 'on', sums: 'on' };
    expect(rows).toEqual([{ ...on, listens: '127.0.0.1', super: 'off' }]);
    await expect(database.pool.query(`copy (select 1) to program 'true'`)).rejects.toMatchObject({
      code: '42501',
    });
    const { host, port, user, database: name } = database.place;
    const url = `postgresql://${user}:wrong@${host}:${port}/${name}`;
    await expect(openDatabase({ url })).rejects.toMatchObject({ code: 'STORE_SETUP' });
    for (const [path, mode] of [
      ['postgres', 0o700],
      ['postgres/data', 0o700],
      ['postgres/password', 0o600],
      ['postgres/log', 0o600],
    ] as const) {
      expect([path, statSync(join(dataDir, path)).mode & 0o777]).toEqual([path, mode]);
    }
    expect(readdirSync(join(dataDir, 'postgres')).sort()).toEqual(['data', 'log', 'password']);
  });

  test.runIf(process.platform === 'linux')('inherits no secret and no terminal', async () => {
    const dataDir = temporaryFolder();
    process.env.MARKER_OF_A_SECRET = 'k7Jd93hsK2';
    onTestFinished(() => {
      delete process.env.MARKER_OF_A_SECRET;
    });
    await open({ dataDir });
    const pid = postmasterOf(dataDir);
    const password = readFileSync(join(dataDir, 'postgres', 'password'), 'utf8').trim();
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('k7Jd93hsK2');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(password);
    // A group of its own: Ctrl-C at our terminal does not reach it before we have closed.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
    expect(fields?.[2]).toBe(String(pid));
    expect(readFileSync(join(dataDir, 'postgres', 'log'), 'utf8')).not.toContain(password);
  });

  test('writes no statement and no value into its log', async () => {
    const dataDir = temporaryFolder();
    const { pool } = await open({ dataDir });
    await pool.query('create table kept (name text primary key)');
    await pool.query(`insert into kept values ('marker-5fd1')`);
    for (const statement of [
      `insert into kept values ('marker-5fd1')`,
      `select 'marker-5fd1'::integer from kept`,
      `select marker-5fd1 from`,
    ]) {
      await expect(pool.query(statement)).rejects.toThrow();
    }
    const log = readFileSync(join(dataDir, 'postgres', 'log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain('kept values');
  });
});

describe('a second start on the same data folder', () => {
  test('is refused by name of the process that has it, and does no harm', async () => {
    const dataDir = temporaryFolder();
    const holder = hold(holderFile, dataDir);
    const { pid, port } = await holder.told;
    await expect(openDatabase({ dataDir })).rejects.toMatchObject({
      code: 'DATA_DIR_TAKEN',
      message: `The data folder ${dataDir} is in use by process ${pid}`,
      details: { pid },
    });
    const postmaster = postmasterOf(dataDir);
    expect(process.kill(postmaster, 0)).toBe(true);
    expect(readFileSync(`${dataDir}/postgres/data/postmaster.pid`, 'utf8')).toContain(`${port}`);
    holder.child.stdin?.end();
    await holder.ended;
    await open({ dataDir });
  });

  test('gives the folder to one of four that start at once where the last holder died', async () => {
    const dataDir = temporaryFolder();
    const dead = hold(holderFile, dataDir);
    await dead.told;
    dead.child.kill('SIGKILL');
    await dead.ended;
    const holders = [1, 2, 3, 4].map(() => hold(holderFile, dataDir));
    const told = await Promise.all(holders.map((one) => one.told));
    expect(told.filter(({ port }) => port !== undefined)).toHaveLength(1);
    expect(told.filter(({ code }) => code === 'DATA_DIR_TAKEN')).toHaveLength(3);
  });
});

describe('after kill -9', () => {
  test('of the server, the next start takes over and finds everything', async () => {
    const dataDir = temporaryFolder();
    const first = await openDatabase({ dataDir });
    await first.pool.query('create table kept as select 42 as answer');
    await first.close();
    for (let round = 0; round < 3; round += 1) {
      const holder = hold(holderFile, dataDir);
      await holder.told;
      holder.child.kill('SIGKILL');
      await holder.ended;
      // At once: PostgreSQL may still run, or be on its way out.
      const database = await openDatabase({ dataDir });
      expect((await database.pool.query('select * from kept')).rows).toEqual([{ answer: 42 }]);
      await database.close();
    }
  });

  test('of PostgreSQL, it runs again with the same port and pools go on', async () => {
    const dataDir = temporaryFolder();
    const told: string[] = [];
    const say = (message: string) => told.push(message);
    const database = await open({ dataDir, log: { debug: () => undefined, info: say, warn: say } });
    await database.pool.query('create table kept as select 42 as answer');
    for (let round = 0; round < 3; round += 1) {
      const pid = postmasterOf(dataDir);
      const lent = await database.pool.connect();
      process.kill(pid, 'SIGKILL');
      await until(() =>
        lent.query('select 1').then(
          () => undefined,
          () => true,
        ),
      );
      lent.release(true);
      expect(await answered(database, 'select * from kept')).toEqual([{ answer: 42 }]);
      expect(postmasterOf(dataDir)).not.toBe(pid);
    }
    expect(told).toContain('the embedded database ended and is started again');
  });

  test('of one backend, other connections and the pool go on', async () => {
    const database = await open({ dataDir: temporaryFolder() });
    const { rows } = await database.pool.query('select pg_backend_pid() as pid');
    process.kill(rows[0].pid, 'SIGKILL');
    expect(await answered(database, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('of both at once, the next start recovers', async () => {
    const dataDir = temporaryFolder();
    const holder = hold(holderFile, dataDir);
    await holder.told;
    const pid = postmasterOf(dataDir);
    process.kill(pid, 'SIGKILL');
    holder.child.kill('SIGKILL');
    await holder.ended;
    const database = await open({ dataDir });
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('in the middle of initdb, the next start makes the database whole', async () => {
    const dataDir = temporaryFolder();
    const folder = join(dataDir, 'postgres');
    const holder = hold(holderFile, dataDir);
    await until(() => {
      const names = existsSync(folder) ? readdirSync(folder) : [];
      const building = names.find((name) => name.startsWith('initdb-'));
      const isBegun = building !== undefined && existsSync(join(folder, building, 'PG_VERSION'));
      return isBegun ? true : undefined;
    });
    holder.child.kill('SIGKILL');
    await holder.ended;
    expect(existsSync(join(folder, 'data'))).toBe(false);
    const database = await open({ dataDir });
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(readdirSync(folder).sort()).toEqual(['data', 'log', 'password']);
  });

  test('a stranger that got the number of the dead PostgreSQL is left alone', async () => {
    const dataDir = temporaryFolder();
    const holder = hold(holderFile, dataDir);
    await holder.told;
    process.kill(postmasterOf(dataDir), 'SIGKILL');
    holder.child.kill('SIGKILL');
    await holder.ended;
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
    onTestFinished(() => {
      stranger.kill('SIGKILL');
    });
    const file = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)));
    const database = await open({ dataDir });
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(stranger.exitCode ?? stranger.signalCode).toBe(null);
  });
});

describe('a data folder that cannot be used', () => {
  const refusal = async (spoil: (folder: string) => void) => {
    const dataDir = temporaryFolder();
    const folder = join(dataDir, 'postgres');
    mkdirSync(folder);
    spoil(folder);
    const error = await openDatabase({ dataDir }).catch((thrown: unknown) => thrown);
    // The folder is free again: the same refusal, and not that it is taken.
    await expect(openDatabase({ dataDir })).rejects.toMatchObject({ code: 'STORE_SETUP' });
    return error;
  };

  test('of another version is refused with what to do, and not touched', async () => {
    const error = await refusal((folder) => {
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data', 'PG_VERSION'), '17\n');
    });
    expect(error).toMatchObject({ code: 'STORE_SETUP' });
    expect(String(error)).toContain('was made by PostgreSQL 17; this version reads 18');
  });

  test('that holds something else is refused and not overwritten', async () => {
    const error = await refusal((folder) => {
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data', 'diary.txt'), 'mine');
    });
    expect(String(error)).toContain('holds something that is no database of ours');
  });

  test('whose password is gone is refused', async () => {
    const error = await refusal((folder) => {
      mkdirSync(join(folder, 'data'));
      writeFileSync(join(folder, 'data', 'PG_VERSION'), '18\n');
    });
    expect(String(error)).toContain('The password of the embedded database is missing');
  });

  test('that is a file is refused', async () => {
    const dataDir = join(temporaryFolder(), 'file');
    writeFileSync(dataDir, '');
    await expect(openDatabase({ dataDir })).rejects.toMatchObject({ code: 'STORE_SETUP' });
  });

  test('is made where it is an empty volume', async () => {
    const dataDir = temporaryFolder();
    mkdirSync(join(dataDir, 'postgres', 'data'), { recursive: true });
    const database = await open({ dataDir });
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

describe.runIf(isRoot && process.platform === 'linux')('for another user of the machine', () => {
  const NOBODY = 65_534;

  test('works without any right of root', async () => {
    const dataDir = temporaryFolder();
    chownSync(dataDir, NOBODY, NOBODY);
    const drop = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
    const holder = hold(holderFile, dataDir, drop);
    expect(await holder.told).toMatchObject({ port: expect.any(Number) });
    holder.child.kill('SIGKILL');
    await holder.ended;
    const again = hold(holderFile, dataDir, drop);
    expect(await again.told).toMatchObject({ port: expect.any(Number) });
    again.child.stdin?.end();
    await again.ended;
    // A start with sudo in between takes nothing away from the owner.
    const database = await openDatabase({ dataDir });
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.close();
    const last = hold(holderFile, dataDir, drop);
    expect(await last.told).toMatchObject({ port: expect.any(Number) });
  });

  test('says whom to ask where it may not write', async () => {
    const dataDir = join(temporaryFolder(), 'of root');
    mkdirSync(dataDir);
    chmodSync(dirname(dataDir), 0o755);
    const drop = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
    const { told } = hold(holderFile, dataDir, drop);
    const message = `The data folder ${dataDir} cannot be used (EACCES)`;
    expect(await told).toEqual({ code: 'STORE_SETUP', message });
  });
});
