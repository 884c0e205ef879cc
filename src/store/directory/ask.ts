import type { Pool } from 'pg';
import type { AccountId } from '../../base/index.ts';
import { isConnectionLost } from '../database-errors.ts';
import { throughOutage } from '../outage.ts';
import type { Patience, Scoped } from '../scope.ts';

export interface DirectoryOptions {
  readonly pool: Pool;
  /** For what follows once the account is known. */
  readonly scopeOf: (account: AccountId) => Scoped;
  /** For reads; writes have that of their scope. */
  readonly patience: Patience;
}

/** A statement with a fixed text, under a name by which the database keeps its plan. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Asking {
  /** Asked again where the connection was lost: reading twice changes nothing. */
  read<Row extends object>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<readonly Row[]>;
  write<Row extends object>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<readonly Row[]>;
}

/** Questions that name no account. */
export function asking({ pool, patience }: DirectoryOptions): Asking {
  const write: Asking['write'] = async <Row extends object>(
    { name, text }: Statement,
    values: readonly unknown[],
  ) => {
    const { rows } = await pool.query<Row>({ name: `sluice-${name}`, text, values: [...values] });
    return rows;
  };
  const limits = { ...patience, mayAgain: isConnectionLost };
  return {
    write,
    read: (statement, values) => throughOutage(() => write(statement, values), limits),
  };
}
