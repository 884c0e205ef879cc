import { type Program, parse, tokenizer, tokTypes } from 'acorn';

export interface SyntaxErrorPlace {
  readonly message: string;
  /** In the code, from 1. */
  readonly line: number;
  readonly column: number;
}

const WRAPPER_LINES = 1;

/** The body of an async function as a tree, with offsets of `code`'s own plus `offset`. */
export interface ParsedJavaScript {
  readonly program?: Program;
  readonly offset: number;
  readonly error?: SyntaxErrorPlace;
}

/**
 * The first syntax error of the body of an async function in strict mode, or undefined. Only
 * parses: nothing of the code runs, so a flow can be checked when it is read. The jail's own parser
 * has the last word when the code runs; where the two differ (ECMAScript newer than 2024), it
 * refuses then.
 */
export function syntaxErrorOf(code: string): SyntaxErrorPlace | undefined {
  return parseJavaScript(code).error;
}

/** The tree of the body of an async function in strict mode, or its first fault. */
export function parseJavaScript(code: string): ParsedJavaScript {
  const offset = OPENING.length;
  try {
    const text = `${OPENING}${code}\n})`;
    const program = parse(text, { ecmaVersion: 2024, sourceType: 'script' });
    // Code that closes the function early leaves more than one expression behind.
    const [only] = program.body;
    const isOne = program.body.length === 1 && only?.type === 'ExpressionStatement';
    const isWhole = isOne && only.expression.type === 'FunctionExpression';
    return isWhole ? { program, offset } : { offset, error: tooMany(code) ?? CLOSED_EARLY };
  } catch (thrown) {
    return { offset, error: placeOf(thrown, code) };
  }
}

const OPENING = "(async function () { 'use strict';\n";

const CLOSED_EARLY = { message: 'the code has a } too many', line: 1, column: 1 };

/** Where the first } stands that closes nothing, if one does. */
function tooMany(code: string): SyntaxErrorPlace | undefined {
  let depth = 0;
  try {
    for (const token of tokenizer(code, { ecmaVersion: 2024, locations: true })) {
      if (token.type === tokTypes.braceL || token.type === tokTypes.dollarBraceL) depth += 1;
      if (token.type === tokTypes.braceR) depth -= 1;
      const { line = 1, column = 0 } = token.loc?.start ?? {};
      if (depth < 0) return { message: CLOSED_EARLY.message, line, column: column + 1 };
    }
  } catch {
    // What is no token is a fault of its own, and the parser has named it.
  }
  return undefined;
}

function placeOf(thrown: unknown, code: string): SyntaxErrorPlace {
  // The parser recurses: code nested thousands of levels deep ends in a RangeError.
  if (thrown instanceof RangeError) {
    return { message: 'the code is nested too deeply', line: 1, column: 1 };
  }
  const isPlaced = thrown instanceof SyntaxError && 'loc' in thrown;
  if (!isPlaced) throw thrown;
  // The parser puts {line, column} on its errors: lines from 1, columns from 0.
  const { line, column } = thrown.loc as { line: number; column: number };
  const message = thrown.message.replace(/ \(\d+:\d+\)$/, '');
  const lines = code.split('\n');
  const inCode = line - WRAPPER_LINES;
  // An error at the wrapper's own last line means that something in the code was left open.
  if (inCode > lines.length) {
    const extra = tooMany(code);
    if (extra !== undefined) return extra;
    const last = lines.length;
    return {
      message: 'the code ends too early',
      line: last,
      column: (lines.at(-1) ?? '').length + 1,
    };
  }
  const said = message.startsWith("'import' and 'export'")
    ? 'import and export are not there in this code'
    : firstLower(message);
  return { message: said, line: Math.max(1, inCode), column: column + 1 };
}

function firstLower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
