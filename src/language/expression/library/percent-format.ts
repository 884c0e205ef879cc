import { type Run, spendBytes, spendSteps } from '../run/run.ts';
import { charactersOf, cut } from '../values/characters.ts';
import { escapeText } from '../values/escape.ts';
import { typeError } from '../values/failure.ts';
import { isFloat, isInteger, kindName, numberOf, stringOf } from '../values/kinds.ts';
import { isMap, memberOf } from '../values/maps.ts';
import { type Datum, Markup, Sequence } from '../values/special.ts';
import { reprOf, textOf } from '../values/text.ts';
import { truncate } from './convert.ts';
import { type FloatStyle, formatFloat } from './float-format.ts';
import { characterOf } from './format-spec.ts';
import { pad } from './padding.ts';

const CONVERSION = /%(?:\(([^)]*)\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S]?)/gu;

interface Source {
  readonly run: Run;
  readonly items: readonly Datum[];
  next: number;
  /** The map whose fields `%(name)s` reads. */
  readonly map: Datum | undefined;
  readonly escapes: boolean;
}

/**
 * Python's `text % values`: a tuple gives several values, a map gives `%(name)s`. Widths are
 * charged before anything is made. Throws TEMPLATE_TYPE.
 */
export function percentFormat(run: Run, format: Datum, values: Datum): Datum {
  const text = stringOf(format) ?? '';
  const isTuple = values instanceof Sequence && values.form === 'tuple';
  const source: Source = {
    run,
    items: isTuple ? values.items : [values],
    next: 0,
    map: isMap(values) ? values : undefined,
    escapes: format instanceof Markup,
  };
  spendBytes(run, text.length);
  let usedFields = false;
  const made = text.replace(CONVERSION, (_whole, ...groups: (string | undefined)[]) => {
    spendSteps(run, 1);
    usedFields ||= groups[0] !== undefined;
    return convert(source, groups);
  });
  if (source.next < source.items.length && (isTuple || !isSpare(values)) && !usedFields) {
    throw typeError(run, 'the format string has fewer % places than there are values');
  }
  return format instanceof Markup ? new Markup(made) : made;
}

/** A single map or list may stay unused, as in Python. */
function isSpare(values: Datum): boolean {
  return isMap(values) || Array.isArray(values);
}

function convert(source: Source, groups: readonly (string | undefined)[]): string {
  const { run } = source;
  const [name, flags = '', width, precision, type = ''] = groups;
  if (type === '%') return '%';
  const wide = numberFrom(source, width);
  const exact = precision === '' ? 0 : numberFrom(source, precision);
  const datum = name === undefined ? nextValue(source) : field(source, name);
  const isLeft = flags.includes('-') || (wide ?? 0) < 0;
  const shown = show(source, datum, { flags, precision: exact, type });
  const total = Math.abs(wide ?? 0);
  const isNumber = type !== 's' && type !== 'r' && type !== 'a' && type !== 'c';
  if (flags.includes('0') && isNumber && !isLeft) {
    const room = total - shown.sign.length;
    return shown.sign + pad(run, shown.body, { width: room, fill: '0', align: 'right' });
  }
  const align = isLeft ? 'left' : 'right';
  return pad(run, shown.sign + shown.body, { width: total, align });
}

function numberFrom(source: Source, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text !== '*') return Number(text);
  const value = nextValue(source);
  if (isInteger(value)) return value;
  throw typeError(source.run, "'*' in a format string needs a whole number");
}

function nextValue(source: Source): Datum {
  if (source.next >= source.items.length) {
    throw typeError(source.run, 'the format string has more % places than there are values');
  }
  source.next += 1;
  return source.items[source.next - 1] ?? null;
}

function field(source: Source, name: string): Datum {
  if (!isMap(source.map)) {
    throw typeError(source.run, `%(${name}) in a format string needs a map`);
  }
  const value = memberOf(source.run, source.map, name);
  if (value === undefined) throw typeError(source.run, `the map has no field '${name}'`);
  return value;
}

interface Conversion {
  readonly flags: string;
  readonly precision: number | undefined;
  readonly type: string;
}

interface Shown {
  readonly sign: string;
  readonly body: string;
}

function show(source: Source, datum: Datum, conversion: Conversion): Shown {
  const { run } = source;
  const { type, precision } = conversion;
  switch (type) {
    case 's':
    case 'r':
    case 'a':
      return { sign: '', body: showText(source, datum, conversion) };
    case 'c':
      return { sign: '', body: showCharacter(run, datum) };
    case 'd':
    case 'i':
    case 'u':
      return showDecimal(run, datum, conversion);
    case 'o':
    case 'x':
    case 'X':
      return showBase(run, datum, conversion);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return showFloat(run, datum, { ...conversion, precision: precision ?? 6 });
    default:
      throw typeError(run, type === '' ? 'the format string ends in %' : `there is no %${type}`);
  }
}

function showText(source: Source, datum: Datum, conversion: Conversion): string {
  const { run } = source;
  const isPlain = conversion.type === 's';
  const text = isPlain ? textOf(run, datum) : reprOf(run, datum);
  const shown = source.escapes ? escapeText(run, isPlain ? datum : text) : text;
  const ascii = conversion.type === 'a' ? toAscii(shown) : shown;
  spendBytes(run, ascii.length);
  return conversion.precision === undefined ? ascii : cut(ascii, 0, conversion.precision);
}

function toAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x100) return `\\x${code.toString(16)}`;
    const hex = code.toString(16);
    return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });
}

function showCharacter(run: Run, datum: Datum): string {
  const text = stringOf(datum);
  if (text !== undefined && charactersOf(text.slice(0, 4)).length === 1) return text;
  const value = numberOf(datum);
  if (value === undefined || isFloat(datum)) {
    throw typeError(run, '%c needs one character or its code');
  }
  return characterOf(run, value);
}

function wholeNumber(run: Run, datum: Datum, type: string): number {
  const value = numberOf(datum);
  if (value === undefined) {
    throw typeError(run, `%${type} needs a number, not ${kindName(datum)}`, 'Use %s, or |int.');
  }
  return truncate(run, value);
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function atLeast(run: Run, digits: string, precision: number | undefined): string {
  return pad(run, digits, { width: precision ?? 0, fill: '0', align: 'right' });
}

function showDecimal(run: Run, datum: Datum, conversion: Conversion): Shown {
  const value = wholeNumber(run, datum, conversion.type);
  const digits = atLeast(run, String(Math.abs(value)), conversion.precision);
  return { sign: signOf(value < 0, conversion.flags), body: digits };
}

function showBase(run: Run, datum: Datum, conversion: Conversion): Shown {
  const { type, flags, precision } = conversion;
  const value = numberOf(datum);
  if (value === undefined || isFloat(datum)) throw typeError(run, `%${type} needs a whole number`);
  const digits = Math.abs(value).toString(type === 'o' ? 8 : 16);
  const body = atLeast(run, type === 'X' ? digits.toUpperCase() : digits, precision);
  return { sign: signOf(value < 0, flags) + (flags.includes('#') ? `0${type}` : ''), body };
}

function showFloat(
  run: Run,
  datum: Datum,
  conversion: Conversion & { readonly precision: number },
): Shown {
  const { type, flags, precision } = conversion;
  const value = numberOf(datum);
  if (value === undefined) {
    throw typeError(run, `%${type} needs a number, not ${kindName(datum)}`, 'Use %s, or |float.');
  }
  // The switch in `show` lets only e, f and g through, in either case.
  const style = type.toLowerCase() as FloatStyle;
  const alternate = flags.includes('#');
  const body = formatFloat(run, Math.abs(value), { style, precision, alternate });
  const isNegative = value < 0 || Object.is(value, -0);
  return {
    sign: signOf(isNegative, flags),
    body: type === type.toUpperCase() ? body.toUpperCase() : body,
  };
}
