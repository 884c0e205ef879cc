import { type Run, spendBytes } from '../run/run.ts';
import { cut, lengthOf } from '../values/characters.ts';
import { typeError } from '../values/failure.ts';
import { tuple } from '../values/iterate.ts';
import { stringOf, wrongKind } from '../values/kinds.ts';
import { makeDict } from '../values/maps.ts';
import { type Arguments, type Datum, Markup } from '../values/special.ts';
import { capitalize, titleWords } from './casing.ts';
import { measure } from './list-filters.ts';
import { joinTexts } from './methods-text.ts';
import { pad } from './padding.ts';
import {
  anyText,
  type Bound,
  flag,
  integerArgument,
  textArgument,
  textOrNone,
} from './parameters.ts';
import { percentFormat } from './percent-format.ts';
import { searchPattern } from './regex.ts';
import { freeRoutine, type Method, routine } from './routine.ts';
import { replace } from './search.ts';
import { splitLines, strip } from './whitespace.ts';
import { wrapText } from './word-wrap.ts';

/** Filters on text, without those for HTML and addresses. */
export const textFilters: Readonly<Record<string, Method>> = {
  capitalize: changed(capitalize),
  center: routine('width=80', padded('center')),
  format: freeRoutine('*args, **kwargs', formatFilter),
  indent: routine('width=4, first=false, blank=false', indent),
  ljust: routine('width=80', padded('left')),
  lower: changed((text) => text.toLowerCase()),
  regex_search: routine('pattern', (run, value, [pattern = null]) => {
    return searchPattern(run, value, pattern);
  }),
  replace: routine('old, new, count=none', replaceFilter),
  rjust: routine('width=80', padded('right')),
  string: routine('', (run, value) => (value instanceof Markup ? value : anyText(run, value))),
  strip: routine('chars=none', trim),
  title: routine('', (run, value) => {
    const text = anyText(run, value);
    spendBytes(run, text.length);
    return titleWords(text);
  }),
  trim: routine('chars=none', trim),
  truncate: routine("length=255, killwords=false, end='...', leeway=5", truncateFilter),
  upper: changed((text) => text.toUpperCase()),
  wordcount: routine('', (run, value) => {
    return anyText(run, value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
  }),
  wordwrap: routine(
    'width=79, break_long_words=true, wrapstring=none, break_on_hyphens=true',
    wordwrap,
  ),
};

/** Markup stays Markup, as with Python's methods. */
function like(value: Datum, text: string): Datum {
  return value instanceof Markup ? new Markup(text) : text;
}

function changed(change: (text: string) => string): Method {
  return routine('', (run, value) => {
    const text = anyText(run, value);
    spendBytes(run, text.length);
    return like(value, change(text));
  });
}

function padded(align: 'left' | 'right' | 'center') {
  return (run: Run, value: Datum, [width]: Bound): Datum => {
    const wanted = integerArgument(run, width, { what: 'width', otherwise: 80 });
    return like(value, pad(run, anyText(run, value), { width: wanted, align }));
  };
}

function trim(run: Run, value: Datum, [chars]: Bound): Datum {
  const text = anyText(run, value);
  spendBytes(run, text.length);
  return like(value, strip(text, textOrNone(run, chars, 'chars'), 'both'));
}

/** `text | format(...)` is `text % ...`: several values as a tuple, named ones as a map. */
function formatFilter(run: Run, value: Datum, given: Arguments): Datum {
  if (given.positional.length > 0 && given.named.size > 0) {
    throw typeError(run, 'format takes values or name=value, not both');
  }
  const format = stringOf(value) === undefined ? anyText(run, value) : value;
  if (given.named.size > 0) return percentFormat(run, format, makeDict(run, given.named));
  return percentFormat(run, format, tuple(...given.positional));
}

function replaceFilter(run: Run, value: Datum, [old, fresh, count]: Bound): Datum {
  return replace(run, anyText(run, value), {
    from: anyText(run, old),
    to: anyText(run, fresh),
    times: integerArgument(run, count === null ? undefined : count, {
      what: 'count',
      otherwise: -1,
    }),
  });
}

/** A string as Python wants it here: numbers are refused, as in Jinja2. */
function onlyText(run: Run, value: Datum, act: string): string {
  const text = stringOf(value);
  if (text === undefined) throw wrongKind(run, act, value, 'Make it text with |string.');
  return textArgument(run, text, 'the value');
}

function indent(run: Run, value: Datum, [width, first, blank]: Bound): Datum {
  const text = onlyText(run, value, 'indent');
  const indention = indentionOf(run, width);
  const lines = splitLines(`${text}\n`, false);
  const indentsFirst = flag(run, first);
  const indentsBlank = flag(run, blank);
  spendBytes(run, indention.length * lines.length);
  const indented = lines.map((line, index) => {
    const isIndented = index === 0 ? indentsFirst : indentsBlank || line !== '';
    return isIndented ? indention + line : line;
  });
  return like(value, joinTexts(run, indented, '\n'));
}

function indentionOf(run: Run, width: Datum | undefined): string {
  const given = stringOf(width);
  if (given !== undefined) return given;
  const spaces = integerArgument(run, width, { what: 'width', otherwise: 4 });
  return pad(run, '', { width: spaces, align: 'left' });
}

function truncateFilter(run: Run, value: Datum, bound: Bound): Datum {
  const [length, killwords, end, leeway] = bound;
  const most = integerArgument(run, length, { what: 'length', otherwise: 255 });
  const mark = end === undefined ? '...' : textArgument(run, end, 'end');
  const given = leeway === null ? undefined : leeway;
  const slack = integerArgument(run, given, { what: 'leeway', otherwise: 5 });
  const keep = most - lengthOf(mark);
  if (keep < 0) throw typeError(run, `truncate needs a length of at least ${lengthOf(mark)}`);
  if (slack < 0) throw typeError(run, 'truncate needs a leeway of at least 0');
  // Python measures first, so a short list passes through as it is.
  if (measure(run, value) <= most + slack) return value;
  const text = onlyText(run, value, 'truncate');
  spendBytes(run, most + mark.length);
  const head = cut(text, 0, keep);
  if (flag(run, killwords)) return like(value, head + mark);
  const space = head.lastIndexOf(' ');
  return like(value, (space === -1 ? head : head.slice(0, space)) + mark);
}

function wordwrap(run: Run, value: Datum, bound: Bound): Datum {
  const [width, breakLongWords, wrapstring, breakOnHyphens] = bound;
  const text = onlyText(run, value, 'wrap');
  const most = integerArgument(run, width, { what: 'width', otherwise: 79 });
  if (most <= 0) throw typeError(run, 'wordwrap needs a width above 0');
  const wrapped = wrapText(run, text, {
    width: most,
    breakLongWords: flag(run, breakLongWords, true),
    breakOnHyphens: flag(run, breakOnHyphens, true),
  });
  return joinTexts(run, wrapped, textOrNone(run, wrapstring, 'wrapstring') ?? '\n');
}
