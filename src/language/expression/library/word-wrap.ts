import { type Run, spendItems, spendSteps } from '../run/run.ts';
import { charactersOf, lengthOf } from '../values/characters.ts';
import { splitLines } from './whitespace.ts';

export interface WrapOptions {
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
}

/**
 * The lines of a text, each at most `width` characters, as Python's textwrap breaks them: its lines
 * are paragraphs of their own. Linear in the text: chunks are found by a scan, not by textwrap's
 * pattern, which takes quadratic time on long runs of hyphens.
 */
export function wrapText(run: Run, text: string, options: WrapOptions): string[] {
  const lines: string[] = [];
  spendItems(run, text.length);
  for (const paragraph of splitLines(text, false)) {
    const wrapped = wrapParagraph(run, paragraph, options);
    // A blank paragraph has no lines; joined, it leaves one empty line.
    for (const line of wrapped.length === 0 ? [''] : wrapped) lines.push(line);
  }
  return lines;
}

const SPACE = /^[\t\n\v\f\r ]/;

function wrapParagraph(run: Run, paragraph: string, options: WrapOptions): string[] {
  const { width } = options;
  const chunks = chunksOf(paragraph, options.breakOnHyphens).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const line: string[] = [];
    let length = 0;
    if (lines.length > 0 && SPACE.test(chunks.at(-1) ?? '')) chunks.pop();
    for (let next = chunks.at(-1); next !== undefined; next = chunks.at(-1)) {
      const size = lengthOf(next);
      if (length + size > width) break;
      line.push(next);
      length += size;
      chunks.pop();
    }
    const long = chunks.at(-1);
    if (long !== undefined && lengthOf(long) > width) {
      // Each break copies the rest of the word, so a long word broken often has to pay for it.
      spendSteps(run, long.length >>> 7);
      breakLongWord(long, { chunks, line, room: width - length }, options);
    }
    if (line.length > 0 && (line.at(-1) === '' || SPACE.test(line.at(-1) ?? ''))) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

function breakLongWord(
  word: string,
  state: { readonly chunks: string[]; readonly line: string[]; readonly room: number },
  options: WrapOptions,
): void {
  const { chunks, line } = state;
  const room = options.width < 1 ? 1 : state.room;
  if (!options.breakLongWords) {
    if (line.length > 0) return;
    line.push(word);
    chunks.pop();
    return;
  }
  const characters = charactersOf(word);
  const hyphen = options.breakOnHyphens ? characters.lastIndexOf('-', Math.max(0, room - 1)) : -1;
  const hasWordBefore = hyphen > 0 && characters.slice(0, hyphen).some((each) => each !== '-');
  const end = characters.length > room && room > 0 && hasWordBefore ? hyphen + 1 : room;
  // Pushed even when empty, as textwrap does: it decides which space at the end of the line is cut.
  line.push(characters.slice(0, end).join(''));
  chunks[chunks.length - 1] = characters.slice(end).join('');
}

const WORD_PUNCTUATION = /[\p{L}\p{N}_!"'&.,?]/u;
const WORD = /[\p{L}\p{N}_]/u;
const LETTER = /[\p{L}_]/u;

/** Runs of whitespace, and words cut after hyphens between letters and around dashes. */
function chunksOf(text: string, breaksOnHyphens: boolean): string[] {
  const parts = text.match(/[\t\n\v\f\r ]+|[^\t\n\v\f\r ]+/g) ?? [];
  if (!breaksOnHyphens) return parts;
  return parts.flatMap((part) => (part.includes('-') ? hyphenChunks(part) : [part]));
}

function hyphenChunks(word: string): string[] {
  const chunks: string[] = [];
  let start = 0;
  let at = 0;
  while (at < word.length) {
    if (word.charAt(at) !== '-') {
      at += 1;
      continue;
    }
    let stop = at;
    while (word.charAt(stop) === '-') stop += 1;
    if (isDash(word, at, stop)) {
      if (at > start) chunks.push(word.slice(start, at));
      chunks.push(word.slice(at, stop));
      start = stop;
    } else if (stop === at + 1 && isHyphen(word, at, start)) {
      chunks.push(word.slice(start, stop));
      start = stop;
    }
    at = stop;
  }
  if (start < word.length) chunks.push(word.slice(start));
  return chunks;
}

/** Two hyphens or more between a word and a word. */
function isDash(word: string, at: number, stop: number): boolean {
  if (stop - at < 2 || at === 0) return false;
  return WORD_PUNCTUATION.test(word.charAt(at - 1)) && WORD.test(word.charAt(stop));
}

/** A hyphen after two letters (or a letter, a hyphen and one more) and before two letters. */
function isHyphen(word: string, at: number, start: number): boolean {
  const letter = (index: number) => index >= 0 && LETTER.test(word.charAt(index));
  const before =
    (letter(at - 1) && letter(at - 2)) ||
    (WORD_PUNCTUATION.test(word.charAt(at - 1)) && word.charAt(at - 2) === '-' && letter(at - 3));
  if (!before || at <= start) return false;
  return letter(at + 1) && (letter(at + 2) || (word.charAt(at + 2) === '-' && letter(at + 3)));
}
