/**
 * A float as Python's `repr` writes it: the shortest digits that read back, `1e+16`, `1e-05`,
 * `2.0`.
 */
export function floatText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e16) {
    // JavaScript writes these without an exponent, with the same digits as Python.
    return Number.isInteger(value) ? `${value}.0` : String(value);
  }
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0) return '0.0';
  const shortest = value.toExponential();
  const split = shortest.indexOf('e');
  return `${shortest.slice(0, split)}e${exponentText(Number(shortest.slice(split + 1)))}`;
}

/** An exponent with its sign and at least two digits. */
export function exponentText(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
