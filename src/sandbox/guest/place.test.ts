import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTrace } from './place.ts';

const CODE = 'const a = 1;\n  "😀" + b;\nend';

describe('a trace of the interpreter', () => {
  it('gives the innermost place in the code, and its frames', () => {
    const stack =
      '    at map (native)\n    at inner (javascript:3:8)\n' +
      '    at code (javascript:2:1)\n    at start (sandbox:9:9)\n';
    expect(readTrace(stack, CODE)).toEqual({
      place: { line: 2, column: 9 },
      stack: 'at inner (line 2, column 9)\nat line 1, column 1',
    });
  });

  it('reads the place of a syntax error', () => {
    expect(readTrace('    at javascript:2:5\n', CODE).place).toEqual({ line: 1, column: 5 });
  });

  it('takes a place after the end for the end', () => {
    expect(readTrace('    at javascript:5:2\n', CODE).place).toEqual({ line: 3, column: 4 });
  });

  it('has none where no frame is of the code', () => {
    for (const stack of ['', 'at x (native)', 'at javascript:1:4', 'at a (other:2:2)', 'junk']) {
      expect(readTrace(stack, CODE)).toEqual({});
    }
  });

  it('never leaves the code, whatever the code wrote as its trace', () => {
    const number = fc.integer({ min: 0, max: 2_000_000_000 });
    fc.assert(
      fc.property(fc.string(), number, number, fc.string(), (name, line, column, code) => {
        const { place } = readTrace(`at ${name} (javascript:${line}:${column})`, code);
        if (place === undefined) return;
        const lines = code.split('\n');
        expect(place.line).toBeGreaterThanOrEqual(1);
        expect(place.line).toBeLessThanOrEqual(lines.length);
        expect(place.column).toBeGreaterThanOrEqual(1);
        expect(place.column).toBeLessThanOrEqual((lines[place.line - 1] ?? '').length + 1);
      }),
    );
  });
});
