import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON file of the shared corpora, or undefined where they are not there. */
export function corpus(path: string): unknown {
  const folder = process.env.CORPORA_DIR ?? join(import.meta.dirname, '../../../shared/corpora');
  const file = join(folder, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
