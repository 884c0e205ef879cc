import type { Run } from '../run/run.ts';
import { modulo } from '../values/arithmetic.ts';
import { compareOrder, isEqual } from '../values/compare.ts';
import { contains } from '../values/contains.ts';
import { typeError } from '../values/failure.ts';
import { iterateOptional } from '../values/iterate.ts';
import {
  defined,
  isFloat,
  isInteger,
  isList,
  numberOf,
  stringOf,
  wrongKind,
} from '../values/kinds.ts';
import { isMap } from '../values/maps.ts';
import { type Datum, Float, Gadget, Markup, Sequence, Undefined } from '../values/special.ts';
import { textOf } from '../values/text.ts';
import { isLower, isUpper } from './casing.ts';
import { type Bound, numberArgument } from './parameters.ts';
import { type Method, routine } from './routine.ts';

/** Jinja2's tests. `isFilter` and `isTest` know the names that exist. */
export function allTests(known: {
  isFilter(name: string): boolean;
  isTest(name: string): boolean;
}): ReadonlyMap<string, Method> {
  return new Map<string, Method>([
    ...Object.entries(kindTests),
    ...Object.entries(valueTests),
    ['filter', routine('', (_run, value) => known.isFilter(stringOf(defined(value)) ?? ''))],
    ['test', routine('', (_run, value) => known.isTest(stringOf(defined(value)) ?? ''))],
  ]);
}

/** Tests of what a value is: false, not an error, for one that is not there. */
const kindTests: Readonly<Record<string, Method>> = {
  boolean: kind((value) => typeof value === 'boolean'),
  callable: kind((value) => isCallable(value)),
  defined: kind((value) => !(value instanceof Undefined)),
  escaped: kind((value) => value instanceof Markup),
  false: kind((value) => value === false),
  float: kind(isFloat),
  integer: kind(isInteger),
  iterable: routine('', (run, value) => iterateOptional(run, defined(value)) !== undefined),
  mapping: kind((value) => isMap(value)),
  none: kind((value) => value === null),
  number: kind((value) => numberOf(value) !== undefined),
  sequence: kind(isSequence),
  string: kind((value) => stringOf(value) !== undefined),
  true: kind((value) => value === true),
  undefined: kind((value) => value instanceof Undefined),
};

function kind(test: (value: Datum) => boolean): Method {
  return routine('', (_run, value) => test(value));
}

function isCallable(value: Datum): boolean {
  return value instanceof Gadget && value.abilities.call !== undefined;
}

function isSequence(value: Datum): boolean {
  if (value instanceof Sequence) return !value.form.startsWith('dict');
  return isList(value) || isMap(value) || stringOf(value) !== undefined;
}

const equal = compared((run, left, right) => isEqual(run, left, right));
const notEqual = compared((run, left, right) => !isEqual(run, left, right));
const greater = compared((run, left, right) => compareOrder(run, left, right) > 0);
const greaterOrEqual = compared((run, left, right) => compareOrder(run, left, right) >= 0);
const less = compared((run, left, right) => compareOrder(run, left, right) < 0);
const lessOrEqual = compared((run, left, right) => compareOrder(run, left, right) <= 0);

const valueTests: Readonly<Record<string, Method>> = {
  '!=': notEqual,
  '<': less,
  '<=': lessOrEqual,
  '==': equal,
  '>': greater,
  '>=': greaterOrEqual,
  divisibleby: routine('num', (run, value, [number]) => {
    const divisor = numberArgument(run, number, 'num');
    if (divisor === 0) throw typeError(run, 'cannot divide by zero');
    return modulo(numeric(run, value), divisor) === 0;
  }),
  eq: equal,
  equalto: equal,
  even: routine('', (run, value) => modulo(numeric(run, value), 2) === 0),
  ge: greaterOrEqual,
  greaterthan: greater,
  gt: greater,
  in: routine('seq', (run, value, [items = null]) => contains(run, items, value)),
  le: lessOrEqual,
  lessthan: less,
  lower: routine('', (run, value) => isLower(textOf(run, value))),
  lt: less,
  ne: notEqual,
  odd: routine('', (run, value) => modulo(numeric(run, value), 2) === 1),
  sameas: routine('other', sameAs),
  upper: routine('', (run, value) => isUpper(textOf(run, value))),
};

function compared(test: (run: Run, left: Datum, right: Datum) => boolean): Method {
  return routine('other', (run, left, [right = null]) => test(run, left, right));
}

function numeric(run: Run, value: Datum): number {
  const number = numberOf(value);
  if (number === undefined) throw wrongKind(run, 'divide', value, 'Convert it with |int first.');
  return number;
}

/**
 * The very same value. Python keeps one object for small numbers and short texts, so those compare.
 */
function sameAs(_run: Run, value: Datum, [other]: Bound): Datum {
  if (value instanceof Float && other instanceof Float) return value.value === other.value;
  return value === other;
}
