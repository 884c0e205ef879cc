import { assert } from '../../base/index.ts';
import { isUuid, storedText } from '../stored-text.ts';

/**
 * Lists of values as parameters of one statement. Texts travel as one text with a separator that
 * JSON escapes and `storedText` replaces: PostgreSQL splits that several times faster than it reads
 * an array, in which every quote of a JSON text is escaped.
 */
const SEPARATOR = '\x1E';
const ABSENT = '\x1D';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\0-\x1F]/;

/**
 * What stands in SQL for a list of texts. It ends with one absent text more than there are units,
 * so that a single empty text is not taken for an empty list.
 */
export function splitTexts(parameter: number): string {
  return `string_to_array($${parameter}::text, E'\\x1E', E'\\x1D')`;
}

/** Texts of people; any characters. */
export function plainTexts(texts: readonly (string | null | undefined)[]): string {
  return joined(texts.map((text) => (text == null ? ABSENT : storedText(text))));
}

/** Texts that `isOneLine` holds for. */
export function jsonTexts(texts: readonly (string | null | undefined)[]): string {
  return joined(texts.map((text) => text ?? ABSENT));
}

/** Whole numbers as the text of a PostgreSQL array. */
export function numbers(values: readonly (number | null | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** UUIDs as the text of a PostgreSQL array. */
export function uuids(values: readonly (string | null | undefined)[]): string {
  for (const value of values) assert(value == null || isUuid(value), 'an id is a UUID');
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/**
 * True for JSON as JSON.stringify writes it without indentation: no control character stands in it,
 * so that it can share a text with others.
 */
export function isOneLine(json: string): boolean {
  return !CONTROL.test(json);
}

function joined(texts: string[]): string {
  texts.push(ABSENT);
  return texts.join(SEPARATOR);
}
