import { charactersOf, isPythonSpace } from '../values/characters.ts';

export type Side = 'both' | 'left' | 'right';

/** Python's `str.strip`: without `chars` whitespace, else every character that is in `chars`. */
export function strip(text: string, chars: string | undefined, side: Side): string {
  if (chars !== undefined) return stripCharacters(text, new Set(charactersOf(chars)), side);
  let start = 0;
  let stop = text.length;
  if (side !== 'right') while (start < stop && isPythonSpace(text.charCodeAt(start))) start += 1;
  if (side !== 'left') while (stop > start && isPythonSpace(text.charCodeAt(stop - 1))) stop -= 1;
  return text.slice(start, stop);
}

function stripCharacters(text: string, chars: ReadonlySet<string>, side: Side): string {
  const characters = charactersOf(text);
  let start = 0;
  let stop = characters.length;
  if (side !== 'right') while (start < stop && chars.has(characters[start] ?? '')) start += 1;
  if (side !== 'left') while (stop > start && chars.has(characters[stop - 1] ?? '')) stop -= 1;
  return characters.slice(start, stop).join('');
}

/** The parts between runs of whitespace, at most `splits` cuts from the left; negative is all. */
export function splitSpace(text: string, splits: number): string[] {
  const parts: string[] = [];
  let at = skipWhile(text, 0, true);
  while (at < text.length) {
    if (splits >= 0 && parts.length === splits) {
      parts.push(text.slice(at));
      return parts;
    }
    const stop = skipWhile(text, at, false);
    parts.push(text.slice(at, stop));
    at = skipWhile(text, stop, true);
  }
  return parts;
}

/** As `splitSpace`, with the cuts from the right. */
export function splitSpaceRight(text: string, splits: number): string[] {
  const parts: string[] = [];
  let stop = strip(text, undefined, 'right').length;
  while (stop > 0) {
    if (splits >= 0 && parts.length === splits) {
      parts.push(text.slice(0, stop));
      break;
    }
    let start = stop;
    while (start > 0 && !isPythonSpace(text.charCodeAt(start - 1))) start -= 1;
    parts.push(text.slice(start, stop));
    stop = strip(text.slice(0, start), undefined, 'right').length;
  }
  return parts.reverse();
}

function skipWhile(text: string, from: number, isSpace: boolean): number {
  let at = from;
  while (at < text.length && isPythonSpace(text.charCodeAt(at)) === isSpace) at += 1;
  return at;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Python's line ends
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

/** Python's `str.splitlines`: no empty line after a line break at the end. */
export function splitLines(text: string, keepEnds: boolean): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const end of text.matchAll(LINE_END)) {
    lines.push(text.slice(start, keepEnds ? end.index + end[0].length : end.index));
    start = end.index + end[0].length;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}
