import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { SemanticsCase } from './run-flow.ts';

const FOLDER = new URL('.', import.meta.url);

/** The flows of this folder, by name. */
export const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .sort();

export const PAGE = readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8');

/** The flows are ours, so what they hold is taken as written. */
export const CASES = FILES.map((file) => ({
  file,
  test: parse(readFileSync(new URL(file, FOLDER), 'utf8')) as SemanticsCase,
}));
