import { ACCESS_LIMITS } from '../base/index.ts';
import {
  datesAt,
  type KeyPlaces,
  keyPlaces,
  type Run,
  sequencesAt,
  walksAt,
} from './password-runs.ts';
import { commonWords, type WordBits } from './password-words.ts';

/** Made once: it costs some milliseconds, and some hundred kilobytes of memory. */
export interface Guesser {
  /**
   * How many bits it takes to name the password by its cheapest reading as words, runs, dates and
   * single characters; `own` are words that are known of its owner. No more than passwordBytes
   * characters count, so the time has an end: under a millisecond.
   */
  bitsOf(password: string, own: ReadonlySet<string>): number;
}

/** Makes the words and the keyboard ready. */
export function openGuesser(): Guesser {
  const words = commonWords();
  const longest = Math.max(...[...words.keys()].map((word) => word.length));
  const places = keyPlaces();
  return {
    bitsOf: (password, own) => {
      const text = foldText(password);
      const longestOwn = Math.max(0, ...[...own].map((word) => word.length));
      return cheapest({ ...text, words, own, places, longest: Math.max(longest, longestOwn) });
    },
  };
}

/** One password in its spellings, all of one length, so that an index means one place in each. */
interface Text {
  /** As typed, without marks. */
  readonly raw: string;
  /** Small letters. */
  readonly low: string;
  /** Small letters in place of digits and signs that look like them; only where it differs. */
  readonly spoken: readonly string[];
}

interface Reading extends Text {
  readonly words: WordBits;
  readonly own: ReadonlySet<string>;
  readonly places: KeyPlaces;
  readonly longest: number;
}

/** Names and passwords are folded alike, so that one is found in the other. */
export function foldText(text: string): Text {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  const raw = plain.slice(0, ACCESS_LIMITS.passwordBytes);
  // By single units, because a letter may have a longer small form.
  const low = [...raw.split('')].map((unit) => unit.toLowerCase().charAt(0)).join('');
  const spoken = [LOOKS_LIKE, { ...LOOKS_LIKE, '1': 'l', '!': 'l', '|': 'l' }]
    .map((table) => low.replace(/[^a-z]/g, (unit) => table[unit] ?? unit))
    .filter((form, index, all) => form !== low && all.indexOf(form) === index);
  return { raw, low, spoken };
}

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  '3': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
  '8': 'b',
  '9': 'g',
  '(': 'c',
};

/** The cheapest way through the text, place by place (Dijkstra on a line). */
function cheapest(reading: Reading): number {
  const { low } = reading;
  const best = new Array<number>(low.length + 1).fill(Number.POSITIVE_INFINITY);
  best[0] = 0;
  for (let start = 0; start < low.length; start += 1) {
    const sofar = best[start] ?? 0;
    for (const { end, bits } of runsAt(reading, start)) {
      best[end] = Math.min(best[end] ?? 0, sofar + bits);
    }
  }
  return best[low.length] ?? 0;
}

function runsAt(reading: Reading, start: number): readonly Run[] {
  const { raw, low, places } = reading;
  return [
    { end: start + 1, bits: characterBits(raw, start) },
    ...wordsAt(reading, start),
    ...sequencesAt(low, start),
    ...walksAt(low, start, places),
    ...datesAt(low, start),
    ...repeatsAt(low, start),
  ];
}

const CHARACTER_BITS: readonly (readonly [RegExp, number])[] = [
  [/\d/, 3.3],
  [/[a-z]/, 4.7],
  [/[A-Z]/, 5.7],
  [/[-_. !@#*]/, 3],
  [/[\x20-\x7e]/, 5],
];
const OTHER_CHARACTER_BITS = 8;
const KNOWN_SIGN_BITS = 2;

function characterBits(raw: string, index: number): number {
  const unit = raw.charAt(index);
  // A sign between words is mostly the same one again.
  if (!/[A-Za-z0-9]/.test(unit) && raw.indexOf(unit) < index) return KNOWN_SIGN_BITS;
  return CHARACTER_BITS.find(([form]) => form.test(unit))?.[1] ?? OTHER_CHARACTER_BITS;
}

/** What was just there again, once or more times. */
function repeatsAt(low: string, start: number): readonly Run[] {
  const runs: Run[] = [];
  for (let size = 1; size <= start && start + size <= low.length; size += 1) {
    const piece = low.slice(start - size, start);
    let end = start;
    while (low.startsWith(piece, end)) end += size;
    if (end > start) runs.push({ end, bits: REPEAT_BITS });
  }
  return runs;
}

const REPEAT_BITS = 2;
const OWN_WORD_BITS = 1;
const SPOKEN_BITS = 1.5;
const BACKWARDS_BITS = 1;
const OWN_WORD_LEAST = 3;

function wordsAt(reading: Reading, start: number): readonly Run[] {
  const { raw, low, spoken, words, own, longest } = reading;
  const runs: Run[] = [];
  const last = Math.min(low.length, start + longest);
  for (let end = start + 2; end <= last; end += 1) {
    const plain = low.slice(start, end);
    for (const form of [low, ...spoken]) {
      const word = form.slice(start, end);
      const isSpoken = word !== plain;
      if (form !== low && !isSpoken) continue;
      const forwards = bitsOfWord(word, words, own);
      const known = forwards ?? backwards(word, words, own);
      if (known === undefined) continue;
      const bits = known + capitalBits(raw.slice(start, end)) + (isSpoken ? SPOKEN_BITS : 0);
      runs.push({ end, bits });
    }
  }
  return runs;
}

function bitsOfWord(word: string, words: WordBits, own: ReadonlySet<string>): number | undefined {
  return own.has(word) ? OWN_WORD_BITS : words.get(word);
}

function backwards(word: string, words: WordBits, own: ReadonlySet<string>): number | undefined {
  if (word.length <= OWN_WORD_LEAST) return undefined;
  const known = bitsOfWord([...word].reverse().join(''), words, own);
  return known === undefined ? undefined : known + BACKWARDS_BITS;
}

/** The first letter or all of them is what everybody does. */
function capitalBits(raw: string): number {
  if (!/[A-Z]/.test(raw)) return 0;
  return /^[A-Z][^A-Z]*$|^[^a-z]+$/.test(raw) ? 1 : 3;
}
