/** Runs that fingers and calendars make. All are judged on folded text, and are linear in it. */

/** A run that begins at a place: where it ends, and how many bits it takes to name it. */
export interface Run {
  readonly end: number;
  readonly bits: number;
}

const RUN_LEAST = 3;
const SEQUENCE_BITS = 6;
const WALK_BITS = 7;
const TURN_BITS = 2;
const YEAR_BITS = 6.6;
const DATE_BITS = 15;
const SHORT_DATE_BITS = 14;

/** `aaaa`, `1234`, `fedcba`. */
export function sequencesAt(text: string, start: number): readonly Run[] {
  const step = stepAt(text, start + 1);
  if (Math.abs(step) > 1) return [];
  const runs: Run[] = [];
  let end = start + 2;
  while (end <= text.length) {
    if (end - start >= RUN_LEAST) runs.push({ end, bits: SEQUENCE_BITS });
    if (stepAt(text, end) !== step) break;
    end += 1;
  }
  return runs;
}

function stepAt(text: string, index: number): number {
  return text.charCodeAt(index) - text.charCodeAt(index - 1);
}

/** Keys side by side, each row shifted a little against the one above. */
const ROWS = ['`1234567890-=', ' qwertyuiop[]\\', " asdfghjkl;'", ' zxcvbnm,./'];
const SHIFTED = ['~!@#$%^&*()_+', ' QWERTYUIOP{}|', ' ASDFGHJKL:"', ' ZXCVBNM<>?'];

/** Where a key is; made once, by whoever judges. */
export type KeyPlaces = ReadonlyMap<string, readonly [row: number, column: number]>;

/** The places of a keyboard as it is sold in America, with and without shift. */
export function keyPlaces(): KeyPlaces {
  const places = new Map<string, readonly [number, number]>();
  for (const rows of [ROWS, SHIFTED]) {
    rows.forEach((keys, row) => {
      [...keys].forEach((key, column) => {
        if (key !== ' ') places.set(key, [row, column]);
      });
    });
  }
  return places;
}

/** `qwertz`, `asdf`, `1qaz`: from key to neighbour, each turn costs. */
export function walksAt(text: string, start: number, places: KeyPlaces): readonly Run[] {
  const runs: Run[] = [];
  let bits = WALK_BITS;
  let before = '';
  for (let end = start + 1; end < text.length; end += 1) {
    const direction = directionOf(places.get(text[end - 1] ?? ''), places.get(text[end] ?? ''));
    if (direction === undefined) break;
    if (before !== '' && direction !== before) bits += TURN_BITS;
    before = direction;
    if (end + 1 - start >= RUN_LEAST) runs.push({ end: end + 1, bits });
  }
  return runs;
}

type KeyPlace = readonly [row: number, column: number] | undefined;

function directionOf(from: KeyPlace, to: KeyPlace): string | undefined {
  if (from === undefined || to === undefined) return undefined;
  const down = to[0] - from[0];
  const right = to[1] - from[1];
  return Math.abs(down) <= 1 && Math.abs(right) <= 1 ? `${down},${right}` : undefined;
}

const YEAR = /(?:19|20)\d\d/y;
const DAY = '(?:0?[1-9]|[12]\\d|3[01])';
const MONTH = '(?:0?[1-9]|1[0-2])';
const SIGN = '[-./_ ]?';
const DATES = [
  `(?:19|20)\\d\\d${SIGN}${MONTH}${SIGN}${DAY}`,
  `${DAY}${SIGN}${MONTH}${SIGN}(?:19|20)\\d\\d`,
  `${MONTH}${SIGN}${DAY}${SIGN}(?:19|20)\\d\\d`,
].map((form) => new RegExp(form, 'y'));
const SHORT_DATE =
  /(?:\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d)/y;

/** Years and dates of the last hundred years. */
export function datesAt(text: string, start: number): readonly Run[] {
  const dates = [
    ...DATES.map((form) => [form, DATE_BITS] as const),
    [SHORT_DATE, SHORT_DATE_BITS],
  ] as const;
  return [[YEAR, YEAR_BITS] as const, ...dates].flatMap(([form, bits]) => {
    form.lastIndex = start;
    const found = form.exec(text);
    return found === null ? [] : [{ end: start + found[0].length, bits }];
  });
}
