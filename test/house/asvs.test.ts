// The table of docs/asvs.md names tests that are there, and lacks none of our rows.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

/** The rows of V6 to V9 and V16 that we go by: all of level 1 that concern us, and these above. */
const OURS = `
  V6.1.1 V6.2.4 V6.2.8 V6.2.9 V6.2.11 V6.2.12 V6.3.1 V6.3.2 V6.3.3 V6.3.4 V6.3.5 V6.3.8 V6.5.1
  V7.1.1 V7.2.4 V7.3.1 V7.3.2 V7.4.1 V7.4.2 V7.4.3 V7.4.5 V7.5.1 V7.5.2
  V8.2.1 V8.2.2 V8.2.3 V8.3.2 V8.3.3 V8.4.1 V8.4.2
  V9.1.1 V9.1.2 V9.1.3 V9.2.1 V9.2.2 V9.2.3 V9.2.4
  V16.2.2 V16.2.5 V16.3.2 V16.3.3 V16.3.4 V16.4.1 V16.4.2 V16.4.3 V16.5.1 V16.5.2 V16.5.3 V16.5.4
`
  .trim()
  .split(/\s+/);

interface Row {
  readonly id: string;
  readonly level: string;
  readonly state: string;
  readonly what: string;
  readonly shown: string;
}

const rows: readonly Row[] = read('docs/asvs.md')
  .split('\n')
  .filter((line) => line.startsWith('| V'))
  .map((line) => {
    const [id = '', level = '', state = '', what = '', shown = '', ...more] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    expect(more, `${id} has too many cells`).toEqual([]);
    return { id, level, state, what, shown };
  });

/** Files with a part of the name of a test in each. */
const named = ({ shown }: Row) =>
  [...shown.matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, path = '', name = '']) => ({ path, name }));

/** The names of the tests of a file: what calls are given first, as text. */
function namesOf(path: string): readonly string[] {
  const first = /\(\s*(['`])((?:(?!\1)[^\\]|\\.)*)\1/g;
  return [...read(path).matchAll(first)].map(([, , name = '']) => name);
}

describe('the table of ASVS 5.0', () => {
  it('has each of our rows once, in order, and no other', () => {
    expect(rows.map(({ id }) => id)).toEqual(OURS);
  });

  it.each(rows.map((row) => [row.id, row] as const))(
    'says of %s what holds and where',
    (_id, row) => {
      expect(row.level).toMatch(/^L[123]$/);
      expect(['held', 'partly', 'missing']).toContain(row.state);
      expect(row.what).toMatch(/^\S.*\.$/);
      const tests = named(row);
      // What is said to hold is shown; what does not hold all the way says what is missing.
      if (row.state !== 'missing') expect(tests.length).toBeGreaterThan(0);
      if (row.state !== 'held') expect(row.what).toContain('Missing:');
      else expect(row.what).not.toContain('Missing:');
      for (const { path, name } of tests) {
        expect(existsSync(new URL(path, ROOT)), path).toBe(true);
        expect(path).toMatch(/\.test\.ts$/);
        const isThere = namesOf(path).some((one) => one.includes(name));
        expect(isThere, `${path} has no test named ${name}`).toBe(true);
      }
      // Nothing else stands in the cell that looks like a test and is not read.
      const rest = row.shown.replace(/`[^`]+` "[^"]+"/g, '').replace(/[;\s]/g, '');
      expect(rest === '' || tests.length === 0, rest).toBe(true);
    },
  );
});
