import { type Run, spendBytes } from '../run/run.ts';
import { quoted } from '../syntax/index.ts';
import { cut, lengthOf } from '../values/characters.ts';
import { typeError } from '../values/failure.ts';
import { isFloat, kindName, numberOf, stringOf } from '../values/kinds.ts';
import { floatText } from '../values/number-text.ts';
import type { Datum } from '../values/special.ts';
import { textOf } from '../values/text.ts';
import { type FloatStyle, formatFloat } from './float-format.ts';
import { pad } from './padding.ts';

/** What stands after the colon in `'{:>8.2f}'.format(x)`. Source: Python's format specification. */
interface FormatSpec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const FORM = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

function readSpec(run: Run, text: string): FormatSpec {
  const found = FORM.exec(text);
  if (found === null || found[4] !== undefined) {
    throw typeError(run, `${quoted(text)} is not a valid format`, "Write something like '>8.2f'.");
  }
  const zero = found[6] !== undefined;
  return {
    fill: found[1] ?? (zero ? '0' : ' '),
    align: found[2] ?? (zero ? '=' : ''),
    sign: found[3] ?? '-',
    alternate: found[5] !== undefined,
    width: Number(found[7] ?? 0),
    grouping: found[8] ?? '',
    precision: found[9] === undefined ? undefined : Number(found[9]),
    type: found[10] ?? '',
  };
}

/** Python's `format(value, spec)`. Charged before it is made. Throws TEMPLATE_TYPE. */
export function formatValue(run: Run, datum: Datum, text: string): string {
  if (text === '') return textOf(run, datum);
  const spec = readSpec(run, text);
  const string = stringOf(datum);
  if (string !== undefined) return formatString(run, string, spec);
  const value = numberOf(datum);
  if (value === undefined) {
    throw typeError(run, `cannot format ${kindName(datum)} with ${quoted(text)}`);
  }
  if (typeof datum === 'boolean' && spec.type === 's')
    return formatString(run, textOf(run, datum), spec);
  const isFloating = isFloat(datum) || /^[eEfFgG%]$/.test(spec.type);
  const shown = isFloating ? showFloat(run, Math.abs(value), spec) : showInteger(run, value, spec);
  const isNegative = value < 0 || Object.is(value, -0);
  const sign = isNegative ? '-' : spec.sign === '-' ? '' : spec.sign;
  return assemble(run, { sign: sign + shown.prefix, body: shown.body, spec });
}

function formatString(run: Run, text: string, spec: FormatSpec): string {
  const { type, align, width, precision, fill } = spec;
  if ((type !== '' && type !== 's') || align === '=' || spec.sign !== '-' || spec.grouping !== '') {
    throw typeError(run, 'this format is for numbers, not for a string');
  }
  const shown = precision === undefined ? text : cut(text, 0, precision);
  const side = align === '>' ? 'right' : align === '^' ? 'center' : 'left';
  return padText(run, shown, { width, fill, side });
}

/** As `pad`, but a format's centre leaves the odd filling on the right. */
function padText(
  run: Run,
  text: string,
  options: { readonly width: number; readonly fill: string; readonly side: string },
): string {
  const { width, fill, side } = options;
  if (side === 'left' || side === 'right') return pad(run, text, { width, fill, align: side });
  const length = lengthOf(text);
  const left = Math.floor(Math.max(0, width - length) / 2);
  const half = pad(run, text, { width: length + left, fill, align: 'right' });
  return pad(run, half, { width, fill, align: 'left' });
}

interface Shown {
  readonly prefix: string;
  readonly body: string;
}

const INTEGER_BASES: ReadonlyMap<string, number> = new Map([
  ['', 10],
  ['d', 10],
  ['n', 10],
  ['b', 2],
  ['o', 8],
  ['x', 16],
  ['X', 16],
]);

function showInteger(run: Run, value: number, spec: FormatSpec): Shown {
  const { type, precision, grouping, alternate } = spec;
  if (type === 'c') return { prefix: '', body: characterOf(run, value) };
  const base = INTEGER_BASES.get(type);
  if (base === undefined || precision !== undefined) {
    throw typeError(run, `the format '${type}' is not for whole numbers`);
  }
  const digits = Math.abs(value).toString(base);
  const cased = type === 'X' ? digits.toUpperCase() : digits;
  const prefix = alternate && base !== 10 ? `0${type}` : '';
  return { prefix, body: group(cased, grouping, base === 10 ? 3 : 4) };
}

/** The character with this code point. Throws TEMPLATE_TYPE where there is none. */
export function characterOf(run: Run, code: number): string {
  if (Number.isInteger(code) && code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code);
  throw typeError(run, `${code} is no character code`);
}

function showFloat(run: Run, value: number, spec: FormatSpec): Shown {
  const { type, precision, alternate, grouping } = spec;
  const lower = type.toLowerCase();
  let body: string;
  if (type === '' && precision === undefined) body = floatText(value);
  else if (type === '%') {
    body = `${formatFloat(run, value * 100, { style: 'f', precision: precision ?? 6, alternate })}%`;
  } else if (/^[efgn]?$/.test(lower)) {
    const style = (lower === '' ? 'r' : lower === 'n' ? 'g' : lower) as FloatStyle;
    body = formatFloat(run, value, { style, precision: precision ?? 6, alternate });
  } else throw typeError(run, `the format '${type}' is not for floats`);
  const cased = /^[EFG]$/.test(type) ? body.toUpperCase() : body;
  const point = cased.search(/[.e%]/i);
  const whole = point === -1 ? cased : cased.slice(0, point);
  const grouped = /^\d+$/.test(whole) ? group(whole, grouping, 3) : whole;
  return { prefix: '', body: grouped + (point === -1 ? '' : cased.slice(point)) };
}

function group(digits: string, separator: string, size: number): string {
  if (separator === '') return digits;
  const parts: string[] = [];
  for (let stop = digits.length; stop > 0; stop -= size) {
    parts.push(digits.slice(Math.max(0, stop - size), stop));
  }
  return parts.reverse().join(separator);
}

function assemble(
  run: Run,
  parts: { readonly sign: string; readonly body: string; readonly spec: FormatSpec },
): string {
  const { sign, body, spec } = parts;
  const { align, width, fill, grouping } = spec;
  if (align !== '=') {
    const side = align === '<' ? 'left' : align === '^' ? 'center' : 'right';
    return padText(run, sign + body, { width, fill, side });
  }
  if (fill === '0' && grouping !== '')
    return sign + zeroGroups(run, body, width - sign.length, spec);
  return sign + pad(run, body, { width: width - sign.length, fill, align: 'right' });
}

/** Zeros before grouped digits are grouped too: `{:010,}` of 1234 is `00,001,234`. */
function zeroGroups(run: Run, body: string, width: number, spec: FormatSpec): string {
  const size = /^[boxX]$/.test(spec.type) ? 4 : 3;
  const point = body.search(/[.e%]/i);
  const whole = point === -1 ? body : body.slice(0, point);
  const rest = point === -1 ? '' : body.slice(point);
  const digits = whole.replaceAll(spec.grouping, '');
  const room = width - rest.length;
  const needed = Math.max(digits.length, room - Math.floor(room / (size + 1)));
  spendBytes(run, Math.max(0, needed) * 2);
  return group(digits.padStart(needed, '0'), spec.grouping, size) + rest;
}
