import { type Run, spendBytes } from '../run/run.ts';
import { escapeString, escapeText } from '../values/escape.ts';
import { typeError } from '../values/failure.ts';
import { iterate } from '../values/iterate.ts';
import { isList, stringOf, wrongKind } from '../values/kinds.ts';
import { entriesOf, isMap } from '../values/maps.ts';
import { type Datum, Markup, Sequence, Undefined } from '../values/special.ts';
import { reprOf, textOf } from '../values/text.ts';
import { decodeEntities } from './entities.ts';
import { joinTexts } from './methods-text.ts';
import {
  anyText,
  type Bound,
  flag,
  integerArgument,
  textArgument,
  textOrNone,
} from './parameters.ts';
import { type Method, routine } from './routine.ts';
import { linkAddresses } from './urlize.ts';
import { splitSpace } from './whitespace.ts';

const escapeFilter = routine('', (run, value) => markup(run, escapeText(run, value)));

/** Filters for HTML, XML and addresses. */
export const markupFilters: Readonly<Record<string, Method>> = {
  e: escapeFilter,
  escape: escapeFilter,
  forceescape: routine('', (run, value) => markup(run, escapeString(run, textOf(run, value)))),
  safe: routine('', (run, value) => new Markup(anyText(run, value))),
  striptags: routine('', stripTags),
  urlencode: routine('', urlEncode),
  urlize: routine(
    'trim_url_limit=none, nofollow=false, target=none, rel=none, extra_schemes=none',
    urlize,
  ),
  xmlattr: routine('autospace=true', xmlAttributes),
};

function markup(run: Run, text: string): Markup {
  spendBytes(run, text.length);
  return new Markup(text);
}

/** Without comments, then tags; whitespace as single spaces; entities decoded. */
function stripTags(run: Run, value: Datum): Datum {
  const text = anyText(run, value);
  spendBytes(run, 3 * text.length);
  const plain = without(without(text, '<!--', '-->'), '<', '>');
  return decodeEntities(splitSpace(plain, -1).join(' '));
}

/** The text without the parts from `open` to the next `close`; linear. */
function without(text: string, open: string, close: string): string {
  let made = '';
  let at = 0;
  for (let start = text.indexOf(open); start !== -1; start = text.indexOf(open, at)) {
    const stop = text.indexOf(close, start + open.length);
    if (stop === -1) break;
    made += text.slice(at, start);
    at = stop + close.length;
  }
  return made + text.slice(at);
}

/** Percent-encodes all but letters, digits and `_.-~`; also `/` in the parts of a query. */
function quoteUrl(run: Run, datum: Datum, forQuery: boolean): string {
  const text = anyText(run, datum);
  spendBytes(run, 3 * text.length);
  let encoded: string;
  try {
    encoded = encodeURIComponent(text);
  } catch (cause) {
    throw Object.assign(typeError(run, 'half a character cannot be encoded'), { cause });
  }
  const strict = encoded.replace(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return forQuery ? strict.replaceAll('%20', '+') : strict.replaceAll('%2F', '/');
}

function urlEncode(run: Run, value: Datum): Datum {
  if (stringOf(value) !== undefined) return quoteUrl(run, value, false);
  if (!isMap(value) && !isList(value) && !(value instanceof Sequence)) {
    return quoteUrl(run, value, false);
  }
  const pairs = isMap(value) ? entriesOf(run, value) : iterate(run, value).map(pairOf(run));
  const parts = pairs.map(([key, member]) => {
    return `${quoteUrl(run, key, true)}=${quoteUrl(run, member, true)}`;
  });
  return joinTexts(run, parts, '&');
}

function pairOf(run: Run) {
  return (item: Datum): readonly [Datum, Datum] => {
    const [key, value, ...more] = iterate(run, item);
    if (key !== undefined && value !== undefined && more.length === 0) return [key, value];
    throw typeError(run, 'urlencode needs a map, or a list of pairs');
  };
}

function xmlAttributes(run: Run, value: Datum, [autospace]: Bound): Datum {
  if (!isMap(value)) throw wrongKind(run, 'make attributes of', value, 'Give a map.');
  const parts: string[] = [];
  for (const [key, member] of entriesOf(run, value)) {
    if (member === null || member instanceof Undefined) continue;
    const name = textArgument(run, key, 'the name of an attribute');
    if (/[\s/>=]/.test(name)) {
      throw typeError(run, `${reprOf(run, name)} is not a valid attribute name`);
    }
    parts.push(`${escapeString(run, name)}="${escapeText(run, member)}"`);
  }
  const text = joinTexts(run, parts, ' ');
  return text !== '' && flag(run, autospace, true) ? ` ${text}` : text;
}

function urlize(run: Run, value: Datum, bound: Bound): Datum {
  const [limit, nofollow, target, rel, schemes] = bound;
  const relations = new Set((textOrNone(run, rel, 'rel') ?? '').split(/\s+/).filter(Boolean));
  if (flag(run, nofollow)) relations.add('nofollow');
  relations.add('noopener');
  const extra = schemes === undefined || schemes === null ? [] : iterate(run, schemes);
  return linkAddresses(run, escapeText(run, value), {
    limit:
      limit === undefined || limit === null
        ? Number.POSITIVE_INFINITY
        : integerArgument(run, limit, { what: 'trim_url_limit', otherwise: 0 }),
    target: textOrNone(run, target, 'target'),
    relations: [...relations].sort().join(' '),
    schemes: extra.map((scheme) => textArgument(run, scheme, 'extra_schemes')),
  });
}
