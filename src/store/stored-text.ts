/**
 * PostgreSQL's text holds no U+0000 and no lone surrogate, and the journal separates texts by two
 * control characters. A text with one of these is kept with an escape in its place, every other
 * text as it is, so that any name that a person can give comes back as it was given.
 */
const ESCAPE = '\uFFFE';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const UNSTORABLE = /[\0\x1D\x1E\uFFFE\p{Surrogate}]/gu;
const ESCAPED = /\uFFFE([0-9a-f]{4})/g;
/** No stored text has it, so nothing that is searched for spans two texts. */
const BETWEEN = '\x1E';

/** Injective: two texts are stored alike only when they are equal. */
export function storedText(text: string): string {
  return text.replace(
    UNSTORABLE,
    (character) => ESCAPE + character.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}

/** The text that was stored. */
export function originalText(stored: string): string {
  if (!stored.includes(ESCAPE)) return stored;
  return stored.replace(ESCAPED, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** What a search looks through; lower case by Unicode, whatever the locale of the database. */
export function searchableText(...texts: readonly string[]): string {
  return texts.map((text) => storedText(text.toLowerCase())).join(BETWEEN);
}

/** True for the texts that the database takes as a UUID column's value, and for no other form. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
