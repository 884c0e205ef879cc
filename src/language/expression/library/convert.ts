import type { Run } from '../run/run.ts';
import { float, integer } from '../values/arithmetic.ts';
import { typeError } from '../values/failure.ts';
import { isInteger, numberOf, stringOf } from '../values/kinds.ts';
import type { Datum, Float } from '../values/special.ts';
import { strip } from './whitespace.ts';

const FLOAT =
  /^[+-]?(?:(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:e[+-]?\d+(?:_\d+)*)?|inf(?:inity)?|nan)$/i;

/** Python's `float()`: undefined where it raises ValueError or TypeError. */
export function toFloat(datum: Datum): number | Float | undefined {
  const value = numberOf(datum);
  if (value !== undefined) return float(value);
  const text = stringOf(datum);
  if (text === undefined || text.length > 2_000) return undefined;
  const trimmed = strip(text, undefined, 'both');
  if (!FLOAT.test(trimmed)) return undefined;
  if (/^[+-]?inf/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan/i.test(trimmed)) return Number.NaN;
  if (!/\d/.test(trimmed.split(/e/i)[0] ?? '')) return undefined;
  return float(Number(trimmed.replaceAll('_', '')));
}

/**
 * Python's `int()`: undefined where it raises ValueError or TypeError. Throws TEMPLATE_TYPE for
 * infinities, NaN and numbers beyond 2^53.
 */
export function toInteger(run: Run, datum: Datum, base = 10): number | undefined {
  const value = numberOf(datum);
  if (value !== undefined) return truncate(run, value);
  const text = stringOf(datum);
  return text === undefined ? undefined : parseInteger(run, text, base);
}

/** The whole part of a number. Throws TEMPLATE_TYPE where there is none. */
export function truncate(run: Run, value: number): number {
  if (!Number.isFinite(value)) throw typeError(run, `${value} is no whole number`);
  return integer(run, Math.trunc(value));
}

const PREFIXES: ReadonlyMap<string, number> = new Map([
  ['0b', 2],
  ['0o', 8],
  ['0x', 16],
]);

function parseInteger(run: Run, text: string, base: number): number | undefined {
  const found = /^([+-]?)(0[box]_?(?=[\da-z]))?([\da-z]+(?:_[\da-z]+)*)$/i.exec(
    strip(text, undefined, 'both'),
  );
  if (found === null) return undefined;
  const prefix = (found[2] ?? '').toLowerCase().replace('_', '');
  const prefixBase = PREFIXES.get(prefix);
  if (prefixBase === undefined || (base !== 0 && base !== prefixBase)) {
    const whole = (found[2] ?? '') + (found[3] ?? '');
    if (base === 0 && /^0[\d_]*[1-9]/.test(whole)) return undefined;
    return readDigits(run, { sign: found[1] ?? '', digits: whole, base: base === 0 ? 10 : base });
  }
  return readDigits(run, { sign: found[1] ?? '', digits: found[3] ?? '', base: prefixBase });
}

function readDigits(
  run: Run,
  number: { readonly sign: string; readonly digits: string; readonly base: number },
): number | undefined {
  const { sign, base } = number;
  let value = 0;
  for (const digit of number.digits.replaceAll('_', '')) {
    const worth = Number.parseInt(digit, 36);
    if (!(worth < base)) return undefined;
    value = value * base + worth;
  }
  return integer(run, sign === '-' ? -value : value);
}

/** Whether Python's `int()` can be meant by this base. */
export function isBase(base: number): boolean {
  return base === 0 || (isInteger(base) && base >= 2 && base <= 36);
}
