import { types } from 'node:util';
import { LOG_LIMITS } from '../base/index.ts';
import { REDACTED } from './redact-shapes.ts';

/** Names of fields that hold secrets, in small letters and digits alone; a longer name ends so. */
const SECRET_FIELD =
  /(?:password|passwd|passwort|passphrase|passcode|secret|secretkey|token|apikey|accesskey|privatekey|signingkey|encryptionkey|authorization|cookie|credential|session|sessionid|connectionstring|databaseurl|redisurl|adminapikey|^jwt|^pwd|^pin|^otp|^cvv|^cvc)$/;

/** Of these, a number too is the secret itself; elsewhere it counts. */
const NUMERIC_SECRET = /(?:password|passcode|pin|otp|cvv|cvc)$/;

/** Names of fields that hold personal data; network addresses are not among them (G2.131). */
const PERSONAL_FIELD =
  /(?:e?mail|emailaddress|phone|phonenumber|mobile|firstname|lastname|fullname|surname|birthdate|birthday|dateofbirth|ssn|socialsecuritynumber|passport|iban|creditcard|cardnumber|streetaddress|postaladdress|homeaddress|zipcode|postcode)$/;

/** Cuts and masks one text. */
type ShortText = (text: string, length: number) => string;

interface Copying {
  readonly shortText: ShortText;
  readonly above: Set<object>;
  values: number;
  characters: number;
}

/**
 * A plain copy with at most LOG_LIMITS.values values and LOG_LIMITS.lineCharacters characters. Own
 * data properties only: a getter or a toJSON of a hostile object never runs.
 */
export function plainCopy(value: unknown, shortText: ShortText): unknown {
  const copying: Copying = {
    shortText,
    above: new Set(),
    values: LOG_LIMITS.values,
    characters: LOG_LIMITS.lineCharacters,
  };
  try {
    return copyOf(copying, value, 0);
  } catch {
    // A proxy may throw at anything; a line that cannot be written must not end what it tells of.
    return '[unreadable]';
  }
}

function copyOf(copying: Copying, value: unknown, depth: number): unknown {
  copying.values -= 1;
  if (copying.values < 0) return '[too many values]';
  switch (typeof value) {
    case 'string':
      return textOf(copying, value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return textOf(copying, value.toString());
    case 'undefined':
      return undefined;
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : objectOf(copying, value, depth);
  }
}

function textOf(copying: Copying, text: string): string {
  const length = Math.max(0, Math.min(LOG_LIMITS.textCharacters, copying.characters));
  copying.characters -= Math.min(text.length, length);
  return copying.shortText(text, length);
}

function objectOf(copying: Copying, value: object, depth: number): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map || value instanceof Set) return `[${value.size} members]`;
  if (copying.above.has(value)) return '[circular]';
  if (depth >= LOG_LIMITS.depth) return Array.isArray(value) ? '[list]' : '[object]';
  copying.above.add(value);
  try {
    if (Array.isArray(value)) return listOf(copying, value, depth);
    if (value instanceof Error) return errorOf(copying, value, depth);
    return membersOf(copying, value, depth);
  } finally {
    copying.above.delete(value);
  }
}

function listOf(copying: Copying, list: readonly unknown[], depth: number): unknown[] {
  const copy = list.slice(0, LOG_LIMITS.members).map((item) => copyOf(copying, item, depth + 1));
  const left = list.length - copy.length;
  return left > 0 ? [...copy, `[${left} more]`] : copy;
}

function membersOf(copying: Copying, value: object, depth: number): Record<string, unknown> {
  // No prototype, so that a member named __proto__ is a member.
  const copy: Record<string, unknown> = Object.create(null);
  const names = Object.keys(value);
  for (const name of names.slice(0, LOG_LIMITS.members)) {
    const shown = copying.shortText(name, NAME_CHARACTERS);
    const found = Object.getOwnPropertyDescriptor(value, name);
    if (found === undefined || !('value' in found)) copy[shown] = '[computed]';
    else copy[shown] = memberOf(copying, name, found.value, depth);
  }
  if (names.length > LOG_LIMITS.members) copy['…'] = `[${names.length - LOG_LIMITS.members} more]`;
  return copy;
}

const NAME_CHARACTERS = 200;

function memberOf(copying: Copying, name: string, value: unknown, depth: number): unknown {
  return isSensitive(name, value) ? REDACTED : copyOf(copying, value, depth + 1);
}

/** `tokens: 500` is a count, `hasPassword: true` a fact; both may be told. */
function isSensitive(name: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false;
  const short = name
    .slice(0, NAME_CHARACTERS)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  const one = short.replace(/s$/, '');
  const isSecret = SECRET_FIELD.test(short) || SECRET_FIELD.test(one);
  if (isSecret) return typeof value !== 'number' || NUMERIC_SECRET.test(one);
  return PERSONAL_FIELD.test(short) || PERSONAL_FIELD.test(one);
}

/** The name, code, message, stack and cause of an error, and what its maker added to it. */
function errorOf(copying: Copying, error: Error, depth: number): Record<string, unknown> {
  const copy = membersOf(copying, error, depth);
  const told: Record<string, unknown> = Object.create(null);
  for (const name of ['name', 'message', 'stack', 'cause'] as const) {
    const value = dataOf(error, name);
    if (value !== undefined) told[name] = copyOf(copying, value, depth + 1);
  }
  return Object.assign(told, copy);
}

/** A data property of the error or of its class; never one that is computed. */
function dataOf(error: Error, name: string): unknown {
  let holder: object | null = error;
  for (let level = 0; holder !== null && level < LOG_LIMITS.depth; level += 1) {
    const found = Object.getOwnPropertyDescriptor(holder, name);
    // Newer engines compute the stack of a native error when it is asked for.
    if (found !== undefined && name === 'stack')
      return types.isNativeError(error) ? error.stack : '';
    if (found !== undefined) return 'value' in found ? found.value : undefined;
    holder = Object.getPrototypeOf(holder);
  }
  return undefined;
}
