import { printableLine, styled, type Terminal } from './terminal.ts';

export interface Column {
  readonly title: string;
  /** May be cut where the screen is too narrow; the others keep their width. */
  readonly mayShrink?: boolean;
  readonly isNumber?: boolean;
}

const GAP = 2;
const SHRUNK_MIN = 8;
const CELL_CHARACTERS_MAX = 200;

/**
 * Rows under titles, in columns as wide as they need to be, or as a screen allows. Cells are made
 * safe for the screen; a pipe gets them whole up to 200 characters. Linear in the cells.
 */
export function textTable(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const safe = rows.map((row) => row.map((cell) => printableLine(cell, CELL_CHARACTERS_MAX)));
  const widths = widthsOf(terminal, columns, safe);
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, index) => padded(cell, widths[index] ?? 0, columns[index]?.isNumber === true))
      .join(' '.repeat(GAP))
      .trimEnd();
  const titles = lineOf(columns.map(({ title }) => title));
  return [styled(terminal, 'dim', titles), ...safe.map(lineOf), ''].join('\n');
}

function widthsOf(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): number[] {
  const widths = columns.map(({ title }, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), title.length),
  );
  if (!terminal.isScreen || terminal.columns <= 0) return widths;
  const all = widths.reduce((sum, width) => sum + width, GAP * (columns.length - 1));
  let over = all - terminal.columns;
  // The widest that may shrink gives way first; columns are few, and each turn ends one of them.
  while (over > 0) {
    const widest = widestShrinkable(columns, widths);
    if (widest === undefined) return widths;
    const width = widths[widest] ?? 0;
    const less = Math.min(over, width - SHRUNK_MIN, Math.max(1, Math.ceil(over / 2)));
    widths[widest] = width - less;
    over -= less;
  }
  return widths;
}

function widestShrinkable(
  columns: readonly Column[],
  widths: readonly number[],
): number | undefined {
  let found: number | undefined;
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (column.mayShrink !== true || width <= SHRUNK_MIN) continue;
    if (found === undefined || width > (widths[found] ?? 0)) found = index;
  }
  return found;
}

function padded(text: string, width: number, isRight: boolean): string {
  const cut = cutTo(text, width);
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  return isRight ? `${space}${cut}` : `${cut}${space}`;
}

function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  let used = 1;
  for (const character of text) {
    used += displayWidth(character);
    if (used > width) break;
    cut += character;
  }
  return `${cut}…`;
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that a text takes on a screen: two for a wide character, none for a combining one. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    width += WITHOUT_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  }
  return width;
}
