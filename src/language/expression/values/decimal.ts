// Exact decimal digits of a double, because JavaScript's toFixed rounds ties up and stops at 100
// digits where Python rounds half to even. A double is mantissa x 2^exponent, so big integers are
// exact.

const FRACTION_BITS = 52n;
/** No double has more digits after the point, so further ones are zeros. */
const FRACTION_DIGITS_MAX = 1074;

/**
 * `value` with exactly `digits` digits after the point, half to even; `value` finite, at least 0.
 */
export function fixedDigits(value: number, digits: number): string {
  const exact = Math.min(digits, FRACTION_DIGITS_MAX);
  const scaled = scaledInteger(value, exact).toString();
  const padded = exact === 0 ? scaled : scaled.padStart(exact + 1, '0');
  if (digits === 0) return padded;
  const whole = padded.slice(0, padded.length - exact);
  return `${whole}.${padded.slice(padded.length - exact)}${'0'.repeat(digits - exact)}`;
}

/** value x 10^digits, rounded half to even; negative `digits` round before the point. */
export function scaledInteger(value: number, digits: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = (raw >> FRACTION_BITS) & 0x7ffn;
  const fraction = raw & ((1n << FRACTION_BITS) - 1n);
  const mantissa = biased === 0n ? fraction : fraction | (1n << FRACTION_BITS);
  const exponent = (biased === 0n ? 1n : biased) - 1075n;
  const top = mantissa * (digits > 0 ? 10n ** BigInt(digits) : 1n);
  const bottom = digits < 0 ? 10n ** BigInt(-digits) : 1n;
  if (exponent >= 0n) return divideHalfEven(top << exponent, bottom);
  return divideHalfEven(top, bottom << -exponent);
}

/** top / bottom to the nearest integer, half to even; both at least 0. */
export function divideHalfEven(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  if (twice > bottom || (twice === bottom && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

/** The first `count` significant digits, half to even, and the power of ten of the first. */
export function significantDigits(
  value: number,
  count: number,
): { readonly digits: string; readonly exponent: number } {
  if (value === 0) return { digits: '0'.repeat(count), exponent: 0 };
  const exact = Math.min(count, FRACTION_DIGITS_MAX);
  let exponent = Number(value.toExponential().split('e')[1]);
  let digits = scaledInteger(value, exact - 1 - exponent).toString();
  if (digits.length > exact) {
    exponent += 1;
    digits = digits.slice(0, exact);
  }
  return { digits: digits + '0'.repeat(count - exact), exponent };
}
