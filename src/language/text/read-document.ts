import { AppError } from '../../errors/index.ts';
import type { ProblemList } from '../problems.ts';
import { buildTree } from './build-tree.ts';
import { type JsonMistake, jsonMistake } from './json-mistake.ts';
import { parseYaml, syntaxCode } from './parse.ts';
import type { Source } from './source.ts';
import type { Tree } from './tree.ts';

/**
 * Reads YAML or JSON text into a tree of plain data with places. JSON is read by the same parser,
 * of which it is a subset; a file named `.json` must also be JSON proper. Gives undefined for a
 * text without a value. Problems of single keys and values are added to `problems`; what keeps the
 * whole text from being read is thrown as an AppError with a place.
 */
export function readDocument(source: Source, problems: ProblemList): Tree | undefined {
  const isJson = syntaxCode(source) === 'JSON_SYNTAX';
  const mistake = isJson ? jsonMistake(source.text) : undefined;
  const isCut = mistake?.offset === source.text.length;
  if (!isCut) refuseLooseJson(source, mistake);
  const document = parseYaml(source);
  if (document === undefined) return undefined;
  refuseLooseJson(source, mistake);
  const tree = buildTree(document, source, problems);
  return tree.kind === 'scalar' && tree.value === null ? undefined : tree;
}

// YAML takes comments, single quotes and bare keys between braces, which JSON does not. A text that
// only ends too early is left to the YAML parser, which knows what is open.
function refuseLooseJson(source: Source, mistake: JsonMistake | undefined): void {
  if (mistake === undefined) return;
  const { offset, message, remedy } = mistake;
  throw new AppError('JSON_SYNTAX', { message, remedy, place: source.place(offset, '') });
}
