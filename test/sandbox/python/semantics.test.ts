import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonServer, thisPython, unjailed } from './python-server.ts';

let server: PythonServer;
const value = async (...question: Parameters<PythonServer['ask']>) => {
  const answer = await server.ask(...question);
  return answer.reason === undefined ? answer.value : answer;
};

beforeAll(async () => {
  server = await PythonServer.start(unjailed((await thisPython()).program('python')));
});
afterAll(() => server.close());

describe('what code gives', () => {
  it('is the variable result, a return at the top, or null', async () => {
    expect(await value('result = 1 + 1')).toBe(2);
    expect(await value('if True:\n  return 3\nresult = 4')).toBe(3);
    expect(await value('x = 1')).toBe(null);
    expect(await value('if False:\n  return 1\nresult = 5')).toBe(5);
    expect(await value('result = 6\nreturn None')).toBe(null);
    expect(await value('')).toBe(null);
  });

  it('is what a function gives that is called with the context, or without', async () => {
    const names = { a: 2 };
    const twice = 'def twice(context):\n  return context["a"] * 2';
    expect(await value(twice, { names, function: 'twice' })).toBe(4);
    expect(await value('def one(): return 1', { names, function: 'one' })).toBe(1);
    expect(await value('def all(*items): return len(items)', { function: 'all' })).toBe(1);
    expect((await server.ask('x = 1', { function: 'main' })).message).toBe(
      'the function main is not defined in the code; define it, or correct function',
    );
    expect((await server.ask('main = 1', { function: 'main' })).message).toContain(
      'main is not a function',
    );
  });

  it('may hold names of the outer code that functions set, with and without a return', async () => {
    const code = [
      'count: int = 0',
      'seen: list',
      'def add(n):\n  global count\n  count += n\n  return count',
      'values = [add(n) for n in range(4) if (last := n) >= 0]',
      'try:\n  1/0\nexcept ZeroDivisionError as error:\n  pass',
      'match {"a": 1, "b": 2}:\n  case {"a": first, **rest}: pass',
      'class Point:\n  x: int = 1\n  def get(self): return count + self.x',
      'del values',
    ].join('\n');
    const after = '[count, last, first, rest, Point().get()]';
    expect(await value(`${code}\nresult = ${after}`)).toEqual([6, 3, 1, { b: 2 }, 7]);
    expect(await value(`${code}\nreturn ${after}`)).toEqual([6, 3, 1, { b: 2 }, 7]);
  });
});

describe('what code begins with', () => {
  it('is context, inputs, and each name that can be a variable', async () => {
    const names = {
      inputs: { a: 1 },
      fetch: 2,
      list: 3,
      result: 4,
      'a-b': 5,
      class: 6,
      context: 7,
    };
    const code = 'return [inputs["a"], fetch, list((1,)), context["a-b"], context["result"]]';
    expect(await value(code, { names })).toEqual([1, 2, [1], 5, 4]);
    expect(await value('x = 1', { names })).toBe(null);
    expect(await value('return [inputs, context]')).toEqual([{}, {}]);
  });

  it('is new for each call', async () => {
    await server.ask('import json\njson.dumps = None\nleft = 1');
    expect(await value('import json\nreturn json.dumps([1])')).toBe('[1]');
    expect((await server.ask('return left')).message).toBe("NameError: name 'left' is not defined");
  });
});

describe('ordinary Python', () => {
  it.each([
    [
      'classes',
      'class A:\n  def __init__(self, x): self.x = x\n  def __repr__(self): return f"A{self.x}"\nclass B(A):\n  def __init__(self): super().__init__(2)\nreturn repr(B())',
      'A2',
    ],
    ['generators', 'def g():\n  for n in range(3):\n    yield n * n\nreturn sum(g())', 5],
    ['properties', 'class A:\n  @property\n  def x(self): return 3\nreturn A().x', 3],
    [
      'format',
      'class A: x = 1\nreturn "{} {0.x} {b:>4}".replace("{}", "-").format(A, b=2)',
      '- 1    2',
    ],
    [
      'type',
      'return [type(1) is int, isinstance(int, type), type(type(1)).__name__]',
      [true, true, 'type'],
    ],
    ['match', 'match [1, 2]:\n  case [a, b]: return a + b', 3],
    ['regular expressions', 'import re\nreturn re.sub(r"(\\d)", r"<\\1>", "a1")', 'a<1>'],
    [
      'dates',
      'from datetime import datetime\nreturn datetime.strptime("2024-02-29", "%Y-%m-%d").isoformat()',
      '2024-02-29T00:00:00',
    ],
    [
      'collections',
      'from collections import Counter, namedtuple\nP = namedtuple("P", "x y")\nreturn [Counter("aab"), P(1, 2)._asdict()]',
      [
        { a: 2, b: 1 },
        { x: 1, y: 2 },
      ],
    ],
    [
      'modules inside',
      'import collections.abc\nfrom collections.abc import Mapping\nreturn isinstance({}, collections.abc.Mapping)',
      true,
    ],
    ['statistics', 'import statistics\nreturn statistics.mean([1, 2, 3])', 2],
    ['partial', 'from functools import partial, reduce\nreturn reduce(partial(max), [1, 3, 2])', 3],
    [
      'wraps',
      'import functools\ndef d(f):\n  @functools.wraps(f)\n  def g(): return f()\n  return g\n@d\ndef x(): return 1\nreturn [x(), x.__name__]',
      [1, 'x'],
    ],
    ['main guard', 'if __name__ == "__main__":\n  return 1', 1],
    ['unicode names', 'größe = 1\nreturn größe', 1],
    [
      'context managers',
      'class C:\n  def __enter__(self): return 1\n  def __exit__(self, *a): return True\nwith C() as c:\n  1/0\nreturn c',
      1,
    ],
    [
      'private names',
      'class A:\n  def __init__(self): self.__x = 1\n  def get(self): return self.__x\nreturn A().get()',
      1,
    ],
  ])('works at the level normal: %s', async (_, code, expected) => {
    expect(await value(code)).toEqual(expected);
  });

  it('has what allowed_imports adds, and more at the level trusted', async () => {
    expect(
      await value('from decimal import Decimal\nreturn Decimal("1.10")', { imports: ['decimal'] }),
    ).toBe('1.10');
    expect(
      await value('import urllib.parse\nreturn urllib.parse.quote("a b")', { level: 'trusted' }),
    ).toBe('a%20b');
    expect(
      await value('from urllib import parse\nreturn parse.quote("a b")', { level: 'trusted' }),
    ).toBe('a%20b');
    expect(
      await value('import xml.etree.ElementTree as ET\nreturn ET.fromstring("<a>1</a>").text', {
        level: 'trusted',
      }),
    ).toBe('1');
    expect(
      await value(
        'import io, csv\nf = io.StringIO()\ncsv.writer(f).writerow([1])\nprint(2, file=f)\nreturn f.getvalue()',
        { level: 'trusted' },
      ),
    ).toBe('1\r\n2\n');
  });
});

describe('time and chance', () => {
  it('stand still and repeat', async () => {
    const code = [
      'import datetime, random, time, uuid, secrets',
      'return [time.time(), time.monotonic(), datetime.datetime.now().isoformat(),',
      '  datetime.datetime.utcnow().isoformat(), datetime.date.today().isoformat(),',
      '  datetime.datetime.now(datetime.timezone.utc).isoformat(), time.strftime("%H:%M"),',
      '  random.random(), random.Random().random(), secrets.token_hex(4), str(uuid.uuid4()),',
      '  str(uuid.uuid1()), list({"a", "b", "c", "d"}), hash("x")]',
    ].join('\n');
    const first = await value(code.replace('hash("x")', 'hash("x") % 1000'), { level: 'trusted' });
    const again = await value(code.replace('hash("x")', 'hash("x") % 1000'), { level: 'trusted' });
    expect(again).toEqual(first);
    expect((first as unknown[]).slice(0, 7)).toEqual([
      1_700_000_000,
      0,
      '2023-11-14T22:13:20',
      '2023-11-14T22:13:20',
      '2023-11-14',
      '2023-11-14T22:13:20+00:00',
      '22:13',
    ]);
    const other = await value('import random\nreturn random.random()', { seed: 2 });
    expect(other).not.toEqual((first as unknown[])[7]);
    expect((await server.ask('import time\ntime.sleep(1)', { level: 'trusted' })).message).toBe(
      'RuntimeError: time.sleep is refused: time stands still here; use a delay node instead',
    );
  });
});

describe('lines of the log', () => {
  it('come from print and warnings, each at once, also where the code then fails', async () => {
    const { logs, message } = await server.ask(
      'print("a", 1, sep="-")\nprint("b\\nc", end="")\nprint("d")\nx = 1 is 1\n1/0',
    );
    expect(logs).toEqual([
      expect.stringMatching(/^warn: SyntaxWarning: "is" with/),
      'info: a-1',
      'info: b',
      'info: cd',
    ]);
    expect(message).toBe('ZeroDivisionError: division by zero');
  });

  it('end at the limits, with how many were dropped', async () => {
    const { logs } = await server.ask('for n in range(1500): print(n)');
    expect(logs).toHaveLength(1001);
    expect(logs[1000]).toBe('warn: … 500 more lines dropped');
    const long = (await server.ask('print("é" * 100000)\nprint("x")')).logs;
    expect(long.map((line) => line.length)).toEqual([32_774, 27]);
    expect(long[1]).toBe('warn: … 1 more line dropped');
  });

  it('are kept when the time is over', async () => {
    const answer = await server.ask(
      'print("so far")\nwhile True:\n  try:\n    while True: pass\n  except ValueError: pass',
      { timeoutMs: 300 },
    );
    expect(answer).toMatchObject({
      reason: 'timeout',
      message: 'interrupted',
      logs: ['info: so far'],
    });
  });
});
