import { deeper, enter } from './depth.ts';
import { readInteger } from './literals.ts';
import { type Child, makeNode } from './node.ts';
import { parsePostfix } from './postfix.ts';
import { syntaxError } from './refusal.ts';
import { describeToken, type Token, type TokenType } from './token.ts';
import {
  current,
  expect,
  isWord,
  lookAhead,
  skip,
  skipWord,
  type TokenStream,
  take,
} from './token-stream.ts';
import type { At, BinaryOperator, CompareOperator, Expression } from './tree.ts';

// Precedence from loose to tight, as in jinja2/parser.py: conditional, or, and, not, comparison,
// + and -, ~, * / // %, **, sign, postfix. `-a ** b` is (-a) ** b there, unlike in Python.

/** One expression without a comma outside brackets. */
export function parseExpression(stream: TokenStream): Expression {
  enter(stream);
  const node = parseConditional(stream);
  stream.depth -= 1;
  return node;
}

/** One expression in which `if` does not start a conditional, as in `for x in xs if x`. */
export function parseUnconditional(stream: TokenStream): Expression {
  enter(stream);
  const node = parseOr(stream);
  stream.depth -= 1;
  return node;
}

interface TupleOptions {
  readonly conditional?: boolean;
  /** Between parentheses, where nothing at all is the empty tuple. */
  readonly parenthesised?: boolean;
}

/** One expression, or a tuple of several with commas between them. */
export function parseTuple(stream: TokenStream, options: TupleOptions = {}): Expression {
  const start = current(stream);
  const items: Expression[] = [];
  let isTuple = false;
  const parse = options.conditional === false ? parseUnconditional : parseExpression;
  while (!isTupleEnd(current(stream))) {
    items.push(parse(stream));
    if (!skip(stream, ',')) break;
    isTuple = true;
  }
  const [first] = items;
  if (!isTuple && first !== undefined) return first;
  if (!isTuple && options.parenthesised !== true) {
    throw syntaxError(start, `expected an expression, got ${describeToken(start)}`);
  }
  return makeNode(start, { kind: 'tuple', items }, items);
}

function isTupleEnd({ type }: Token): boolean {
  return type === '}}' || type === '%}' || type === ')';
}

function parseConditional(stream: TokenStream): Expression {
  let result = parseOr(stream);
  while (isWord(current(stream), 'if')) {
    const at = take(stream);
    const test = parseOr(stream);
    const otherwise = skipWord(stream, 'else')
      ? deeper(stream, () => parseConditional(stream))
      : undefined;
    const children: readonly Child[] = [test, result, otherwise];
    result = makeNode(at, { kind: 'conditional', test, value: result, otherwise }, children);
  }
  return result;
}

function parseOr(stream: TokenStream): Expression {
  return parseOperands(stream, 'or', parseAnd);
}

function parseAnd(stream: TokenStream): Expression {
  return parseOperands(stream, 'and', parseNot);
}

function parseOperands(
  stream: TokenStream,
  kind: 'and' | 'or',
  parse: (stream: TokenStream) => Expression,
): Expression {
  const at = current(stream);
  const first = parse(stream);
  if (!isWord(current(stream), kind)) return first;
  const operands = [first];
  while (skipWord(stream, kind)) operands.push(parse(stream));
  return makeNode(at, { kind, operands }, operands);
}

function parseNot(stream: TokenStream): Expression {
  const at = current(stream);
  if (!skipWord(stream, 'not')) return parseComparison(stream);
  const operand = deeper(stream, () => parseNot(stream));
  return makeNode(at, { kind: 'not', operand }, [operand]);
}

const COMPARISONS: ReadonlySet<TokenType> = new Set(['==', '!=', '<', '<=', '>', '>=']);

function parseComparison(stream: TokenStream): Expression {
  const first = parseSum(stream);
  const rest: (At & { operator: CompareOperator; operand: Expression })[] = [];
  for (;;) {
    const { line, column } = current(stream);
    const operator = takeComparison(stream);
    if (operator === undefined) break;
    rest.push({ line, column, operator, operand: parseSum(stream) });
  }
  const [head] = rest;
  if (head === undefined) return first;
  const children = [first, ...rest.map((part) => part.operand)];
  return makeNode(head, { kind: 'compare', first, rest }, children);
}

function takeComparison(stream: TokenStream): CompareOperator | undefined {
  const token = current(stream);
  if (COMPARISONS.has(token.type)) {
    // The set holds comparison operators only.
    return take(stream).type as CompareOperator;
  }
  if (skipWord(stream, 'in')) return 'in';
  if (isWord(token, 'not') && isWord(lookAhead(stream), 'in')) {
    stream.index += 2;
    return 'not in';
  }
  return undefined;
}

const SUM: ReadonlySet<TokenType> = new Set(['+', '-']);
const PRODUCT: ReadonlySet<TokenType> = new Set(['*', '/', '//', '%']);
const POWER: ReadonlySet<TokenType> = new Set(['**']);

function parseSum(stream: TokenStream): Expression {
  return parseBinary(stream, SUM, parseConcatenation);
}

function parseConcatenation(stream: TokenStream): Expression {
  const first = parseProduct(stream);
  const at = current(stream);
  if (at.type !== '~') return first;
  const operands = [first];
  while (skip(stream, '~')) operands.push(parseProduct(stream));
  return makeNode(at, { kind: 'concat', operands }, operands);
}

function parseProduct(stream: TokenStream): Expression {
  return parseBinary(stream, PRODUCT, parsePower);
}

function parsePower(stream: TokenStream): Expression {
  return parseBinary(stream, POWER, parseUnary);
}

function parseBinary(
  stream: TokenStream,
  operators: ReadonlySet<TokenType>,
  parse: (stream: TokenStream) => Expression,
): Expression {
  const first = parse(stream);
  const at = current(stream);
  if (!operators.has(at.type)) return first;
  const rest: (At & { operator: BinaryOperator; operand: Expression })[] = [];
  while (operators.has(current(stream).type)) {
    const { type, line, column } = take(stream);
    // The sets hold binary operators only.
    rest.push({ line, column, operator: type as BinaryOperator, operand: parse(stream) });
  }
  const children = [first, ...rest.map((part) => part.operand)];
  return makeNode(at, { kind: 'binary', first, rest }, children);
}

function parseUnary(stream: TokenStream): Expression {
  return parsePostfix(stream, parseSigned(stream), { filters: true });
}

function parseSigned(stream: TokenStream): Expression {
  const at = current(stream);
  if (at.type !== '-' && at.type !== '+') return parsePrimary(stream);
  stream.index += 1;
  const operand = deeper(stream, () => {
    return parsePostfix(stream, parseSigned(stream), { filters: false });
  });
  const kind = at.type === '-' ? 'negative' : 'positive';
  return makeNode(at, { kind, operand }, [operand]);
}

const WORD_CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** A name, a literal, or something in brackets. */
export function parsePrimary(stream: TokenStream): Expression {
  const token = current(stream);
  switch (token.type) {
    case 'name': {
      stream.index += 1;
      const value = WORD_CONSTANTS.get(token.text);
      if (value !== undefined) return makeNode(token, { kind: 'constant', value }, []);
      return makeNode(token, { kind: 'name', name: token.text }, []);
    }
    case 'string':
      return parseStrings(stream);
    case 'integer':
      stream.index += 1;
      return makeNode(token, { kind: 'constant', value: readInteger(token.text, token) }, []);
    case 'float':
      stream.index += 1;
      return makeNode(token, { kind: 'float', value: Number(token.text.replaceAll('_', '')) }, []);
    case '(':
      return parseParenthesised(stream);
    case '[':
      return parseList(stream);
    case '{':
      return parseDict(stream);
    default:
      throw unexpected(stream, token);
  }
}

function unexpected(stream: TokenStream, token: Token): Error {
  const message = `unexpected ${describeToken(token)}`;
  const before = stream.tokens[stream.index - 1];
  if (token.type === '=' && before?.type === '=') return syntaxError(token, message, "Write '=='.");
  if (token.type === '|') return syntaxError(token, message, "Write 'or' for one of two.");
  if (token.type === '}}' || token.type === '%}' || token.type === 'end') {
    return syntaxError(token, `an expression is missing before ${describeToken(token)}`);
  }
  return syntaxError(token, message);
}

function parseStrings(stream: TokenStream): Expression {
  const first = take(stream);
  let value = first.text;
  while (current(stream).type === 'string') value += take(stream).text;
  return makeNode(first, { kind: 'constant', value }, []);
}

function parseParenthesised(stream: TokenStream): Expression {
  stream.index += 1;
  const inner = deeper(stream, () => parseTuple(stream, { parenthesised: true }));
  expect(stream, ')');
  return inner;
}

function parseList(stream: TokenStream): Expression {
  const at = take(stream);
  const items: Expression[] = [];
  while (current(stream).type !== ']') {
    if (items.length > 0) expect(stream, ',');
    if (current(stream).type === ']') break;
    items.push(parseExpression(stream));
  }
  expect(stream, ']');
  return makeNode(at, { kind: 'list', items }, items);
}

function parseDict(stream: TokenStream): Expression {
  const at = take(stream);
  const entries: { key: Expression; value: Expression }[] = [];
  while (current(stream).type !== '}') {
    if (entries.length > 0) expect(stream, ',');
    if (current(stream).type === '}') break;
    const key = parseExpression(stream);
    expect(stream, ':');
    entries.push({ key, value: parseExpression(stream) });
  }
  expect(stream, '}');
  const children = entries.flatMap((entry) => [entry.key, entry.value]);
  return makeNode(at, { kind: 'dict', entries }, children);
}
