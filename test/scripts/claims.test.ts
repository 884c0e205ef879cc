import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  describeClaims,
  namedClaims,
  readClaims,
  runClaims,
  tableRows,
} from '../../scripts/claims.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'sluice-claims-table-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The text of a test with a name; put together, so that this file names no claim itself. */
const test = (name: string, quote = "'") => `test(${quote}${name}${quote}, f)`;
const [ONE, TWO, THREE] = ['G1.001', 'G1.002', 'G2.003'];
const TABLE = 'id\tguide\tsection\tclaim\tcheck\nG1.001\ta\tb\tA | B\tc\nG1.002\ta\tb\tC\td\n';
const NOTES = 'id\tkind\tnote\nG1.001\tdiffers\tNot so.\n';

describe('the table of claims', () => {
  it('is read from the names of tests, in src and in test', () => {
    const root = repository({
      'docs/claims.tsv': TABLE,
      'docs/claims-notes.tsv': NOTES,
      'src/a.test.ts': test(`${ONE} holds`),
      'src/a.ts': test(`${TWO} is no test`),
      'test/deep/er/b.test.ts': `it.each(rows)(\n  \`${ONE} holds for %s\`, f)`,
    });
    expect(readClaims(root)).toMatchObject([
      { id: 'G1.001', state: 'differs', tests: ['src/a.test.ts', 'test/deep/er/b.test.ts'] },
      { id: 'G1.002', state: 'open', tests: [] },
    ]);
  });

  it('comes from the build where the repository is not', () => {
    const kept = [{ id: 'G1.001', state: 'held', tests: [] }];
    const root = repository({ 'dist/claims.json': JSON.stringify(kept) });
    expect(readClaims(root)).toEqual(kept);
  });

  it('has no tests to run where the repository is not', async () => {
    await expect(runClaims(repository({ 'dist/claims.json': '[]' }))).rejects.toThrow('clone');
  });

  it('takes ids at the beginning of a name alone', () => {
    const both = test(`${TWO} ${ONE} both`) + test(`${THREE} x`, '"');
    expect(namedClaims(both)).toEqual([ONE, TWO, THREE]);
    expect(namedClaims(`expect(out).toContain('${ONE} held')`)).toEqual([]);
    expect(namedClaims(`${test(`shows ${ONE}`)}; ids = ['${ONE}']; // ${ONE} `)).toEqual([]);
  });

  it('makes a page that no cell breaks', () => {
    const [row] = tableRows(TABLE);
    const page = describeClaims([{ ...row, state: 'held', tests: ['x.test.ts'] }]);
    expect(page).toContain('| G1.001 | b | A \\| B | held | `x.test.ts` |');
    expect(page).toContain('1 claims: 1 held, 0 differ, 0 open.');
  });
});

describe('sluice verify', () => {
  it('lists all 298 from anywhere, and refuses what is no state', () => {
    const run = (...words: string[]) =>
      spawnSync(process.execPath, [join(ROOT, 'bin/sluice.js'), 'verify', ...words], {
        cwd: tmpdir(),
        encoding: 'utf8',
      });
    const { status, stdout } = run('--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).claims).toHaveLength(298);
    expect(run().stdout).toMatch(/^298 claims: \d+ held, \d+ differ, \d+ open\n/);
    expect(run('--state', 'kept').status).toBe(2);
    expect(run('--guide', '6').status).toBe(2);
  });
});
