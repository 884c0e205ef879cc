import { isPythonSpace } from '../values/characters.ts';
import { unescapeString } from './literals.ts';
import { quoted, syntaxError } from './refusal.ts';
import { OPERATORS, type Operator, type Token, type TokenType } from './token.ts';
import type { At } from './tree.ts';

/**
 * The tokens of a template as Jinja2's default environment reads it: line breaks become `\n`, one
 * line break at the very end is dropped, `-` strips the whitespace on its side.
 *
 * Source: Jinja2 3.1, jinja2/lexer.py, compared by test/jinja. Linear in the size of the text.
 * Throws TEMPLATE_SYNTAX.
 */
export function tokenize(source: string): readonly Token[] {
  const text = source.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  const lexer: Lexer = { text, lineStarts: findLineStarts(text), position: 0, line: 1, tokens: [] };
  while (lexer.position < text.length) readData(lexer);
  push(lexer, 'end', '', text.length);
  return lexer.tokens;
}

interface Lexer {
  readonly text: string;
  /** Offsets at which the lines start. */
  readonly lineStarts: readonly number[];
  position: number;
  /** The line of the offset that was asked for last, from 1. */
  line: number;
  readonly tokens: Token[];
}

const RAW_BEGIN = /\{%[-+]?\s*raw\s*(?:-%\}|%\})/y;
const RAW_END = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;
const COMMENT_END = /([-+]?)#\}/g;

/** Plain text up to the next tag, then that tag. */
function readData(lexer: Lexer): void {
  const { text } = lexer;
  const start = lexer.position;
  const open = nextOpen(text, start);
  if (open === -1) {
    pushText(lexer, start, text.length);
    lexer.position = text.length;
    return;
  }
  const sign = text.charAt(open + 2);
  pushText(lexer, start, sign === '-' ? trimEnd(text, start, open) : open);
  RAW_BEGIN.lastIndex = open;
  if (RAW_BEGIN.test(text)) {
    readRaw(lexer, open, RAW_BEGIN.lastIndex);
    return;
  }
  const bodyStart = sign === '-' || sign === '+' ? open + 3 : open + 2;
  if (text.charAt(open + 1) === '#') {
    readComment(lexer, open, bodyStart);
    return;
  }
  const isPrint = text.charAt(open + 1) === '{';
  push(lexer, isPrint ? '{{' : '{%', text.slice(open, bodyStart), open);
  lexer.position = bodyStart;
  readTag(lexer, isPrint ? '}}' : '%}', open);
}

function nextOpen(text: string, from: number): number {
  for (let at = text.indexOf('{', from); at !== -1; at = text.indexOf('{', at + 1)) {
    const next = text.charAt(at + 1);
    if (next === '{' || next === '%' || next === '#') return at;
  }
  return -1;
}

function readRaw(lexer: Lexer, open: number, bodyStart: number): void {
  const { text } = lexer;
  const strips = text.charAt(bodyStart - 3) === '-';
  const start = strips ? skipSpace(text, bodyStart) : bodyStart;
  RAW_END.lastIndex = start;
  const end = RAW_END.exec(text);
  if (end === null) {
    throw syntaxError(placeAt(lexer, open), '{% raw %} is not closed', 'Add {% endraw %}.');
  }
  push(lexer, 'raw', '', open);
  pushText(lexer, start, end[1] === '-' ? trimEnd(text, start, end.index) : end.index);
  lexer.position = end[2] === '-' ? skipSpace(text, RAW_END.lastIndex) : RAW_END.lastIndex;
}

function readComment(lexer: Lexer, open: number, bodyStart: number): void {
  COMMENT_END.lastIndex = bodyStart;
  const end = COMMENT_END.exec(lexer.text);
  if (end === null) {
    throw syntaxError(placeAt(lexer, open), 'the comment is not closed', 'Add #}.');
  }
  push(lexer, 'comment', '', open);
  const after = COMMENT_END.lastIndex;
  lexer.position = end[1] === '-' ? skipSpace(lexer.text, after) : after;
}

const CLOSERS: Partial<Record<Operator, Operator>> = { '(': ')', '[': ']', '{': '}' };

/** The tokens inside `{{ }}` or `{% %}` up to its end, which counts only outside brackets. */
function readTag(lexer: Lexer, end: '}}' | '%}', open: number): void {
  const { text } = lexer;
  const expected: Operator[] = [];
  while (lexer.position < text.length) {
    const start = lexer.position;
    const after = expected.length === 0 ? endsAt(text, start, end) : -1;
    if (after !== -1) {
      push(lexer, end, end, start);
      lexer.position = after;
      return;
    }
    if (isPythonSpace(text.charCodeAt(start))) lexer.position = skipSpace(text, start);
    else readToken(lexer, expected);
  }
  throw unclosed(lexer, end, open);
}

function unclosed(lexer: Lexer, end: '}}' | '%}', open: number): Error {
  const begin = lexer.text.slice(open, open + 2);
  return syntaxError(placeAt(lexer, open), `'${begin}' is not closed`, `Add '${end}'.`);
}

/**
 * The position after the end of the tag, when it is here; `-` takes the whitespace behind along.
 */
function endsAt(text: string, position: number, end: '}}' | '%}'): number {
  const sign = text.charAt(position);
  if (sign === end.charAt(0)) return text.charAt(position + 1) === '}' ? position + 2 : -1;
  if (sign !== '-' && sign !== '+') return -1;
  if (!text.startsWith(end, position + 1)) return -1;
  if (sign === '-') return skipSpace(text, position + 3);
  return sign === '+' && end === '%}' ? position + 3 : -1;
}

const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{N}_]+/uy;
const IDENTIFIER = /^[\p{XIDS}_][\p{XIDC}]*$/u;
const STRING = /'([^'\\]*(?:\\[\s\S][^'\\]*)*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;

function readToken(lexer: Lexer, expected: Operator[]): void {
  const start = lexer.position;
  const number = readNumber(lexer, start);
  if (number !== undefined) {
    push(lexer, number.type, number.text, start);
    lexer.position = start + number.text.length;
    return;
  }
  const name = matchAt(NAME, lexer.text, start)?.[0];
  if (name !== undefined) {
    if (!IDENTIFIER.test(name)) {
      throw syntaxError(placeAt(lexer, start), `${quoted(name)} is not a valid name`);
    }
    push(lexer, 'name', name, start);
    lexer.position = start + name.length;
    return;
  }
  const quote = lexer.text.charAt(start);
  if (quote === "'" || quote === '"') readString(lexer, start);
  else readOperator(lexer, expected);
}

function readNumber(
  lexer: Lexer,
  start: number,
): { readonly type: TokenType; readonly text: string } | undefined {
  const { text } = lexer;
  const code = text.charCodeAt(start);
  if (code < 48 || code > 57) return undefined;
  const float = text.charAt(start - 1) === '.' ? undefined : matchAt(FLOAT, text, start)?.[0];
  if (float !== undefined) return { type: 'float', text: float };
  const integer = matchAt(INTEGER, text, start)?.[0];
  return integer === undefined ? undefined : { type: 'integer', text: integer };
}

function readString(lexer: Lexer, start: number): void {
  const found = matchAt(STRING, lexer.text, start);
  const at = placeAt(lexer, start);
  if (found === undefined) {
    throw syntaxError(at, 'the string is not closed', 'Add the closing quote.');
  }
  push(lexer, 'string', unescapeString(found[1] ?? found[2] ?? '', at), start);
  lexer.position = start + found[0].length;
}

function readOperator(lexer: Lexer, expected: Operator[]): void {
  const start = lexer.position;
  const operator =
    OPERATORS.get(lexer.text.slice(start, start + 2)) ?? OPERATORS.get(lexer.text.charAt(start));
  const at = placeAt(lexer, start);
  if (operator === undefined) {
    const character = String.fromCodePoint(lexer.text.codePointAt(start) ?? 0);
    throw syntaxError(at, `unexpected character ${quoted(character)}`, adviceOn(character));
  }
  const closer = CLOSERS[operator];
  if (closer !== undefined) expected.push(closer);
  if (operator === ')' || operator === ']' || operator === '}') {
    const opened = expected.pop();
    if (opened === undefined) throw syntaxError(at, `'${operator}' closes nothing`);
    if (opened !== operator) {
      throw syntaxError(at, `expected '${opened}', got '${operator}'`);
    }
  }
  push(lexer, operator, operator, start);
  lexer.position = start + operator.length;
}

function adviceOn(character: string): string {
  if (character === '!') return "Write 'not x', or 'a != b'.";
  if (character === '&') return "Write 'and'.";
  if (character === '?') return "Write 'a if test else b'.";
  if (character === '$' || character === '@') return 'Write the name without it.';
  return 'Remove it, or put it in quotes.';
}

function matchAt(form: RegExp, text: string, position: number): RegExpExecArray | undefined {
  form.lastIndex = position;
  return form.exec(text) ?? undefined;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isPythonSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isPythonSpace(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

function pushText(lexer: Lexer, start: number, end: number): void {
  if (end > start) push(lexer, 'text', lexer.text.slice(start, end), start);
}

function push(lexer: Lexer, type: TokenType, text: string, offset: number): void {
  const { line, column } = placeAt(lexer, offset);
  lexer.tokens.push({ type, text, line, column });
}

/**
 * Line and column of an offset; offsets come almost in order, so the line is found by a few steps.
 */
function placeAt(lexer: Lexer, offset: number): At {
  const { lineStarts } = lexer;
  while (offset < (lineStarts[lexer.line - 1] ?? 0)) lexer.line -= 1;
  while (offset >= (lineStarts[lexer.line] ?? Number.POSITIVE_INFINITY)) lexer.line += 1;
  return { line: lexer.line, column: offset - (lineStarts[lexer.line - 1] ?? 0) + 1 };
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
