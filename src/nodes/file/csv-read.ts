import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { emptyMap, type Value } from '../kit/index.ts';
import { delimiterOf, type FileConfig } from './file-fields.ts';
import { notParsed } from './parse-failure.ts';

type CsvOptions = Pick<FileConfig, 'delimiter' | 'has_header' | 'skip_errors'>;

/** The largest record: a quote that is never closed must not swallow the rest of a large file. */
const RECORD_BYTES_MAX = 10 * 1024 * 1024;
/** Left to itself the parser takes the first end it sees for the only one. */
const LINE_ENDS = ['\r\n', '\n', '\r'];

/** What the parser gives with `info`. */
interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * The records of a csv text (RFC 4180, any mix of line ends, lone quotes in unquoted values kept).
 * Every value is text. Missing values at the end of a line are null, empty lines give nothing.
 * Names that are empty become `col_N`, repeated ones get `_2`, `_3`, so that no column is lost.
 *
 * Errors: FILE_PARSE with the line where a line has more values than names or a quote is not
 * closed; with `skip_errors` such lines are left out.
 */
export async function* readCsv(
  texts: AsyncIterable<string>,
  path: string,
  config: CsvOptions,
): AsyncGenerator<Value> {
  let names: readonly string[] | undefined;
  // The parser counts a `\r\n` inside quotes as two lines.
  let countedTwice = 0;
  for await (const { record, info } of rowsOf(texts, path, config)) {
    for (const value of record) countedTwice += returnsIn(value);
    if (names === undefined && config.has_header) {
      names = columnNames(record);
    } else if (names !== undefined && record.length > names.length) {
      if (config.skip_errors) continue;
      const line = info.lines - countedTwice;
      const problem = `line ${line} has ${record.length} values for ${names.length} columns`;
      throw notParsed(path, problem);
    } else {
      yield mapOfRow(names ?? record.map((_value, index) => `col_${index}`), record);
    }
  }
}

function returnsIn(value: string): number {
  return value.includes('\r\n') ? value.split('\r\n').length - 1 : 0;
}

async function* rowsOf(
  texts: AsyncIterable<string>,
  path: string,
  config: CsvOptions,
): AsyncGenerator<Row> {
  const parser = parse({
    delimiter: delimiterOf(config),
    info: true,
    record_delimiter: LINE_ENDS,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: config.skip_errors,
    max_record_size: RECORD_BYTES_MAX,
  });
  // Errors of either side reach the loop below, which destroys both when it ends early.
  pipeline(Readable.from(texts), parser, () => undefined);
  try {
    for await (const row of parser) yield row as Row; // As `info: true` promises.
  } catch (error) {
    throw error instanceof CsvError ? notParsed(path, wordsOf(error), error) : error;
  }
}

function columnNames(record: readonly string[]): readonly string[] {
  const taken = new Map<string, number>();
  return record.map((text, index) => {
    const name = text === '' ? `col_${index}` : text;
    let free = name;
    let count = taken.get(name) ?? 1;
    while (taken.has(free)) {
      count += 1;
      free = `${name}_${count}`;
    }
    taken.set(name, count);
    if (free !== name) taken.set(free, 1);
    return free;
  });
}

function mapOfRow(names: readonly string[], record: readonly string[]): Value {
  const row = emptyMap();
  for (const [index, name] of names.entries()) row[name] = record[index] ?? null;
  return row;
}

function wordsOf(error: CsvError): string {
  const line = typeof error.lines === 'number' ? ` near line ${error.lines}` : '';
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return `a quote is not closed${line}`;
  if (error.code === 'CSV_MAX_RECORD_SIZE') return `a record is too long${line}`;
  return `not valid csv${line}`;
}
