import { parse } from 'acorn';

export interface SyntaxErrorPlace {
  readonly message: string;
  /** In the code, from 1. */
  readonly line: number;
  readonly column: number;
}

const WRAPPER_LINES = 1;

/**
 * The first syntax error of the body of an async function in strict mode, or undefined. Only
 * parses: nothing of the code runs, so a flow can be checked when it is read. The jail's own parser
 * has the last word when the code runs; where the two differ (ECMAScript newer than 2024), it
 * refuses then.
 */
export function syntaxErrorOf(code: string): SyntaxErrorPlace | undefined {
  try {
    const text = `(async function () { 'use strict';\n${code}\n})`;
    const { body } = parse(text, { ecmaVersion: 2024, sourceType: 'script' });
    // Code that closes the function early leaves more than one expression behind.
    const [only] = body;
    const isOne = body.length === 1 && only?.type === 'ExpressionStatement';
    return isOne && only.expression.type === 'FunctionExpression' ? undefined : CLOSED_EARLY;
  } catch (thrown) {
    return placeOf(thrown, code);
  }
}

const CLOSED_EARLY = { message: 'the code has a } too many', line: 1, column: 1 };

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
    const last = lines.length;
    return {
      message: 'the code ends too early',
      line: last,
      column: (lines.at(-1) ?? '').length + 1,
    };
  }
  return { message: firstLower(message), line: Math.max(1, inCode), column: column + 1 };
}

function firstLower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
