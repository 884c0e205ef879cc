import { syntaxError } from './refusal.ts';
import type { At } from './tree.ts';

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

const ESCAPE = /\\(x[\da-fA-F]{0,2}|u[\da-fA-F]{0,4}|U[\da-fA-F]{0,8}|[0-7]{1,3}|[\s\S])/g;

/**
 * The value of a string literal without its quotes: Python's escapes, unknown ones kept as they
 * are. Throws TEMPLATE_SYNTAX for a cut hexadecimal escape, a code point that does not exist, and
 * `\N`.
 */
export function unescapeString(body: string, at: At): string {
  if (!body.includes('\\')) return body;
  return body.replace(ESCAPE, (whole, code: string) => readEscape(whole, code, at));
}

function readEscape(whole: string, written: string, at: At): string {
  const letter = written.charAt(0);
  const simple = written.length === 1 ? SIMPLE_ESCAPES.get(letter) : undefined;
  if (simple !== undefined) return simple;
  if (letter >= '0' && letter <= '7') return String.fromCodePoint(Number.parseInt(written, 8));
  const length = HEX_LENGTHS.get(letter);
  if (letter === 'N') {
    throw syntaxError(at, 'the escape \\N{...} is not supported', 'Write the character itself.');
  }
  if (length === undefined) return whole;
  const digits = written.slice(1);
  const code = Number.parseInt(digits, 16);
  if (digits.length < length || code > 0x10ffff) {
    throw syntaxError(
      at,
      `the escape \\${written} is cut or names no character`,
      `Write \\${letter} with ${length} hexadecimal digits, or \\\\ for a backslash.`,
    );
  }
  return String.fromCodePoint(code);
}

/**
 * The value of an integer literal (`1_000`, `0x1f`, `0o17`, `0b1`). Throws TEMPLATE_SYNTAX beyond
 * 2^53, where a number of JSON could no longer hold it.
 */
export function readInteger(text: string, at: At): number {
  const value = Number(text.replaceAll('_', '').toLowerCase());
  if (!Number.isSafeInteger(value)) {
    throw syntaxError(
      at,
      `the number ${text.slice(0, 40)} is too large`,
      'Whole numbers go up to 9007199254740991; write it in quotes if it is an identifier.',
    );
  }
  return value;
}
