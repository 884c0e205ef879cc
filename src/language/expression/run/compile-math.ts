import { percentFormat } from '../library/percent-format.ts';
import type { BinaryOperator, ExpressionOf } from '../syntax/index.ts';
import { calculate, float } from '../values/arithmetic.ts';
import { isFloat, numberOf, stringOf, wrongKind } from '../values/kinds.ts';
import type { Datum } from '../values/special.ts';
import { compileExpression } from './compile-expression.ts';
import type { Compiler, Evaluate } from './compiler.ts';
import { type Run, spendSteps } from './run.ts';

/** `a + b - c`, evaluated from left to right. */
export function compileBinary(compiler: Compiler, node: ExpressionOf<'binary'>): Evaluate {
  const first = compileExpression(compiler, node.first);
  const rest = node.rest.map((part) => ({
    at: part,
    operator: part.operator,
    operand: compileExpression(compiler, part.operand),
  }));
  return (run) => {
    let value = first(run);
    for (const { at, operator, operand } of rest) {
      spendSteps(run, 1);
      const right = operand(run);
      run.at = at;
      value = apply(run, operator, value, right);
    }
    return value;
  };
}

/** `%` on text formats it; everything else is arithmetic. */
function apply(run: Run, operator: BinaryOperator, left: Datum, right: Datum): Datum {
  if (operator === '%' && stringOf(left) !== undefined) return percentFormat(run, left, right);
  return calculate(run, operator, left, right);
}

/** `-a` and `+a`. */
export function compileSign(
  compiler: Compiler,
  node: ExpressionOf<'negative' | 'positive'>,
): Evaluate {
  const operand = compileExpression(compiler, node.operand);
  const isNegative = node.kind === 'negative';
  return (run) => {
    spendSteps(run, 1);
    const value = operand(run);
    const number = numberOf(value);
    run.at = node;
    if (number === undefined) throw wrongKind(run, 'change the sign of', value);
    const signed = isNegative ? -number : number;
    return isFloat(value) ? float(signed) : signed + 0;
  };
}
