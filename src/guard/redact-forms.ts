/**
 * How a secret may look when it is found in a text: as it is, and as programs encode it on its way
 * into headers, addresses, pages and dumps. Base64 of a longer text holds a secret in one of three
 * alignments, of which all but the ends is the same whatever stands beside it.
 */
const ENCODINGS: readonly ((secret: string) => readonly string[])[] = [
  (secret) => [secret],
  (secret) => [JSON.stringify(secret).slice(1, -1)],
  (secret) => [JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
  (secret) => [percent(secret), percent(secret).replace(/%[0-9A-F]{2}/g, lower)],
  (secret) => [form(secret), form(secret).replace(/%[0-9A-F]{2}/g, lower)],
  (secret) => [strictPercent(secret), strictPercent(secret).replace(/%[0-9A-F]{2}/g, lower)],
  (secret) => [markup(secret, '&#39;'), markup(secret, '&#x27;'), markup(secret, '&apos;')],
  (secret) => [hex(secret), hex(secret).toUpperCase()],
  (secret) => alignments(Buffer.from(secret, 'utf8')),
  (secret) => alignments(Buffer.from(secret, 'utf16le')),
  (secret) => [Buffer.from(secret, 'utf16le').toString('hex')],
  (secret) => [
    unicodeEscapes(secret),
    unicodeEscapes(secret).toUpperCase().replaceAll('\\U', '\\u'),
  ],
];

/** Every text that stands for the secret; a form that is too short to mean it is left out. */
export function formsOf(secret: string): readonly string[] {
  const forms = new Set(ENCODINGS.flatMap((encode) => encode(secret)));
  return [...forms].filter((text) => text.length >= FORM_CHARACTERS);
}

/** Shorter pieces, such as the middle of a short secret's base64, stand in ordinary text too. */
const FORM_CHARACTERS = 8;

function percent(secret: string): string {
  // A lone surrogate cannot be encoded, nor can it travel in an address: UTF-8 replaces it.
  return encodeURIComponent(Buffer.from(secret, 'utf8').toString('utf8'));
}

/** As HTML forms send it: blanks are +, and more is encoded than in a path. */
function form(secret: string): string {
  return new URLSearchParams({ '': secret }).toString().slice(1);
}

/** RFC 3986 also allows ! ' ( ) * to be encoded, and some programs do. */
function strictPercent(secret: string): string {
  return percent(secret).replace(/[!'()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

function lower(text: string): string {
  return text.toLowerCase();
}

function markup(secret: string, apostrophe: string): string {
  return secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", apostrophe);
}

function hex(secret: string): string {
  return Buffer.from(secret, 'utf8').toString('hex');
}

function alignments(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const bits = padded.byteLength * 8;
    // Characters that share a byte with what stands before or behind the secret are left out.
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor(bits / 6);
    const ordinary = padded.toString('base64').slice(from, to);
    return [ordinary, ordinary.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function unicodeEscapes(secret: string): string {
  return [...Array(secret.length).keys()]
    .map((index) => `\\u${secret.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}
