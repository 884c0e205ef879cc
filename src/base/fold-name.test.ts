import { describe, expect, it } from 'vitest';
import { foldName } from './fold-name.ts';

const BLOCK = 0x100;

describe('a name of a person', () => {
  it.each([
    ['Ann', 'ann'],
    ['ａＮＮ', 'ann'],
    ['A\u030Angstro\u0308m', '\u00E5ngstr\u00F6m'],
    ['\uFB01le', 'file'],
    ['ÉMILE', 'émile'],
    ['\u212Belvin', '\u00E5elvin'],
  ])('%s is the same as %s', (name, folded) => {
    expect(foldName(name)).toBe(folded);
  });

  it('that differs in a letter or an accent is another', () => {
    expect(foldName('emile')).not.toBe(foldName('émile'));
    expect(foldName('ann ')).not.toBe(foldName('ann'));
  });

  it('is folded once and for all, whatever its characters', () => {
    const again = [];
    for (let block = 0; block <= 0x10ffff; block += BLOCK) {
      const characters = Array.from({ length: BLOCK }, (_, at) => String.fromCodePoint(block + at));
      const names = foldName(characters.map((one) => `x${one}\u0307y`).join(' '));
      if (foldName(names) !== names) again.push(block.toString(16));
    }
    expect(again).toEqual([]);
  });
});
