import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { outcomeOf, type SemanticsCase } from './run-flow.ts';

const FOLDER = new URL('.', import.meta.url);
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .sort();
const PAGE = readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8');

/** The flows are ours, so what they hold is taken as written. */
function caseOf(file: string): SemanticsCase {
  return parse(readFileSync(new URL(file, FOLDER), 'utf8')) as SemanticsCase;
}

describe('docs/semantics.md', () => {
  for (const file of FILES) {
    const test = caseOf(file);
    const check = test.pending === undefined ? it : it.fails;
    check(`${test.rule} ${test.says} (${file})`, async () => {
      const { order, ...outcome } = await outcomeOf(test);
      const { status = 'completed', journal, outputs = {}, error = {} } = test;
      expect(outcome).toEqual({ status, journal, outputs, error });
      if (test.order !== undefined) expect(order).toEqual(test.order);
    });
  }

  it('lists every flow, and no other', () => {
    const listed = [...PAGE.matchAll(/`(\d\d-[a-z-]+)`/g)].map(([, name]) => `${name}.yaml`);
    expect(listed.sort()).toEqual(FILES);
  });
});
