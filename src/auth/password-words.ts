import { COMMON_NAMES } from './common-names.ts';
import { COMMON_WORDS } from './common-words.ts';

/** Words and how many bits it takes to name one among its like. */
export type WordBits = ReadonlyMap<string, number>;

/** One of about a thousand that people take first. */
const WORD_BITS = 10;
const SHORT_WORD_BITS = 7;
const SHORT = 3;
/** One of about four hundred. */
const SYLLABLE_BITS = 9;

const INITIALS = ' b p m f d t n l g k h j q x z c s zh ch sh r y w';
const FINALS =
  'a ai an ang ao e ei en eng er i ia ian iang iao ie in ing iong iu o ong ou u ua uai uan uang ' +
  'ue ui un uo';

/** The common words and names, and the syllables of which Chinese names and phrases are made. */
export function commonWords(): WordBits {
  const words = new Map<string, number>();
  for (const initial of INITIALS.split(' ')) {
    for (const final of FINALS.split(' ')) {
      const syllable = initial + final;
      if (syllable.length > 2) words.set(syllable, SYLLABLE_BITS);
    }
  }
  for (const word of [...COMMON_WORDS, ...COMMON_NAMES].flatMap((text) => text.split(/\s+/))) {
    if (word.length > 1) words.set(word, word.length > SHORT ? WORD_BITS : SHORT_WORD_BITS);
  }
  return words;
}
