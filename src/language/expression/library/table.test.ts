import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeTemplates } from '../index.ts';
import { makeLibrary } from './library.ts';
import { listMethods } from './methods-list.ts';
import { mapMethods } from './methods-map.ts';
import { textMethods } from './methods-text.ts';
import { FILTER_TABLE, FUNCTION_TABLE, LEFT_OUT, METHOD_TABLE, TEST_TABLE } from './table.ts';

const sorted = (values: Iterable<string>) => [...values].sort();
const library = makeLibrary();

describe('the table', () => {
  it('lists exactly what the library has', () => {
    expect(sorted(FILTER_TABLE.map((row) => row.name))).toEqual(sorted(library.filters.keys()));
    expect(sorted(TEST_TABLE.map((row) => row.name))).toEqual(sorted(library.tests.keys()));
    expect(sorted(FUNCTION_TABLE.map((row) => row.name))).toEqual(sorted(library.functions.keys()));
    const methods = new Map(METHOD_TABLE.map((row) => [row.of, row.names]));
    expect(methods.get('string')).toEqual(sorted(textMethods.keys()));
    expect(methods.get('list')).toEqual(sorted(listMethods.keys()));
    expect(methods.get('map')).toEqual(sorted(mapMethods.keys()));
  });

  it('has none of the names that are left out', () => {
    for (const name of LEFT_OUT.keys()) {
      expect(library.filters.has(name) || library.functions.has(name)).toBe(false);
    }
  });

  it('has all safe filters and functions of system 1', () => {
    const filters =
      'upper lower title capitalize trim strip replace truncate wordwrap center ljust rjust regex_search abs round int float first last length count reverse sort min max sum unique items keys values default join format string number list mapping';
    const functions = 'len range str int float bool list dict min max sum abs round';
    const safe = (rows: typeof FILTER_TABLE) => {
      return new Set(rows.filter((row) => row.level === 'safe_expressions').map((row) => row.name));
    };
    expect(filters.split(' ').filter((name) => !safe(FILTER_TABLE).has(name))).toEqual([]);
    expect(functions.split(' ').filter((name) => !safe(FUNCTION_TABLE).has(name))).toEqual([]);
  });
});

describe('docs/reference/templates.md', () => {
  it('is what the tables say', () => {
    const page = new URL('../../../../docs/reference/templates.md', import.meta.url);
    expect(readFileSync(page, 'utf8')).toBe(describeTemplates());
  });
});
