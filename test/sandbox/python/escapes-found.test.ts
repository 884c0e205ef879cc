import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonServer, type Trial, thisPython, unjailed } from './python-server.ts';

const FORMATTER = 'import string\nf = string.Formatter()\n';
const CONVERT =
  'import enum\nclass E(enum.Enum):\n  A = 1\n  def f(self): return super()._convert_\n';
const FIELDS = 'import dataclasses\n@dataclasses.dataclass\nclass A:\n  x: int\n';

/** Ways round the policy that once were open, each as an author of code could write it. */
const CLOSED: readonly (readonly [string, string])[] = [
  [
    'the library behind Formatter',
    `${FORMATTER}super(string.Formatter, f).get_field("0.x", (1,), {})`,
  ],
  ['a private name in Formatter', `${FORMATTER}f.get_field("0._convert_", (f,), {})`],
  ['a private name in a format', 'class A: pass\na = A()\na._x = 1\n"{0._x}".format(a)'],
  ['an enum of a module', `${CONVERT}E._convert_`],
  ['an enum of a module, from inside', `${CONVERT}E.A.f()`],
  ['a private name by getattr', `${CONVERT}getattr(enum.Enum, "_convert_")`],
  [
    'a private name by attrgetter',
    `${CONVERT}import operator\noperator.attrgetter("_convert_")(E)`,
  ],
  [
    'a private name by methodcaller',
    `${CONVERT}import operator\noperator.methodcaller("_convert_", "Z", "posix", len)(E)`,
  ],
  ['a private name behind another', `${CONVERT}class H: pass\nh = H()\nh._e = E\nh._e._convert_`],
  [
    'a private name in +=',
    `${CONVERT}class O:\n  def __radd__(self, other): return other\nE._convert_ += O()`,
  ],
  ['a private name in a pattern', `${CONVERT}match E:\n  case object(_convert_=f): pass`],
  [
    'a private name as a value of a pattern',
    `${CONVERT}class S:\n  def __eq__(self, other): return True\nmatch S():\n  case E._convert_: pass`,
  ],
  [
    'a private name of an alias',
    `${CONVERT}import typing\ntyping.Annotated[E, 1].__getattr__("_convert_")`,
  ],
  ['a private name by super of a class', `${CONVERT}super(E, E.A)._convert_`],
  ['format in +=', 'class O:\n  def __radd__(self, other): return other\nx = ""\nx.format += O()'],
  [
    'format behind format',
    'class H: pass\nh = H()\nh.format = "{0.__class__}"\nh.format.format(1)',
  ],
  ['members of an enum as names of a module', 'import enum\nenum.global_enum'],
  ['descriptors of enums, which read any name', 'import enum\nenum.property'],
  [
    'what sys holds, by a name of a class',
    'import contextlib\nclass R(contextlib.redirect_stdout): _stream = "modules"',
  ],
  [
    'a field whose name was changed to code',
    `${FIELDS}dataclasses.fields(A)[0].name = "x=print(1)"\n@dataclasses.dataclass\nclass B(A): pass`,
  ],
  [
    'a base with a field whose name was changed',
    `${FIELDS}dataclasses.fields(A)[0].name = "x=1"\ndataclasses.make_dataclass("M", ["q"], bases=(A,))`,
  ],
  [
    'annotations that are code, from another object',
    'import dataclasses, functools\nclass Evil:\n  def __getattr__(self, name): return {"x=print(1)": int}\n' +
      'class A: pass\nfunctools.update_wrapper(A, Evil())\ndataclasses.dataclass(A)',
  ],
  [
    'annotations that are code, of a typed dict',
    'import dataclasses, typing\ndataclasses.dataclass(typing.TypedDict("T", {"x=print(1)": int}))',
  ],
  [
    'a field that spells itself in two ways',
    'import dataclasses\nclass S(str):\n  def isidentifier(self): return True\n' +
      '  def __format__(self, spec): return "x=print(1)"\ndataclasses.make_dataclass("X", [S("a")])',
  ],
  [
    'special methods by a namespace',
    'import dataclasses\ndataclasses.make_dataclass("X", [], namespace={})',
  ],
  [
    'an abstract class that takes in others',
    'import collections.abc\ncollections.abc.Sized.register(int)',
  ],
  [
    'the class of abstract classes',
    'import collections.abc\ntype(collections.abc.Sized)("X", (), {})',
  ],
  ['a class of the class of abstract classes', 'import abc\nclass M(type(abc.ABC)): pass'],
  ['the class of abstract classes by name', 'from abc import ABCMeta'],
  ['a pattern without names', 'class A: pass\nmatch 1:\n  case A(x): pass'],
  ['a pattern of a name that looks built-in', 'int = 5\nmatch 1:\n  case int(x): pass'],
  [
    'a frame as a field of a named tuple',
    'import collections\ncollections.namedtuple("N", "gi_frame")',
  ],
  ['a frame as a field of a class', 'class A:\n  gi_frame: int'],
  ['a module inside of one', 'from json.tool import Path'],
  ['what a module only uses itself', 'import statistics\nstatistics.namedtuple'],
];

/** What looks like the above, and is honest code. */
const OPEN: readonly (readonly [string, string, unknown])[] = [
  [
    'private attributes of its own',
    'class A:\n  _made = 0\n  def __init__(self): self._x = 1\n  def up(self):\n    self._x += 2\n    return self._x\n' +
      '  @classmethod\n  def make(cls):\n    cls._made += 1\n    return cls()\nreturn [A.make().up(), A._made, getattr(A(), "_x"), getattr(A(), "_y", 9)]',
    [3, 1, 1, 9],
  ],
  [
    'private attributes of classes that inherit',
    'class A:\n  def _f(self): return 1\nclass B(A):\n  def _f(self): return super()._f() + 1\n' +
      'class L(list):\n  def f(self):\n    self._seen = B()\n    self._seen._inner = 3\n    return self._seen._inner + self._seen._f()\nreturn L().f()',
    5,
  ],
  [
    'what is evaluated once in +=',
    'class A: pass\na = A()\na._n = 1\nseen = []\ndef one():\n  seen.append(1)\n  return a\none()._n += 1\nreturn [a._n, len(seen)]',
    [2, 1],
  ],
  [
    'enums with private attributes',
    'from enum import Enum\nclass P(Enum):\n  A = (1, 2)\n  def __init__(self, a, b):\n    self._a = a\n    self.sum = self._a + b\nreturn [P.A.sum, P.A._a]',
    [3, 1],
  ],
  [
    'dataclasses of all kinds',
    'from dataclasses import asdict, dataclass, field, make_dataclass\n@dataclass(slots=True)\nclass P:\n  _x: int\n  y: list = field(default_factory=list)\n' +
      '  def f(self): return self._x\nM = make_dataclass("M", ["a", ("b", int, 3)])\nreturn [P(1).f(), asdict(M(1))]',
    [1, { a: 1, b: 3 }],
  ],
  [
    'named tuples and their methods',
    'from collections import namedtuple\nP = namedtuple("P", "x y", defaults=[4])\nreturn [P(1)._replace(x=3)._asdict(), P._fields, P._make([1, 2])]',
    [{ x: 3, y: 4 }, ['x', 'y'], [1, 2]],
  ],
  [
    'patterns with names, and of built-in types',
    'class P:\n  def __init__(self): self.x = 1\nmatch P():\n  case P(x=a): pass\nmatch [5, "s"]:\n  case [int(b), str() as c]: pass\nreturn [a, b, c]',
    [1, 5, 's'],
  ],
  [
    'a Formatter of its own',
    'import string\nclass F(string.Formatter):\n  def get_value(self, key, args, kwargs):\n    return kwargs.get(key, "?") if isinstance(key, str) else args[key]\n' +
      'return [F().format("{} {x:>{w}} {} {y}", 1, 2, x=3, w=3), string.Formatter().vformat("{a[0]}{0.real!r:>3}", (5,), {"a": [1]})]',
    ['1   3 2 ?', '1  5'],
  ],
  [
    'register and __getattr__ of its own',
    'class R:\n  def __init__(self): self.held = []\n  def register(self, one): self.held.append(one)\n  def __getattr__(self, name): return name * 2\n' +
      'r = R()\nr.register(1)\n@r.register\ndef f(): pass\nreturn [len(r.held), r._q, r.ab]',
    [2, '_q_q', 'abab'],
  ],
  [
    'decorators as classes and functions',
    'import functools\nclass D:\n  def __init__(self, f):\n    functools.update_wrapper(self, f)\n    self._f = f\n  def __call__(self): return self._f()\n' +
      '@D\ndef g(): return 1\ndef h(f):\n  @functools.wraps(f)\n  def i(): return f()\n  return i\n@h\ndef k(): "doc"\nreturn [g(), g.__name__, k.__doc__]',
    [1, 'g', 'doc'],
  ],
  [
    'modules inside of ones',
    'from json.decoder import JSONDecodeError\nfrom collections.abc import Sized\nreturn isinstance([], Sized)',
    true,
  ],
];

const TRIAL: Trial = {
  level: 'normal',
  imports: ['abc', 'contextlib', 'dataclasses', 'enum', 'typing'],
};
const STOPPERS =
  /refused|no attribute|cannot import name|takes one value|cannot be|must be plain|takes no/;

let server: PythonServer;
beforeAll(async () => {
  server = await PythonServer.start(unjailed((await thisPython()).program('python')));
});
afterAll(() => server.close());

describe('ways round the policy for Python', () => {
  it.each(CLOSED)('are closed: %s', async (_, code) => {
    const { value, message, logs } = await server.ask(code, TRIAL);
    expect({ value, logs }).toEqual({ value: undefined, logs: [] });
    expect(message).toMatch(STOPPERS);
  });

  it.each(OPEN)('are not confused with %s', async (_, code, value) => {
    const { value: got, message } = await server.ask(code, TRIAL);
    expect([got, message]).toEqual([value, undefined]);
  });
});
