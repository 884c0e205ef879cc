import pg from 'pg';
import { type Address, readAddress } from './address.ts';
import { startEmbedded } from './embedded.ts';
import { connectError, type SetupPlace, setupError } from './failure.ts';
import { type Connection, clientConfig, makePool, type PoolSettings } from './pool.ts';
import type { DatabaseLog } from './supervisor.ts';
import { type SslSettings, tlsOptions } from './tls.ts';

export interface DatabaseOptions extends PoolSettings {
  /** DATA_DIR: where the embedded database is; not read where there is a url. */
  readonly dataDir?: string;
  /** DATABASE_URL; absent for the embedded database. */
  readonly url?: string;
  /** DATABASE_MIGRATION_URL: a user that may change the schema. */
  readonly migrationUrl?: string;
  /** DATABASE_READ_URL: a user that may only read, perhaps on a replica. */
  readonly readUrl?: string;
  /** DATABASE_SSL_MODE and its files, for all three. */
  readonly ssl?: SslSettings;
  readonly log?: DatabaseLog;
}

/** An open database. Its pools connect when they are asked, and again after every loss. */
export interface Database {
  readonly kind: 'embedded' | 'external';
  /** Such as `18.4`. */
  readonly serverVersion: string;
  /** For messages and logs: it has no password. */
  readonly place: SetupPlace;
  readonly pool: pg.Pool;
  /** The same pool where there is no readUrl; with one, its sessions refuse to write. */
  readonly readPool: pg.Pool;
  readonly migrationConfig: pg.ClientConfig;
  readonly listenConfig: pg.ClientConfig;
  /** Waits a bounded time for what is lent, then ends the embedded database if it is ours. */
  close(): Promise<void>;
}

/** The oldest version that its makers still mend. */
const VERSION_MIN = 14;
const CLOSE_MS = 5_000;
const APPLICATION = 'sluice';
const QUIET: DatabaseLog = { debug: () => {}, info: () => {}, warn: () => {} };

/**
 * Opens the database of the settings: the one of DATABASE_URL, or the embedded one in DATA_DIR.
 * Every address that is given is tried once, so that a mistake shows now and by its name.
 * Errors: STORE_SETUP, STORE_UNAVAILABLE, DATA_DIR_TAKEN.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, dataDir, log = QUIET } = options;
  if (url !== undefined) return openExternal(url, options);
  refuseWithoutUrl(options);
  if (dataDir === undefined) {
    throw setupError('There is neither DATABASE_URL nor DATA_DIR', 'Set one of them.');
  }
  const embedded = await startEmbedded({ dataDir, log });
  const { host, port, user, password, database } = embedded;
  const place = { name: 'DATA_DIR', host, port, user, database };
  const connection = connectionOf({ ...place, password, ssl: {}, channelBinding: false }, false);
  try {
    const serverVersion = await probe(connection, place, options);
    const pool = makePool(connection, options, log);
    const config = clientConfig(connection, options);
    const close = async () => {
      await endPools([pool]);
      await embedded.stop();
    };
    const configs = { migrationConfig: config, listenConfig: config };
    return { kind: 'embedded', serverVersion, place, pool, readPool: pool, ...configs, close };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** The embedded database has one user; a second address beside it would be forgotten unseen. */
function refuseWithoutUrl({ migrationUrl, readUrl }: DatabaseOptions): void {
  if (migrationUrl === undefined && readUrl === undefined) return;
  const name = migrationUrl === undefined ? 'DATABASE_READ_URL' : 'DATABASE_MIGRATION_URL';
  throw setupError(`${name} is set without DATABASE_URL`, 'Set DATABASE_URL too, or neither.');
}

async function openExternal(url: string, options: DatabaseOptions): Promise<Database> {
  const { migrationUrl, readUrl, ssl, log = QUIET } = options;
  const open = async (text: string, name: string) => {
    const address = readAddress(text, name, ssl);
    const tls = await tlsOptions(address.ssl, name);
    const connection = connectionOf(address, tls);
    const readOnly = { ...connection, options: '-c default_transaction_read_only=on' };
    const { user, host, port, database } = address;
    const place: SetupPlace = { name, host, port, user, database };
    const serverVersion = await probe(connection, place, options);
    return { connection, readOnly, place, serverVersion };
  };
  const main = await open(url, 'DATABASE_URL');
  const migration =
    migrationUrl === undefined ? main : await open(migrationUrl, 'DATABASE_MIGRATION_URL');
  const read = readUrl === undefined ? undefined : await open(readUrl, 'DATABASE_READ_URL');
  const pool = makePool(main.connection, options, log);
  const readPool = read === undefined ? pool : makePool(read.readOnly, options, log);
  return {
    kind: 'external',
    serverVersion: main.serverVersion,
    place: main.place,
    pool,
    readPool,
    migrationConfig: clientConfig(migration.connection, options),
    listenConfig: clientConfig(main.connection, options),
    close: () => endPools([...new Set([pool, readPool])]),
  };
}

type Tls = Awaited<ReturnType<typeof tlsOptions>>;

function connectionOf(address: Address, ssl: Tls): Connection {
  const { host, port, user, password, database, channelBinding, applicationName } = address;
  return {
    host,
    port,
    user,
    database,
    ssl,
    application_name: applicationName ?? APPLICATION,
    enableChannelBinding: channelBinding,
    ...(password === undefined ? {} : { password: () => password }),
  };
}

/** One connection, which tells what server this is. Returns its version. */
async function probe(
  connection: Connection,
  place: SetupPlace,
  settings: PoolSettings,
): Promise<string> {
  const config = clientConfig(connection, settings);
  const client = new pg.Client({
    ...config,
    query_timeout: config.connectionTimeoutMillis ?? 0,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      `select current_setting('server_version') as version,
              current_setting('server_encoding') as encoding,
              pg_is_in_recovery() as "isReplica"`,
    );
    return judge(rows[0], place);
  } catch (error) {
    throw connectError(error, place);
  } finally {
    // Where the server is silent nothing is gained by waiting for its farewell.
    client.end().catch(() => {});
  }
}

function judge(row: Readonly<Record<string, unknown>> | undefined, place: SetupPlace): string {
  const version = String(row?.version).split(' ', 1)[0] ?? '';
  const where = `${place.name}: ${place.database} at ${place.host}:${place.port}`;
  if (!(Number.parseInt(version, 10) >= VERSION_MIN)) {
    const message = `${where} is PostgreSQL ${version}, which is too old`;
    throw setupError(message, `Use PostgreSQL ${VERSION_MIN} or newer.`);
  }
  if (row?.encoding !== 'UTF8') {
    throw setupError(`${where} does not keep UTF-8`, "Create it with encoding 'UTF8'.");
  }
  if (row?.isReplica === true && place.name !== 'DATABASE_READ_URL') {
    throw setupError(`${where} is a replica that cannot be written`, 'Name the primary server.');
  }
  return version;
}

async function endPools(pools: readonly pg.Pool[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS);
  });
  await Promise.race([Promise.all(pools.map((pool) => pool.end())), late]);
  clearTimeout(timer);
}
