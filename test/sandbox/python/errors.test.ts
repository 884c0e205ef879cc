import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonServer, thisPython, unjailed } from './python-server.ts';

let server: PythonServer;
let version: string;

beforeAll(async () => {
  const python = await thisPython();
  version = python.version;
  server = await PythonServer.start(unjailed(python.program('python')));
});
afterAll(() => server.close());

describe('errors', () => {
  it('have the place in the code as written, in UTF-16 units, and the way there', async () => {
    const code = 'def share(part, all):\n  return "😀", part / all\n\nresult = share(1, 0)';
    expect(await server.ask(code)).toMatchObject({
      reason: 'error',
      message: 'ZeroDivisionError: division by zero',
      // Python 3.10 keeps lines only: the first character of it.
      place: { line: 2, column: version.startsWith('3.10.') ? 3 : 16 },
      stack: 'line 4, in the code: result = share(1, 0)\nline 2, in share: return "😀", part / all',
    });
  });

  it('name the remedy where a dict is read like an object, and leave errors of the code', async () => {
    const text = "'dict' object has no attribute 'a'";
    expect((await server.ask('d = {"a": 1}\nreturn d.a')).message).toBe(
      `AttributeError: ${text}; write ['a']`,
    );
    expect((await server.ask(`raise AttributeError("${text}")`)).message).toBe(
      `AttributeError: ${text}`,
    );
  });

  it('of the syntax are found before anything runs', async () => {
    for (const [code, place, message] of [
      ['print("x")\nx = = 1', { line: 2, column: 5 }, 'invalid syntax'],
      ['"😀" +', { line: 1, column: 7 }, 'invalid syntax'],
      ['if True:\nx', { line: 2, column: 1 }, /^IndentationError: expected an indented block/],
      ['yield 1', { line: 1, column: 1 }, "'yield' outside function"],
      ['return (yield 1)', { line: 1, column: 9 }, "'yield' outside function"],
      ['break', { line: 1, column: 1 }, "'break' outside loop"],
      [`x = ${'9'.repeat(5000)}`, { line: 1, column: 1 }, /Exceeds the limit/],
      ['x = "\0"', { line: 1, column: 1 }, /null bytes/],
    ] as const) {
      const answer = await server.ask(code);
      expect([code.slice(0, 20), answer]).toEqual([
        code.slice(0, 20),
        expect.objectContaining({ reason: 'syntax', place, logs: [] }),
      ]);
      expect(answer.message).toMatch(message);
    }
  });

  it('of the policy are all told, with places and what to do instead', async () => {
    const { message, place } = await server.ask('import os\nx = ().__class__\ny = eval("1")');
    expect(place).toEqual({ line: 1, column: 1 });
    expect(message?.split('\n')).toEqual([
      expect.stringContaining(
        'import of os is refused at the level normal; allowed_imports can add some (docs/code.md); it may import calendar',
      ),
      'line 2, column 5: the attribute __class__ is refused: it belongs to the interpreter; use type(x) or isinstance',
      'line 3, column 5: eval is refused: code cannot be made from text; write the expression itself',
    ]);
  });

  it('are bounded, whatever their text does', async () => {
    const { message, stack } = await server.ask(
      'class E(Exception):\n  def __str__(self): return "x" * 10**6\nraise E()',
    );
    expect([message?.length, stack]).toEqual([2000, 'line 3, in the code: raise E()']);
    const silent = await server.ask('class E(Exception):\n  def __str__(self): 1/0\nraise E()');
    expect(silent.message).toBe('E');
    const deep = await server.ask('def f(): return f()\nf()');
    expect(deep.message).toContain('RecursionError');
    expect((deep.stack ?? '').length).toBeLessThan(2001);
  });

  it('of a name that Python has and the level has not say so', async () => {
    expect((await server.ask('getattr(1, "real")', { level: 'strict' })).message).toContain(
      "name 'getattr' is not defined",
    );
  });
});
