/**
 * Threat: a YAML file that makes its reader build objects, or work without end (tags, alias bombs,
 * deep nesting, a megabyte of nonsense of which each letter is an error). Tags are refused,
 * everything is counted while it is read, and the first error or warning ends the work.
 */
import {
  Composer,
  type CST,
  type Document,
  Lexer,
  LineCounter,
  Parser,
  type YAMLError,
} from 'yaml';
import { VALUE_LIMITS, type Value } from '../kit/index.ts';
import { notParsed } from './parse-failure.ts';
import { valueOfYaml } from './yaml-value.ts';

// The parser takes about 2.5 s for a megabyte, during which nothing else runs: large data is for
// JSON.
const TEXT_LENGTH_MAX = 2 * 1024 * 1024;
/**
 * Each level of lists and maps takes one or two entries of the parser's stack, the document one.
 */
const STACK_DEPTH_MAX = VALUE_LIMITS.depth * 2 + 2;

/**
 * A YAML 1.2 document as a value, with merge keys as YAML 1.1 has them; an empty one is null. Dates
 * stay text.
 *
 * Errors: FILE_PARSE with the line, never with what stands there.
 */
export function readYaml(text: string, path: string): Value {
  if (text.length > TEXT_LENGTH_MAX) {
    throw notParsed(path, `yaml over ${TEXT_LENGTH_MAX / 1024 ** 2} MB is not read; use json`);
  }
  const lines = new LineCounter();
  const refuse = (problem: string, offset: number, cause?: unknown) =>
    notParsed(path, `not valid YAML: line ${lines.linePos(offset).line}: ${problem}`, cause);
  const document = documentOf(text, lines, refuse);
  return document === undefined ? null : valueOfYaml(document.contents, refuse);
}

/** Makes the error for a problem at an offset of the text. */
export type Refuse = (problem: string, offset: number, cause?: unknown) => Error;

function documentOf(text: string, lines: LineCounter, refuse: Refuse): Document.Parsed | undefined {
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false });
  endAtFirstError(composer, refuse);
  let found: Document.Parsed | undefined;
  for (const document of composer.compose(tokensOf(text, lines, refuse), false, text.length)) {
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) throw refuse(wordsOf(error.code), error.pos[0], error);
    if (found !== undefined) throw refuse('a second document begins', document.range[0]);
    found = document;
  }
  return found;
}

function* tokensOf(text: string, lines: LineCounter, refuse: Refuse): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) yield checked(token, refuse);
    if (parser.stack.length > STACK_DEPTH_MAX) {
      throw refuse('lists and maps are nested too deeply', parser.offset);
    }
  }
  for (const token of parser.end()) yield checked(token, refuse);
}

function checked(token: CST.Token, refuse: Refuse): CST.Token {
  if (token.type === 'error') throw refuse('unexpected characters', token.offset);
  return token;
}

type OnError = (
  at: number | readonly [number, number] | { readonly offset: number },
  code: YAMLError['code'],
) => void;

/**
 * The composer goes on after an error and makes an exception for each, ten seconds for a megabyte
 * of them. Its handler is an own property, set by its constructor (yaml 2.9, compose/composer.js).
 */
function endAtFirstError(composer: Composer, refuse: Refuse): void {
  let first: Error | undefined;
  const onError: OnError = (at, code) => {
    const offset = typeof at === 'number' ? at : 'offset' in at ? at.offset : at[0];
    // The composer catches what is thrown below it and reports that as an error again.
    first ??= refuse(wordsOf(code), offset);
    throw first;
  };
  Object.assign(composer, { onError });
}

/** `BAD_ALIAS` as "bad alias": the library's messages may quote the file. */
function wordsOf(code: string): string {
  if (code === 'TAG_RESOLVE_FAILED') return 'tags are not allowed';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins';
  return code.toLowerCase().replaceAll('_', ' ');
}
