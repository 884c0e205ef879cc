import { type Run, spendBytes, spendItems } from '../run/run.ts';
import type { BinaryOperator } from '../syntax/index.ts';
import { escapeText } from './escape.ts';
import { typeError } from './failure.ts';
import { defined, isFloat, isInteger, isList, kindName, numberOf, stringOf } from './kinds.ts';
import { power } from './power.ts';
import { type Datum, Float, Markup, Sequence } from './special.ts';

/** A float as a Datum: boxed when it is whole. */
export function float(value: number): number | Float {
  return Number.isSafeInteger(value) ? new Float(value) : value;
}

/** An integer as a Datum. Throws TEMPLATE_TYPE beyond 2^53, where it would no longer be exact. */
export function integer(run: Run, value: number): number {
  if (Number.isSafeInteger(value)) return value + 0;
  throw typeError(
    run,
    'the whole number is too large to be exact',
    'Whole numbers go up to 9007199254740991; work with a float (1.0 * x) or with text.',
  );
}

/** Python's arithmetic on two values, `%` on a string excepted (see percent-format.ts). */
export function calculate(run: Run, operator: BinaryOperator, left: Datum, right: Datum): Datum {
  const leftNumber = numberOf(left);
  const rightNumber = numberOf(right);
  if (leftNumber !== undefined && rightNumber !== undefined) {
    const isFloating = isFloat(left) || isFloat(right);
    return calculateNumbers(run, operator, { left: leftNumber, right: rightNumber, isFloating });
  }
  const made =
    operator === '+'
      ? join(run, left, right)
      : operator === '*'
        ? repeat(run, left, right)
        : undefined;
  if (made !== undefined) return made;
  throw cannot(run, operator, { left: defined(left), right: defined(right) });
}

interface Numbers {
  readonly left: number;
  readonly right: number;
  readonly isFloating: boolean;
}

function calculateNumbers(run: Run, operator: BinaryOperator, numbers: Numbers): Datum {
  const { left, right, isFloating } = numbers;
  const made = (value: number) => (isFloating ? float(value) : integer(run, value));
  switch (operator) {
    case '+':
      return made(left + right);
    case '-':
      return made(left - right);
    case '*':
      return made(left * right);
    case '/':
      requireDivisor(run, right);
      return float(left / right);
    case '//':
      requireDivisor(run, right);
      return made(isFloating ? floorDivide(left, right) : (left - modulo(left, right)) / right);
    case '%':
      requireDivisor(run, right);
      return made(modulo(left, right));
    case '**':
      return power(run, numbers);
  }
}

function requireDivisor(run: Run, right: number): void {
  if (right === 0) throw typeError(run, 'cannot divide by zero', 'Test the divisor first.');
}

/** The remainder with the sign of the divisor. */
export function modulo(left: number, right: number): number {
  const remainder = left % right;
  if (remainder !== 0) return remainder < 0 === right < 0 ? remainder : remainder + right;
  return right < 0 ? -0 : 0;
}

function floorDivide(left: number, right: number): number {
  const quotient = (left - modulo(left, right)) / right;
  // The sign of a zero is that of the exact quotient.
  if (quotient === 0) return left / right < 0 || Object.is(left / right, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function join(run: Run, left: Datum, right: Datum): Datum | undefined {
  const leftText = stringOf(left);
  const rightText = stringOf(right);
  if (leftText !== undefined && rightText !== undefined) {
    if (left instanceof Markup || right instanceof Markup) return joinMarkup(run, left, right);
    spendBytes(run, leftText.length + rightText.length);
    return leftText + rightText;
  }
  if (isList(left) && isList(right)) {
    spendItems(run, left.length + right.length);
    return [...left, ...right];
  }
  if (isTuple(left) && isTuple(right)) {
    spendItems(run, left.items.length + right.items.length);
    return new Sequence('tuple', [...left.items, ...right.items]);
  }
  return undefined;
}

function joinMarkup(run: Run, left: Datum, right: Datum): Markup {
  const text = escapeText(run, left) + escapeText(run, right);
  spendBytes(run, text.length);
  return new Markup(text);
}

function isTuple(datum: Datum): datum is Sequence {
  return datum instanceof Sequence && (datum.form === 'tuple' || datum.form === 'group');
}

function repeat(run: Run, left: Datum, right: Datum): Datum | undefined {
  const [value, count] =
    countOf(left) === undefined ? [left, countOf(right)] : [right, countOf(left)];
  if (count === undefined) return undefined;
  const times = Math.max(0, count);
  const text = stringOf(value);
  if (text !== undefined) {
    spendBytes(run, text.length * times);
    const made = text === '' ? '' : text.repeat(times);
    return value instanceof Markup ? new Markup(made) : made;
  }
  if (isList(value)) return repeatItems(run, value, times);
  if (isTuple(value)) return new Sequence('tuple', repeatItems(run, value.items, times));
  return undefined;
}

function countOf(datum: Datum): number | undefined {
  return typeof datum === 'boolean' || isInteger(datum) ? Number(datum) : undefined;
}

function repeatItems(run: Run, items: readonly Datum[], times: number): Datum[] {
  spendItems(run, items.length * times);
  const made: Datum[] = [];
  if (items.length === 0) return made;
  for (let left = items.length * times; left > 0; left -= 1) {
    made.push(items[made.length % items.length] as Datum);
  }
  return made;
}

const VERBS: Readonly<Record<BinaryOperator, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '//': 'divide',
  '%': 'take the remainder of',
  '**': 'raise to a power',
};

function cannot(
  run: Run,
  operator: BinaryOperator,
  values: { readonly left: Datum; readonly right: Datum },
): Error {
  const names = `${kindName(values.left)} and ${kindName(values.right)}`;
  const hasText = stringOf(values.left) !== undefined || stringOf(values.right) !== undefined;
  const remedy =
    operator === '+' && hasText
      ? "Join text with '~', or convert the string to a number with int or float."
      : hasText
        ? 'Convert the string to a number with int or float.'
        : undefined;
  return typeError(run, `cannot ${VERBS[operator]} ${names}`, remedy);
}
