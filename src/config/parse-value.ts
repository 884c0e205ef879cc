import {
  formatDuration,
  formatSize,
  isList,
  parseDuration,
  parseSize,
  SETTINGS_LIMITS,
  type Value,
} from '../base/index.ts';
import type {
  ChoiceEntry,
  ListEntry,
  NumberEntry,
  SettingEntry,
  TextEntry,
  UrlEntry,
} from './entry.ts';

/** A parsed setting, or what the value must be, as the end of "NAME must be ...". */
export type Parsed =
  | { readonly ok: true; readonly value: string | number | boolean | readonly string[] }
  | { readonly ok: false; readonly mustBe: string };

const TRUE = new Set(['true', 'yes', 'on', '1']);
const FALSE = new Set(['false', 'no', 'off', '0']);

/**
 * Reads one given value, text from a variable or data from YAML, as what `entry` declares. Never
 * throws. `mustBe` repeats nothing of the value, so that it may be shown for secrets too.
 */
export function parseSetting(entry: SettingEntry, given: Value): Parsed {
  switch (entry.type) {
    case 'text':
    case 'secret':
      return parseText(entry, given);
    case 'url':
      return parseUrl(entry, given);
    case 'integer':
    case 'size':
    case 'duration':
      return parseNumber(entry, given);
    case 'boolean':
      return parseBoolean(given);
    case 'choice':
      return parseChoice(entry, given);
    case 'list':
    case 'secrets':
      return parseList(entry, given);
  }
}

/** The value in JSON, cut to a length that fits a message; control characters stay escaped. */
export function showGiven(given: Value): string {
  const text = JSON.stringify(given);
  const max = SETTINGS_LIMITS.shownCharacters;
  return text.length <= max ? text : `${text.slice(0, max)}...`;
}

/** What the values of a setting look like, for messages and the reference page. */
export function describeForm(entry: SettingEntry): string {
  switch (entry.type) {
    case 'text':
    case 'secret':
      return entry.form?.words ?? 'text';
    case 'url':
      return `a URL that begins with ${entry.schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
    case 'integer':
      return `a whole number from ${entry.min} to ${entry.max}`;
    case 'size':
      return `a size such as 512 KiB, from ${formatSize(entry.min)} to ${formatSize(entry.max)}`;
    case 'duration': {
      const range = `from ${formatDuration(entry.min)} to ${formatDuration(entry.max)}`;
      return `a duration such as 30s or 5m (a bare number is seconds), ${range}`;
    }
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${entry.choices.join(', ')}`;
    case 'list':
    case 'secrets':
      return 'a list: items between commas, or a JSON array of texts such as []';
  }
}

function parsed(value: string | number | boolean | readonly string[]): Parsed {
  return { ok: true, value };
}

function refused(mustBe: string): Parsed {
  return { ok: false, mustBe };
}

function parseText(entry: TextEntry, given: Value): Parsed {
  const isRight = typeof given === 'string' && (entry.form?.form.test(given) ?? true);
  return isRight ? parsed(given) : refused(describeForm(entry));
}

/** Python's SQLAlchemy names its driver in the scheme: postgresql+asyncpg. */
const DRIVER = /^([a-z]+)\+[a-z0-9]+:/i;

function parseUrl(entry: UrlEntry, given: Value): Parsed {
  if (typeof given !== 'string') return refused(describeForm(entry));
  const text = given.trim().replace(DRIVER, '$1:');
  const scheme = /^[a-z]+(?=:\/\/)/i.exec(text)?.[0].toLowerCase() ?? '';
  if (!entry.schemes.includes(scheme)) return refused(describeForm(entry));
  if (!URL.canParse(text)) {
    return refused('a URL that can be read; write # / ? @ : and % in a password as %23 and so on');
  }
  const { hostname, searchParams } = new URL(text);
  return hostname === '' && !searchParams.has('host')
    ? refused(`${describeForm(entry)} and a host`)
    : parsed(text);
}

function parseNumber(entry: NumberEntry, given: Value): Parsed {
  const wrong = refused(describeForm(entry));
  if (typeof given !== 'string' && typeof given !== 'number') return wrong;
  const value = readNumber(entry.type, given);
  const isInRange = value !== undefined && value >= entry.min && value <= entry.max;
  return isInRange ? parsed(value) : wrong;
}

function readNumber(type: NumberEntry['type'], given: string | number): number | undefined {
  if (type === 'duration') return parseDuration(given, 's');
  if (type === 'size') return parseSize(given);
  if (typeof given === 'number') return Number.isSafeInteger(given) ? given : undefined;
  return /^-?\d{1,15}$/.test(given.trim()) ? Number(given) : undefined;
}

function parseBoolean(given: Value): Parsed {
  const word = String(given).trim().toLowerCase();
  if (TRUE.has(word)) return parsed(true);
  return FALSE.has(word) ? parsed(false) : refused('true or false');
}

function parseChoice(entry: ChoiceEntry, given: Value): Parsed {
  const word = String(given).trim().toLowerCase();
  const spelling = entry.spellings !== undefined && Object.hasOwn(entry.spellings, word);
  const choice = spelling ? entry.spellings?.[word] : word;
  const isKnown = choice !== undefined && entry.choices.includes(choice);
  return isKnown ? parsed(choice) : refused(describeForm(entry));
}

function parseList(entry: ListEntry, given: Value): Parsed {
  const items = readList(given);
  if (items === undefined) return refused(describeForm(entry));
  const wrong = items.findIndex((item) => !entry.item.form.test(item));
  if (wrong === -1) return parsed(Object.freeze(items));
  return refused(`a list, and each item ${entry.item.words}; item ${wrong + 1} is not`);
}

function readList(given: Value): string[] | undefined {
  if (isList(given)) {
    const isPlain = given.every((item) => typeof item === 'string' || typeof item === 'number');
    return isPlain ? given.map((item) => String(item).trim()) : undefined;
  }
  if (typeof given !== 'string') return undefined;
  // `[::1]:8080` begins with a bracket too and is a host.
  if (/^\s*\[\s*["[\]]/.test(given)) return readJsonList(given);
  const items = given
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  // A list that turns a guard off is asked for by `[]`, and never comes from a stray comma.
  return items.length === 0 ? undefined : items;
}

function readJsonList(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return undefined;
    return list.every((item): item is string => typeof item === 'string')
      ? list.map((item) => item.trim())
      : undefined;
  } catch {
    return undefined;
  }
}
