import { type Kysely, type Migration, sql } from 'kysely';

/** By which key something was started is asked for each execution whose turn comes. */
const STATEMENTS: readonly string[] = [
  `CREATE INDEX key_executions_of_execution
    ON sluice.key_executions (account_id, execution_id)`,
];

/** From an execution to the key that started it. */
export const keyPlaces: Migration = {
  up: async (database: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
  },
};
