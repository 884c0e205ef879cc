import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonServer, thisPython, unjailed } from './python-server.ts';

/**
 * Known ways out of Python that is restricted by its own means, each with what must answer it. The
 * server here has no jail, and none of them may do anything: policy is not the wall, yet it holds
 * against all that we know.
 */
const REFUSED: readonly (readonly [string, string])[] = [
  ['class walk', '().__class__.__bases__[0].__subclasses__()'],
  ['class walk from a list', '[].__class__.__mro__[-1]'],
  ['subclasses of object', 'object.__subclasses__()'],
  ['mro as a method', 'int.mro()'],
  ['frame of a generator', 'g = (x for x in [1])\ng.gi_frame.f_back.f_globals'],
  ['frame inside of a generator', 'g = (g.gi_frame.f_back for _ in [1])\nlist(g)'],
  ['code of a generator', '(x for x in [1]).gi_code'],
  ['traceback', 'try:\n  1/0\nexcept Exception as e:\n  e.__traceback__.tb_frame.f_back'],
  ['traceback by attribute', 'def f(t): return t.tb_frame\nf(1)'],
  ['globals of a function', 'def f(): pass\nf.__globals__["__builtins__"]'],
  ['code of a function', 'def f(): pass\nf.__code__ = f.__code__.replace()'],
  ['closure', '(lambda: 1).__closure__'],
  ['builtins by name', '__builtins__["eval"]'],
  ['import by name', '__import__("os")'],
  ['loader', '__loader__.load_module("os")'],
  ['spec', '__spec__'],
  ['build class', '__build_class__(lambda: None, "A")'],
  ['debug', '__debug__'],
  ['eval', 'eval("1")'],
  ['exec', 'exec("1")'],
  ['compile', 'compile("1", "", "eval")'],
  ['open', 'open("/etc/passwd")'],
  ['globals', 'globals()'],
  ['locals', 'locals()'],
  ['vars', 'vars(int)'],
  ['dir', 'dir(int)'],
  ['input', 'input()'],
  ['breakpoint', 'breakpoint()'],
  ['full-width eval', 'ｅval("1")'],
  ['full-width import', '__ｉmport__("os")'],
  ['full-width attribute', '().__ｃlass__'],
  ['assignment of a refused name', 'x = eval'],
  ['walrus of a refused name', '(x := exec)("x")'],
  ['deletion of a special name', 'del __builtins__'],
  ['global of a special name', 'def f():\n  global __builtins__\n  __builtins__ = {}\nf()'],
  ['nonlocal trick', 'def f():\n  __class__ = 1\n  def g():\n    nonlocal __class__\n  g()'],
  ['default of a lambda', 'f = lambda x=eval: x("1")\nf()'],
  ['default of a function', 'def f(x=().__class__): pass'],
  ['annotation', 'def f(x: ().__class__): pass'],
  ['decorator', '@exec\ndef f(): pass'],
  ['decorator of a class', '@().__class__\nclass A: pass'],
  ['metaclass', 'class A(metaclass=print): pass'],
  ['metaclass in a spread', 'class A(**{"metaclass": print}): pass'],
  ['class pattern', 'match 1:\n  case object(__class__=x): pass'],
  ['class pattern of a method', 'match "{0.__class__}":\n  case str(format=f): f(1)'],
  ['match args', 'class A(str):\n  __match_args__ = ("__class__",)'],
  ['class getitem', 'class A:\n  def __class_getitem__(cls, x): return x'],
  ['init subclass', 'class A:\n  def __init_subclass__(cls): pass'],
  ['set name', 'class A:\n  def __set_name__(self, o, n): pass'],
  ['descriptor', 'class A:\n  def __get__(self, o, t): return o'],
  ['del method', 'class A:\n  def __del__(self): pass'],
  ['reduce', 'class A:\n  def __reduce__(self): return (print, ())'],
  ['getattribute', 'object.__getattribute__(1, "__class__")'],
  ['getattribute by super', 'class A:\n  def f(s): return super().__getattribute__("x")\nA().f()'],
  ['dict of a class', 'class A: pass\nA.__dict__'],
  ['self of a built-in', 'print.__self__'],
  ['func of a method', 'class A:\n  def f(s): pass\nA().f.__func__'],
  ['wrapped', 'import functools\nfunctools.wraps(print)(lambda: 1).__wrapped__'],
  ['f-string', 'f"{().__class__}"'],
  ['f-string with a conversion', 'f"{().__class__!r:>{10}}"'],
  ['import of os', 'import os'],
  ['import of os inside a function', 'def f():\n  from os import system\n'],
  ['import of sys as another', 'import sys as json'],
  ['import of a module inside', 'import json, os.path'],
  ['star import', 'from math import *'],
  ['relative import', 'from . import os'],
  ['special name by import', 'from json import __builtins__'],
  ['refused name in a list', 'x = [eval]'],
  ['async function', 'async def f(): pass'],
  ['async comprehension', 'async def f(): return [x async for x in y]'],
  ['memoryview', 'memoryview(b"")'],
];

/** What can only be met while it runs: each must end in an error and give nothing. */
const STOPPED: readonly (readonly [string, string])[] = [
  ['getattr', 'return getattr((), "__cl" + "ass__")'],
  ['getattr with a default', 'return getattr((), "__class__", 1) is not 1 or 1/0'],
  ['getattr of a text class of its own', 'class S(str): pass\nreturn getattr(1, S("__class__"))'],
  ['getattr by map', 'return list(map(getattr, [()], ["__class__"]))'],
  ['hasattr', 'return 1/(1 if hasattr((), "__class__") else 0)'],
  ['setattr', 'class A: pass\nsetattr(A, "__class__", int)'],
  ['delattr', 'class A: pass\ndelattr(A, "__doc" + "__x__")'],
  ['format', 'return "{0.__class__}".format(1)'],
  ['format unbound', 'return str.format("{0.__class__}", 1)'],
  ['format by map', 'return list(map(str.format, ["{0.__class__}"], [1]))'],
  ['format by getattr', 'return getattr("{0.__class__}", "format")(1)'],
  ['format in a format', 'return "{0:{1.__class__}}".format(1, 2)'],
  ['format of an item', 'return "{0[0].__class__}".format([1])'],
  ['format_map', 'return "{x.__class__}".format_map({"x": 1})'],
  ['format of a text class', 'class S(str): pass\nreturn S("{0.__class__}").format(1)'],
  [
    'format by super',
    'class S(str):\n  def f(s): return super().format(1)\nreturn S("{0.__class__}").f()',
  ],
  ['attrgetter', 'import operator\nreturn operator.attrgetter("__class__")(1)'],
  ['attrgetter by path', 'import operator\nreturn operator.attrgetter("real.__class__")(1)'],
  [
    'attrgetter of format',
    'import operator\nreturn operator.attrgetter("format")("{0.__class__}")(1)',
  ],
  ['methodcaller', 'import operator\nreturn operator.methodcaller("__reduce_ex__", 2)(1)'],
  [
    'methodcaller of format',
    'import operator\nreturn operator.methodcaller("format", 1)("{0.__class__}")',
  ],
  ['Formatter', 'import string\nreturn string.Formatter().format("{0.__class__}", 1)'],
  [
    'Formatter get_field',
    'import string\nreturn string.Formatter().get_field("0.__class__", (1,), {})',
  ],
  [
    'update_wrapper of globals',
    'import functools, json\ndef f(): pass\nfunctools.update_wrapper(f, json.dumps, (), ("__globals__",))',
  ],
  ['modules of a module', 'import json\nreturn json.codecs.open("/etc/passwd")'],
  ['modules by getattr', 'import json\nreturn getattr(json, "codecs")'],
  ['modules of random', 'import random\nreturn random._os.system("id")'],
  ['import of a hidden name', 'from json import codecs'],
  ['sys by calendar', 'import calendar\nreturn calendar.sys.modules'],
  ['type of three', 'return type("A", (), {})'],
  ['class of classes', 'class M(type): pass'],
  ['class of classes by call', 'return type(type)("A", (), {})'],
  ['new class by type', 'return type(int)("A", (), {})'],
  [
    'annotation as text',
    'import functools\n@functools.singledispatch\ndef f(x): pass\n@f.register\ndef g(x: "int.mro()"): pass',
  ],
  [
    'Formatter with a colon in the path',
    'import string\nreturn string.Formatter().get_field("0:.__class__", (), {"0:": 1})',
  ],
  ['class of classes by a class', 'class M(type(int)): pass'],
  ['sys by datetime', 'import datetime\nreturn datetime.sys'],
];

const STOPPERS =
  /is refused|are refused|has no attribute|cannot import name|No module named|takes one value|division by zero|positional argument/;

let server: PythonServer;

beforeAll(async () => {
  server = await PythonServer.start(unjailed((await thisPython()).program('python')));
});
afterAll(() => server.close());

describe('escapes from Python', () => {
  it.each(REFUSED)('are refused before anything runs: %s', async (_, code) => {
    const { reason, place } = await server.ask(`print("ran")\n${code}`);
    expect({ reason, isPlaced: (place?.line ?? 0) > 1 }).toEqual({
      reason: 'refused',
      isPlaced: true,
    });
  });

  it.each(STOPPED)('are stopped when they run: %s', async (_, code) => {
    const { reason, value, message } = await server.ask(code);
    expect({ reason, value }).toEqual({ reason: 'error', value: undefined });
    // It is the attempt that failed, not only its result that JSON cannot hold.
    expect(message).toMatch(STOPPERS);
  });

  it('are not there at the level strict, which has no imports, classes or attributes by name', async () => {
    for (const code of [
      'import math',
      'class A: pass',
      'getattr(1, "real")',
      'super()',
      'object',
    ]) {
      const { reason } = await server.ask(code, { level: 'strict' });
      expect([code, reason === 'refused' || reason === 'error']).toEqual([code, true]);
    }
  });

  it('are refused at the level trusted as well', async () => {
    for (const code of [
      'eval("1")',
      'open("x")',
      '().__class__',
      'import os',
      'import subprocess',
    ]) {
      const { reason } = await server.ask(code, { level: 'trusted' });
      expect([code, reason]).toEqual([code, 'refused']);
    }
  });
});
