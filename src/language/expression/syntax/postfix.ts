import { parseExpression, parsePrimary } from './expressions.ts';
import { readInteger } from './literals.ts';
import { makeNode } from './node.ts';
import { syntaxError } from './refusal.ts';
import { describeToken, type TokenType } from './token.ts';
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
import type { CallArguments, Expression } from './tree.ts';

/** What follows a value: fields, items, calls, and with `filters` also filters and tests. */
export function parsePostfix(
  stream: TokenStream,
  start: Expression,
  options: { readonly filters: boolean },
): Expression {
  let node = start;
  let accessible = true;
  for (;;) {
    const token = current(stream);
    if (token.type === '(') node = parseCall(stream, node);
    else if (accessible && token.type === '.') node = parseField(stream, node);
    else if (accessible && token.type === '[') node = parseItem(stream, node);
    else if (options.filters && token.type === '|') node = parseFilter(stream, node);
    else if (options.filters && isWord(token, 'is')) node = parseTest(stream, node);
    else return node;
    // After a filter or a test Jinja2 reads calls, but no fields: `x|first.name` is a filter name.
    if (token.type === '|' || token.type === 'name') accessible = false;
  }
}

function parseField(stream: TokenStream, object: Expression): Expression {
  const at = take(stream);
  const name = take(stream);
  if (name.type === 'name') {
    return makeNode(at, { kind: 'attribute', object, name: name.text }, [object]);
  }
  if (name.type !== 'integer') {
    throw syntaxError(name, `expected a field name after '.', got ${describeToken(name)}`);
  }
  const value = readInteger(name.text, name);
  const key = makeNode(name, { kind: 'constant', value }, []);
  return makeNode(at, { kind: 'item', object, key }, [object, key]);
}

function parseItem(stream: TokenStream, object: Expression): Expression {
  const at = take(stream);
  const keys: Expression[] = [];
  while (current(stream).type !== ']') {
    if (keys.length > 0) expect(stream, ',');
    keys.push(parseSubscript(stream));
  }
  expect(stream, ']');
  const [first] = keys;
  const key =
    first !== undefined && keys.length === 1
      ? first
      : makeNode(at, { kind: 'tuple', items: keys }, keys);
  return makeNode(at, { kind: 'item', object, key }, [object, key]);
}

function parseSubscript(stream: TokenStream): Expression {
  const at = current(stream);
  const start = at.type === ':' ? undefined : parseExpression(stream);
  if (start !== undefined && current(stream).type !== ':') return start;
  expect(stream, ':');
  const stop = parseSlicePart(stream);
  const step = skip(stream, ':') ? parseSlicePart(stream) : undefined;
  return makeNode(at, { kind: 'slice', start, stop, step }, [start, stop, step]);
}

function parseSlicePart(stream: TokenStream): Expression | undefined {
  const { type } = current(stream);
  return type === ':' || type === ']' || type === ',' ? undefined : parseExpression(stream);
}

function parseCall(stream: TokenStream, callee: Expression): Expression {
  const at = current(stream);
  const given = parseArguments(stream);
  const children = [callee, ...partsOf(given)];
  return makeNode(at, { kind: 'call', callee, arguments: given }, children);
}

/** `| name`, `| name(arguments)`; the stream stands on the bar. */
export function parseFilter(stream: TokenStream, value: Expression | undefined): Expression {
  expect(stream, '|');
  return parseFilterName(stream, value);
}

/** A filter from its name on, as `{% filter %}` has it. */
export function parseFilterName(stream: TokenStream, value: Expression | undefined): Expression {
  const at = current(stream);
  const name = parseDottedName(stream);
  const given = current(stream).type === '(' ? parseArguments(stream) : NO_ARGUMENTS;
  return makeNode(at, { kind: 'filter', name, value, arguments: given }, [
    value,
    ...partsOf(given),
  ]);
}

function parseDottedName(stream: TokenStream): string {
  let name = expect(stream, 'name').text;
  while (skip(stream, '.')) name += `.${expect(stream, 'name').text}`;
  return name;
}

const ARGUMENT_START: ReadonlySet<TokenType> = new Set([
  'name',
  'string',
  'integer',
  'float',
  '[',
  '{',
]);

function parseTest(stream: TokenStream, value: Expression): Expression {
  const at = take(stream);
  const negated = skipWord(stream, 'not');
  const name = parseDottedName(stream);
  const given = parseTestArguments(stream);
  const children = [value, ...partsOf(given)];
  const test = makeNode(at, { kind: 'test', name, value, arguments: given }, children);
  return negated ? makeNode(at, { kind: 'not', operand: test }, [test]) : test;
}

function parseTestArguments(stream: TokenStream): CallArguments {
  const token = current(stream);
  if (token.type === '(') return parseArguments(stream);
  if (!ARGUMENT_START.has(token.type) || isWord(token, 'else', 'or', 'and')) return NO_ARGUMENTS;
  if (isWord(token, 'is')) {
    throw syntaxError(token, "tests cannot be chained with 'is'", "Join them with 'and'.");
  }
  const argument = parsePostfix(stream, parsePrimary(stream), { filters: false });
  return { ...NO_ARGUMENTS, positional: [argument] };
}

const NO_ARGUMENTS: CallArguments = {
  positional: [],
  named: [],
  spread: undefined,
  spreadNamed: undefined,
};

interface GrowingArguments {
  readonly positional: Expression[];
  readonly named: { name: string; value: Expression }[];
  spread: Expression | undefined;
  spreadNamed: Expression | undefined;
}

/** The arguments of a call; the stream stands on the opening parenthesis. */
function parseArguments(stream: TokenStream): CallArguments {
  const given: GrowingArguments = {
    positional: [],
    named: [],
    spread: undefined,
    spreadNamed: undefined,
  };
  expect(stream, '(');
  for (let isFirst = true; current(stream).type !== ')'; isFirst = false) {
    if (!isFirst) {
      expect(stream, ',');
      if (current(stream).type === ')') break;
    }
    parseArgument(stream, given);
  }
  expect(stream, ')');
  return given;
}

function parseArgument(stream: TokenStream, given: GrowingArguments): void {
  const token = current(stream);
  const require = (allowed: boolean): void => {
    if (!allowed) {
      throw syntaxError(
        token,
        'the arguments of the call are in the wrong order',
        'Write values first, then name=value, then *list and **map.',
      );
    }
  };
  if (skip(stream, '*')) {
    require(given.spread === undefined && given.spreadNamed === undefined);
    given.spread = parseExpression(stream);
  } else if (skip(stream, '**')) {
    require(given.spreadNamed === undefined);
    given.spreadNamed = parseExpression(stream);
  } else if (token.type === 'name' && lookAhead(stream).type === '=') {
    require(given.spreadNamed === undefined);
    stream.index += 2;
    if (given.named.some((argument) => argument.name === token.text)) {
      throw syntaxError(token, `the argument '${token.text}' is given twice`);
    }
    given.named.push({ name: token.text, value: parseExpression(stream) });
  } else {
    require(given.spread === undefined && given.spreadNamed === undefined);
    require(given.named.length === 0);
    given.positional.push(parseExpression(stream));
  }
}

/** Every expression among the arguments, in the order in which they are evaluated. */
export function partsOf(given: CallArguments): readonly Expression[] {
  const parts = [...given.positional, ...given.named.map((argument) => argument.value)];
  if (given.spread !== undefined) parts.push(given.spread);
  if (given.spreadNamed !== undefined) parts.push(given.spreadNamed);
  return parts;
}
