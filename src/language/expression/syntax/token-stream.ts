import { syntaxError } from './refusal.ts';
import { describeToken, describeType, type Token, type TokenType } from './token.ts';
import type { At } from './tree.ts';

/** The tokens of one template, read once from left to right, and how deep the parser is in them. */
export interface TokenStream {
  readonly tokens: readonly Token[];
  index: number;
  depth: number;
  /** Tags that are open, outermost first, with what may end each. */
  readonly open: { readonly tag: string; readonly at: At; readonly ends: readonly string[] }[];
}

const END: Token = { type: 'end', text: '', line: 1, column: 1 };

/** The token that is read next. */
export function current(stream: TokenStream): Token {
  return stream.tokens[stream.index] ?? stream.tokens.at(-1) ?? END;
}

/** The token after the current one. */
export function lookAhead(stream: TokenStream): Token {
  return stream.tokens[stream.index + 1] ?? stream.tokens.at(-1) ?? END;
}

/** The current token; the stream moves on. */
export function take(stream: TokenStream): Token {
  const token = current(stream);
  stream.index += 1;
  return token;
}

/** True, and one further, when the current token is of this type. */
export function skip(stream: TokenStream, type: TokenType): boolean {
  if (current(stream).type !== type) return false;
  stream.index += 1;
  return true;
}

/** True when the token is one of these keywords. */
export function isWord(token: Token, ...words: readonly string[]): boolean {
  return token.type === 'name' && words.includes(token.text);
}

/** True, and one further, when the current token is this keyword. */
export function skipWord(stream: TokenStream, word: string): boolean {
  if (!isWord(current(stream), word)) return false;
  stream.index += 1;
  return true;
}

/** Takes a token of this type, or throws TEMPLATE_SYNTAX that names both. */
export function expect(stream: TokenStream, type: TokenType): Token {
  const token = current(stream);
  if (token.type === type) return take(stream);
  const remedy = adviceOn(stream, token, type);
  throw syntaxError(token, `expected ${describeType(type)}, got ${describeToken(token)}`, remedy);
}

/** Takes this keyword, or throws TEMPLATE_SYNTAX. */
export function expectWord(stream: TokenStream, word: string): Token {
  const token = current(stream);
  if (isWord(token, word)) return take(stream);
  throw syntaxError(token, `expected '${word}', got ${describeToken(token)}`);
}

const SCRIPT_WORDS: ReadonlyMap<string, string> = new Map([
  ['&&', "Write 'and'."],
  ['||', "Write 'or'."],
  ['?', "Write 'a if test else b'."],
]);

/** What a person who comes from another template language most likely meant. */
function adviceOn(stream: TokenStream, token: Token, wanted: TokenType): string | undefined {
  const isEnd = wanted === '}}' || wanted === '%}';
  if (!isEnd) return undefined;
  const before = stream.tokens[stream.index - 1];
  if (token.type === ':') return "Write filter arguments in parentheses: default('x').";
  if (token.type === '=') return "Compare with '=='; assign with {% set name = value %}.";
  if (token.type === ';') return 'Remove it; a tag holds one expression.';
  if (before?.type === '|' || token.type === '|') return SCRIPT_WORDS.get('||');
  if (token.type === 'name' || token.type === 'string') {
    return 'Put an operator, a comma or a filter between the two, or remove one.';
  }
  return undefined;
}
