import type { Run } from '../run/run.ts';
import { float, integer } from '../values/arithmetic.ts';
import { divideHalfEven, scaledInteger } from '../values/decimal.ts';
import { typeError } from '../values/failure.ts';
import { isFloat, isInteger, numberOf, stringOf, wrongKind } from '../values/kinds.ts';
import type { Datum } from '../values/special.ts';
import { isBase, toFloat, toInteger, truncate } from './convert.ts';
import { formatFloat } from './float-format.ts';
import {
  anyText,
  type Bound,
  flag,
  integerArgument,
  numberArgument,
  textArgument,
} from './parameters.ts';
import { type Method, routine } from './routine.ts';

/** Filters on numbers. */
export const numberFilters: Readonly<Record<string, Method>> = {
  abs: routine('', (run, value) => absolute(run, value)),
  filesizeformat: routine('binary=false', fileSize),
  float: routine('default=0.0', floatFilter),
  int: routine('default=0, base=10', intFilter),
  number: routine('', (run, value) => {
    const made = isFloat(value) ? value : (toInteger(run, value) ?? toFloat(value));
    if (made === undefined) throw wrongKind(run, 'make a number of', value);
    return made;
  }),
  round: routine("precision=0, method='common'", roundFilter),
};

/** Python's `abs()`. Throws TEMPLATE_TYPE for what is no number. */
export function absolute(run: Run, value: Datum): Datum {
  const number = numberOf(value);
  if (number === undefined) throw wrongKind(run, 'take the absolute value of', value);
  return isFloat(value) ? float(Math.abs(number)) : Math.abs(number);
}

/**
 * `int(value)`, then `int(float(value))`, then the default: infinities are refused, as in CPython.
 */
function intFilter(run: Run, value: Datum, [fallback = 0, base]: Bound): Datum {
  const given = integerArgument(run, base, { what: 'base', otherwise: 10 });
  if (Number.isNaN(numberOf(value))) return fallback;
  const text = stringOf(value);
  if (text === undefined && numberOf(value) === undefined) anyText(run, value);
  const whole = isBase(given) ? toInteger(run, value, given) : undefined;
  if (whole !== undefined) return whole;
  const number = numberOf(toFloat(value) ?? null);
  if (number === undefined || Number.isNaN(number)) return fallback;
  return truncate(run, number);
}

function floatFilter(run: Run, value: Datum, [fallback]: Bound): Datum {
  const made = toFloat(value);
  if (made !== undefined) return made;
  if (stringOf(value) === undefined) anyText(run, value);
  return fallback ?? float(0);
}

function roundFilter(run: Run, value: Datum, [precision, method]: Bound): Datum {
  const digits = integerArgument(run, precision, { what: 'precision', otherwise: 0 });
  const way = method === undefined ? 'common' : textArgument(run, method, 'method');
  if (way === 'common') return roundNumber(run, value, digits);
  if (way !== 'ceil' && way !== 'floor') {
    throw typeError(run, "the method of round must be 'common', 'ceil' or 'floor'");
  }
  const number = numberArgument(run, value, 'what round works on');
  const scale = 10 ** digits;
  const scaled = number * scale;
  return float(truncate(run, way === 'ceil' ? Math.ceil(scaled) : Math.floor(scaled)) / scale);
}

/**
 * Python's `round(value, digits)`: half to even on the exact value, a float for a float and a whole
 * number for a whole number.
 */
export function roundNumber(run: Run, value: Datum, digits: number): Datum {
  const number = numberOf(value);
  if (number === undefined) throw wrongKind(run, 'round', value, 'Convert it with |float first.');
  if (isFloat(value)) return float(roundFloat(number, digits));
  if (digits >= 0) return number;
  if (digits < -20) return 0;
  const scale = 10n ** BigInt(-digits);
  const rounded = divideHalfEven(BigInt(Math.abs(number)), scale) * scale;
  return integer(run, Number(rounded) * Math.sign(number));
}

function roundFloat(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 323) return value;
  if (digits < -308) return value < 0 ? -0 : 0;
  const scaled = scaledInteger(Math.abs(value), digits);
  const magnitude = Number(`${scaled}e${-digits}`);
  return value < 0 || Object.is(value, -0) ? -magnitude : magnitude;
}

/** Python's `round(value)`: a whole number. */
export function roundToInteger(run: Run, value: Datum): Datum {
  const rounded = roundNumber(run, value, 0);
  return isInteger(rounded) ? rounded : truncate(run, numberOf(rounded) ?? 0);
}

const PREFIXES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'] as const;

function fileSize(run: Run, value: Datum, [binary]: Bound): Datum {
  const bytes = numberOf(toFloat(value) ?? null);
  if (bytes === undefined) throw wrongKind(run, 'read as a size', value);
  const isBinary = flag(run, binary);
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${truncate(run, bytes)} Bytes`;
  let unit = base * base;
  let index = 0;
  while (bytes >= unit && index < PREFIXES.length - 1) {
    unit *= base;
    index += 1;
  }
  const amount = formatFloat(run, (base * bytes) / unit, {
    style: 'f',
    precision: 1,
    alternate: false,
  });
  const prefix = PREFIXES[index] ?? '';
  return `${amount} ${isBinary ? `${prefix.toUpperCase()}iB` : `${prefix}B`}`;
}
