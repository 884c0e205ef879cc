/** One `NAME=value` of a `.env` file. */
export interface DotenvEntry {
  readonly name: string;
  readonly value: string;
  /** Where the entry begins, from 1. */
  readonly line: number;
}

/**
 * A line that is no entry, no comment and not empty. Its text is not repeated: it may be a secret.
 */
export interface DotenvProblem {
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
}

export interface Dotenv {
  readonly entries: readonly DotenvEntry[];
  readonly problems: readonly DotenvProblem[];
}

const NAME = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=[ \t]*/;
const AFTER_QUOTE = /^\s*(?:#.*)?$/;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
  $: '$',
};

/**
 * Reads the text of a `.env` file: `NAME=value` lines, `#` comments, an optional `export`, values
 * bare or in quotes. Single quotes are literal; double quotes know \n \r \t \" \\ \$ and may span
 * lines; a bare value ends at ` #`. Variables are not expanded, so that a value never depends on
 * another.
 *
 * Reports every bad line and goes on with the next. Names are kept in order, repeated ones too.
 * Never throws; linear in the text: a quote that is never closed is met once, since each later one
 * would have closed it.
 */
export function parseDotenv(text: string): Dotenv {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const entries: DotenvEntry[] = [];
  const problems: DotenvProblem[] = [];
  let index = 0;
  while (index < lines.length) {
    const found = readEntry(lines, index);
    if ('name' in found) entries.push({ name: found.name, value: found.value, line: index + 1 });
    if ('message' in found) {
      problems.push({ line: index + 1, message: found.message, remedy: found.remedy });
    }
    index = found.next;
  }
  return { entries, problems };
}

/** What begins on one line; `next` is the index of the first line after it. */
type Found = { readonly next: number } & (
  | { readonly name: string; readonly value: string }
  | { readonly message: string; readonly remedy: string }
  | { readonly isEmpty: true }
);

function readEntry(lines: readonly string[], index: number): Found {
  const line = lines[index] ?? '';
  const next = index + 1;
  if (AFTER_QUOTE.test(line)) return { isEmpty: true, next };
  if (line.includes('\0')) return wrong(next, 'holds a NUL character', 'Save the file as text.');
  const start = NAME.exec(line);
  if (start === null) return wrong(next, ...whyNoEntry(line));
  const name = start[1] ?? '';
  const rest = line.slice(start[0].length);
  if (rest.startsWith("'")) return readSingleQuoted(name, rest, next);
  if (rest.startsWith('"')) return readDoubleQuoted(name, rest, lines, next);
  const comment = /(?:^|\s)#.*$/.exec(rest);
  const value = comment === null ? rest : rest.slice(0, comment.index);
  return { name, value: value.trim(), next };
}

function wrong(next: number, message: string, remedy: string): Found {
  return { message, remedy, next };
}

function whyNoEntry(line: string): readonly [string, string] {
  if (!line.includes('=')) return ['has no =', 'Write NAME=value, or # before a comment.'];
  return [
    'does not begin with a name',
    'Write NAME=value; a name has letters, digits and _, and does not begin with a digit.',
  ];
}

function readSingleQuoted(name: string, rest: string, next: number): Found {
  const end = rest.indexOf("'", 1);
  if (end === -1) {
    return wrong(
      next,
      "opens a ' that is not closed on its line",
      'Close it; a value of several lines goes in double quotes.',
    );
  }
  if (!AFTER_QUOTE.test(rest.slice(end + 1))) return textAfterQuote(next);
  return { name, value: rest.slice(1, end), next };
}

function textAfterQuote(next: number): Found {
  return wrong(next, 'has text after its closing quote', 'Remove it, or begin it with #.');
}

function readDoubleQuoted(
  name: string,
  rest: string,
  lines: readonly string[],
  next: number,
): Found {
  let value = '';
  let part = rest.slice(1);
  let after = next;
  for (;;) {
    const end = closingQuote(part);
    if (end !== -1) {
      if (!AFTER_QUOTE.test(part.slice(end + 1))) return textAfterQuote(after);
      return { name, value: expandEscapes(value + part.slice(0, end)), next: after };
    }
    const following = lines[after];
    if (following === undefined) {
      return wrong(next, 'opens a " that is never closed', 'Close it.');
    }
    value += `${part}\n`;
    part = following;
    after += 1;
  }
}

/** The index of the first `"` that no backslash escapes, or -1. */
function closingQuote(text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
  return -1;
}

/** An unknown escape keeps its backslash, as in `\d`. */
function expandEscapes(text: string): string {
  return text.replace(/\\([nrt"\\$])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}
