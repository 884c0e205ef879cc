import { describe, expect, it } from 'vitest';
import { type PythonRules, pythonIssues } from './python-check.ts';

const NORMAL: PythonRules = { level: 'normal', allowed: [] };
const STRICT: PythonRules = { level: 'strict', allowed: [] };
const TRUSTED: PythonRules = { level: 'trusted', allowed: [] };

function shown(code: string, rules: PythonRules = NORMAL): readonly string[] {
  return pythonIssues(code, rules).map(
    ({ at, severity = 'error', message }) => `${at?.line}:${at?.column} ${severity}: ${message}`,
  );
}

describe('pythonIssues', () => {
  it('tells a name that is read in a list from one that is given a value there', () => {
    for (const code of [
      'calls = [eval]',
      'calls = ((eval), 1)',
      'calls = {"a": eval}',
      'f([eval])',
    ]) {
      expect(shown(code)).toEqual([expect.stringMatching(/error: eval is refused$/)]);
    }
    for (const code of [
      '[open, close] = row\nresult = open',
      'for (open, close) in rows: print(open)',
    ]) {
      expect(shown(code)).toEqual([]);
    }
  });

  it('names line and column, which count UTF-16 units', () => {
    expect(pythonIssues('a = 1\nb = "\u{1f600}" + eval("1")\n', NORMAL)).toEqual([
      {
        code: 'CODE_REFUSED',
        field: 'code',
        message: 'eval() is refused',
        remedy: 'Write the expression itself: code cannot be made from text.',
        at: { line: 2, column: 12 },
      },
    ]);
    expect(pythonIssues('x = 1\r\ny = (\r\n', NORMAL)).toEqual([
      {
        code: 'CODE_SYNTAX',
        field: 'code',
        message: 'this ( is never closed',
        at: { line: 2, column: 5 },
      },
    ]);
  });

  it('finds imports that the level does not have, wherever they stand', () => {
    expect(shown('import os\nimport json, sys as s\nfrom subprocess import run\n')).toEqual([
      '1:8 error: the import of os is refused at the level normal',
      '2:14 error: the import of sys is refused at the level normal',
      '3:6 error: the import of subprocess is refused at the level normal',
    ]);
    expect(shown('def f():\n    if x:\n        import os.path\n')).toEqual([
      '3:16 error: the import of os.path is refused at the level normal',
    ]);
    expect(shown('from . import a\nfrom ...b import c\nfrom math import *\n')).toEqual([
      '1:6 error: relative imports are refused',
      '2:6 error: relative imports are refused',
      '3:6 error: star imports are refused',
    ]);
    expect(shown('x = "import os"  # import os\n')).toEqual([]);
  });

  it('knows the lists of the levels and what allowed_imports adds', () => {
    const code = 'import math\nimport collections.abc\nimport decimal\nimport numpy as np\n';
    expect(shown(code, STRICT)).toHaveLength(4);
    expect(shown(code, NORMAL)).toEqual([
      '3:8 error: the import of decimal is refused at the level normal',
      '4:8 error: the import of numpy is refused at the level normal',
    ]);
    expect(shown(code, { level: 'normal', allowed: ['decimal'] })).toHaveLength(1);
    expect(shown(code, { level: 'normal', allowed: ['decimal', 'numpy', 'os'] })).toHaveLength(1);
    expect(shown(code, TRUSTED)).toEqual([]);
    expect(shown('from xml.etree import ElementTree\n', TRUSTED)).toEqual([]);
    expect(shown('import os\n', { level: 'trusted', allowed: ['os'] })).toHaveLength(1);
  });

  it('only warns of what the setting may allow where the flow names no level', () => {
    const rules = { allowed: [] };
    expect(shown('import numpy\nimport os\nimport math\n', rules)).toEqual([
      '1:8 warning: the import of numpy is refused at the level normal',
      '2:8 error: the import of os is refused at the level normal',
    ]);
  });

  it.each([
    ['().__class__.__bases__[0].__subclasses__()', 3],
    ['f"{x.__globals__}"', 1],
    ['(x for x in y).gi_frame.f_back', 2],
    ['__builtins__', 1],
    ['__import__("os")', 1],
    ['e = exec', 1],
    ['x = max(open, 1)', 1],
    ['if True:\n    return globals', 1],
    ['f(open=open)', 1],
    ['async def f(): await g()', 2],
    ['input("?")', 1],
    ['exit()', 1],
  ])('refuses %j at every level', (code, count) => {
    for (const rules of [STRICT, NORMAL, TRUSTED]) expect(shown(code, rules)).toHaveLength(count);
  });

  it.each([
    'def input(x): return x\ny = input(1)',
    'open, close = row\nreturn close - open',
    'def f(open): return open',
    'for open in opens: print(open)',
    'result = [open for open in prices]',
    'with a as compile: compile()',
    'import math as exec\nexec()',
    'if (open := 1): x = open',
    'open: int = 1\ny = open',
    'try: pass\nexcept E as eval: print(eval)',
    'match x:\n    case [open, *_]: y = open + 1',
    'x = open = 1\ny = open()',
    'for exit in exits:\n    exit()',
    'frame.to_csv(compile=1, open=2)',
    'row.open + row["open"] + row.exit()',
    'x.__len__() + x.__name__ + type(x).__doc__',
    '"{0.__class__}"',
    'class A:\n    def __init__(self): self.__hidden = 1',
    'case = 1\nmatch case:\n    case int(): pass',
  ])('leaves %j to the jail', (code) => expect(shown(code)).toEqual([]));

  it('refuses classes at the level strict alone', () => {
    expect(shown('class A: pass', STRICT)).toEqual([
      '1:1 error: classes are refused at the level strict',
    ]);
    expect(shown('class A: pass', NORMAL)).toEqual([]);
  });

  it('shows twenty at a time', () => {
    expect(shown('import os\n'.repeat(50))).toHaveLength(20);
  });
});
