/** The names of the characters U+00A0 to U+00FF, in order. */
const LATIN_1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn ' +
  'sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave ' +
  'Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ' +
  'ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN ' +
  'szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute ' +
  'icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml ' +
  'yacute thorn yuml';

/** The oldest names, which HTML also reads without the semicolon. */
const OLD: ReadonlyMap<string, string> = new Map([
  ...LATIN_1.split(' ').map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ...Object.entries({
    amp: '&',
    gt: '>',
    lt: '<',
    quot: '"',
    AMP: '&',
    COPY: '©',
    GT: '>',
    LT: '<',
    QUOT: '"',
    REG: '®',
  }),
]);

/** Later names that text on the web really uses; the full list of HTML has 2,231. */
const LATER: ReadonlyMap<string, string> = new Map(
  Object.entries({
    apos: "'",
    bull: '•',
    euro: '€',
    hellip: '…',
    ldquo: '“',
    lsquo: '‘',
    mdash: '—',
    ndash: '–',
    rdquo: '”',
    rsquo: '’',
    trade: '™',
  }),
);

/** What HTML makes of the code points 128 to 159, which pages mean as Windows-1252. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const ENTITY = /&(?:#(\d{1,7}|x[\da-f]{1,6});?|([a-z\d]{1,32})(;?))/gi;

/** Decodes numeric and common named entities; others stay as they are. */
export function decodeEntities(text: string): string {
  return text.replace(ENTITY, (whole, ...groups: (string | undefined)[]) => {
    const [digits, name = '', end = ''] = groups;
    return digits === undefined ? decodeName(whole, name, end) : decodeNumber(digits);
  });
}

/** `&copy;`, `&copy` and, as browsers read it, the start of `&copyright`. */
function decodeName(whole: string, name: string, end: string): string {
  const exact = end === '' ? undefined : (OLD.get(name) ?? LATER.get(name));
  if (exact !== undefined) return exact;
  for (let length = name.length; length > 1; length -= 1) {
    const found = OLD.get(name.slice(0, length));
    if (found !== undefined) return found + name.slice(length) + end;
  }
  return whole;
}

function decodeNumber(digits: string): string {
  const isHex = digits.startsWith('x') || digits.startsWith('X');
  const code = isHex ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10);
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252.charAt(code - 0x80);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  const isControl =
    (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13) || code === 127;
  return isControl ? '' : String.fromCodePoint(code);
}
