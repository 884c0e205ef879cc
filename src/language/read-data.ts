import {
  FLOW_TEXT_LIMITS,
  isMap,
  NotAValue,
  toValue,
  type Value,
  type ValueMap,
} from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import { problemList } from './problems.ts';
import { dataOf, nameOfValue, readDocument, readSource } from './text/index.ts';

/**
 * Reads a map of data, such as a file of inputs, from YAML or JSON text under the limits of a
 * flow's text. A larger file named `.json` is read as JSON alone, which needs no tree with places.
 * Throws AppError with a place where there is one: YAML_SYNTAX, JSON_SYNTAX, WRONG_TYPE, and what
 * else the reader of flows refuses (duplicate keys, tags, nesting).
 */
export function readData(bytes: Uint8Array, file: string): ValueMap {
  const isLargeJson = bytes.byteLength > FLOW_TEXT_LIMITS.textBytes && file.endsWith('.json');
  const data = isLargeJson ? largeJson(bytes, file) : smallText(bytes, file);
  if (isMap(data)) return data;
  throw new AppError('WRONG_TYPE', {
    message: `${file} holds ${nameOfValue(data)}, not a map`,
    remedy: 'Write names with their values, such as "city: Berlin".',
  });
}

function smallText(bytes: Uint8Array, file: string): Value {
  const source = readSource(bytes, { file, textBytes: undefined });
  const problems = problemList();
  const tree = readDocument(source, problems);
  const [problem] = problems.sorted();
  if (problem !== undefined) {
    const { code, message, remedy } = problem;
    throw new AppError(code, { message, remedy, place: problem });
  }
  return tree === undefined ? null : dataOf(tree);
}

function largeJson(bytes: Uint8Array, file: string): Value {
  try {
    return toValue(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    const reason = cause instanceof NotAValue ? cause.message : 'it is not valid JSON';
    throw new AppError('JSON_SYNTAX', { message: `${file} cannot be read: ${reason}`, cause });
  }
}
