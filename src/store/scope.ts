import {
  type ExpressionBuilder,
  type Insertable,
  Kysely,
  PostgresDialect,
  type SelectQueryBuilder,
  type SelectType,
  type Updateable,
} from 'kysely';
import type { Pool } from 'pg';
import type { AccountId } from '../base/index.ts';
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
type Match<T extends TableName> = {
  readonly [Column in keyof ScopedTables[T]]?: SelectType<ScopedTables[T][Column]>;
} & { readonly account_id?: never };

/** One account's rows, and no way to others'. */
export interface Scoped {
  readonly account: AccountId;
  /** Only unqualified names of columns; rows of other accounts are not there to be selected. */
  select<T extends TableName>(table: T): ScopedSelect<T>;
  insert<T extends TableName>(
    table: T,
    row: Omit<Insertable<ScopedTables[T]>, 'account_id'>,
  ): Promise<void>;
  /** Gives the number of rows that were changed: those whose columns are equal to `match`. */
  update<T extends TableName>(
    table: T,
    match: Match<T>,
    change: Omit<Updateable<ScopedTables[T]>, 'account_id'>,
  ): Promise<number>;
  /**
   * All of `work` is committed, or nothing when it throws. It is done again where the connection
   * was lost before the commit, so it changes nothing outside the database.
   */
  transaction<R>(work: (scoped: Scoped) => Promise<R>): Promise<R>;
}

/** For how long what was lost with its connection, and cannot have been kept, is done again. */
export type Patience = Pick<OutageLimits, 'outageMs' | 'closing'>;

/** Gives the scope of any account over one pool. */
export function openScopes(pool: Pool, patience: Patience): (account: AccountId) => Scoped {
  const database = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return (account) => patientScope(scopedTo(account, database), patience);
}

/** A write is done again only where it is known that nothing of it was kept. */
function patientScope(scoped: Scoped, patience: Patience): Scoped {
  return {
    ...scoped,
    insert: (table, row) =>
      throughOutage(() => scoped.insert(table, row), { ...patience, mayAgain: isNeverSent }),
    update: (table, match, change) =>
      throughOutage(() => scoped.update(table, match, change), {
        ...patience,
        mayAgain: isNeverSent,
      }),
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

function scopedTo(account: AccountId, database: Kysely<Schema>): Scoped {
  return {
    account,
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
    insert: async (table, row) => {
      // A row of the table but for the account, which is added here.
      const values = { ...row, account_id: account } as unknown as Insertable<
        ScopedTables['flows']
      >;
      await database.insertInto(fullName(table)).values(values).execute();
    },
    update: async (table, match, change) => {
      let query = database
        .updateTable(fullName(table))
        .set(change)
        .where('account_id', '=', account);
      for (const [column, value] of Object.entries(match)) {
        // `Match` has no names but those of columns, with values of their types.
        query = query.where(column as 'id', value === null ? 'is' : '=', value as string);
      }
      const { numUpdatedRows } = await query.executeTakeFirst();
      return Number(numUpdatedRows);
    },
    transaction: (work) =>
      database.transaction().execute((inside) => work(scopedTo(account, inside))),
  };
}

/** Typed as one table for all, since every table has the columns that this file names. */
function fullName(table: TableName): 'sluice.flows' {
  return `sluice.${table}` as 'sluice.flows';
}
