/**
 * True for the code units that Python's `str.isspace` knows; all of them lie in the basic plane.
 */
export function isPythonSpace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
  if (code === 0x85 || code === 0xa0 || code === 0x1680) return true;
  if (code >= 0x2000 && code <= 0x200a) return true;
  return (
    code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000
  );
}

const SURROGATE = /[\ud800-\udfff]/;

/** True when a character of the text takes two code units, so that positions have to be counted. */
export function isWide(text: string): boolean {
  return SURROGATE.test(text);
}

/** The length of a text in characters, as Python counts it. */
export function lengthOf(text: string): number {
  if (!isWide(text)) return text.length;
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** The characters of a text. */
export function charactersOf(text: string): string[] {
  return isWide(text) ? Array.from(text) : text.split('');
}

/** Characters `start` to `stop` (exclusive), both at least 0. */
export function cut(text: string, start: number, stop: number): string {
  if (!isWide(text)) return text.slice(start, stop);
  return Array.from(text).slice(start, stop).join('');
}

/** The position in code units of the character with this index. */
export function unitsAt(text: string, index: number): number {
  if (!isWide(text)) return Math.min(index, text.length);
  let units = 0;
  for (let left = index; left > 0 && units < text.length; left -= 1) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}
