import { SECRET_LIMITS } from '../base/index.ts';

/**
 * Threat: a signing or encryption secret that can be guessed, because it is short, stands in a
 * guide, or is made of words (CWE-521, CWE-1391; ASVS 5.0 13.3.1; claims G1.003, G1.004, G4.183).
 * This finds what people write when they are in a hurry; only a generator makes a good secret.
 *
 * Gives why the secret is weak, as the end of "NAME ...", or undefined. Repeats nothing of it.
 * Linear in the text, which is judged up to SECRET_LIMITS.charactersMax.
 */
export function weaknessOf(secret: string): string | undefined {
  if (isTemplate(secret)) return 'is a command or a variable that nothing expands here';
  if (isExample(secret)) return 'is an example that stands in a guide';
  const length = [...secret].length;
  if (length < SECRET_LIMITS.characters) {
    return `has ${length} characters, and a secret needs at least ${SECRET_LIMITS.characters}`;
  }
  if (length > SECRET_LIMITS.charactersMax) {
    return `has more than ${SECRET_LIMITS.charactersMax} characters`;
  }
  if (secret !== secret.trim()) return 'begins or ends with a blank';
  if (new Set(secret).size < SECRET_LIMITS.differentCharacters) {
    return 'is made of very few different characters';
  }
  if (isRepetition(secret)) return 'repeats itself';
  if (unpredictable(secret).length < SECRET_LIMITS.unpredictableCharacters) {
    return 'is made of words and sequences, which can be guessed';
  }
  return undefined;
}

/**
 * The 32 bytes of an encryption key written as 64 hex digits or in base64 (also base64url, with or
 * without its padding); undefined where the text is neither. Claim G4.209.
 */
export function decodeKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'));
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.byteLength === KEY_BYTES ? Uint8Array.from(bytes) : undefined;
}

/** As `weaknessOf`, for a key of 32 bytes: also for a text that was only encoded. */
export function weaknessOfKey(text: string): string | undefined {
  const bytes = decodeKey(text);
  // A text that is no key may still be the example of a guide, which says more.
  if (bytes === undefined) {
    if (isTemplate(text) || isExample(text)) return weaknessOf(text);
    return 'is not 32 bytes, written as 64 hex digits or in base64';
  }
  if (new Set(bytes).size < SECRET_LIMITS.differentCharacters) {
    return 'is made of very few different bytes';
  }
  const decoded = Buffer.from(bytes).toString('latin1');
  const isText = /^[\x20-\x7e]+$/.test(decoded);
  return weaknessOf(text) ?? (isText ? weaknessOf(decoded) : undefined);
}

const KEY_BYTES = 32;

/** `$(openssl rand -hex 32)`, `${NAME}`, `{{ name }}`, `<generated>`: nobody filled it in. */
function isTemplate(secret: string): boolean {
  return /^(?:\$\(.*\)|\$\{.*\}|\{\{.*\}\}|<.*>|`.*`|%.*%|\$[A-Z_]+)$/.test(secret.trim());
}

/** What guides, examples and templates write where a secret belongs. */
const EXAMPLE_FORMS: readonly RegExp[] = [
  /^your[-_ ]/i,
  /[-_ ]here$/i,
  /change[-_ ]?(?:me|this|it|in[-_ ]?production)/i,
  /replace[-_ ]?(?:me|this|with|by)/i,
  /place[-_ ]?holder/i,
  /(?:^|[-_ ])(?:example|sample|dummy|insecure|not[-_ ]?secret)(?:[-_ ]|$)/i,
  /do[-_ ]?not[-_ ]?use/i,
  /^django-insecure-/i,
];

/** Secrets that are printed in the pages of well-known tools, and so in every word list. */
const PUBLISHED: ReadonlySet<string> = new Set([
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7', // not-a-secret
  '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', // not-a-secret
  '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', // not-a-secret
]);

function isExample(secret: string): boolean {
  const text = secret.trim();
  return PUBLISHED.has(text.toLowerCase()) || EXAMPLE_FORMS.some((form) => form.test(text));
}

/** The same piece again and again, such as `abcd1234abcd1234abc`. */
function isRepetition(secret: string): boolean {
  // The longest text that both begins and ends each prefix (Knuth, Morris and Pratt 1977).
  const borders = [0];
  let border = 0;
  for (let index = 1; index < secret.length; index += 1) {
    while (border > 0 && secret[index] !== secret[border]) border = borders[border - 1] ?? 0;
    if (secret[index] === secret[border]) border += 1;
    borders.push(border);
  }
  return border * 2 >= secret.length;
}

/** What is left of a secret without words, years and runs: what has to be guessed. */
function unpredictable(secret: string): string {
  const withoutWords = secret
    .toLowerCase()
    .replace(WORDS, ' ')
    .replace(/[^a-z0-9+/=]+/g, '');
  return withoutRuns(withoutWords);
}

/** Without runs of four and more characters that repeat, count up or count down. */
function withoutRuns(text: string): string {
  let kept = '';
  let start = 0;
  for (let index = 1; index <= text.length; index += 1) {
    const step = stepAt(text, start + 1);
    if (index < text.length && Math.abs(step) <= 1 && stepAt(text, index) === step) continue;
    if (index - start < RUN) kept += text.slice(start, index);
    start = index;
  }
  return kept;
}

const RUN = 4;

function stepAt(text: string, index: number): number {
  return text.charCodeAt(index) - text.charCodeAt(index - 1);
}

/** The words of made-up secrets, and rows of the keyboard. */
const COMMON_WORDS =
  'abc|access|account|admin|administrator|api|app|application|auth|authentication|backend|base|' +
  'battery|blah|bearer|change|changed|character|characters|client|code|company|config|correct|' +
  'crucible|crypt|cypher|cipher|database|default|demo|deploy|dev|development|digest|dragon|' +
  'encrypt|encryption|engine|environment|ever|fake|ffmpeg|flow|flowrunner|foo|bar|baz|football|' +
  'for|frontend|generated|hash|hello|hmac|horse|hunter|iloveyou|internal|jwt|key|keep|length|' +
  'letmein|local|localhost|login|long|master|minimum|monkey|must|my|myself|name|never|nobody|' +
  'only|our|pass|password|passphrase|passwort|phrase|please|plain|prod|production|project|public|' +
  'private|qwerty|qwertyuiop|asdf|asdfghjkl|zxcvbn|zxcvbnm|random|really|refresh|root|roundtable|' +
  'salt|sample|secret|secure|security|seriesoftubes|server|service|session|shared|should|sign|' +
  'signature|signing|sluice|some|something|staging|staple|strong|string|sunshine|super|symmetric|' +
  'system|temp|temporary|test|testing|that|the|thing|this|token|top|trustno|unique|use|used|user|' +
  'username|value|very|web|welcome|with|word|work|workflow|world|your|yours|and|not|least|one|two|' +
  'three|four|five|six|seven|eight|nine|ten|thirty|bit|bits|byte|bytes|abcdef|fedcba|deadbeef|' +
  'cafebabe|feedface|baadf00d|p4ssw0rd|passw0rd|s3cr3t|t0ken|19\\d\\d|20\\d\\d';

/** The longest first, so that of `password` nothing is left. */
const WORDS = new RegExp(
  COMMON_WORDS.split('|')
    .sort((one, other) => other.length - one.length)
    .join('|'),
  'g',
);
