import { type Run, spendBytes, spendItems, spendSteps } from '../run/run.ts';
import { charactersOf, isWide, lengthOf, unitsAt } from '../values/characters.ts';
import { typeError } from '../values/failure.ts';

/**
 * Pays for looking for `part` in `text`, whose worst case grows with both. Throws TEMPLATE_FUEL.
 */
export function spendSearch(run: Run, text: string, part: string): void {
  spendSteps(run, (text.length >>> 10) * (1 + (part.length >>> 2)));
}

/** How often `part` occurs without overlap; the empty text occurs around every character. */
export function countOf(run: Run, text: string, part: string): number {
  spendSearch(run, text, part);
  if (part === '') return lengthOf(text) + 1;
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length))
    count += 1;
  return count;
}

/** Python's `str.replace`; negative `times` replaces all. Charged before it is made. */
export function replace(
  run: Run,
  text: string,
  change: { readonly from: string; readonly to: string; readonly times: number },
): string {
  const { from, to, times } = change;
  const found = countOf(run, text, from);
  const count = times < 0 ? found : Math.min(found, times);
  spendSteps(run, count);
  spendBytes(run, text.length + count * Math.max(0, to.length - from.length));
  if (count === 0) return text;
  if (from === '') return insertBetween(text, to, count);
  if (count === found) return text.split(from).join(to);
  let at = 0;
  let made = '';
  for (let left = count; left > 0; left -= 1) {
    const next = text.indexOf(from, at);
    made += text.slice(at, next) + to;
    at = next + from.length;
  }
  return made + text.slice(at);
}

function insertBetween(text: string, to: string, count: number): string {
  const characters = charactersOf(text);
  const made = characters.map((character, index) => (index < count ? to + character : character));
  return made.join('') + (count > characters.length ? to : '');
}

/** The index of the first character of `part` within a window, -1 when it is not there. */
export function find(
  run: Run,
  text: string,
  wanted: {
    readonly part: string;
    readonly start: number;
    readonly stop: number;
    readonly last: boolean;
  },
): number {
  const { part, start, stop, last } = wanted;
  spendSearch(run, text, part);
  const length = lengthOf(text);
  const from = clamp(start, length);
  const to = clamp(stop, length);
  if (start > length || from > to) return -1;
  const base = unitsAt(text, from);
  const window = text.slice(base, unitsAt(text, to));
  const at = last ? window.lastIndexOf(part) : window.indexOf(part);
  if (at === -1) return -1;
  return isWide(text) ? from + lengthOf(window.slice(0, at)) : from + at;
}

function clamp(index: number, length: number): number {
  return Math.min(length, Math.max(0, index < 0 ? index + length : index));
}

/** The parts between `separator`, with at most `splits` cuts; negative is all. */
export function split(
  run: Run,
  text: string,
  cuts: { readonly separator: string; readonly splits: number; readonly fromRight: boolean },
): string[] {
  const { separator, splits, fromRight } = cuts;
  if (separator === '') throw typeError(run, 'cannot split at an empty separator');
  const count = countOf(run, text, separator);
  spendItems(run, count + 1);
  const parts = text.split(separator);
  const excess = splits < 0 ? 0 : parts.length - 1 - splits;
  if (excess <= 0) return parts;
  if (fromRight) return splitFromRight(text, separator, splits);
  return [...parts.slice(0, splits), parts.slice(splits).join(separator)];
}

function splitFromRight(text: string, separator: string, splits: number): string[] {
  const parts: string[] = [];
  let stop = text.length;
  while (parts.length < splits) {
    const at = stop < separator.length ? -1 : text.lastIndexOf(separator, stop - separator.length);
    if (at === -1) break;
    parts.push(text.slice(at + separator.length, stop));
    stop = at;
  }
  parts.push(text.slice(0, stop));
  return parts.reverse();
}
