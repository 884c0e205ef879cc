import { nearest } from '../../../base/index.ts';
import { deeper } from './depth.ts';
import { parseExpression, parseTuple } from './expressions.ts';
import { tokenize } from './lexer.ts';
import { parseFilter, parseFilterName } from './postfix.ts';
import { refusal, syntaxError } from './refusal.ts';
import { parseName, parseParameters, parseSetTarget, parseTarget } from './targets.ts';
import { describeToken, type Token } from './token.ts';
import {
  current,
  expect,
  expectWord,
  isWord,
  skip,
  skipWord,
  type TokenStream,
  take,
} from './token-stream.ts';
import type { At, Body, Expression, Parameter, Statement, Target } from './tree.ts';

/**
 * The parse tree of a template, after the grammar of Jinja2 3.1 (jinja2/parser.py) in its default
 * environment. Linear in the size of the text. Throws TEMPLATE_SYNTAX, TEMPLATE_LEVEL for tags that
 * reach other files, and TEMPLATE_TOO_LARGE for nesting.
 */
export function parseTemplate(text: string): Body {
  const stream: TokenStream = { tokens: tokenize(text), index: 0, depth: 0, open: [] };
  return parseBody(stream);
}

/** Statements up to the end, or up to a tag that ends the innermost open one. */
function parseBody(stream: TokenStream): Body {
  const body: Statement[] = [];
  for (;;) {
    const token = current(stream);
    if (token.type === 'end') {
      requireClosed(stream);
      return body;
    }
    stream.index += 1;
    const { line, column } = token;
    if (token.type === 'text') body.push({ kind: 'text', text: token.text, line, column });
    else if (token.type === 'comment') body.push({ kind: 'comment', line, column });
    else if (token.type === 'raw') body.push({ kind: 'raw', line, column });
    else if (token.type === '{{') body.push(parsePrint(stream, token));
    else if (isEnd(stream)) return body;
    else body.push(parseTag(stream));
  }
}

function requireClosed(stream: TokenStream): void {
  const open = stream.open.at(-1);
  if (open === undefined) return;
  throw syntaxError(open.at, `{% ${open.tag} %} is not closed`, `Add {% ${open.ends.at(-1)} %}.`);
}

function isEnd(stream: TokenStream): boolean {
  const ends = stream.open.at(-1)?.ends ?? [];
  return isWord(current(stream), ...ends);
}

function parsePrint(stream: TokenStream, at: At): Statement {
  const value = parseTuple(stream);
  expect(stream, '}}');
  return { kind: 'print', values: [value], isTag: false, line: at.line, column: at.column };
}

type TagParser = (stream: TokenStream, at: At) => Statement;

const TAGS: ReadonlyMap<string, TagParser> = new Map<string, TagParser>([
  ['if', parseIf],
  ['for', parseFor],
  ['set', parseSet],
  ['with', parseWith],
  ['macro', parseMacro],
  ['call', parseCallBlock],
  ['filter', parseFilterBlock],
  ['print', parsePrintTag],
]);

const FILE_TAGS: ReadonlySet<string> = new Set(['include', 'import', 'from', 'extends', 'block']);
const EXTENSION_TAGS: ReadonlyMap<string, string> = new Map([
  ['autoescape', "Nothing is escaped by itself; use the filter 'escape' where it is needed."],
  ['trans', 'Write the text as it is.'],
  ['do', 'Use {% set name = value %}.'],
  ['break', 'Give the loop a filter: {% for x in items if test %}.'],
  ['continue', 'Give the loop a filter: {% for x in items if test %}.'],
]);

function parseTag(stream: TokenStream): Statement {
  const tag = current(stream);
  if (tag.type !== 'name') {
    throw syntaxError(tag, `expected the name of a tag, got ${describeToken(tag)}`);
  }
  const parse = TAGS.get(tag.text);
  if (parse === undefined) throw unknownTag(stream, tag);
  stream.index += 1;
  const statement = deeper(stream, () => parse(stream, tag));
  expect(stream, '%}');
  return statement;
}

function unknownTag(stream: TokenStream, tag: Token): Error {
  const shown = `{% ${tag.text} %}`;
  if (FILE_TAGS.has(tag.text)) {
    return refusal('TEMPLATE_LEVEL', tag, {
      message: `${shown} is not available: a template cannot reach other templates`,
      remedy: 'Write the text here, or use {% macro %} for a part that repeats.',
    });
  }
  const advice = EXTENSION_TAGS.get(tag.text);
  if (advice !== undefined) return syntaxError(tag, `${shown} is not available`, advice);
  const open = stream.open.at(-1);
  if (/^end|^else$|^elif$|^elseif$/.test(tag.text)) return misplaced(shown, tag, open);
  const near = nearest(tag.text, TAGS.keys());
  const remedy = near === undefined ? undefined : `Did you mean {% ${near} %}?`;
  return syntaxError(tag, `there is no tag ${shown}`, remedy);
}

function misplaced(
  shown: string,
  tag: Token,
  open: TokenStream['open'][number] | undefined,
): Error {
  if (open === undefined) return syntaxError(tag, `${shown} closes nothing`, 'Remove it.');
  const ends = open.ends.map((end) => `{% ${end} %}`).join(' or ');
  const place = `{% ${open.tag} %} of line ${open.at.line}`;
  return syntaxError(tag, `expected ${ends} for the ${place}, got ${shown}`);
}

interface Block {
  readonly tag: string;
  readonly at: At;
  readonly ends: readonly string[];
}

/** The body of a tag: a colon is allowed before `%}`; stops after the word that ended it. */
function parseBlock(
  stream: TokenStream,
  block: Block,
): { readonly body: Body; readonly end: string } {
  skip(stream, ':');
  expect(stream, '%}');
  stream.open.push(block);
  const body = parseBody(stream);
  stream.open.pop();
  return { body, end: take(stream).text };
}

function parseIf(stream: TokenStream, at: At): Statement {
  const branches: { test: Expression; body: Body }[] = [];
  let otherwise: Body = [];
  for (;;) {
    const test = parseTuple(stream, { conditional: false });
    const ends = ['elif', 'else', 'endif'];
    const { body, end } = parseBlock(stream, { tag: 'if', at, ends });
    branches.push({ test, body });
    if (end === 'elif') continue;
    if (end === 'else') otherwise = parseBlock(stream, { tag: 'if', at, ends: ['endif'] }).body;
    return { kind: 'if', branches, otherwise, line: at.line, column: at.column };
  }
}

function parseFor(stream: TokenStream, at: At): Statement {
  const target = parseTarget(stream, 'for');
  expectWord(stream, 'in');
  const items = parseTuple(stream, { conditional: false });
  const filter = skipWord(stream, 'if') ? parseExpression(stream) : undefined;
  const recursive = skipWord(stream, 'recursive');
  const { body, end } = parseBlock(stream, { tag: 'for', at, ends: ['else', 'endfor'] });
  const otherwise =
    end === 'else' ? parseBlock(stream, { tag: 'for', at, ends: ['endfor'] }).body : [];
  const { line, column } = at;
  return { kind: 'for', target, items, filter, recursive, body, otherwise, line, column };
}

function parseSet(stream: TokenStream, at: At): Statement {
  const { line, column } = at;
  const target = parseSetTarget(stream);
  if (skip(stream, '=')) {
    return { kind: 'set', target, value: parseTuple(stream), line, column };
  }
  let filter: Expression | undefined;
  while (current(stream).type === '|') filter = parseFilter(stream, filter);
  const { body } = parseBlock(stream, { tag: 'set', at, ends: ['endset'] });
  return { kind: 'set block', target, filter, body, line, column };
}

function parseWith(stream: TokenStream, at: At): Statement {
  const bindings: { target: Target; value: Expression }[] = [];
  while (current(stream).type !== '%}') {
    if (bindings.length > 0) expect(stream, ',');
    const target = parseTarget(stream, 'with');
    expect(stream, '=');
    bindings.push({ target, value: parseExpression(stream) });
  }
  const { body } = parseBlock(stream, { tag: 'with', at, ends: ['endwith'] });
  return { kind: 'with', bindings, body, line: at.line, column: at.column };
}

function parseMacro(stream: TokenStream, at: At): Statement {
  const name = parseName(stream);
  const parameters = parseParameters(stream);
  const { body } = parseBlock(stream, { tag: 'macro', at, ends: ['endmacro'] });
  return { kind: 'macro', name, parameters, body, line: at.line, column: at.column };
}

function parseCallBlock(stream: TokenStream, at: At): Statement {
  const parameters: readonly Parameter[] =
    current(stream).type === '(' ? parseParameters(stream) : [];
  const start = current(stream);
  const call = parseExpression(stream);
  if (call.kind !== 'call') {
    throw syntaxError(start, 'expected a call of a macro', 'Write {% call name() %}.');
  }
  const { body } = parseBlock(stream, { tag: 'call', at, ends: ['endcall'] });
  return { kind: 'call block', call, parameters, body, line: at.line, column: at.column };
}

function parseFilterBlock(stream: TokenStream, at: At): Statement {
  let filter = parseFilterName(stream, undefined);
  while (current(stream).type === '|') filter = parseFilter(stream, filter);
  const { body } = parseBlock(stream, { tag: 'filter', at, ends: ['endfilter'] });
  return { kind: 'filter block', filter, body, line: at.line, column: at.column };
}

function parsePrintTag(stream: TokenStream, at: At): Statement {
  const values: Expression[] = [];
  while (current(stream).type !== '%}') {
    if (values.length > 0) expect(stream, ',');
    values.push(parseExpression(stream));
  }
  return { kind: 'print', values, isTag: true, line: at.line, column: at.column };
}
