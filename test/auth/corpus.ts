import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lists of hostile texts from public test suites; not part of the repository. */
const FOLDER = process.env.CORPORA_DIR ?? join(process.cwd(), '../shared/corpora');

/** A list as text; undefined where it is not on this machine: the test is then skipped. */
export function corpusText(path: string): string | undefined {
  const file = join(FOLDER, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** The same, read as JSON. */
export function corpusJson(path: string): unknown {
  const text = corpusText(path);
  return text === undefined ? undefined : JSON.parse(text);
}
