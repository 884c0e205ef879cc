import { type Run, spendBytes, spendItems } from '../run/run.ts';
import { lengthOf, unitsAt } from '../values/characters.ts';
import { escapeText } from '../values/escape.ts';
import { typeError } from '../values/failure.ts';
import { iterate, tuple } from '../values/iterate.ts';
import { stringOf, wrongKind } from '../values/kinds.ts';
import { entriesOf, isMap } from '../values/maps.ts';
import { type Arguments, type Datum, Markup, Sequence } from '../values/special.ts';
import { textOf } from '../values/text.ts';
import { capitalize, caseFold, isLower, isUpper, swapCase, titleCase } from './casing.ts';
import { formatFields } from './field-format.ts';
import { expandTabs, pad, zeroFill } from './padding.ts';
import { type Bound, flag, integerArgument, textArgument, textOrNone } from './parameters.ts';
import { freeRoutine, type Method, routine } from './routine.ts';
import { countOf, find, replace, split } from './search.ts';
import { type Side, splitLines, splitSpace, splitSpaceRight, strip } from './whitespace.ts';

/** Python's methods of strings that make sense in a template. */
export const textMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['capitalize', changed(capitalize)],
  ['casefold', changed(caseFold)],
  ['center', padded('center')],
  ['count', routine('sub, start=0, end=none', countMethod)],
  ['endswith', routine('suffix, start=0, end=none', ends)],
  ['expandtabs', routine('tabsize=8', tabs)],
  ['find', searched({ last: false, required: false })],
  ['format', freeRoutine('*args, **kwargs', formatFields)],
  ['format_map', routine('mapping', formatMap)],
  ['index', searched({ last: false, required: true })],
  ['isalnum', tested((text) => /^[\p{L}\p{N}]+$/u.test(text))],
  ['isalpha', tested((text) => /^\p{L}+$/u.test(text))],
  ['isdecimal', tested((text) => /^\p{Nd}+$/u.test(text))],
  ['isdigit', tested((text) => DIGITS.test(text))],
  ['islower', tested(isLower)],
  ['isnumeric', tested((text) => NUMERIC.test(text))],
  ['isspace', tested((text) => text !== '' && strip(text, undefined, 'both') === '')],
  ['istitle', tested((text) => /\p{Uppercase}|\p{Lt}/u.test(text) && titleCase(text) === text)],
  ['isupper', tested(isUpper)],
  ['join', routine('items', joinMethod)],
  ['ljust', padded('left')],
  ['lower', changed((text) => text.toLowerCase())],
  ['lstrip', stripped('left')],
  ['partition', routine('sep', partition)],
  ['removeprefix', routine('prefix', removePrefix)],
  ['removesuffix', routine('suffix', removeSuffix)],
  ['replace', routine('old, new, count=-1', replaceMethod)],
  ['rfind', searched({ last: true, required: false })],
  ['rindex', searched({ last: true, required: true })],
  ['rjust', padded('right')],
  ['rpartition', routine('sep', partitionRight)],
  ['rsplit', routine('sep=none, maxsplit=-1', splitMethod(true))],
  ['rstrip', stripped('right')],
  ['split', routine('sep=none, maxsplit=-1', splitMethod(false))],
  ['splitlines', routine('keepends=false', lines)],
  ['startswith', routine('prefix, start=0, end=none', starts)],
  ['strip', stripped('both')],
  ['swapcase', changed(swapCase)],
  ['title', changed(titleCase)],
  ['upper', changed((text) => text.toUpperCase())],
  ['zfill', routine('width', zeros)],
]);

/** Digits of any script, and the superscript and circled ones that Python counts too. */
const DIGITS =
  /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792]+$/u;
const NUMERIC = /^[\p{N}零一二三四五六七八九十百千万億兆〇]+$/u;

function changed(change: (text: string) => string): Method {
  return routine('', (run, value) => {
    const text = own(value);
    spendBytes(run, text.length);
    return change(text);
  });
}

/** The text that the method belongs to. */
function own(value: Datum): string {
  return stringOf(value) ?? '';
}

function tested(test: (text: string) => boolean): Method {
  return routine('', (_run, value) => test(own(value)));
}

function stripped(side: Side): Method {
  return routine('chars=none', (run, value, [chars]) => {
    const text = own(value);
    spendBytes(run, text.length);
    return strip(text, textOrNone(run, chars, 'chars'), side);
  });
}

function padded(align: 'left' | 'right' | 'center'): Method {
  return routine("width, fillchar=' '", (run, value, [width, fillchar]) => {
    const fill = fillchar === undefined ? ' ' : textArgument(run, fillchar, 'fillchar');
    if (lengthOf(fill) !== 1) throw typeError(run, 'fillchar must be one character');
    const wanted = integerArgument(run, width, { what: 'width', otherwise: 0 });
    return pad(run, own(value), { width: wanted, fill, align });
  });
}

interface Window {
  readonly start: number;
  readonly stop: number;
}

function windowOf(run: Run, start: Datum | undefined, end: Datum | undefined): Window {
  const none = (datum: Datum | undefined) => (datum === null ? undefined : datum);
  return {
    start: integerArgument(run, none(start), { what: 'start', otherwise: 0 }),
    stop: integerArgument(run, none(end), { what: 'end', otherwise: Number.MAX_SAFE_INTEGER }),
  };
}

/** The part of a text between two indices as Python counts them, undefined beyond its end. */
function windowText(text: string, { start, stop }: Window): string | undefined {
  if (start === 0 && stop >= text.length) return text;
  const length = lengthOf(text);
  const from = Math.max(0, start < 0 ? start + length : start);
  const to = Math.min(length, Math.max(0, stop < 0 ? stop + length : stop));
  if (from > length || from > to) return undefined;
  return text.slice(unitsAt(text, from), unitsAt(text, to));
}

function countMethod(run: Run, value: Datum, [sub, start, end]: Bound): Datum {
  const window = windowText(own(value), windowOf(run, start, end));
  return window === undefined ? 0 : countOf(run, window, textArgument(run, sub, 'sub'));
}

function searched(options: { readonly last: boolean; readonly required: boolean }): Method {
  return routine('sub, start=0, end=none', (run, value, [sub, start, end]) => {
    const part = textArgument(run, sub, 'sub');
    const window = windowOf(run, start, end);
    const index = find(run, own(value), { part, ...window, last: options.last });
    if (index === -1 && options.required) throw typeError(run, 'the substring is not there');
    return index;
  });
}

function ends(run: Run, value: Datum, [suffix, start, end]: Bound): Datum {
  const window = windowText(own(value), windowOf(run, start, end));
  return choices(run, suffix, 'suffix').some((part) => window?.endsWith(part) === true);
}

function starts(run: Run, value: Datum, [prefix, start, end]: Bound): Datum {
  const window = windowText(own(value), windowOf(run, start, end));
  return choices(run, prefix, 'prefix').some((part) => window?.startsWith(part) === true);
}

/** One text, or a tuple of several to try. */
function choices(run: Run, datum: Datum | undefined, what: string): readonly string[] {
  if (!(datum instanceof Sequence)) return [textArgument(run, datum, what)];
  spendItems(run, datum.items.length);
  return datum.items.map((item) => textArgument(run, item, what));
}

function tabs(run: Run, value: Datum, [tabsize]: Bound): Datum {
  return expandTabs(
    run,
    own(value),
    integerArgument(run, tabsize, { what: 'tabsize', otherwise: 8 }),
  );
}

function formatMap(run: Run, value: Datum, [mapping = null]: Bound): Datum {
  if (!isMap(mapping)) throw wrongKind(run, 'format with', mapping, 'Give a map.');
  const named = new Map<string, Datum>();
  for (const [key, member] of entriesOf(run, mapping)) {
    if (typeof key === 'string') named.set(key, member);
  }
  const given: Arguments = { positional: [], named };
  return formatFields(run, value, given);
}

function joinMethod(run: Run, value: Datum, [items = null]: Bound): Datum {
  const texts = iterate(run, items).map((item, index) => {
    if (value instanceof Markup) return escapeText(run, item);
    return textArgument(run, item, `item ${index} of join()`);
  });
  return joinTexts(run, texts, textOf(run, value));
}

/** Joins texts, charged before. */
export function joinTexts(run: Run, texts: readonly string[], separator: string): string {
  let length = separator.length * Math.max(0, texts.length - 1);
  for (const text of texts) length += text.length;
  spendItems(run, texts.length);
  spendBytes(run, length);
  return texts.join(separator);
}

function partition(run: Run, value: Datum, [sep]: Bound): Datum {
  const text = own(value);
  const separator = nonEmpty(run, sep);
  const at = text.indexOf(separator);
  if (at === -1) return tuple(text, '', '');
  spendBytes(run, text.length);
  return tuple(text.slice(0, at), separator, text.slice(at + separator.length));
}

function partitionRight(run: Run, value: Datum, [sep]: Bound): Datum {
  const text = own(value);
  const separator = nonEmpty(run, sep);
  const at = text.lastIndexOf(separator);
  if (at === -1) return tuple('', '', text);
  spendBytes(run, text.length);
  return tuple(text.slice(0, at), separator, text.slice(at + separator.length));
}

function nonEmpty(run: Run, sep: Datum | undefined): string {
  const separator = textArgument(run, sep, 'sep');
  if (separator === '') throw typeError(run, 'the separator must not be empty');
  return separator;
}

function removePrefix(run: Run, value: Datum, [prefix]: Bound): Datum {
  const text = own(value);
  const part = textArgument(run, prefix, 'prefix');
  return text.startsWith(part) ? text.slice(part.length) : text;
}

function removeSuffix(run: Run, value: Datum, [suffix]: Bound): Datum {
  const text = own(value);
  const part = textArgument(run, suffix, 'suffix');
  return part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text;
}

function replaceMethod(run: Run, value: Datum, [old, fresh, count]: Bound): Datum {
  return replace(run, own(value), {
    from: textArgument(run, old, 'old'),
    to: value instanceof Markup ? escapeText(run, fresh ?? '') : textArgument(run, fresh, 'new'),
    times: integerArgument(run, count, { what: 'count', otherwise: -1 }),
  });
}

function splitMethod(fromRight: boolean) {
  return (run: Run, value: Datum, [sep, maxsplit]: Bound): Datum => {
    const text = own(value);
    const splits = integerArgument(run, maxsplit, { what: 'maxsplit', otherwise: -1 });
    const separator = textOrNone(run, sep, 'sep');
    spendBytes(run, text.length);
    if (separator !== undefined) return split(run, text, { separator, splits, fromRight });
    spendItems(run, text.length >>> 1);
    return fromRight ? splitSpaceRight(text, splits) : splitSpace(text, splits);
  };
}

function lines(run: Run, value: Datum, [keepends]: Bound): Datum {
  const text = own(value);
  spendBytes(run, text.length);
  const made = splitLines(text, flag(run, keepends));
  spendItems(run, made.length);
  return made;
}

function zeros(run: Run, value: Datum, [width]: Bound): Datum {
  return zeroFill(run, own(value), integerArgument(run, width, { what: 'width', otherwise: 0 }));
}
