/**
 * Threat: a pattern that takes for ever to match (ReDoS). No regular expression is made from a
 * pattern: a segment is matched in at most length of pattern x length of name steps, a path in one
 * pass over its segments with a set of positions, and braces expand to a bounded number of
 * alternatives.
 */
import { AppError } from '../errors/index.ts';

/** A compiled pattern; see `compileGlob`. */
export interface Glob {
  readonly alternatives: readonly GlobPath[];
}

export type GlobPath = readonly GlobSegment[];

export type GlobSegment =
  | { readonly kind: 'folders' }
  | { readonly kind: 'literal'; readonly name: string }
  | { readonly kind: 'match'; readonly tokens: readonly Token[] };

type Token =
  | { readonly kind: 'star' | 'one' }
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly Range[] };
type Range = readonly [low: string, high: string];

const PATTERN_LENGTH_MAX = 1_024;
const ALTERNATIVES_MAX = 64;

/**
 * Compiles a pattern: `*` and `?` within a name, `[a-z]` and `[!a-z]`, `{a,b}` (nested too, with
 * `/` too), and `**` as a whole segment for any number of folders, none included. A special
 * character stands for itself in a class: `[*]`.
 *
 * Errors: PATH_REFUSED where the pattern is too long, its braces give too many alternatives, or one
 * climbs.
 */
export function compileGlob(pattern: string): Glob {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw refusedPattern(
      `has ${pattern.length} characters; at most ${PATTERN_LENGTH_MAX} are read`,
    );
  }
  return { alternatives: expandBraces(pattern).map(compilePath) };
}

/** True where the whole path matches; hidden names count like any other. */
export function globMatches(glob: Glob, path: string): boolean {
  const names = path.split('/');
  return glob.alternatives.some((segments) => {
    let positions = startOf(segments);
    for (const [index, name] of names.entries()) {
      const step = advance(segments, positions, name);
      if (index === names.length - 1) return step.matched;
      positions = step.next;
    }
    return false;
  });
}

/**
 * The positions at which matching begins: more than one after `**`, which may stand for nothing.
 */
export function startOf(segments: GlobPath): readonly number[] {
  return closed(segments, [0]);
}

/**
 * One name further: `matched` when the path may end with it, `next` the positions for what lies in
 * a folder of this name. With `hideDots`, a name that begins with a dot only matches where the
 * pattern writes it.
 */
export function advance(
  segments: GlobPath,
  positions: readonly number[],
  name: string,
  hideDots = false,
): { readonly matched: boolean; readonly next: readonly number[] } {
  const letters = Array.from(name);
  const hidden = hideDots && name.startsWith('.');
  const next = new Set<number>();
  let matched = false;
  for (const position of positions) {
    const segment = segments[position];
    if (segment === undefined) continue;
    if (segment.kind === 'folders') {
      if (!hidden) next.add(position);
      continue;
    }
    if (!segmentMatches(segment, name, letters, hidden)) continue;
    if (position === segments.length - 1) matched = true;
    else next.add(position + 1);
  }
  return { matched, next: closed(segments, [...next]) };
}

function closed(segments: GlobPath, positions: readonly number[]): readonly number[] {
  const all = new Set<number>();
  for (let position of positions) {
    all.add(position);
    while (segments[position]?.kind === 'folders') {
      position += 1;
      all.add(position);
    }
  }
  return [...all];
}

function segmentMatches(
  segment: Exclude<GlobSegment, { kind: 'folders' }>,
  name: string,
  letters: readonly string[],
  hidden: boolean,
): boolean {
  if (segment.kind === 'literal') return segment.name === name;
  const first = segment.tokens[0];
  if (hidden && !(first?.kind === 'letter' && first.letter === '.')) return false;
  return tokensMatch(segment.tokens, letters);
}

/** Greedy, with a return to the last star only: earlier stars never need another try. */
function tokensMatch(tokens: readonly Token[], letters: readonly string[]): boolean {
  let token = 0;
  let letter = 0;
  let star = -1;
  let starLetter = 0;
  while (letter < letters.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      star = token;
      starLetter = letter;
      token += 1;
    } else if (current !== undefined && tokenMatches(current, letters[letter] ?? '')) {
      token += 1;
      letter += 1;
    } else if (star >= 0) {
      starLetter += 1;
      letter = starLetter;
      token = star + 1;
    } else {
      return false;
    }
  }
  while (tokens[token]?.kind === 'star') token += 1;
  return token === tokens.length;
}

function tokenMatches(token: Token, letter: string): boolean {
  if (token.kind === 'letter') return token.letter === letter;
  if (token.kind !== 'class') return true;
  return token.ranges.some(([low, high]) => low <= letter && letter <= high) !== token.negated;
}

function compilePath(pattern: string): GlobPath {
  const segments: GlobSegment[] = [];
  for (const text of pattern.split('/')) {
    if (text === '' || text === '.') continue;
    // Braces can make what the text of the pattern did not show: `{.,..}./x`.
    if (text === '..') throw refusedPattern('climbs with ".."');
    const repeated = text === '**' && segments.at(-1)?.kind === 'folders';
    if (!repeated) segments.push(compileSegment(text));
  }
  // What lies anywhere below: `a/**` means every file in and under `a`.
  if (segments.at(-1)?.kind === 'folders') segments.push(compileSegment('*'));
  return segments;
}

function compileSegment(text: string): GlobSegment {
  if (text === '**') return { kind: 'folders' };
  const tokens: Token[] = [];
  const letters = Array.from(text);
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? '';
    const end = letter === '[' ? classEnd(letters, index) : -1;
    if (end > 0) {
      tokens.push(compileClass(letters.slice(index + 1, end)));
      index = end;
    } else if (letter === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else {
      tokens.push(letter === '?' ? { kind: 'one' } : { kind: 'letter', letter });
    }
  }
  if (tokens.every((token) => token.kind === 'letter')) return { kind: 'literal', name: text };
  return { kind: 'match', tokens };
}

/** Where the class that opens at `start` ends; -1 when `[` stands for itself. */
function classEnd(letters: readonly string[], start: number): number {
  let first = start + 1;
  if (letters[first] === '!' || letters[first] === '^') first += 1;
  return letters.indexOf(']', first + 1);
}

function compileClass(letters: readonly string[]): Token {
  const negated = letters[0] === '!' || letters[0] === '^';
  const ranges: Range[] = [];
  for (let index = negated ? 1 : 0; index < letters.length; index += 1) {
    const low = letters[index] ?? '';
    const high = letters[index + 2];
    if (letters[index + 1] === '-' && high !== undefined) {
      ranges.push([low, high]);
      index += 2;
    } else {
      ranges.push([low, low]);
    }
  }
  return { kind: 'class', negated, ranges };
}

/** Writes braces out, first one first, until none with a comma is left. */
function expandBraces(pattern: string): readonly string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const group = firstGroup(current);
    if (group === undefined) done.push(current);
    else {
      const [before, after] = [current.slice(0, group.start), current.slice(group.end + 1)];
      for (const option of group.options) open.push(before + option + after);
    }
    if (done.length + open.length > ALTERNATIVES_MAX) {
      throw refusedPattern(`has more than ${ALTERNATIVES_MAX} alternatives in braces`);
    }
  }
  return done;
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly options: readonly string[];
}

function firstGroup(text: string): Group | undefined {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    const commas: number[] = [];
    let depth = 0;
    for (let index = start; index < text.length; index += 1) {
      const letter = text[index];
      if (letter === '{') depth += 1;
      if (letter === ',' && depth === 1) commas.push(index);
      if (letter !== '}') continue;
      depth -= 1;
      if (depth > 0) continue;
      if (commas.length > 0) return { start, end: index, options: cut(text, start, commas, index) };
      break;
    }
  }
  return undefined;
}

function cut(text: string, start: number, commas: readonly number[], end: number): string[] {
  const marks = [start, ...commas, end];
  return marks.slice(1).map((mark, index) => text.slice((marks[index] ?? 0) + 1, mark));
}

function refusedPattern(problem: string): AppError {
  return new AppError('PATH_REFUSED', {
    message: `the file pattern ${problem}`,
    remedy: 'Write a simpler pattern.',
    retryable: false,
  });
}
