import { VALUE_LIMITS } from '../../../base/index.ts';
import { type Run, spendBytes, spendSteps } from '../run/run.ts';
import { lengthOf } from '../values/characters.ts';
import { compareText } from '../values/compare.ts';
import { typeError } from '../values/failure.ts';
import { isList, stringOf } from '../values/kinds.ts';
import { entriesOf, isMap, makeDict } from '../values/maps.ts';
import { type Datum, Sequence } from '../values/special.ts';
import { reprOf } from '../values/text.ts';
import { splitLines } from './whitespace.ts';

const WIDTH = 80;

interface Room {
  /** Columns taken on the left. */
  readonly indent: number;
  /** Columns that what follows needs on the last line. */
  readonly allowance: number;
  readonly level: number;
}

/**
 * Python's `pprint.pformat`: one line where it fits in 80 columns, keys sorted, else a line an
 * item.
 */
export function prettyPrint(run: Run, value: Datum): string {
  return format(run, value, { indent: 0, allowance: 0, level: 0 });
}

function format(run: Run, datum: Datum, room: Room): string {
  if (room.level > VALUE_LIMITS.depth) {
    throw typeError(run, 'the value is nested too deeply to be printed');
  }
  spendSteps(run, 1);
  const short = reprOf(run, sorted(run, datum, room.level));
  if (short.length <= WIDTH - room.indent - room.allowance) return short;
  if (isList(datum)) return formatItems(run, { items: datum, open: '[', close: ']' }, room);
  if (datum instanceof Sequence && datum.form === 'tuple') {
    const close = datum.items.length === 1 ? ',)' : ')';
    return formatItems(run, { items: datum.items, open: '(', close }, room);
  }
  if (isMap(datum)) return formatMap(run, datum, room);
  return typeof datum === 'string' && datum !== '' ? formatString(run, datum, room) : short;
}

/** The value with the keys of all its maps sorted. */
function sorted(run: Run, datum: Datum, level: number): Datum {
  spendSteps(run, 1);
  if (level > VALUE_LIMITS.depth) throw typeError(run, 'the value is nested too deeply');
  if (isList(datum)) return datum.map((item) => sorted(run, item, level + 1));
  if (datum instanceof Sequence && datum.form !== 'range') {
    return new Sequence(
      datum.form,
      datum.items.map((item) => sorted(run, item, level + 1)),
    );
  }
  if (!isMap(datum)) return datum;
  return makeDict(
    run,
    sortedEntries(run, datum).map(([key, value]) => [key, sorted(run, value, level + 1)] as const),
  );
}

function sortedEntries(run: Run, map: Datum): (readonly [Datum, Datum])[] {
  if (!isMap(map)) return [];
  const entries = entriesOf(run, map);
  const texts = entries.map((entry) => ({
    entry,
    text: stringOf(entry[0]) ?? reprOf(run, entry[0]),
  }));
  spendSteps(run, texts.length * 8);
  texts.sort((left, right) => {
    const [leftKey] = left.entry;
    const [rightKey] = right.entry;
    if (typeof leftKey === 'number' && typeof rightKey === 'number') return leftKey - rightKey;
    return compareText(left.text, right.text);
  });
  return texts.map((each) => each.entry);
}

interface Items {
  readonly items: readonly Datum[];
  readonly open: string;
  readonly close: string;
}

function formatItems(run: Run, { items, open, close }: Items, room: Room): string {
  const indent = room.indent + 1;
  const lines = items.map((item, index) => {
    const isLast = index === items.length - 1;
    const allowance = isLast ? room.allowance + close.length : 1;
    return format(run, item, { indent, allowance, level: room.level + 1 });
  });
  spendBytes(run, lines.length * (indent + 2));
  return open + lines.join(`,\n${' '.repeat(indent)}`) + close;
}

function formatMap(run: Run, map: Datum, room: Room): string {
  const indent = room.indent + 1;
  const entries = sortedEntries(run, map);
  const lines = entries.map(([key, value], index) => {
    const shown = reprOf(run, key);
    const isLast = index === entries.length - 1;
    return `${shown}: ${format(run, value, {
      indent: indent + lengthOf(shown) + 2,
      allowance: isLast ? room.allowance + 1 : 1,
      level: room.level + 1,
    })}`;
  });
  spendBytes(run, lines.length * (indent + 4));
  return `{${lines.join(`,\n${' '.repeat(indent)}`)}}`;
}

/** A long string as pieces that Python would join again, cut at spaces. */
function formatString(run: Run, text: string, room: Room): string {
  const isTop = room.level === 0;
  const indent = room.indent + (isTop ? 1 : 0);
  const allowance = room.allowance + (isTop ? 1 : 0);
  const lines = splitLines(text, true);
  const pieces = lines.flatMap((line, index) => {
    const isLast = index === lines.length - 1;
    return cutLine(run, line, { width: WIDTH - indent, reserve: isLast ? allowance : 0 });
  });
  if (pieces.length === 1) return pieces[0] ?? '';
  spendBytes(run, pieces.length * (indent + 2));
  const joined = pieces.join(`\n${' '.repeat(indent)}`);
  return isTop ? `(${joined})` : joined;
}

function cutLine(
  run: Run,
  line: string,
  room: { readonly width: number; readonly reserve: number },
): string[] {
  const whole = reprOf(run, line);
  if (whole.length <= room.width - room.reserve) return [whole];
  const parts = line.match(/\S*\s*/g)?.filter((part) => part !== '') ?? [];
  const pieces: string[] = [];
  let current = '';
  parts.forEach((part, index) => {
    const isLast = index === parts.length - 1;
    const width = room.width - (isLast ? room.reserve : 0);
    if (current !== '' && reprOf(run, current + part).length > width) {
      pieces.push(reprOf(run, current));
      current = part;
    } else current += part;
  });
  if (current !== '') pieces.push(reprOf(run, current));
  return pieces;
}
