import { type Run, spendBytes, spendSteps } from '../run/run.ts';
import { cut, lengthOf } from '../values/characters.ts';
import { escapeString } from '../values/escape.ts';
import { typeError } from '../values/failure.ts';
import { joinTexts } from './methods-text.ts';

export interface LinkOptions {
  /** Longer addresses are shown cut to this many characters. */
  readonly limit: number;
  readonly target: string | undefined;
  readonly relations: string;
  /** Prefixes besides http, https, www and mailto, such as `ftp:`. */
  readonly schemes: readonly string[];
}

// A word is looked at once by each of these; none has two ways to match the same characters, so no
// word makes them slow.
const ADDRESS =
  /^(?:(?:https?:\/\/|www\.)(?:(?:[\w%-]+\.)+)?(?:[a-z]{2,63}|xn--[\w%]{2,59})|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)|https?:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\]))(?::\d{1,5})?(?:[/?#]\S*)?$/i;
const MAIL = /^\S+@\w[\w.-]*\.\w+$/;
const SCHEME = /^[\w.+-]{2,}:\/{0,2}$/;

/** Text that is already escaped, with addresses made links, as Jinja2's `urlize`. */
export function linkAddresses(run: Run, text: string, options: LinkOptions): string {
  for (const scheme of options.schemes) {
    if (!SCHEME.test(scheme)) throw typeError(run, `'${scheme}' is not the start of an address`);
  }
  spendSteps(run, text.length >>> 4);
  spendBytes(run, text.length);
  const words = text.split(/(\s+)/).map((word) => linkWord(run, word, options));
  return joinTexts(run, words, '');
}

function linkWord(run: Run, word: string, options: LinkOptions): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  const start = word.slice(head.length);
  const balanced = balance(start, tailStart(start));
  return head + link(run, balanced.middle, options) + balanced.tail;
}

/** Where the closing punctuation at the end of the word starts. */
function tailStart(word: string): number {
  let at = word.length;
  for (;;) {
    if (')>.,\n'.includes(word.charAt(at - 1)) && at > 0) at -= 1;
    else if (word.endsWith('&gt;', at)) at -= 4;
    else return at;
  }
}

const PAIRS = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
] as const;

/** Brackets that open inside the address may close inside it, though they stand at its end. */
function balance(word: string, end: number): { readonly middle: string; readonly tail: string } {
  let stop = end;
  for (const [open, close] of PAIRS) {
    const opened = occurrences(word.slice(0, stop), open);
    if (opened <= occurrences(word.slice(0, stop), close)) continue;
    const closing = Math.min(opened, occurrences(word.slice(stop), close));
    for (let left = closing; left > 0; left -= 1) {
      stop = word.indexOf(close, stop) + close.length;
    }
  }
  return { middle: word.slice(0, stop), tail: word.slice(stop) };
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}

function link(run: Run, word: string, options: LinkOptions): string {
  const relation = options.relations === '' ? '' : ` rel="${escapeString(run, options.relations)}"`;
  const target =
    options.target === undefined ? '' : ` target="${escapeString(run, options.target)}"`;
  const anchor = (address: string, shown: string) => {
    return `<a href="${address}"${relation}${target}>${shown}</a>`;
  };
  if (ADDRESS.test(word)) {
    const hasScheme = word.startsWith('https://') || word.startsWith('http://');
    return anchor(hasScheme ? word : `https://${word}`, shorten(word, options.limit));
  }
  if (word.startsWith('mailto:') && MAIL.test(word.slice(7))) {
    return `<a href="${word}">${word.slice(7)}</a>`;
  }
  if (word.includes('@') && !word.startsWith('www.') && !word.includes(':') && MAIL.test(word)) {
    return `<a href="mailto:${word}">${word}</a>`;
  }
  const scheme = options.schemes.find((prefix) => word !== prefix && word.startsWith(prefix));
  return scheme === undefined ? word : anchor(word, word);
}

function shorten(address: string, limit: number): string {
  return lengthOf(address) > limit ? `${cut(address, 0, limit)}...` : address;
}
