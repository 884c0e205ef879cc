import { describe, expect, it } from 'vitest';
import { fakeTerminal } from './fake-terminal.ts';
import { displayWidth, textTable } from './text-table.ts';

const COLUMNS = [
  { title: 'ID' },
  { title: 'NAME', mayShrink: true },
  { title: 'N', isNumber: true },
];
const ROWS = [
  ['0001', 'a very long name that no narrow screen can show whole', '5'],
  ['0002', 'short', '12'],
];

describe('textTable', () => {
  it('aligns columns, numbers to the right', () => {
    expect(
      textTable(fakeTerminal(), COLUMNS, [
        ['0002', 'short', '5'],
        ['3', 'x', '12'],
      ]),
    ).toBe('ID    NAME    N\n0002  short   5\n3     x      12\n');
  });

  it('fits a screen by cutting what may be cut, and gives a pipe all', () => {
    const screen = textTable(fakeTerminal({ isScreen: true, columns: 30 }), COLUMNS, ROWS);
    for (const line of screen.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(30);
    expect(screen).toContain('…');
    expect(textTable(fakeTerminal({ columns: 30 }), COLUMNS, ROWS)).toContain(ROWS[0]?.[1]);
  });

  it('keeps its lines on a screen too narrow for anything', () => {
    const screen = textTable(fakeTerminal({ isScreen: true, columns: 5 }), COLUMNS, ROWS);
    expect(screen.trimEnd().split('\n')).toHaveLength(3);
  });

  it('shows no control character and no line break of a cell', () => {
    const hostile = [['1', 'a\u001b[2J\nb\u202e', '\u009b']];
    const text = textTable(fakeTerminal(), COLUMNS, hostile);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
    expect(text).not.toMatch(/[\u001b\u009b\u202e]/);
    expect(text.split('\n')).toHaveLength(3);
  });

  it('counts wide characters as two and combining ones as none', () => {
    expect(displayWidth('日本')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(
      textTable(fakeTerminal(), COLUMNS, [
        ['1', '日本', '5'],
        ['2', 'abcd', '6'],
      ]),
    ).toBe('ID  NAME  N\n1   日本  5\n2   abcd  6\n');
  });
});
