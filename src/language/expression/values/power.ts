import type { Run } from '../run/run.ts';
import { float, integer } from './arithmetic.ts';
import { typeError } from './failure.ts';
import type { Datum } from './special.ts';

interface Power {
  readonly left: number;
  readonly right: number;
  readonly isFloating: boolean;
}

/**
 * Python's `**`: exact for whole numbers, a float for a negative exponent. Throws TEMPLATE_TYPE.
 */
export function power(run: Run, numbers: Power): Datum {
  const { left, right, isFloating } = numbers;
  if (left === 0 && right < 0) throw typeError(run, 'cannot raise zero to a negative power');
  if (!isFloating && right >= 0) return integer(run, wholePower(left, right));
  const value = left ** right;
  if (Number.isNaN(value) && !Number.isNaN(left) && !Number.isNaN(right)) {
    throw typeError(run, 'a negative number has no such power');
  }
  if (!Number.isFinite(value) && Number.isFinite(left) && Number.isFinite(right)) {
    throw typeError(run, 'the power is too large');
  }
  return float(value);
}

/** By squaring, exact while the result is; infinite soon after. At most 53 rounds matter. */
function wholePower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square = square === 1 || square === 0 ? square : square * square;
    if (!Number.isFinite(result)) return result;
  }
  return result;
}
