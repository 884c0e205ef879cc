import {
  type Expression,
  type ExpressionBuilder,
  type Insertable,
  Kysely,
  PostgresDialect,
  type SelectQueryBuilder,
  type SelectType,
  type SqlBool,
  type Updateable,
} from 'kysely';
import type { Pool } from 'pg';
import { type AccountId, assert } from '../base/index.ts';
import { isConnectionLost, isNeverSent } from './database-errors.ts';
import { type OutageLimits, throughOutage } from './outage.ts';
import type { ScopedTables } from './tables.ts';

// Threat: one account reads or changes what is another's (OWASP ASVS 8.2.2). Everything that people
// made is reached through this handle, which writes the account into every statement by itself.

type TableName = keyof ScopedTables;
/** The builder knows one table only: a join with another does not compile. */
export type ScopedSelect<T extends TableName> = SelectQueryBuilder<
  Pick<ScopedTables, T>,
  T,
  object
>;
/** For conditions that are written apart from their query. */
export type ScopedCondition<T extends TableName> = ExpressionBuilder<Pick<ScopedTables, T>, T>;
type Equal<T extends TableName> = {
  readonly [Column in keyof ScopedTables[T]]?: SelectType<ScopedTables[T][Column]>;
} & { readonly account_id?: never };
/** Values that columns must be equal to, or a condition; the account is asked for in any case. */
type Match<T extends TableName> =
  | Equal<T>
  | ((condition: ScopedCondition<T>) => Expression<SqlBool>);

type Row<T extends TableName> = Omit<Insertable<ScopedTables[T]>, 'account_id'>;

/** One account's rows, and no way to others'. */
export interface Scoped {
  readonly account: AccountId;
  /** False: changes leave no audit row, as ENABLE_AUDIT_LOGGING says. */
  readonly isAuditOn: boolean;
  /** Only unqualified names of columns; rows of other accounts are not there to be selected. */
  select<T extends TableName>(table: T): ScopedSelect<T>;
  /** One row, or several in one statement. */
  insert<T extends TableName>(table: T, rows: Row<T> | readonly Row<T>[]): Promise<void>;
  /** Gives the number of rows that were changed: those that `match`. */
  update<T extends TableName>(
    table: T,
    match: Match<T>,
    change: Omit<Updateable<ScopedTables[T]>, 'account_id'>,
  ): Promise<number>;
  /** Removes the rows that `match`; gives how many went. */
  remove<T extends TableName>(table: T, match: Match<T>): Promise<number>;
  /**
   * Waits for all transactions of this account that took the same lock, and holds it until this one
   * ends: for what has no row of its own that could be locked, such as the number of rows.
   */
  lock(name: string): Promise<void>;
  /**
   * All of `work` is committed, or nothing when it throws. It is done again where the connection
   * was lost before the commit, so it changes nothing outside the database.
   */
  transaction<R>(work: (scoped: Scoped) => Promise<R>): Promise<R>;
}

/** For how long what was lost with its connection, and cannot have been kept, is done again. */
export type Patience = Pick<OutageLimits, 'outageMs' | 'closing'>;

/** Gives the scope of any account over one pool. */
export function openScopes(
  pool: Pool,
  patience: Patience,
  isAuditOn = true,
): (account: AccountId) => Scoped {
  const database = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return (account) => patientScope(scopedTo({ account, isAuditOn }, database), patience);
}

/** A write is done again only where it is known that nothing of it was kept. */
function patientScope(scoped: Scoped, patience: Patience): Scoped {
  return {
    ...scoped,
    insert: (table, rows) =>
      throughOutage(() => scoped.insert(table, rows), { ...patience, mayAgain: isNeverSent }),
    update: (table, match, change) =>
      throughOutage(() => scoped.update(table, match, change), {
        ...patience,
        mayAgain: isNeverSent,
      }),
    remove: (table, match) =>
      throughOutage(() => scoped.remove(table, match), { ...patience, mayAgain: isNeverSent }),
    transaction: (work) => {
      // From the commit on it may have been kept, although the answer was lost.
      let isCommitting = false;
      const once = () =>
        scoped.transaction(async (inside) => {
          const result = await work(inside);
          isCommitting = true;
          return result;
        });
      const mayAgain = (error: unknown) => !isCommitting && isConnectionLost(error);
      return throughOutage(once, { ...patience, mayAgain });
    },
  };
}

/** The same tables under their full names, so that no search path can put others in their place. */
type Schema = { readonly [T in TableName as `sluice.${T}`]: ScopedTables[T] };

function scopedTo(of: Pick<Scoped, 'account' | 'isAuditOn'>, database: Kysely<Schema>): Scoped {
  const { account } = of;
  return {
    ...of,
    select: <T extends TableName>(table: T) => {
      // Rows are narrowed in a query of their own, which no later condition can widen.
      const own = database
        .selectFrom(fullName(table))
        .selectAll()
        .where('account_id', '=', account)
        .as('own');
      // The rows are those of the table, and under this alias columns are only named plainly.
      return database.selectFrom(own) as unknown as ScopedSelect<T>;
    },
    insert: async <T extends TableName>(table: T, rows: Row<T> | readonly Row<T>[]) => {
      const list: readonly Row<T>[] = Array.isArray(rows) ? rows : [rows as Row<T>];
      if (list.length === 0) return;
      // Rows of the table but for the account, which is added here.
      const values = list.map((row) => ({
        ...row,
        account_id: account,
      })) as unknown as Insertable<ScopedTables['flows']>[];
      await database.insertInto(fullName(table)).values(values).execute();
    },
    update: async (table, match, change) => {
      const { numUpdatedRows } = await database
        .updateTable(fullName(table))
        .set(change)
        .where('account_id', '=', account)
        .where((eb) => matching(eb, match))
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
    remove: async (table, match) => {
      const { numDeletedRows } = await database
        .deleteFrom(fullName(table))
        .where('account_id', '=', account)
        .where((eb) => matching(eb, match))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
    lock: async (name) => {
      assert(database.isTransaction, 'a lock is held by a transaction');
      await database
        .selectNoFrom((eb) =>
          eb
            .fn('pg_advisory_xact_lock', [
              eb.fn('hashtextextended', [eb.val(JSON.stringify([account, name])), eb.lit(0)]),
            ])
            .as('locked'),
        )
        .execute();
    },
    transaction: (work) => database.transaction().execute((inside) => work(scopedTo(of, inside))),
  };
}

/** One condition, in parentheses where it needs them: what is joined to it by `and` stays. */
function matching<T extends TableName>(
  eb: ExpressionBuilder<Schema, 'sluice.flows'>,
  match: Match<T>,
): Expression<SqlBool> {
  // The builder is that of the table which the match is of; `fullName` gave it another's type.
  if (typeof match === 'function') return match(eb as unknown as ScopedCondition<T>);
  // `Equal` has no names but those of columns, with values of their types.
  const columns = Object.entries(match) as [column: 'id', value: string][];
  return eb.and(columns.map(([column, value]) => eb(column, value === null ? 'is' : '=', value)));
}

/** Typed as one table for all, since every table has the columns that this file names. */
function fullName(table: TableName): 'sluice.flows' {
  return `sluice.${table}` as 'sluice.flows';
}
