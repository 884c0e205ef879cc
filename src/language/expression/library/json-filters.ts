import { VALUE_LIMITS } from '../../../base/index.ts';
import { type Run, spendBytes, spendSteps } from '../run/run.ts';
import { compareOrder } from '../values/compare.ts';
import { typeError } from '../values/failure.ts';
import { defined, isList, stringOf, wrongKind } from '../values/kinds.ts';
import { keyText } from '../values/leave.ts';
import { entriesOf, isMap } from '../values/maps.ts';
import { floatText } from '../values/number-text.ts';
import { type Datum, Float, Gadget, Markup, Sequence } from '../values/special.ts';
import { numberText } from '../values/text.ts';
import { pad } from './padding.ts';
import { type Bound, integerArgument } from './parameters.ts';

interface Layout {
  readonly run: Run;
  /** What one level is indented by; undefined writes all on one line. */
  readonly indent: string | undefined;
}

/**
 * Jinja2's `tojson`: keys sorted, all but ASCII escaped, and `<`, `>`, `&`, `'` too, so that the
 * text is safe inside a script. Throws TEMPLATE_TYPE for what JSON cannot hold.
 */
export function toJson(run: Run, value: Datum, [indent]: Bound): Datum {
  const text = write({ run, indent: indentOf(run, indent) }, value, 0);
  const safe = text.replace(/[<>&']/g, (character) => escapeUnit(character));
  spendBytes(run, safe.length);
  return new Markup(safe);
}

function indentOf(run: Run, indent: Datum | undefined): string | undefined {
  if (indent === undefined || indent === null) return undefined;
  const given = stringOf(indent);
  if (given !== undefined) return given;
  const width = integerArgument(run, indent, { what: 'indent', otherwise: 0 });
  return pad(run, '', { width, align: 'left' });
}

function write(layout: Layout, datum: Datum, depth: number): string {
  const { run } = layout;
  spendSteps(run, 1);
  const value = defined(datum);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return jsonNumber(numberText(value));
  if (value instanceof Float) return floatText(value.value);
  const text = stringOf(value);
  if (text !== undefined) return writeString(run, text);
  if (value instanceof Gadget) throw wrongKind(run, 'write as JSON', value);
  if (depth >= VALUE_LIMITS.depth) throw typeError(run, 'the value is nested too deeply for JSON');
  if (isMap(value)) return writeMap(layout, value, depth);
  const isItems =
    isList(value) || (value instanceof Sequence && /^(tuple|group)$/.test(value.form));
  if (!isItems) throw wrongKind(run, 'write as JSON', value, 'Make it a list with |list.');
  const items = value instanceof Sequence ? value.items : isList(value) ? value : [];
  const parts = items.map((item) => write(layout, item, depth + 1));
  return wrap(layout, { parts, open: '[', close: ']' }, depth);
}

const JSON_NAMES: ReadonlyMap<string, string> = new Map([
  ['nan', 'NaN'],
  ['inf', 'Infinity'],
  ['-inf', '-Infinity'],
]);

function jsonNumber(text: string): string {
  return JSON_NAMES.get(text) ?? text;
}

function writeMap(layout: Layout, map: Datum, depth: number): string {
  const { run } = layout;
  if (!isMap(map)) return '';
  const entries = entriesOf(run, map);
  entries.sort(([left], [right]) => compareOrder(run, left, right));
  const parts = entries.map(([key, value]) => {
    return `${writeString(run, keyText(run, key))}: ${write(layout, value, depth + 1)}`;
  });
  return wrap(layout, { parts, open: '{', close: '}' }, depth);
}

interface Parts {
  readonly parts: readonly string[];
  readonly open: string;
  readonly close: string;
}

function wrap(layout: Layout, { parts, open, close }: Parts, depth: number): string {
  const { run, indent } = layout;
  if (indent === undefined || parts.length === 0) {
    spendBytes(run, 2 * parts.length);
    return `${open}${parts.join(', ')}${close}`;
  }
  spendBytes(run, (parts.length + 1) * (indent.length * (depth + 1) + 2));
  const inner = `\n${indent.repeat(depth + 1)}`;
  return `${open}${inner}${parts.join(`,${inner}`)}\n${indent.repeat(depth)}${close}`;
}

function writeString(run: Run, text: string): string {
  spendBytes(run, text.length + 2);
  // Everything but printable ASCII is escaped, as Python's json does.
  return JSON.stringify(text).replace(/[\x7f-\uffff]/g, escapeUnit);
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
