import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeTerminal } from './fake-terminal.ts';
import { printable, printableLine, styled } from './terminal.ts';

const corpora = process.env.CORPORA_DIR ?? join(process.cwd(), '../shared/corpora');

/** What no text of a flow may send to a screen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters under test.
const MOVES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('printable', () => {
  it('shows escape sequences instead of sending them', () => {
    expect(printable('\u001b[2Jgone')).toBe('\\u001b[2Jgone');
    expect(printable('\u009b31mred')).toBe('\\u009b31mred');
    expect(printable('a\rb\u0007')).toBe('a\\u000db\\u0007');
  });

  it('shows characters that reorder text', () => {
    expect(printable('user\u202Etxt.exe')).toBe('user\\u202etxt.exe');
  });

  it('keeps ordinary text of any language, line breaks and tabs', () => {
    expect(printable('Grüße 東京\n\tend')).toBe('Grüße 東京\n\tend');
  });

  it.skipIf(!existsSync(corpora))('lets nothing of the terminal lists through', () => {
    const lists = ['naughty/fuzzdb-terminal-escapes.txt', 'unicode/fuzzdb-right-to-left.txt'];
    for (const list of lists) {
      const text = readFileSync(join(corpora, list), 'utf8');
      expect(MOVES.test(printable(text))).toBe(false);
      const decoded = text.replace(/\\(?:x1b|033|e)/gi, '\u001b');
      expect(MOVES.test(printable(decoded))).toBe(false);
    }
  });
});

describe('printableLine', () => {
  it('is one line and bounded', () => {
    expect(printableLine('a\n  b\tc')).toBe('a b c');
    expect(printableLine('x'.repeat(500), 10)).toBe('xxxxxxxxx…');
  });
});

describe('styled', () => {
  it('adds nothing where the terminal has no colour', () => {
    expect(styled(fakeTerminal(), 'red', 'no')).toBe('no');
    expect(styled(fakeTerminal({ hasColour: true }), 'red', 'no')).toBe('\u001b[31mno\u001b[39m');
  });
});
