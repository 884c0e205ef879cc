import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePython } from './python-syntax.ts';

const faultOf = (code: string) => parsePython(code).fault;

describe('parsePython', () => {
  // Each line is a shape that the parser itself does not take, or that is easily got wrong.
  it.each([
    '',
    '# only a comment',
    'return 1',
    'x = 24. + 1_0. * 2.j - 1.e5\ny = [1., 2.]\nz = 1.\n',
    'def f():\n    x = yield\n    yield\n    return (yield)\n',
    'with a as b.c, d as (e, f):\n    pass\n',
    'with (open(a) as f, open(b) as g,):\n    pass\n',
    'match x:\n    case ast.BinOp() | ast.Constant(): pass\n    case {}: pass\n    case []: pass\n',
    'case = 1\nmatch = case\ntype = match.x\nprint = type\nprint\n',
    'xs = [print, *rest, *more]\nt = rows[*places]\nfor a, *b in c: pass\n[d for d, *_ in e]\n',
    'f = lambda a, /, b: a\ng = lambda a,: a\nh = a[:, :, 1:]\n',
    '@(x or y)\ndef f(): pass\n@a[0].b(c)\nclass C: pass\n',
    'x = 1\n\f\ndef f():\n    pass\n\fy = 2\n',
    'x = """a\n"b" \'\'\'\n"""\ny = f"{a!r:>{w}} {{x}}"\n',
    "x = 'a\\\nb'\ny = \\\n  1\n",
    'if a: b; c\nelse: d',
    'x = 1\r\nif x:\r\n    y = \\\r\n        2\r\n',
    'a: int = 1\nasync def f(): await g()\n',
    '\u00e9t\u00e9 = "\u{1f600}"\n',
    'def f():\n    pass\n      ',
    `x = ${'1 + '.repeat(5_000)}1\n`,
    'a = 1\n'.repeat(5_000),
  ])('takes %j', (code) => expect(parsePython(code)).toMatchObject({ tree: expect.anything() }));

  it.each([
    ['x = (1,\n     2\ny = 3\n', 'this ( is never closed', 4],
    ['x = [1, 2)\n', 'this ) does not close the [ of line 1', 9],
    ['x = 1)\n', 'nothing is open that this ) could close', 5],
    ['x = "abc\ny = 1\n', 'the text that begins with this " has no end', 4],
    ["x = 'abc\\'\n", "the text that begins with this ' has no end", 4],
    ['x = """abc\n', 'the text that begins with this """ has no end', 4],
    ['x = “abc”\n', '“ is no quote of Python; write " or \'', 4],
    ['if x\n    y = 1\n', 'a colon is missing at the end of this line', 4],
    ['def f() # why\n    return 1\n', 'a colon is missing at the end of this line', 7],
    ['if x:\ny = 1\n', 'this line must be indented, as line 1 ends with a colon', 6],
    ['x = 1\n  y = 2\n', 'this line is indented too far', 8],
    ['  y = 2\n', 'this line is indented too far', 2],
    ['if x:\n    a\n  b\n', 'this line is indented like none above it', 14],
    ['if x = 1:\n    y\n', 'one = gives a name a value; write == to compare', 5],
    ['print "hello"\n', 'print is a function: write print(...)', 0],
    ['x = = 1\n', '= is not expected here', 4],
    ['for x on y:\n    pass\n', 'on is not expected here', 6],
    ['x =\ny = 1\n', 'the line ends too early', 3],
    ['if x:', 'the code ends too early', 5],
    ['x = 1\0\n', 'the code holds a zero character', 5],
  ])('finds the fault of %j', (code, message, at) => {
    expect(faultOf(code)).toEqual({ message, at });
  });

  it('ends soon on code that is made to keep a parser busy', () => {
    const size = 256 * 1024;
    for (const piece of [
      ...['(', '"""\\"""\\', '"\\', 'f"{', 'not ', '-', 'a?b', 'x[', '\n \f', 'lambda: ', '@a\n'],
      ...['a.b', '1 if 1 else ', '**1', "'a' ", ':', '\\\n', 'match x:\n case ', 'a\r', '\ud800'],
    ]) {
      const code = piece.repeat(size / piece.length);
      const { tree, fault } = parsePython(code);
      expect(tree === undefined || fault === undefined).toBe(true);
    }
  });

  it('survives any text, and names a place inside of it', () => {
    const words = fc.constantFrom(
      ...['if', 'x', ' ', '\n', '    ', '(', ')', '[', ']', '"', "'", '"""', ':', '=', ',', '.'],
      ...['def', 'yield', 'with', 'as', 'case', 'match', 'f"{', '}', '\\', '#', '1.', '*', '\r'],
      ...['\f', '\u2028', '\u{1f600}', 'lambda', 'for', 'in', 'import', '@', '\t', 'print'],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
        const code = parts.join('');
        const { fault } = parsePython(code);
        if (fault === undefined) return;
        expect(fault.at).toBeGreaterThanOrEqual(0);
        expect(fault.at).toBeLessThanOrEqual(code.length);
        expect(fault.message).not.toBe('');
      }),
    );
  });
});
