import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lists of hostile texts from public test suites; not part of the repository. */
const FOLDER = process.env.CORPORA_DIR ?? join(process.cwd(), '../shared/corpora');

/** The lines of a list that are not empty; undefined where the lists are not on this machine. */
export function corpusLines(path: string): readonly string[] | undefined {
  return corpusText(path)
    ?.split('\n')
    .filter((line) => line.trim() !== '');
}

/** One field of each entry of a list in JSON; undefined where the lists are not on this machine. */
export function corpusField(path: string, field: string): readonly string[] | undefined {
  const text = corpusText(path);
  if (text === undefined) return undefined;
  const entries = JSON.parse(text) as readonly Readonly<Record<string, unknown>>[];
  return entries.flatMap((entry) => {
    const value = entry[field];
    const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
    return texts.filter((one): one is string => typeof one === 'string' && one !== '');
  });
}

function corpusText(path: string): string | undefined {
  const file = join(FOLDER, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
