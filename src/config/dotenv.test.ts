import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDotenv } from './dotenv.ts';

function values(text: string): Record<string, string> {
  const { entries, problems } = parseDotenv(text);
  expect(problems).toEqual([]);
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

describe('parseDotenv', () => {
  it('reads bare values, quotes, comments and export', () => {
    const text = [
      '\uFEFF# a comment',
      '',
      'A=1',
      '  export B = two words  # why',
      "C='literal \\n # $A'",
      'D="a\\tb \\"quoted\\" \\$A \\d"  # after',
      'E=',
      'F=#nothing',
      'G=with#hash',
      'H="" # empty',
    ].join('\r\n');
    expect(values(text)).toEqual({
      A: '1',
      B: 'two words',
      C: 'literal \\n # $A',
      D: 'a\tb "quoted" $A \\d',
      E: '',
      F: '',
      G: 'with#hash',
      H: '',
    });
  });

  it('reads a value of several lines in double quotes', () => {
    const { entries } = parseDotenv('KEY="one\ntwo\\nthree"\nNEXT=4');
    expect(entries).toEqual([
      { name: 'KEY', value: 'one\ntwo\nthree', line: 1 },
      { name: 'NEXT', value: '4', line: 3 },
    ]);
  });

  it('does not expand variables', () => {
    const braced = '$' + '{A}';
    const text = `A=$HOME\nB=${braced}\nC="$(id)"`;
    expect(values(text)).toEqual({ A: '$HOME', B: braced, C: '$(id)' });
  });

  it('reports every bad line by its number and goes on', () => {
    const { entries, problems } = parseDotenv(
      ['just words', '1ST=x', '=x', "Q='open", 'R="a" b', 'N=\0', 'OK=1', 'L="never'].join('\n'),
    );
    expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      '1: has no =',
      '2: does not begin with a name',
      '3: does not begin with a name',
      "4: opens a ' that is not closed on its line",
      '5: has text after its closing quote',
      '6: holds a NUL character',
      '8: opens a " that is never closed',
    ]);
    expect(entries).toEqual([{ name: 'OK', value: '1', line: 7 }]);
  });

  it('repeats nothing of a bad line, which may be a secret', () => {
    const { problems } = parseDotenv('hunter2hunter2\nX="hunter2" hunter2');
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('never throws, and each line is at most one entry or one problem', () => {
    const line = fc.string({ unit: fc.constantFrom(...'AB=#\'"\\ \t\n\0$x') });
    fc.assert(
      fc.property(line, (text) => {
        const { entries, problems } = parseDotenv(text);
        const lines = [...entries, ...problems].map((found) => found.line);
        expect(new Set(lines).size).toBe(lines.length);
      }),
    );
  });

  it('gives back what was written in double quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aB #=\'"\\$é€\t') }), (value) => {
        const quoted = value.replace(/["\\$]/g, '\\$&');
        expect(values(`A="${quoted}"`)).toEqual({ A: value });
      }),
    );
  });
});
