import { type Run, spendBytes, spendSteps } from '../run/run.ts';
import { lengthOf } from '../values/characters.ts';

export type Alignment = 'left' | 'right' | 'center';

/** Python's `ljust`, `rjust` and `center`: filled up to `width` characters, charged before. */
export function pad(
  run: Run,
  text: string,
  options: { readonly width: number; readonly fill?: string; readonly align: Alignment },
): string {
  const { width, fill = ' ', align } = options;
  const missing = width - lengthOf(text);
  if (missing <= 0) return text;
  spendBytes(run, text.length + missing * fill.length);
  const left = align === 'left' ? 0 : align === 'right' ? missing : leftOf(missing, width);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

/** Of an odd number of fillers the left side gets more when the width is odd, as in CPython. */
function leftOf(missing: number, width: number): number {
  return Math.floor(missing / 2) + (missing % 2 === 1 && width % 2 === 1 ? 1 : 0);
}

/** Python's `zfill`: zeros after the sign. */
export function zeroFill(run: Run, text: string, width: number): string {
  const sign = text.startsWith('+') || text.startsWith('-') ? text.charAt(0) : '';
  const rest = text.slice(sign.length);
  return sign + pad(run, rest, { width: width - sign.length, fill: '0', align: 'right' });
}

/** Python's `expandtabs`, charged before. */
export function expandTabs(run: Run, text: string, size: number): string {
  const tabs = text.split('\t').length - 1;
  spendSteps(run, tabs);
  spendBytes(run, text.length + tabs * Math.max(0, size));
  let column = 0;
  return text.replace(/[\t\n\r]|[^\t\n\r]+/g, (part) => {
    if (part === '\n' || part === '\r') {
      column = 0;
      return part;
    }
    if (part !== '\t') {
      column += lengthOf(part);
      return part;
    }
    const fill = size > 0 ? size - (column % size) : 0;
    column += fill;
    return ' '.repeat(fill);
  });
}
