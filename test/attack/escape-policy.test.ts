import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PythonLevel } from '../../src/contract/index.ts';
import { type CodeDoor, openCodeDoor } from './doors/code-door.ts';
import { buildReal } from './programs.ts';

/** Plain code of a flow that gets at the interpreter's own `os`; the id is that inside the jail. */
const WAYS: readonly (readonly [string, PythonLevel, readonly string[], string])[] = [
  [
    'the guarded Formatter, by way of its base',
    'normal',
    [],
    `import string
f = string.Formatter()
def g(): pass
def walk(o, name): return super(string.Formatter, f).get_field("0." + name, (o,), {})[0]
guard = walk(g, "__builtins__")["<attribute>"]
load = walk(walk(guard, "__globals__")["builtins"], "__import__")
result = load("os").getpid()`,
  ],
  [
    'a metaclass, which type() gives of an abstract class',
    'normal',
    [],
    `import collections.abc
def g(): pass
X = type(collections.abc.Sized)("X", (), {"__match_args__": ("__builtins__", "__globals__")})
X.register(type(g))
match g:
    case X(inner, _): guard = inner["<attribute>"]
match guard:
    case X(inner, _): result = inner["__import__"]("os").getpid()`,
  ],
  [
    'a pattern whose names come from a named tuple',
    'normal',
    [],
    `import collections, collections.abc
class X(collections.namedtuple("N", "gi_frame"), collections.abc.Sized): pass
class Y(collections.namedtuple("F", "f_back f_builtins"), collections.abc.Sized): pass
found = []
def look():
    match itself:
        case X(frame): Y.register(type(frame))
    while frame is not None:
        match frame:
            case Y(frame, inner): found.append(inner)
    yield 1
itself = look()
X.register(type(itself))
next(itself)
result = found[-1]["__import__"]("os").getpid()`,
  ],
  [
    'a reference of typing, which evaluates text',
    'normal',
    ['typing'],
    `import typing
reference = typing.get_args(typing.Optional["__import__('os').getpid()"])[0]
result = reference._evaluate({}, {}, frozenset())`,
  ],
  [
    'an enum made of a module',
    'trusted',
    [],
    `import enum
result = enum.Enum._convert_("Z", "posix", lambda name: name == "getpid").getpid.value()`,
  ],
  [
    'what a module inside an allowed one has imported',
    'trusted',
    [],
    'from json.tool import Path\nresult = len(Path("/app/python/serve.py").read_text())',
  ],
];

/** numpy and pandas lead to native code and `os`: trusted is trusted with the interpreter. */
const OPEN_AT_TRUSTED: typeof WAYS = [
  ['a module of pandas', 'trusted', [], 'import pandas\nresult = pandas.io.common.os.getpid()'],
  [
    'ctypes of numpy',
    'trusted',
    [],
    'import numpy\nresult = numpy.ctypeslib.ctypes.CDLL(None).getppid()',
  ],
];

let door: CodeDoor;
beforeAll(async () => {
  door = await openCodeDoor(buildReal);
}, 60_000);
afterAll(() => door.close());

async function run([_, level, allowedImports, code]: (typeof WAYS)[number]) {
  return await door.sandbox.python(
    {
      ...{ code, names: {}, seed: 1, nowMs: 0, level, allowedImports, outputBytes: 1_024 },
      ...{ signal: new AbortController().signal, report: () => {} },
    },
    'mallory',
  );
}

/** The jail holds all of these as well; the policy is there for good messages. */
describe('the policy for Python stops', () => {
  it.each(WAYS)('%s', async (...way) => {
    await expect(run(way)).rejects.toMatchObject({ code: /CODE_(?:REFUSED|ERROR)/ });
  });
});

/** Kept here so that nobody takes the policy at trusted for a wall. */
describe('the policy for Python does not stop, and says so', () => {
  it.fails.each(OPEN_AT_TRUSTED)('%s', async (...way) => {
    await expect(run(way)).rejects.toMatchObject({ code: /CODE_(?:REFUSED|ERROR)/ });
  });
});
