import { deeper } from './depth.ts';
import { parseExpression } from './expressions.ts';
import { syntaxError } from './refusal.ts';
import { describeToken } from './token.ts';
import {
  current,
  expect,
  isWord,
  lookAhead,
  skip,
  type TokenStream,
  take,
} from './token-stream.ts';
import type { Parameter, Target } from './tree.ts';

const CONSTANT_WORDS: ReadonlySet<string> = new Set([
  'true',
  'false',
  'none',
  'True',
  'False',
  'None',
]);

/** What `set` writes to: a name, several, or a field of a namespace. */
export function parseSetTarget(stream: TokenStream): Target {
  const { line, column } = current(stream);
  if (lookAhead(stream).type !== '.') return parseTarget(stream, 'set');
  const name = expect(stream, 'name').text;
  stream.index += 1;
  return { kind: 'field', name, field: expect(stream, 'name').text, line, column };
}

/** One name, or several with commas between them, nested in parentheses or not. */
export function parseTarget(stream: TokenStream, tag: 'for' | 'set' | 'with'): Target {
  const { line, column } = current(stream);
  const items: Target[] = [];
  let isTuple = false;
  while (!isTargetEnd(stream, tag)) {
    items.push(parseTargetItem(stream, tag));
    if (!skip(stream, ',')) break;
    isTuple = true;
  }
  const [first] = items;
  if (first !== undefined && !isTuple) return first;
  if (first === undefined) {
    const token = current(stream);
    throw syntaxError(token, `expected a name after '${tag}', got ${describeToken(token)}`);
  }
  return { kind: 'tuple', items, line, column };
}

function isTargetEnd(stream: TokenStream, tag: string): boolean {
  const token = current(stream);
  if (token.type === '%}' || token.type === ')') return true;
  if (tag !== 'for' || !isWord(token, 'in')) return false;
  throw syntaxError(token, "expected a name before 'in'", 'Write {% for x in items %}.');
}

function parseTargetItem(stream: TokenStream, tag: 'for' | 'set' | 'with'): Target {
  const at = current(stream);
  if (skip(stream, '(')) {
    const inner = deeper(stream, () => parseTarget(stream, tag));
    expect(stream, ')');
    return inner;
  }
  if (at.type !== 'name') {
    throw syntaxError(at, `cannot assign to ${describeToken(at)}`, 'Assign to a name.');
  }
  return { kind: 'name', name: parseName(stream), line: at.line, column: at.column };
}

/** A name that may be written to. */
export function parseName(stream: TokenStream): string {
  const token = expect(stream, 'name');
  if (!CONSTANT_WORDS.has(token.text)) return token.text;
  throw syntaxError(token, `cannot assign to '${token.text}'`, 'Choose another name.');
}

/** The parameters of a macro or call block, in parentheses. */
export function parseParameters(stream: TokenStream): readonly Parameter[] {
  const parameters: Parameter[] = [];
  expect(stream, '(');
  while (current(stream).type !== ')') {
    if (parameters.length > 0) expect(stream, ',');
    const at = current(stream);
    const name = parseName(stream);
    if (parameters.some((parameter) => parameter.name === name)) {
      throw syntaxError(at, `the parameter '${name}' is declared twice`);
    }
    const value = skip(stream, '=') ? parseExpression(stream) : undefined;
    if (value === undefined && parameters.at(-1)?.default !== undefined) {
      throw syntaxError(at, `'${name}' without a default follows a parameter that has one`);
    }
    parameters.push({ name, default: value, line: at.line, column: at.column });
  }
  take(stream);
  return parameters;
}
