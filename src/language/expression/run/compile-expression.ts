import { joinTexts } from '../library/methods-text.ts';
import {
  type CompareOperator,
  type Expression,
  type ExpressionOf,
  syntaxError,
} from '../syntax/index.ts';
import { float } from '../values/arithmetic.ts';
import { compareOrder, isEqual } from '../values/compare.ts';
import { contains } from '../values/contains.ts';
import { tuple } from '../values/iterate.ts';
import { isTrue } from '../values/kinds.ts';
import { makeDict } from '../values/maps.ts';
import { type Datum, Undefined } from '../values/special.ts';
import { textOf } from '../values/text.ts';
import { compileAttribute, compileItem, compileName } from './compile-access.ts';
import { compileCall, compileFilter, compileTest } from './compile-call.ts';
import { compileBinary, compileSign } from './compile-math.ts';
import type { Compiler, Evaluate } from './compiler.ts';
import { outOfSteps, type Run, spendItems } from './run.ts';

/**
 * Compiles an expression into a function. Each node pays a step when it is evaluated. Throws
 * TEMPLATE_SYNTAX for names of filters and tests that do not exist.
 */
export function compileExpression(compiler: Compiler, node: Expression): Evaluate {
  switch (node.kind) {
    case 'constant': {
      const { value } = node;
      return stepped(() => value);
    }
    case 'float': {
      const value = float(node.value);
      return stepped(() => value);
    }
    case 'name':
      return compileName(compiler, node);
    case 'list':
      return compileItems(compiler, node.items, (items) => items);
    case 'tuple':
      return compileItems(compiler, node.items, (items) => tuple(...items));
    case 'dict':
      return compileDict(compiler, node);
    case 'attribute':
      return compileAttribute(compiler, node);
    case 'item':
      return compileItem(compiler, node);
    case 'slice':
      throw syntaxError(node, 'a slice such as a[1:3] must stand alone in its brackets');
    case 'call':
      return compileCall(compiler, node);
    case 'filter':
      return compileFilter(compiler, node);
    case 'test':
      return compileTest(compiler, node);
    case 'not': {
      const operand = compileExpression(compiler, node.operand);
      return stepped((run) => !isTrue(run, operand(run)));
    }
    case 'negative':
    case 'positive':
      return compileSign(compiler, node);
    case 'binary':
      return compileBinary(compiler, node);
    case 'and':
    case 'or':
      return compileLogic(compiler, node);
    case 'concat':
      return compileConcat(compiler, node);
    case 'compare':
      return compileComparison(compiler, node);
    case 'conditional':
      return compileConditional(compiler, node);
  }
}

function stepped(evaluate: Evaluate): Evaluate {
  return (run) => {
    run.stepsLeft -= 1;
    if (run.stepsLeft < 0) throw outOfSteps(run);
    return evaluate(run);
  };
}

function compileItems(
  compiler: Compiler,
  nodes: readonly Expression[],
  make: (items: Datum[]) => Datum,
): Evaluate {
  const parts = nodes.map((node) => compileExpression(compiler, node));
  return (run) => {
    spendItems(run, parts.length + 1);
    return make(parts.map((part) => part(run)));
  };
}

function compileDict(compiler: Compiler, node: ExpressionOf<'dict'>): Evaluate {
  const parts = node.entries.map((entry) => ({
    key: compileExpression(compiler, entry.key),
    value: compileExpression(compiler, entry.value),
  }));
  return (run) => {
    spendItems(run, 1);
    const members = parts.map((part) => [part.key(run), part.value(run)] as const);
    run.at = node;
    return makeDict(run, members);
  };
}

/** `and` gives the first value that is false, `or` the first that is true, else the last. */
function compileLogic(compiler: Compiler, node: ExpressionOf<'and' | 'or'>): Evaluate {
  const parts = node.operands.map((operand) => compileExpression(compiler, operand));
  const stopsAt = node.kind === 'or';
  return stepped((run) => {
    let value: Datum = null;
    for (let index = 0; index < parts.length; index += 1) {
      // The index is within the parts.
      value = (parts[index] as Evaluate)(run);
      if (index < parts.length - 1 && isTrue(run, value) === stopsAt) return value;
    }
    return value;
  });
}

function compileConcat(compiler: Compiler, node: ExpressionOf<'concat'>): Evaluate {
  const parts = node.operands.map((operand) => compileExpression(compiler, operand));
  return stepped((run) => {
    const values = parts.map((part) => part(run));
    run.at = node;
    return joinTexts(
      run,
      values.map((value) => textOf(run, value)),
      '',
    );
  });
}

function compileComparison(compiler: Compiler, node: ExpressionOf<'compare'>): Evaluate {
  const first = compileExpression(compiler, node.first);
  const rest = node.rest.map((part) => ({
    at: part,
    compare: COMPARISONS[part.operator],
    operand: compileExpression(compiler, part.operand),
  }));
  return stepped((run) => {
    let left = first(run);
    for (const { at, compare, operand } of rest) {
      const right = operand(run);
      run.at = at;
      if (!compare(run, left, right)) return false;
      left = right;
    }
    return true;
  });
}

const COMPARISONS: Readonly<
  Record<CompareOperator, (run: Run, left: Datum, right: Datum) => boolean>
> = {
  '==': equals,
  '!=': (run, left, right) => !equals(run, left, right),
  '<': (run, left, right) => compareOrder(run, left, right) < 0,
  '<=': (run, left, right) => compareOrder(run, left, right) <= 0,
  '>': (run, left, right) => compareOrder(run, left, right) > 0,
  '>=': (run, left, right) => compareOrder(run, left, right) >= 0,
  in: (run, left, right) => contains(run, right, left),
  'not in': (run, left, right) => !contains(run, right, left),
};

function equals(run: Run, left: Datum, right: Datum): boolean {
  return isEqual(run, left, right);
}

function compileConditional(compiler: Compiler, node: ExpressionOf<'conditional'>): Evaluate {
  const test = compileExpression(compiler, node.test);
  const value = compileExpression(compiler, node.value);
  const otherwise =
    node.otherwise === undefined ? undefined : compileExpression(compiler, node.otherwise);
  const explain = () => ({
    message: "the condition is false and there is no 'else'",
    remedy: 'Add else: {{ a if test else b }}.',
  });
  const absent = new Undefined(explain, node, true);
  return stepped((run) => {
    if (isTrue(run, test(run))) return value(run);
    return otherwise === undefined ? absent : otherwise(run);
  });
}
