import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** G4.196: what is made of tables that belong to an account is reached through its scope alone. */

const ROOT = new URL('../../src/store/account/', import.meta.url);

/** Ways to a table that do not name the account. */
const UNSCOPED =
  /from 'pg'|from '\.\.\/database\.ts'|\bKysely\b|\bsql[`(]|sql\.raw|\.query\(|selectFrom|insertInto|updateTable|deleteFrom|mergeInto/;

function findUnscoped(files: readonly { readonly path: string; readonly text: string }[]) {
  return files.filter(({ text }) => UNSCOPED.test(text)).map(({ path }) => path);
}

describe('queries of what people made', () => {
  const files = readdirSync(ROOT)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ path, text: readFileSync(new URL(path, ROOT), 'utf8') }));

  it('G4.196 go through the handle that adds the account', () => {
    expect(files.length).toBeGreaterThan(4);
    expect(findUnscoped(files)).toEqual([]);
  });

  it('G4.196 and one that did not would be found', () => {
    for (const text of [
      "const rows = await database.selectFrom('sluice.flows').execute();",
      'await pool.query(text)',
      "import { Pool } from 'pg';",
      'sql`SELECT 1`',
    ]) {
      expect(findUnscoped([{ path: 'planted.ts', text }])).toEqual(['planted.ts']);
    }
  });
});
