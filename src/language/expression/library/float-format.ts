import { type Run, spendBytes } from '../run/run.ts';
import { fixedDigits, significantDigits } from '../values/decimal.ts';
import { exponentText, floatText } from '../values/number-text.ts';

export type FloatStyle = 'e' | 'f' | 'g' | 'r';

interface FloatOptions {
  readonly style: FloatStyle;
  /** Digits after the point; significant digits for `g` and `r`. */
  readonly precision: number;
  /** Keeps the point and the zeros at the end: the `#` flag. */
  readonly alternate: boolean;
}

/**
 * A float that is at least 0 in C's styles; `r` is `g` that keeps one digit after the point, which
 * is what Python does for a precision without a style. Charged before it is made.
 */
export function formatFloat(run: Run, value: number, options: FloatOptions): string {
  if (!Number.isFinite(value)) return floatText(value);
  spendBytes(run, Math.max(0, options.precision) + 330);
  switch (options.style) {
    case 'f':
      return withPoint(fixedDigits(value, options.precision), options.alternate);
    case 'e':
      return scientific(value, options.precision, options.alternate);
    case 'g':
    case 'r':
      return general(value, options);
  }
}

function withPoint(text: string, always: boolean): string {
  return always && !text.includes('.') ? `${text}.` : text;
}

function scientific(value: number, precision: number, alternate: boolean): string {
  const { digits, exponent } = significantDigits(value, precision + 1);
  const mantissa = precision === 0 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`;
  return `${withPoint(mantissa, alternate)}e${exponentText(exponent)}`;
}

function general(value: number, options: FloatOptions): string {
  const count = Math.max(1, options.precision);
  const { digits, exponent } = significantDigits(value, count);
  const limit = options.style === 'r' ? count - 1 : count;
  if (exponent < -4 || exponent >= limit) {
    const kept = options.alternate ? digits : digits.replace(/0+$/, '');
    const mantissa = kept.length > 1 ? `${kept.charAt(0)}.${kept.slice(1)}` : digits.charAt(0);
    return `${withPoint(mantissa, options.alternate)}e${exponentText(exponent)}`;
  }
  const text =
    exponent >= 0
      ? `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
      : `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (options.alternate) return text;
  const trimmed = text.replace(/0+$/, '').replace(/\.$/, '');
  return options.style === 'r' && !trimmed.includes('.') ? `${trimmed}.0` : trimmed;
}
