import { AppError, describe, isList, isMap, type Value } from '../kit/index.ts';

export interface CsvStyle {
  readonly delimiter: string;
  readonly header: boolean;
}

/**
 * Csv of a list of maps: the names of all of them, in the order in which they first appear, then
 * one line for each map. A list of lists is written without names, a single map as one line, text
 * as it is (it may be csv already). Missing values and null are empty, lists and maps inside are
 * JSON. Quoted where needed (RFC 4180), lines end with `\n`.
 *
 * Values are written as they are, formulas of spreadsheets too: whoever opens the file there
 * decides.
 *
 * Errors: NODE_INPUT_INVALID, naming the first row that does not fit.
 */
export function csvText(value: Value, style: CsvStyle): string {
  if (typeof value === 'string') return value;
  const rows = isMap(value) ? [value] : value;
  if (!isList(rows)) throw unfit(`csv needs a list of maps, but it got ${describe(value)}`);
  if (rows.length > 0 && rows.every(isList)) {
    return rows.map((row) => lineOf(row, style)).join('');
  }
  const names = new Set<string>();
  for (const [index, row] of rows.entries()) {
    if (!isMap(row)) throw unfit(`csv needs a list of maps, but row ${index} is ${describe(row)}`);
    for (const name of Object.keys(row)) names.add(name);
  }
  const columns = [...names];
  const header = style.header && columns.length > 0 ? lineOf(columns, style) : '';
  const lines = rows.map((row) =>
    lineOf(
      columns.map((name) => (isMap(row) && Object.hasOwn(row, name) ? (row[name] ?? null) : null)),
      style,
    ),
  );
  return header + lines.join('');
}

function lineOf(values: readonly Value[], style: CsvStyle): string {
  // A line with one empty value would read as no line at all.
  if (values.length === 1 && cellText(values[0] ?? null) === '') return '""\n';
  return `${values.map((value) => cellOf(cellText(value), style)).join(style.delimiter)}\n`;
}

function cellOf(text: string, { delimiter }: CsvStyle): string {
  const isPlain = !text.includes(delimiter) && !/["\r\n]/.test(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

function cellText(value: Value): string {
  if (value === null) return '';
  return isList(value) || isMap(value) ? JSON.stringify(value) : String(value);
}

function unfit(message: string): AppError {
  return new AppError('NODE_INPUT_INVALID', {
    message,
    remedy: 'Give a list of maps such as [{name: Ada, age: 36}].',
    retryable: false,
  });
}
