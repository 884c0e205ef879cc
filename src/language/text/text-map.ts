import { assert } from '../../base/index.ts';
import type { ScalarTree } from './tree.ts';

/** From offset `from` of a scalar's text on, characters stand at `at` and following of the file. */
export interface TextPiece {
  readonly from: number;
  readonly at: number;
}

/**
 * Maps the characters of a scalar's text to those of the file, so that a place inside a template
 * can be shown in the file whatever the style: folded and plain lines are joined, block indentation
 * is cut, escapes are resolved. Pieces rise in `from`; the first is 0. Only printed characters are
 * aligned: they come in the same order in both, while spaces and line breaks may come and go
 * between them. Linear.
 */
export function textMap(source: string, scalar: ScalarTree): readonly TextPiece[] {
  assert(typeof scalar.value === 'string', 'only text is mapped to the file');
  const text = scalar.value;
  const read = scalar.style === 'double' ? readEscaped : readPlain;
  const isQuoted = scalar.style === 'single';
  let at = contentStart(source, scalar);
  let piece: TextPiece = { from: 0, at };
  const pieces: TextPiece[] = [];
  for (let from = 0; from < text.length; from += 1) {
    if (isSpace(text[from])) continue;
    const next = skipSpace(source, at, scalar);
    const isNewLine = next > at && source.slice(at, next).includes('\n');
    if (isNewLine || next - piece.at !== from - piece.from) {
      if (from > piece.from) pieces.push(piece);
      piece = { from, at: next };
    }
    const unit = read(source, next);
    at = next + (isQuoted && text[from] === "'" ? 2 : unit.length);
    // One escape may stand for two units of UTF-16; both stand where the escape starts.
    if (unit.units === 2) from += 1;
  }
  pieces.push(piece);
  return pieces;
}

interface Unit {
  /** Characters in the file. */
  readonly length: number;
  /** UTF-16 units in the text. */
  readonly units: number;
}

const ONE: Unit = { length: 1, units: 1 };

function readPlain(): Unit {
  return ONE;
}

const ESCAPE_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readEscaped(source: string, at: number): Unit {
  if (source[at] !== '\\') return ONE;
  const digits = ESCAPE_DIGITS[source[at + 1] ?? ''] ?? 0;
  if (digits === 0) return { length: 2, units: 1 };
  const code = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16);
  return { length: 2 + digits, units: code > 0xffff ? 2 : 1 };
}

function contentStart(source: string, scalar: ScalarTree): number {
  if (scalar.style === 'single' || scalar.style === 'double') return scalar.start + 1;
  if (scalar.style === 'plain') return scalar.start;
  const header = source.indexOf('\n', scalar.start);
  return header === -1 ? scalar.end : skipBlanks(source, header + 1);
}

function skipBlanks(source: string, start: number): number {
  let at = start;
  while (source[at] === ' ') at += 1;
  return at;
}

/**
 * Skips what stands for no printed character: spaces, line breaks and, in double quotes, escapes of
 * them.
 */
function skipSpace(source: string, start: number, scalar: ScalarTree): number {
  let at = start;
  while (at < scalar.end) {
    if (isSpace(source[at])) at += 1;
    else if (scalar.style === 'double' && source[at] === '\\' && isSpaceEscape(source[at + 1])) {
      at += 2;
    } else break;
  }
  return at;
}

function isSpace(unit: string | undefined): boolean {
  return unit === ' ' || unit === '\n' || unit === '\t' || unit === '\r';
}

function isSpaceEscape(letter: string | undefined): boolean {
  return letter !== undefined && 'nrt \t\n\r'.includes(letter);
}
