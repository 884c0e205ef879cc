import type { Place } from '../../errors/index.ts';
import type { TextOrigin } from '../plan.ts';
import type { Source } from './source.ts';
import { textMap } from './text-map.ts';
import type { ScalarTree } from './tree.ts';

/** Where the text of a scalar stands in the file, line by line. Linear in the text. */
export function originOf(source: Source, scalar: ScalarTree, path: string): TextOrigin {
  const lines = new Map<number, string>();
  const pieces = textMap(source.text, scalar).map(({ from, at }) => {
    const { line, column } = source.place(at, path);
    if (!lines.has(line)) lines.set(line, source.line(line));
    return { from, line, column };
  });
  const file = source.file === undefined ? {} : { file: source.file };
  return { ...file, path, pieces, lines };
}

/**
 * The place in the file of a line and column (from 1) of a template's text. Beyond the end of the
 * text it is the place behind its last character. Linear in the text; meant for messages only.
 */
export function placeInFile(
  origin: TextOrigin,
  text: string,
  at: { readonly line: number; readonly column: number },
): Place {
  const offset = offsetOf(text, at);
  let piece = origin.pieces[0] ?? { from: 0, line: 1, column: 1 };
  for (const next of origin.pieces) {
    if (next.from > offset) break;
    piece = next;
  }
  const file = origin.file === undefined ? {} : { file: origin.file };
  return {
    ...file,
    line: piece.line,
    column: piece.column + offset - piece.from,
    path: origin.path,
    sourceLine: origin.lines.get(piece.line) ?? '',
  };
}

function offsetOf(text: string, at: { readonly line: number; readonly column: number }): number {
  let start = 0;
  for (let line = 1; line < at.line; line += 1) {
    const next = text.indexOf('\n', start);
    if (next === -1) break;
    start = next + 1;
  }
  return Math.min(start + at.column - 1, text.length);
}
