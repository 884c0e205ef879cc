import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, PythonServer, thisPython, unjailed } from './python-server.ts';

let core: PythonServer;
/** Absent where this Python has no tables. */
let data: PythonServer | undefined;

beforeAll(async () => {
  const python = await thisPython();
  core = await PythonServer.start(unjailed(python.program('python')));
  if (python.modules.pandas === undefined) return;
  data = await PythonServer.start(unjailed(await python.program('python-data')));
});
afterAll(async () => {
  await core.close();
  await data?.close();
});

const trusted = (code: string) =>
  core.ask(`import ${MODULES}\n${code}`, { level: 'trusted', imports: ['collections'] });
async function table(code: string): Promise<Answer> {
  const trial = { level: 'trusted', memoryBytes: 512 * 1024 * 1024 } as const;
  if (data === undefined) throw new Error('tables are not asked for');
  return await data.ask(`import numpy as np\nimport pandas as pd\n${code}`, trial);
}
const MODULES = 'collections, dataclasses, datetime, decimal, enum, fractions, uuid';
const CLASSES = [
  '@dataclasses.dataclass',
  'class Point:',
  '  x: int',
  '  y: object = None',
  'class Colour(enum.Enum):',
  '  RED = "red"',
  'class Size(int, enum.Enum):',
  '  BIG = 3',
].join('\n');

describe('results', () => {
  it.each([
    ['{"a": [1, 2.5, True, None, "é\\n"]}', { a: [1, 2.5, true, null, 'é\n'] }],
    ['(1, (2,))', [1, [2]]],
    ['{1: "a", 1.5: "b", True: "c", None: "d"}', { 1: 'c', 1.5: 'b', null: 'd' }],
    ['[-0.0, 1e300, 2**53 - 1]', [-0, 1e300, 2 ** 53 - 1]],
    ['"\\ud800"', '\ud800'],
    ['datetime.datetime(2024, 1, 2, 3, tzinfo=datetime.timezone.utc)', '2024-01-02T03:00:00+00:00'],
    ['[datetime.date(2024, 1, 2), datetime.time(3, 4)]', ['2024-01-02', '03:04:00']],
    ['[decimal.Decimal("1.10"), fractions.Fraction(1, 3)]', ['1.10', '1/3']],
    ['uuid.UUID(int=1)', '00000000-0000-0000-0000-000000000001'],
    ['[Colour.RED, Size.BIG, {Colour.RED.value: 1}]', ['red', 3, { red: 1 }]],
    ['Point(1, Point(2))', { x: 1, y: { x: 2, y: null } }],
    ['collections.Counter("aab")', { a: 2, b: 1 }],
    ['collections.namedtuple("P", "x y")(1, 2)', [1, 2]],
  ])('become JSON: %s', async (expression, expected) => {
    const { value, message } = await trusted(`${CLASSES}\nresult = ${expression}`);
    expect({ value, message }).toEqual({ value: expected, message: undefined });
  });

  it.each([
    ['{"a": [1, float("nan")]}', 'result.a[1] is nan, which JSON cannot hold; use None or text'],
    ['{"a b": float("inf")}', "result['a b'] is inf, which JSON cannot hold; use None or text"],
    ['[2**53]', 'result[0] is an integer beyond 2**53 - 1; use str(...)'],
    ['10**5000', 'result is an integer beyond 2**53 - 1; use str(...)'],
    ['{1, 2}', 'result is of type set, which JSON cannot hold; use sorted(...) or list(...)'],
    ['b"x"', 'result is of type bytes, which JSON cannot hold; use .decode() for text, or base64'],
    ['{"a": range(3)}', 'result.a is of type range, which JSON cannot hold; use list(...)'],
    ['(x for x in [1])', 'result is of type generator, which JSON cannot hold; use list(...)'],
    ['len', 'result is of type builtin_function_or_method, which JSON cannot hold; call it'],
    ['{}.keys()', 'result is of type dict_keys, which JSON cannot hold; use list(...)'],
    [
      'object()',
      'result is of type object, which JSON cannot hold; use a dict, a list, text or numbers',
    ],
    ['datetime.timedelta(1)', expect.stringContaining('use .total_seconds()')],
    ['{(1, 2): 3}', 'result has a key of type tuple; use text, such as str(...)'],
    ['{1: 1, "1": 2}', "result has the key '1' twice, as text and as a value"],
  ])('are refused with path and remedy where JSON has no such thing: %s', async (code, message) => {
    expect(await trusted(`result = ${code}`)).toMatchObject({ reason: 'error', message });
  });

  it('are refused where they are too deep, contain themselves or are too large', async () => {
    const deep = await core.ask('x = 1\nfor _ in range(200): x = [x]\nreturn x');
    expect(deep.message).toContain('is nested more than 100 deep');
    const round = await core.ask('x = {"a": []}\nx["a"].append(x)\nreturn x');
    expect(round.message).toBe('result.a[0] contains itself');
    const large = await core.ask('return "x" * 2000', { outputBytes: 1024 });
    expect(large).toMatchObject({
      reason: 'output',
      message: 'the result is larger than 1024 bytes',
    });
    const laughs = 'x = [1] * 10\nfor _ in range(90): x = [x] * 10\nreturn x';
    expect((await core.ask(laughs, { outputBytes: 65_536 })).reason).toBe('output');
    expect((await core.ask('return "é" * 1000', { outputBytes: 2002 })).value).toHaveLength(1000);
    expect((await core.ask('return "é" * 1001', { outputBytes: 2002 })).reason).toBe('output');
  });

  it('do not ask methods that the code put in the place of those of Python', async () => {
    const code = [
      'class D(dict):',
      '  def items(self): 1/0',
      '  def __iter__(self): 1/0',
      '  def __len__(self): return 10**9',
      'class L(list):',
      '  def __iter__(self): 1/0',
      'class S(str):',
      '  def __str__(self): 1/0',
      '  def __eq__(self, other): 1/0',
      '  def __hash__(self): return 1',
      'class I(int):',
      '  def __repr__(self): return "}"',
      '  def __add__(self, other): 1/0',
      'class F(float):',
      '  def __repr__(self): return "NaN"',
      '  def __mul__(self, other): return float("nan")',
      'len = type = print = isinstance = None',
      'return D(a=L([S("x"), I(1), F(1.5)]))',
    ].join('\n');
    expect((await core.ask(code)).value).toEqual({ a: ['x', 1, 1.5] });
    const patched = 'import json\njson.JSONEncoder.encode = lambda *_: "forged"\nreturn [1]';
    expect((await core.ask(patched)).value).toEqual([1]);
  });
});

describe('tables', () => {
  beforeEach(({ skip }) => skip(data === undefined, 'this Python has no numpy and pandas'));

  it.each([
    ['np.int64(3)', 3],
    ['[np.float64(1.5), np.bool_(True), np.str_("a")]', [1.5, true, 'a']],
    [
      'np.arange(4).reshape(2, 2)',
      [
        [0, 1],
        [2, 3],
      ],
    ],
    ['np.array(["2024-01-01", "NaT"], dtype="datetime64[D]")', ['2024-01-01', null]],
    [
      'pd.DataFrame({"a": [1, 2], "b": ["x", None]})',
      [
        { a: 1, b: 'x' },
        { a: 2, b: null },
      ],
    ],
    ['pd.DataFrame({"a": [1.5, float("nan")]})', [{ a: 1.5 }, { a: null }]],
    ['pd.Series([1, None, 3])', [1, null, 3]],
    ['pd.Series(pd.to_datetime(["2024-01-01", None]))', ['2024-01-01T00:00:00', null]],
    ['[pd.Timestamp(0), pd.NaT, pd.NA]', ['1970-01-01T00:00:00', null, null]],
    ['pd.Series(["a", "b", "a"]).value_counts().to_dict()', { a: 2, b: 1 }],
    ['pd.Series([5, 5]).value_counts().to_dict()', { 5: 2 }],
    ['pd.Index(["a"])', ['a']],
    ['pd.array([1, None])', [1, null]],
    ['pd.DataFrame({"k": ["a", "b", "a"], "n": [1, 2, 3]}).groupby("k").n.sum()', [4, 2]],
  ])('become JSON, their gaps null: %s', async (expression, expected) => {
    const { value, message } = await table(`result = ${expression}`);
    expect({ value, message }).toEqual({ value: expected, message: undefined });
  });

  it.each([
    ['np.array([1.0, np.nan])', 'result[1] is nan, which JSON cannot hold; use None or text'],
    ['np.float64("inf")', 'result is inf, which JSON cannot hold; use None or text'],
    [
      'pd.DataFrame({"a": [float("inf")]})',
      'result[0].a is inf, which JSON cannot hold; use None or text',
    ],
    ['pd.DataFrame([[1, 2]], columns=["a", "a"])', expect.stringContaining('rename one')],
    ['np.array([5], dtype="timedelta64[s]")', expect.stringContaining('.total_seconds()')],
    ['np.array([2**63 - 1])', expect.stringContaining('beyond 2**53 - 1')],
  ])('are refused where JSON has no such thing: %s', async (expression, message) => {
    expect(await table(`result = ${expression}`)).toMatchObject({ reason: 'error', message });
  });

  it('have their chance seeded and their clock stopped', async () => {
    const code = [
      'result = [np.random.rand(), np.random.default_rng().random(),',
      '  pd.Timestamp.now().isoformat(), pd.Timestamp("now").isoformat(),',
      '  pd.DataFrame({"a": range(100)}).sample(2).a.tolist()]',
    ].join('\n');
    const { value, message } = await table(code);
    expect(message).toBeUndefined();
    expect((value as unknown[])[2]).toBe('2023-11-14T22:13:20');
    expect((await table(code)).value).toEqual(value);
  });
});
