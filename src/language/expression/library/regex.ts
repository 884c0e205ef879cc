import { RE2JS } from 're2js';
import { type Run, spendSteps } from '../run/run.ts';
import { typeError } from '../values/failure.ts';
import { stringOf } from '../values/kinds.ts';
import type { Datum } from '../values/special.ts';

const PATTERN_LENGTH_MAX = 1_000;

/**
 * The first match of a pattern in a text, none where there is none, where the value is no string,
 * or where the pattern is not valid. Patterns run in linear time (RE2), so what needs backtracking
 * is refused. Throws TEMPLATE_TYPE for look-around and back-references, TEMPLATE_FUEL.
 */
export function searchPattern(run: Run, value: Datum, pattern: Datum): Datum {
  const text = stringOf(value);
  const source = stringOf(pattern);
  if (text === undefined || source === undefined) return null;
  if (source.length > PATTERN_LENGTH_MAX) {
    throw typeError(run, `the pattern is longer than ${PATTERN_LENGTH_MAX} characters`);
  }
  requireLinear(run, source);
  const compiled = compile(run, source);
  if (compiled === undefined) return null;
  spendSteps(run, Math.ceil((text.length * Math.max(1, compiled.programSize())) / 64));
  const whole = find(compiled, text);
  if (!text.endsWith('\n') || !hasEndAnchor(source)) return whole?.text ?? null;
  // Python's `$` also matches before a line break at the very end; RE2's does not.
  const before = find(compiled, text.slice(0, -1));
  if (before === undefined) return whole?.text ?? null;
  return whole === undefined || before.start < whole.start ? before.text : whole.text;
}

const BACKTRACKING = /\(\?(?:[=!]|<[=!]|P=|\(|>)|\\[1-9]/;

function requireLinear(run: Run, source: string): void {
  const bare = source.replace(/\\\\/g, '');
  if (!BACKTRACKING.test(bare)) return;
  throw typeError(
    run,
    'this pattern looks ahead, behind or back, which cannot run in bounded time',
    'Match more than you need, then cut it with split() or a slice.',
  );
}

function compile(run: Run, source: string): RE2JS | undefined {
  spendSteps(run, source.length);
  try {
    return RE2JS.compile(translate(source));
  } catch {
    // Not a valid pattern: system 1 gives none then, and flows rely on it.
    return undefined;
  }
}

function find(compiled: RE2JS, text: string): { text: string; start: number } | undefined {
  const matcher = compiled.matcher(text);
  if (!matcher.find()) return undefined;
  return { text: matcher.group() ?? '', start: matcher.start() };
}

function hasEndAnchor(source: string): boolean {
  return source.replace(/\\[\s\S]/g, '').includes('$');
}

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['d', '\\p{Nd}'],
  ['w', '\\p{L}\\p{N}_'],
  ['s', '\\s\\x0b\\x1c-\\x1f\\x85\\p{Z}'],
]);

/** Python's pattern in RE2's words: `\d`, `\w` and `\s` know all scripts, `\Z` is the very end. */
function translate(source: string): string {
  let made = '';
  let inClass = false;
  for (const [token] of source.matchAll(/\\[\s\S]|\{,\d+\}|[\s\S]/gu)) {
    if (token === '[' && !inClass) inClass = true;
    else if (token === ']' && inClass && !/\[\^?$/.test(made)) inClass = false;
    made += translateToken(token, inClass);
  }
  return made;
}

function translateToken(token: string, inClass: boolean): string {
  if (token.startsWith('{,') && !inClass) return `{0${token.slice(1)}`;
  if (token === '\\Z') return '\\z';
  if (!token.startsWith('\\')) return token;
  const letter = token.charAt(1);
  const positive = CLASSES.get(letter);
  if (positive !== undefined) return inClass ? positive : `[${positive}]`;
  const negative = CLASSES.get(letter.toLowerCase());
  if (negative !== undefined && !inClass) return `[^${negative}]`;
  return token;
}
