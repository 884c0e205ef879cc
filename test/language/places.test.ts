import { describe, expect, it } from 'vitest';
import { compiled } from './compiled.ts';

/**
 * Where a name that is not known stands, as `line:column source line`, for each way to write text.
 */
function placeIn(written: string): readonly string[] {
  const text = `name: x\nnodes:\n  a:\n    type: echo\n    config:\n${written}`;
  return compiled(text).problems.map(
    ({ line, column, sourceLine }) => `${line}:${column} ${sourceLine}`,
  );
}

describe('the place of a name inside a template', () => {
  it('is exact in plain text on one line and on several', () => {
    expect(placeIn('      text: one {{ zzz }}\n')).toEqual(['6:20       text: one {{ zzz }}']);
    expect(placeIn('      text: one\n        two\n\n        {{ zzz }}\n')).toEqual([
      '9:12         {{ zzz }}',
    ]);
  });

  it('is exact in single quotes, doubled ones included', () => {
    expect(placeIn("      text: 'it''s {{ zzz }}'\n")).toEqual([
      "6:23       text: 'it''s {{ zzz }}'",
    ]);
    expect(placeIn("      text: 'a\n\n        b '' {{ zzz }}'\n")).toEqual([
      "8:17         b '' {{ zzz }}'",
    ]);
  });

  it('is exact in double quotes, escapes included', () => {
    expect(placeIn('      text: "a\\n\\t\\"\\u00e9\\U0001F600 {{ zzz }}"\n')).toEqual([
      '6:41       text: "a\\n\\t\\"\\u00e9\\U0001F600 {{ zzz }}"',
    ]);
    expect(placeIn('      text: "a \\\n        b {{ zzz }}"\n')).toEqual([
      '7:14         b {{ zzz }}"',
    ]);
    expect(placeIn('      text: "😀 {{ zzz }}"\n')).toEqual(['6:20       text: "😀 {{ zzz }}"']);
  });

  it('is exact in literal blocks, with indentation indicators and blank lines', () => {
    expect(placeIn('      text: |\n        one\n\n          {{ zzz }}\n')).toEqual([
      '9:14           {{ zzz }}',
    ]);
    expect(placeIn('      text: |2-\n          one {{ zzz }}\n')).toEqual([
      '7:18           one {{ zzz }}',
    ]);
    expect(placeIn('      text: |+ # with a comment\n\n        {{ zzz }}\n\n\n')).toEqual([
      '8:12         {{ zzz }}',
    ]);
  });

  it('is exact in folded blocks', () => {
    expect(placeIn('      text: >-\n        one\n        two {{ zzz }}\n')).toEqual([
      '8:16         two {{ zzz }}',
    ]);
    expect(placeIn('      text: >\n        one\n\n          more\n        {{ zzz }}\n')).toEqual([
      '10:12         {{ zzz }}',
    ]);
  });

  it('is exact in lists and maps of data', () => {
    expect(placeIn('      value:\n        - a\n        - {k: "{{ zzz }}"}\n')).toEqual([
      '8:19         - {k: "{{ zzz }}"}',
    ]);
  });

  it('counts UTF-16 units where lines end in carriage returns too', () => {
    const text =
      'name: x\r\nnodes:\r\n  a:\r\n    type: echo\r\n    config:\r\n      text: |\r\n        one\r\n        {{ zzz }}\r\n';
    expect(compiled(text).problems).toMatchObject([
      { line: 8, column: 12, sourceLine: '        {{ zzz }}' },
    ]);
  });
});
