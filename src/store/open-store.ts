import { type AccountId, assert, STORE_LIMITS } from '../base/index.ts';
import { accountStore } from './account/account-store.ts';
import { openAccounts } from './accounts/accounts.ts';
import type { Database } from './database.ts';
import { catalogued, cataloguedError, unavailable } from './database-errors.ts';
import { openDirectory } from './directory/directory.ts';
import { openAnnouncements } from './dispatch/announcements.ts';
import { openDispatch } from './dispatch/dispatch.ts';
import { openJournal } from './journal/journal.ts';
import type { JournalUnit } from './journal-store.ts';
import { prepareSchema } from './migrations/index.ts';
import { openScopes } from './scope.ts';
import { openSeals } from './seals/seals.ts';
import type { AccountStore, Store, StoreHealth } from './store.ts';
import { storedText } from './stored-text.ts';

export interface StoreOptions {
  /** Closed with the store. */
  readonly database: Database;
  /** For content; made when it is first needed. */
  readonly blobFolder: string;
  /** ENABLE_AUDIT_LOGGING; false: changes leave no audit row. Default true. */
  readonly isAuditOn?: boolean;
  /** Instead of STORE_LIMITS.outageMs. */
  readonly outageMs?: number;
  /** Instead of STORE_LIMITS.askAgainMs. */
  readonly askAgainMs?: number;
}

/**
 * Brings the tables up to date and opens what is kept. Errors: STORE_SETUP, STORE_UNAVAILABLE; the
 * database is then closed.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { database, blobFolder, outageMs, askAgainMs = STORE_LIMITS.askAgainMs } = options;
  const { isAuditOn = true } = options;
  try {
    await prepareSchema(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const { pool, readPool } = database;
  const announcements = openAnnouncements(pool, database.listenConfig);
  // The poll of every process finds what an announcement did not tell.
  const announce = () => void announcements.announce().catch(() => undefined);
  const journal = openJournal({ pool, announce, ...(outageMs === undefined ? {} : { outageMs }) });
  const closing: { until: number | undefined } = { until: undefined };
  const patience = { outageMs: askAgainMs, closing };
  const read = openScopes(readPool, patience, isAuditOn);
  const write = openScopes(pool, patience, isAuditOn);
  let closed: Promise<void> | undefined;
  return Object.freeze({
    account: keptAccounts((account) =>
      accountStore(account, {
        read: read(account),
        write: write(account),
        blobFolder,
        announce,
        patience,
      }),
    ),
    ensureAccount: (account: AccountId, name: string) => ensureAccount(database, account, name),
    journal: { write: isAuditOn ? journal.write : (unit) => journal.write(unrecorded(unit)) },
    dispatch: openDispatch(pool, announcements),
    directory: catalogued(openDirectory({ pool, scopeOf: write, patience })),
    accounts: catalogued(openAccounts({ pool, blobFolder, announce, isAuditOn })),
    seals: catalogued(openSeals({ pool, blobFolder })),
    check: () => checkHealth(database),
    close: () => {
      closed ??= (async () => {
        await journal.close();
        await announcements.close();
        closing.until = performance.now();
        await database.close();
      })();
      return closed;
    },
  });
}

/** The unit without what would make an audit row. */
function unrecorded({ audit: _, ...unit }: JournalUnit): JournalUnit {
  return unit;
}

/** An account's store has no state; those made last are kept because making one costs. */
function keptAccounts(make: (account: AccountId) => AccountStore) {
  const kept = new Map<AccountId, AccountStore>();
  return (account: AccountId): AccountStore => {
    const known = kept.get(account);
    if (known !== undefined) return known;
    const [oldest] = kept.keys();
    if (kept.size >= STORE_LIMITS.accountsKept && oldest !== undefined) kept.delete(oldest);
    const made = make(account);
    kept.set(account, made);
    return made;
  };
}

async function ensureAccount({ pool }: Database, account: AccountId, name: string): Promise<void> {
  assert(account !== '' && storedText(account) === account, 'the id of an account is plain text');
  try {
    await pool.query(
      `INSERT INTO sluice.accounts (id, name, created_at)
      VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
      ON CONFLICT DO NOTHING`,
      [account, storedText(name)],
    );
  } catch (error) {
    throw cataloguedError(error);
  }
}

async function checkHealth({ pool, kind, serverVersion }: Database): Promise<StoreHealth> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const tell = () => reject(unavailable(new Error('no answer in time')));
    timer = setTimeout(tell, STORE_LIMITS.checkMs);
  });
  try {
    // Of a table of ours, so that a database whose tables are gone is not called healthy.
    const question = pool.query('SELECT FROM sluice.accounts LIMIT 1');
    // It may fail after the answer was given up.
    question.catch(() => undefined);
    await Promise.race([question, late]);
  } catch (error) {
    throw unavailable(error);
  } finally {
    clearTimeout(timer);
  }
  return { kind, serverVersion, roundTripMs: performance.now() - startedAt };
}
