import type { Pool } from 'pg';
import { assert } from '../../base/index.ts';

interface Table {
  /** In full, as it stands in a statement. */
  readonly name: string;
  readonly refersTo: readonly string[];
}

/**
 * Every table with rows of accounts, each before those that its rows refer to: the order in which
 * an account is removed. Asked of the database itself, so that no table can be forgotten here.
 */
export async function accountTables(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ readonly name: string; readonly refers_to: string[] }>(
    `SELECT format('sluice.%I', c.relname) AS name,
      ARRAY(SELECT format('sluice.%I', other.relname) FROM pg_constraint AS k
        JOIN pg_class AS other ON other.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND other.oid <> c.oid) AS refers_to
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'sluice'
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'account_id'
      AND NOT a.attisdropped
    WHERE c.relkind = 'r' ORDER BY c.relname`,
  );
  return inOrder(rows.map(({ name, refers_to }) => ({ name, refersTo: refers_to })));
}

function inOrder(tables: readonly Table[]): readonly string[] {
  const ordered: string[] = [];
  for (let left = tables; left.length > 0; ) {
    const needed = new Set(left.flatMap(({ refersTo }) => refersTo));
    const free = left.filter(({ name }) => !needed.has(name));
    assert(free.length > 0, 'tables do not refer to each other in a ring');
    ordered.push(...free.map(({ name }) => name));
    left = left.filter(({ name }) => needed.has(name));
  }
  return ordered;
}
