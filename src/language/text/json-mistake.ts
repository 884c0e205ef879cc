import { FLOW_TEXT_LIMITS } from '../../base/index.ts';

/** The first place at which a text is no JSON, and what to say about it. */
export interface JsonMistake {
  readonly offset: number;
  readonly message: string;
  readonly remedy: string;
}

const BLANK = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const WORD = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.+-])/y;

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'end';

/**
 * Finds what keeps a text from being JSON. Undefined where nothing does, where the text holds no
 * value, or where it is nested more deeply than a flow may be, which is for others to refuse.
 * Node's own message names no place for half of the mistakes. Linear.
 */
export function jsonMistake(text: string): JsonMistake | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = skip(BLANK, text, 0);
  if (at === text.length) return undefined;
  for (; at < text.length; at = skip(BLANK, text, at)) {
    const character = text.charAt(at);
    const next = step(expected, character, open);
    if (next === undefined) return mistakeAt(text, { offset: at, expected, open });
    if (open.length > FLOW_TEXT_LIMITS.depth) return undefined;
    if (next !== 'scalar') {
      expected = next;
      at += 1;
      continue;
    }
    const isText = character === '"';
    const end = isText ? endOfText(text, at + 1) : skip(WORD, text, at);
    if (isText && text.charAt(end) !== '"') return openText(text, end);
    if (end === at) return mistakeAt(text, { offset: at, expected, open });
    at = isText ? end + 1 : end;
    expected = expected.endsWith('key') ? 'colon' : behindValue(open);
  }
  if (expected === 'end') return undefined;
  return { offset: at, message: 'the text ends too early', remedy: 'Close what is open.' };
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return from + (pattern.exec(text)?.[0].length ?? 0);
}

/** The offset of the quote that ends a text, or of what may not stand in it. By hand: no stack. */
function endOfText(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"' || character < ' ') return at;
    const end = character === '\\' ? skip(ESCAPE, text, at) : at + 1;
    if (end === at) return at;
    at = end;
  }
  return at;
}

function behindValue(open: readonly string[]): Expected {
  return open.length === 0 ? 'end' : 'comma';
}

/** What comes after one character; undefined where it may not stand here. */
function step(
  expected: Expected,
  character: string,
  open: string[],
): Expected | 'scalar' | undefined {
  const closer = open.at(-1);
  if (character === closer && ['comma', 'first key', 'first value'].includes(expected)) {
    open.pop();
    return behindValue(open);
  }
  switch (expected) {
    case 'colon':
      return character === ':' ? 'value' : undefined;
    case 'comma':
      if (character !== ',') return undefined;
      return closer === '}' ? 'key' : 'value';
    case 'end':
      return undefined;
    case 'key':
    case 'first key':
      return character === '"' ? 'scalar' : undefined;
    default:
      if (character !== '{' && character !== '[') return 'scalar';
      open.push(character === '{' ? '}' : ']');
      return character === '{' ? 'first key' : 'first value';
  }
}

function openText(text: string, offset: number): JsonMistake {
  const isEscape = text.charAt(offset) === '\\';
  if (offset === text.length) {
    return { offset, message: 'the text ends inside quotes', remedy: 'Close the quote.' };
  }
  return isEscape
    ? { offset, message: 'JSON has no such escape', remedy: 'Write \\\\ for a backslash.' }
    : {
        offset,
        message: 'a line break or tab stands inside quotes',
        remedy: 'Write it as \\n or \\t, or close the quote before it.',
      };
}

function mistakeAt(
  text: string,
  at: { readonly offset: number; readonly expected: Expected; readonly open: readonly string[] },
): JsonMistake {
  const { offset, expected, open } = at;
  const word = /[^\s,:[\]{}"']{0,20}/y;
  word.lastIndex = offset;
  const shown = word.exec(text)?.[0] || text.charAt(offset);
  const closer = open.at(-1) ?? '';
  const says = (message: string, remedy: string) => ({ offset, message, remedy });
  if (/^(?:\/[/*]|#)/.test(shown)) {
    return says('JSON has no comments', 'Remove it, or name the file .yaml and start it with #.');
  }
  if (shown === "'") return says('JSON has no single quotes', 'Use double quotes.');
  if (shown === closer && expected !== 'colon') {
    const before = text.slice(0, offset).trimEnd();
    return before.endsWith(',')
      ? says('a comma stands before a closing bracket', 'Remove the comma.')
      : says('a value is missing', 'Write a value, or null.');
  }
  if (expected === 'end') return says('something stands behind the end', 'Remove it.');
  if (expected === 'comma')
    return says(`a , or ${closer} is missing`, `Write , or ${closer} before this.`);
  if (expected === 'colon') return says('a : is missing behind a key', 'Write "key": value.');
  if (expected.endsWith('key')) {
    return says(`a key in double quotes is missing, not ${shown}`, 'Put the key in double quotes.');
  }
  return says(
    `${shown} is no JSON value`,
    'Write text in double quotes, a number, true, false, null, a list or a map.',
  );
}
