import { toValue, type Value } from '../kit/index.ts';
import { jsonFaultAt } from './json-position.ts';
import { notParsed } from './parse-failure.ts';

/** Of the path to a value in a file: its names come from the file and can be of any length. */
const PATH_SHOWN = 200;
const REASON_SHOWN = 100;

/** JSON text as a value. Errors: FILE_PARSE with line and column, never with what stands there. */
export function readJson(text: string, path: string): Value {
  if (text.trim() === '') throw notParsed(path, 'the file is empty, which is not JSON');
  try {
    return toValue(JSON.parse(text));
  } catch (error) {
    throw notParsed(path, `not valid JSON${whereOf(error, text)}`, error);
  }
}

/**
 * One value for each line of JSON Lines; blank lines count but give nothing. With `skipErrors`,
 * lines that are no JSON are left out.
 *
 * Errors: FILE_PARSE with the line.
 */
export async function* readJsonLines(
  lines: AsyncIterable<string>,
  path: string,
  skipErrors: boolean,
): AsyncGenerator<Value> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    let value: Value;
    try {
      value = toValue(JSON.parse(line));
    } catch (error) {
      if (skipErrors) continue;
      throw notParsed(path, `line ${number} is not valid JSON`, error);
    }
    yield value;
  }
}

/** Lines without their ends: `\n`, `\r\n` or, where `\r` ends lines alone, that. */
export async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let pending: string[] = [];
  let endsWithReturn = false;
  for await (const text of texts) {
    // A line end may be cut in two: `\r` closed the line already, its `\n` belongs to it.
    const from = endsWithReturn && text.startsWith('\n') ? 1 : 0;
    const lines = text.slice(from).split(/\r\n|\n|\r/);
    endsWithReturn = text.endsWith('\r');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      yield pending.length === 0 ? line : pending.join('') + line;
      pending = [];
    }
    if (last !== '') pending.push(last);
  }
  if (pending.length > 0) yield pending.join('');
}

function whereOf(error: unknown, text: string): string {
  if (error instanceof Error && 'reason' in error) return `: ${shortened(error.message)}`;
  const fault = jsonFaultAt(text);
  if (fault === undefined) return '';
  const before = text.slice(0, fault);
  return `: line ${before.split('\n').length}, column ${fault - before.lastIndexOf('\n')}`;
}

/** The beginning of the path and the reason at the end. */
function shortened(message: string): string {
  if (message.length <= PATH_SHOWN + REASON_SHOWN) return message;
  return `${message.slice(0, PATH_SHOWN)}...${message.slice(-REASON_SHOWN)}`;
}
