import { Composer, type CST, type Document, Lexer, Parser, YAMLParseError } from 'yaml';
import { FLOW_TEXT_LIMITS } from '../../base/index.ts';
import { AppError, type ErrorCode } from '../../errors/index.ts';
import { type OpenToken, openTokenAtEnd } from './open-token.ts';
import { tooManyKeysAt } from './prescan.ts';
import { tooDeep, tooManyAliases, tooManyNodes } from './refusals.ts';
import type { Source } from './source.ts';
import {
  CUT_SHORT,
  explanationOf,
  plainSentence,
  unquotedTemplateRemedy,
  WRONG_INDENT,
} from './yaml-errors.ts';

// Each level of lists and maps takes one or two entries of the parser's stack, and the document
// one.
const STACK_DEPTH = FLOW_TEXT_LIMITS.depth * 2 + 2;
// A value takes a few lexemes: itself, its indentation, its separators. Comments take more.
const LEXEMES = FLOW_TEXT_LIMITS.documentNodes * 3;
// An error costs the parser more than a value; the first one in the text is all that is shown.
const ERRORS = 20;

/**
 * Parses YAML 1.2 text to the parser's document. Bounded before anything is built: nesting, values
 * and the number of documents are counted on the parser's own tokens, so that bombs end early.
 * Throws AppError YAML_SYNTAX (JSON_SYNTAX in a file named `.json`), YAML_TOO_DEEP or
 * YAML_TOO_MANY_NODES at the place. Gives undefined for a text without any value.
 */
export function parseYaml(source: Source): Document.Parsed | undefined {
  const crowded = tooManyKeysAt(source.text);
  if (crowded !== undefined) throw tooManyNodes(source.place(crowded, ''));
  const errors: YAMLParseError[] = [];
  const tokens = readTokens(source, errors);
  const documents = compose(tokens, source, errors);
  const document = documents[0];
  const found = [...errors, ...(document?.errors ?? []), ...(document?.warnings ?? [])].filter(
    (error) => error.code !== 'TAG_RESOLVE_FAILED',
  );
  const first = found.sort((left, right) => left.pos[0] - right.pos[0])[0];
  if (first !== undefined) throw syntaxError(source, first, openTokenAtEnd(tokens));
  return document;
}

function readTokens(source: Source, errors: YAMLParseError[]): CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  const count = lexemeCounter(source);
  let documents = 0;
  const keep = (token: CST.Token) => {
    tokens.push(token);
    if (token.type === 'error') {
      const end = token.offset + token.source.length;
      errors.push(new YAMLParseError([token.offset, end], 'UNEXPECTED_TOKEN', token.message));
    }
    if (token.type === 'document') documents += 1;
    if (documents > 1) throw severalDocuments(source, token.offset);
  };
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const token of parser.next(lexeme)) keep(token);
    if (errors.length >= ERRORS) return tokens;
    count(lexeme, parser.offset);
    if (parser.stack.length > STACK_DEPTH) throw tooDeep(source.place(parser.offset, ''));
  }
  for (const token of parser.end()) keep(token);
  return tokens;
}

// The lexer announces a plain or block scalar by this mark (yaml 2.9.1, parse/cst.js).
const SCALAR_FOLLOWS = '\u001f';

/** Counts lexemes, values and aliases as they come; throws where there are too many of one. */
function lexemeCounter(source: Source): (lexeme: string, offset: number) => void {
  let lexemes = 0;
  let values = 0;
  let aliases = 0;
  let isText = false;
  return (lexeme, offset) => {
    const first = lexeme[0] ?? '';
    lexemes += 1;
    if (isText || (first !== '' && '"\'[{'.includes(first))) values += 1;
    if (!isText && first === '*') aliases += 1;
    isText = lexeme === SCALAR_FOLLOWS;
    if (lexemes > LEXEMES || values > FLOW_TEXT_LIMITS.documentNodes) {
      throw tooManyNodes(source.place(offset, ''));
    }
    if (aliases > FLOW_TEXT_LIMITS.aliases) throw tooManyAliases(source.place(offset, ''));
  };
}

function compose(
  tokens: readonly CST.Token[],
  source: Source,
  errors: YAMLParseError[],
): readonly Document.Parsed[] {
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false });
  stopAfterErrors(composer, errors);
  try {
    return [...composer.compose(tokens, false, source.text.length)];
  } catch (thrown) {
    if (thrown === STOP) return [];
    throw thrown;
  }
}

const STOP = new Error('enough errors were found');

type OnError = (
  at: number | [number, number] | { readonly offset: number },
  code: YAMLParseError['code'],
  message: string,
  isWarning?: boolean,
) => void;

// The composer goes on after an error and makes an exception for each: a megabyte of nonsense took
// ten seconds. Its handler is an own property of each instance, set by its constructor (yaml 2.9.1,
// compose/composer.js), so a handler of ours can end the work early.
function stopAfterErrors(composer: Composer, errors: YAMLParseError[]): void {
  const onError: OnError = (at, code, message) => {
    // Tags are judged with the tree; however many there are, the rest is read.
    if (code === 'TAG_RESOLVE_FAILED') return;
    // The composer takes what is thrown inside a list or map for an error of its own and tells it
    // here once more, at each level.
    if (errors.length >= ERRORS) throw STOP;
    const start = typeof at === 'number' ? at : Array.isArray(at) ? at[0] : at.offset;
    errors.push(new YAMLParseError([start, start + 1], code, message));
    if (errors.length >= ERRORS) throw STOP;
  };
  Object.assign(composer, { onError });
}

function syntaxError(source: Source, error: YAMLParseError, open: OpenToken | undefined): AppError {
  const end = source.text.trimEnd().length;
  const isCut =
    error.pos[0] >= end && (error.code === 'MISSING_CHAR' || error.code === 'BAD_INDENT');
  const stray = strayKeyAt(source.text, error);
  const place = source.place(isCut ? end : (stray ?? error.pos[0]), '');
  const known = isCut ? CUT_SHORT : stray === undefined ? explanationOf(error) : WRONG_INDENT;
  const remedy =
    unquotedTemplateRemedy(place.sourceLine ?? '') ??
    (isCut ? closeRemedy(source, open) : undefined) ??
    known?.remedy;
  return new AppError(syntaxCode(source), {
    message: known?.message ?? plainSentence(error.message),
    place,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

// The parser takes a value and the indented key below it for one key; what is wrong is the second
// line.
function strayKeyAt(text: string, { code, pos }: YAMLParseError): number | undefined {
  if (code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined;
  const found = /^[^\n]*\n\s*/.exec(text.slice(pos[0]));
  const isOneLine = found === null || /:(?:\s|$)/.test(found[0]);
  return isOneLine ? undefined : pos[0] + found[0].length;
}

function closeRemedy(source: Source, open: OpenToken | undefined): string | undefined {
  if (open === undefined) return undefined;
  const { line, column } = source.place(open.offset, '');
  return `Close the ${open.character} of line ${line}, column ${column}.`;
}

/** JSON_SYNTAX for a file named `.json`, YAML_SYNTAX for all else. */
export function syntaxCode(source: Source): ErrorCode {
  return source.file?.toLowerCase().endsWith('.json') ? 'JSON_SYNTAX' : 'YAML_SYNTAX';
}

function severalDocuments(source: Source, offset: number): AppError {
  return new AppError(syntaxCode(source), {
    message: 'the file holds a second document after "---"',
    remedy: 'Write one flow in one file.',
    place: source.place(offset, ''),
  });
}
