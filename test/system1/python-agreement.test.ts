// What a python node refuses when a flow is read, its jail refuses too: nobody is turned away for
// code that would have run.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PythonLevel } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { hasJail } from '../support/jail.ts';
import { openPythonJail, type PythonJail } from './python-jail.ts';

const node = NODE_TYPES.find(({ id }) => id === 'python');
let jail: PythonJail;
const isThere = hasJail();
const WHY = 'there is no jail for Python on this machine';

beforeAll(async () => {
  if (isThere) jail = await openPythonJail();
}, 60_000);

afterAll(() => jail?.close());

const LEVELS = ['strict', 'normal', 'trusted'] as const;

/** The code of the first error when the flow is read; undefined where there is none. */
function whenRead(code: string, level: PythonLevel): string | undefined {
  const issues = node?.check?.({ code, security_level: level }) ?? [];
  return issues.find(({ severity }) => severity !== 'warning')?.code;
}

/** The code of the error when it runs; undefined where it completes. */
async function whenRun(code: string, level: PythonLevel): Promise<string | undefined> {
  try {
    const limits = { timeoutMs: 2_000, outputBytes: 100_000, seed: 1, nowMs: 0 };
    const signal = AbortSignal.timeout(10_000);
    const request = { code, names: {}, level, allowedImports: [], signal, report: () => {} };
    await jail.sandbox.python({ ...request, ...limits }, 'test');
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

const REFUSED = [
  '().__class__',
  'x = f"{1 .__class__}"',
  '__builtins__',
  '__import__("os")',
  '__loader__',
  '__spec__',
  '__file__',
  'e = exec',
  'x = max(open, 1)',
  'def f(close): return open',
  'async def f(): pass',
  'x = [y async for y in z]',
  'input("?")',
  'exit()',
  'quit(1)',
  ...['eval', 'exec', 'compile', 'open', 'globals', 'locals', 'breakpoint'].map(
    (name) => `${name}()`,
  ),
  ...[
    '__base__',
    '__bases__',
    '__builtins__',
    '__closure__',
    '__code__',
    '__dict__',
    '__func__',
  ].map((name) => `len.${name}`),
  ...['__getattribute__', '__globals__', '__mro__', '__reduce__', '__reduce_ex__', '__self__'].map(
    (name) => `len.${name}`,
  ),
  ...['__subclasses__', '__traceback__', '__wrapped__', 'ag_frame', 'cr_frame', 'f_back'].map(
    (name) => `len.${name}`,
  ),
  ...[
    'f_builtins',
    'f_code',
    'f_globals',
    'f_locals',
    'gi_code',
    'gi_frame',
    'tb_frame',
    'tb_next',
  ].map((name) => `len.${name}`),
  'import os',
  'import json, sys',
  'from . import a',
  'from math import *',
  'import importlib.util',
  'from ctypes import CDLL',
];

const FAULTS = [
  'x = (1,\ny = 2\n',
  'x = [1)\n',
  'x = 1)\n',
  'x = "abc\n',
  'x = """abc\n',
  'x = “abc”\n',
  'x =\u200b 1\n',
  'if x\n    y = 1\n',
  'if x:\ny = 1\n',
  'x = 1\n  y = 2\n',
  '  y = 2\n',
  'if x:\n    a\n  b\n',
  'if x = 1:\n    y\n',
  'print "hello"\n',
  'x = = 1\n',
  'if x:',
  'x = 1\0\n',
  `x = ${'('.repeat(201)}1${')'.repeat(201)}`,
];

const TAKEN = [
  'import math\nresult = math.pi',
  'import collections.abc\nfrom collections import OrderedDict as O',
  'x = 24. + 1_0. * 2.j\ny = [1., 2.]\nz = 1.\n',
  'def f():\n    x = yield\n    return (yield)\n',
  'match 1:\n    case int() | str(): pass\n    case {}: pass\n',
  'case = 1\nmatch = case\ntype = match\n',
  'a = [1]\nb = [*a, *a]\nfor c, *_ in []: pass\nresult = [d for d, *_ in []]\n',
  'f = lambda a, /, b: a\ng = lambda a,: 0\nresult = g(1)\n',
  'x = 1\n\f\ndef f():\n    pass\n\fy = 2\n',
  "x = 'a\\\nb'\ny = \\\n  1\n",
  'x = 1\r\nif x:\r\n    y = \\\r\n        2\r\n',
  'def f():\n    pass\n      ',
  '\u00e9t\u00e9 = "\u{1f600}"\nresult = \u00e9t\u00e9',
  'class A:\n    def __init__(self):\n        self.x = 1\nresult = A().x',
  'def input(x): return x\nresult = input(1)',
  'open, close = 1, 2\nresult = close - open',
  'def change(open, close): return close - open\nresult = change(1, close=2)',
  'for open in [1]: print(open)\nresult = [compile for compile in [1]]',
  'import math as locals\nresult = locals.pi',
  'if (exec := 1): result = exec',
  'def vars(x): return x\neval = vars\nresult = eval(1)',
  'if True:\n\tx = 1\n\ty = 2\n',
];

const WHOLE = `import json
def totals(rows, *, by="region"):
    sums = {}
    for row in rows:
        key = row.get(by, "none") if row else 'none'
        sums[key] = sums.get(key, 0) + row["amount"] * 1.
    return {k: round(v, 2) for k, v in sorted(sums.items())}

class Box:
    """Holds one thing."""
    def __init__(self, thing=None): self.thing = thing

try:
    result = totals([{"amount": 2, "region": f"{'N'!s:>3}"}], by="region")
except (KeyError, ValueError) as error:
    result = [str(error), *range(3)]
`;

describe('what is refused when the flow is read', () => {
  it('is refused when it runs, at every level', async ({ skip }) => {
    skip(!isThere, WHY);
    for (const level of LEVELS) {
      for (const code of REFUSED) {
        expect([level, code, whenRead(code, level)]).toEqual([level, code, 'CODE_REFUSED']);
        expect([level, code, await whenRun(code, level)]).toEqual([level, code, 'CODE_REFUSED']);
      }
    }
  }, 60_000);

  it('is a fault for CPython, where it is one here', async ({ skip }) => {
    skip(!isThere, WHY);
    for (const code of FAULTS) {
      expect([code, whenRead(code, 'normal')]).toEqual([code, 'CODE_SYNTAX']);
      expect([code, await whenRun(code, 'normal')]).toEqual([code, 'CODE_SYNTAX']);
    }
  });

  it('is nothing that would have run', async ({ skip }) => {
    skip(!isThere, WHY);
    for (const code of TAKEN) {
      expect([code, whenRead(code, 'normal')]).toEqual([code, undefined]);
      expect([code, await whenRun(code, 'normal')]).toEqual([code, undefined]);
    }
  });

  it('is never more than CPython refuses, where a character of good code is lost or doubled', async ({
    skip,
  }) => {
    skip(!isThere, WHY);
    const places = fc.tuple(fc.nat({ max: WHOLE.length - 1 }), fc.boolean());
    const broken = places.map(([at, isDoubled]) => {
      const letter = isDoubled ? WHOLE.charAt(at).repeat(2) : '';
      return WHOLE.slice(0, at) + letter + WHOLE.slice(at + 1);
    });
    await fc.assert(
      fc.asyncProperty(broken, async (code) => {
        const read = whenRead(code, 'normal');
        if (read !== undefined) expect([code, await whenRun(code, 'normal')]).toEqual([code, read]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
