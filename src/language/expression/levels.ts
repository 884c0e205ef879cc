import type { TemplateLevel } from '../../contract/index.ts';
import { FILTER_TABLE, LEFT_OUT, type TableRow, TEST_TABLE } from './library/table.ts';
import { bodiesOf, childrenOf, expressionsOf } from './run/walk.ts';
import {
  type At,
  type Body,
  type Expression,
  quoted,
  refusal,
  type Statement,
  syntaxError,
} from './syntax/index.ts';

/**
 * Refuses what the level does not allow, on the parse tree, before anything is compiled. Throws
 * TEMPLATE_LEVEL at the first thing that is too much, with what to do instead.
 *
 * Source: guide claims G1.021 to G1.023.
 */
export function checkLevel(body: Body, level: TemplateLevel): void {
  for (const statement of body) {
    if (level === 'interpolation_only') checkPlain(statement);
    else checkStatement(statement, level);
  }
}

const PLAIN_REMEDY =
  'Only {{ name }}, {{ name.field }} and {{ name[0] }} are allowed here; compute the value in an earlier node.';

function tooMuch(at: At, what: string, level: TemplateLevel, remedy: string): Error {
  const message = `${what} is not allowed at the level ${level}`;
  return refusal('TEMPLATE_LEVEL', at, { message, remedy });
}

const TAG_NAMES: Readonly<Record<Statement['kind'], string>> = {
  text: 'text',
  print: '{% print %}',
  comment: 'a comment',
  raw: '{% raw %}',
  if: '{% if %}',
  for: '{% for %}',
  set: '{% set %}',
  'set block': '{% set %}',
  with: '{% with %}',
  macro: '{% macro %}',
  'call block': '{% call %}',
  'filter block': '{% filter %}',
};

function checkPlain(statement: Statement): void {
  if (statement.kind === 'text') return;
  if (statement.kind === 'print' && !statement.isTag) {
    for (const value of statement.values) checkPath(value);
    return;
  }
  throw tooMuch(statement, TAG_NAMES[statement.kind], 'interpolation_only', PLAIN_REMEDY);
}

/** A name with literal fields and indices. */
function checkPath(node: Expression): void {
  if (node.kind === 'name') return;
  if (node.kind === 'attribute') checkPath(node.object);
  else if (node.kind === 'item' && isLiteralKey(node.key)) checkPath(node.object);
  else throw tooMuch(node, whatIs(node), 'interpolation_only', PLAIN_REMEDY);
}

function isLiteralKey(key: Expression): boolean {
  if (key.kind === 'negative') return isLiteralKey(key.operand) && key.operand.kind === 'constant';
  return (
    key.kind === 'constant' && (typeof key.value === 'string' || typeof key.value === 'number')
  );
}

function whatIs(node: Expression): string {
  switch (node.kind) {
    case 'filter':
      return `the filter ${quoted(node.name)}`;
    case 'test':
      return `the test ${quoted(node.name)}`;
    case 'call':
      return 'a call';
    case 'item':
      return 'a computed key in brackets';
    case 'constant':
    case 'float':
    case 'list':
    case 'tuple':
    case 'dict':
      return 'a value written in the template';
    default:
      return 'an operator';
  }
}

function checkStatement(statement: Statement, level: TemplateLevel): void {
  if (level === 'safe_expressions') checkSafeStatement(statement);
  for (const node of expressionsOf(statement)) checkExpression(node, level);
  for (const body of bodiesOf(statement)) checkLevel(body, level);
}

const SAFE_REMEDY = 'Write the text out, or compute it in an earlier node.';

function checkSafeStatement(statement: Statement): void {
  const { kind } = statement;
  if (kind === 'macro' || kind === 'call block' || kind === 'filter block') {
    throw tooMuch(statement, TAG_NAMES[kind], 'safe_expressions', SAFE_REMEDY);
  }
  if (kind === 'for' && statement.recursive) {
    throw tooMuch(statement, 'a recursive loop', 'safe_expressions', SAFE_REMEDY);
  }
}

function checkExpression(node: Expression, level: TemplateLevel): void {
  if (node.kind === 'filter') checkCall(node, { level, what: 'filter', table: FILTER_TABLE });
  if (node.kind === 'test') checkCall(node, { level, what: 'test', table: TEST_TABLE });
  for (const child of childrenOf(node)) checkExpression(child, level);
}

interface CallCheck {
  readonly level: TemplateLevel;
  readonly what: string;
  readonly table: readonly TableRow[];
}

function checkCall(node: At & { readonly name: string }, check: CallCheck): void {
  const { level, what, table } = check;
  const row = table.find((each) => each.name === node.name);
  const reason = row === undefined ? LEFT_OUT.get(node.name) : undefined;
  if (reason !== undefined) {
    throw syntaxError(node, `there is no ${what} named ${quoted(node.name)}`, reason);
  }
  if (row?.level === 'sandboxed' && level === 'safe_expressions') {
    throw tooMuch(node, `the ${what} ${quoted(node.name)}`, level, SAFE_REMEDY);
  }
}
