/** What may come next at one point of a JSON text. */
type Expected = 'value' | 'first value' | 'key' | 'first key' | ':' | ', or end' | 'nothing';

const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const PUNCTUATION = /[{}[\],:]/y;
const OTHER = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)(?![\w.])/y;

/**
 * The offset at which a text stops being JSON (RFC 8259): where the wrong token begins, or the end
 * of the text where it ends too early. Undefined where no fault is found. `JSON.parse` tells the
 * position only sometimes. Linear, for the path of errors only.
 */
export function jsonFaultAt(text: string): number | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at += lengthAt(SPACE, text, at);
    if (at >= text.length) return expected === 'nothing' ? undefined : text.length;
    const mark = text.slice(at, at + lengthAt(PUNCTUATION, text, at));
    const isText = mark === '' && text[at] === '"';
    const length = mark === '' ? (isText ? textLengthAt(text, at) : lengthAt(OTHER, text, at)) : 1;
    const next: Expected | undefined =
      length === 0 ? undefined : after(expected, mark === '' ? (isText ? '"' : 'x') : mark, open);
    if (next === undefined) return at;
    expected = next;
    at += length;
  }
}

/** The state after a token, undefined where the token may not stand. Keeps `open` in step. */
function after(expected: Expected, token: string, open: string[]): Expected | undefined {
  const closes = token === '}' || token === ']';
  if (closes) {
    const mayClose = expected === ', or end' || expected === `first ${kindOf(token)}`;
    return mayClose && open.pop() === token ? afterValue(open) : undefined;
  }
  switch (expected) {
    case 'value':
    case 'first value':
      if (token === '{') return opened(open, '}', 'first key');
      if (token === '[') return opened(open, ']', 'first value');
      return token === '"' || token === 'x' ? afterValue(open) : undefined;
    case 'key':
    case 'first key':
      return token === '"' ? ':' : undefined;
    case ':':
      return token === ':' ? 'value' : undefined;
    case ', or end':
      if (token !== ',') return undefined;
      return open.at(-1) === '}' ? 'key' : 'value';
    case 'nothing':
      return undefined;
  }
}

function opened(open: string[], end: string, next: Expected): Expected {
  open.push(end);
  return next;
}

function kindOf(end: string): string {
  return end === '}' ? 'key' : 'value';
}

function afterValue(open: readonly string[]): Expected {
  return open.length === 0 ? 'nothing' : ', or end';
}

/**
 * The length of a text with its quotes; 0 where it is not closed or has what JSON does not allow.
 */
function textLengthAt(text: string, start: number): number {
  for (let at = start + 1; at < text.length; ) {
    const letter = text[at] ?? '';
    if (letter === '"') return at + 1 - start;
    if (letter < ' ') return 0;
    const length = letter === '\\' ? lengthAt(ESCAPE, text, at) : 1;
    if (length === 0) return 0;
    at += length;
  }
  return 0;
}

function lengthAt(form: RegExp, text: string, at: number): number {
  form.lastIndex = at;
  return form.test(text) ? form.lastIndex - at : 0;
}
