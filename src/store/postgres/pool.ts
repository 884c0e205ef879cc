import pg from 'pg';
import { assert, POSTGRES_LIMITS } from '../../base/index.ts';
import type { DatabaseLog } from './supervisor.ts';

/** Where and as whom a pool or client connects; the password is a function, so no log shows it. */
export type Connection = Pick<
  pg.ClientConfig,
  'host' | 'port' | 'user' | 'password' | 'database' | 'ssl' | 'application_name' | 'options'
> & { readonly enableChannelBinding?: boolean };

/** How many connections, and how long anything may take; all in milliseconds. */
export interface PoolSettings {
  readonly poolSize?: number;
  /** Making a connection, and waiting for a free one. */
  readonly connectMs?: number;
  readonly statementMs?: number;
  readonly idleMs?: number;
}

/** A pool that outlives lost connections: it reports them and makes new ones when asked. */
export function makePool(
  connection: Connection,
  settings: PoolSettings,
  log: DatabaseLog,
): pg.Pool {
  const statementMs = settings.statementMs ?? POSTGRES_LIMITS.statementMs;
  const max = settings.poolSize ?? POSTGRES_LIMITS.poolSize;
  assert(max >= 1 && max <= POSTGRES_LIMITS.poolSizeMax, 'a pool of a sensible size');
  const pool = new pg.Pool({
    ...clientConfig(connection, settings),
    max,
    idleTimeoutMillis: settings.idleMs ?? POSTGRES_LIMITS.idleMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + POSTGRES_LIMITS.answerMarginMs,
    idle_in_transaction_session_timeout: POSTGRES_LIMITS.idleInTransactionMs,
  });
  pool.on('error', (error) => {
    // Many are lost at once, and those who need the database say that it is away. Once we let go
    // of all of them it is no loss.
    if (!pool.ending) log.debug('a connection to the database was lost', { error });
  });
  // While a client is lent the pool does not listen, and an error that nobody hears ends us.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** For one client without a limit on its statements, such as one that migrates or listens. */
export function clientConfig(connection: Connection, settings: PoolSettings): pg.ClientConfig {
  return {
    ...connection,
    types: TYPES,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: settings.connectMs ?? POSTGRES_LIMITS.connectMs,
  };
}

/** A peer that vanished without a word is noticed by the system after some of these. */
const KEEP_ALIVE_MS = 10_000;

type Parser = (text: string) => unknown;

const PARSERS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [pg.types.builtins.INT8, toNumber],
  // JSON stays text: it is parsed, under limits, by whoever knows what it should be.
  [pg.types.builtins.JSON, (text) => text],
  [pg.types.builtins.JSONB, (text) => text],
]);

/** How values of columns are read: bigint as a number, JSON as its text, others as usual. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (type, format) => {
    const ours = format === 'binary' ? undefined : PARSERS.get(type);
    return ours ?? pg.types.getTypeParser(type, format);
  },
};

function toNumber(text: string): number {
  const number = Number(text);
  assert(Number.isSafeInteger(number), 'a bigint of the database is a safe integer');
  return number;
}
