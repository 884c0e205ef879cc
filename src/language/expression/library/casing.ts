import { charactersOf } from '../values/characters.ts';

const CASED = /[\p{Lowercase}\p{Uppercase}\p{Lt}]/u;
/** Digraphs with a letter form of their own for titles. */
const TITLE_FORMS: ReadonlyMap<string, string> = new Map([
  ['\u01c4', '\u01c5'],
  ['\u01c7', '\u01c8'],
  ['\u01ca', '\u01cb'],
  ['\u01f1', '\u01f2'],
]);

/** A letter at the start of a title: `ß` becomes `Ss`. */
function titleLetter(character: string): string {
  const upper = character.toUpperCase();
  if (character < '\u0080') return upper;
  const form = TITLE_FORMS.get(upper);
  if (form !== undefined) return form;
  const [first = '', ...rest] = Array.from(upper);
  return CASED.test(first) ? first + rest.join('').toLowerCase() : upper;
}

/** Python's `str.capitalize`. */
export function capitalize(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return text === '' ? '' : titleLetter(first) + text.slice(first.length).toLowerCase();
}

/** Python's `str.title`: every letter after something that is no letter. */
export function titleCase(text: string): string {
  let made = '';
  let afterCased = false;
  for (const character of text) {
    made += afterCased ? character.toLowerCase() : titleLetter(character);
    afterCased = CASED.test(character);
  }
  return made;
}

const WORD_START = /([-\s({[<]+)/;

/** Jinja2's filter `title`: words start after spaces, hyphens and opening brackets only. */
export function titleWords(text: string): string {
  return text
    .split(WORD_START)
    .map((word) => {
      const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
      return word === '' ? '' : first.toUpperCase() + word.slice(first.length).toLowerCase();
    })
    .join('');
}

/** Python's `str.swapcase`: upper letters lower and the others upper. */
export function swapCase(text: string): string {
  return charactersOf(text)
    .map((character) => {
      return /\p{Uppercase}/u.test(character) ? character.toLowerCase() : character.toUpperCase();
    })
    .join('');
}

/** Text for comparing without letter case: `ß` and `SS` become `ss`. */
export function caseFold(text: string): string {
  return charactersOf(text)
    .map((character) => character.toUpperCase().toLowerCase())
    .join('');
}

/** True when there are cased letters and all of them are lower. */
export function isLower(text: string): boolean {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

/** True when there are cased letters and all of them are upper. */
export function isUpper(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}
