// The Python flows of system 1, as flows of ours, in the real jail.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasJail } from '../support/jail.ts';
import { capabilitiesOf, openPythonJail, type PythonJail } from './python-jail.ts';
import { outputsOf, run } from './run-flow.ts';

let jail: PythonJail;
const isThere = hasJail();
const WHY = 'there is no jail for Python on this machine';

beforeAll(async () => {
  if (isThere) jail = await openPythonJail();
}, 60_000);

afterAll(() => jail?.close());

function capabilities(files: Readonly<Record<string, string>> = {}) {
  return capabilitiesOf(jail.sandbox, files);
}

/** A flow of one python node called `code`, whose config is the text. */
function flowOf(config: string, inputs = '{}'): string {
  const lines = config.trim().split('\n');
  return [
    'name: one-python-node',
    `inputs: ${inputs}`,
    'nodes:',
    '  code:',
    '    type: python',
    '    config:',
    ...lines.map((line) => `      ${line}`),
    'outputs: {value: code, alias: code.result}',
  ].join('\n');
}

async function resultOf(
  config: string,
  files?: Readonly<Record<string, string>>,
): Promise<unknown> {
  const outputs = await outputsOf(flowOf(config), {}, capabilities(files));
  expect(outputs.alias).toEqual(outputs.value);
  return outputs.value;
}

async function errorOf(config: string) {
  const { error, status } = await run(flowOf(config), {}, capabilities());
  expect(status).toBe('failed');
  return { code: error?.code, message: error?.message ?? '' };
}

describe('the python node', () => {
  it('gives what result holds, or what return gives', async ({ skip }) => {
    skip(!isThere, WHY);
    expect(await resultOf('code: "result = {\'sum\': sum(range(10))}"')).toEqual({ sum: 45 });
    expect(await resultOf('code: "return [n * n for n in range(4)]"')).toEqual([0, 1, 4, 9]);
    expect(await resultOf('code: "x = 1"')).toBe(null);
  });

  it('hands inputs and nodes over under context, and by name', async ({ skip }) => {
    skip(!isThere, WHY);
    const flow = `
name: inputs-under-context
inputs:
  data: {type: array, default: [1, 2, 3, 4, 5]}
nodes:
  settings: {type: transform, config: {template: {factor: 2}}}
  process:
    type: python
    depends_on: [settings]
    config:
      code: |
        data = context["inputs"]["data"]
        factor = context["settings"]["factor"]
        same = settings["factor"] == factor and inputs["data"] == data
        result = {"sum": sum(data) * factor, "same": same}
outputs: {processed: process, sum: process.result.sum}
`;
    expect(await outputsOf(flow, {}, capabilities())).toEqual({
      processed: { sum: 30, same: true },
      sum: 30,
    });
  });

  it('takes generators and classes', async ({ skip }) => {
    skip(!isThere, WHY);
    const code = `
code: |
  class Counter:
      def __init__(self, limit):
          self.limit = limit

      def __iter__(self):
          n = 0
          while n < self.limit:
              yield n
              n += 1

  class Doubled(Counter):
      def __iter__(self):
          return (2 * n for n in super().__iter__())

  def numbers():
      yield 1
      yield from (n for n in Doubled(3))

  result = {"numbers": list(numbers()), "len": sum(1 for _ in Counter(5))}
`;
    expect(await resultOf(code)).toEqual({ numbers: [1, 0, 2, 4], len: 5 });
  });

  it('calls a function of a file', async ({ skip }) => {
    skip(!isThere, WHY);
    const files = {
      'lib/area.py': 'import math\n\n\ndef area(context):\n    return round(math.pi * 4, 2)\n',
    };
    expect(await resultOf('file: lib/area.py\nfunction: area', files)).toBe(12.57);
    const { error } = await run(
      flowOf('file: lib/area.py\nfunction: volume'),
      {},
      capabilities(files),
    );
    expect(error?.message).toContain('volume');
  });

  it.each(['open("/etc/passwd")', 'eval("1")', 'exec("x = 1")', 'compile("1", "", "eval")'])(
    'refuses %s when the flow is read',
    async (call) => {
      const config = `code: |\n  result = ${call}`;
      await expect(run(flowOf(config), {}, capabilities())).rejects.toThrow(/is refused/);
    },
  );

  it.each(['os', 'sys', 'subprocess', 'socket', 'importlib', 'pickle', 'shutil', 'ctypes'])(
    'refuses the import of %s at every level when the flow is read',
    async (module) => {
      for (const level of ['strict', 'normal', 'trusted']) {
        const config = `code: "import ${module}"\nsecurity_level: ${level}`;
        await expect(run(flowOf(config), {}, capabilities())).rejects.toThrow(
          `the import of ${module} is refused`,
        );
      }
    },
  );

  it('refuses the same in a file, when it runs', async ({ skip }) => {
    skip(!isThere, WHY);
    for (const text of ['import os\n', 'result = open("/etc/passwd")\n', 'x = ().__class__\n']) {
      const flow = flowOf('file: a.py');
      const { error, status } = await run(flow, {}, capabilities({ 'a.py': text }));
      expect([status, error?.code]).toEqual(['failed', 'CODE_REFUSED']);
      expect(error?.details).toMatchObject({ line: 1 });
    }
  });

  it('imports what the level and allowed_imports name', async ({ skip }) => {
    skip(!isThere, WHY);
    const normal = 'code: |\n  import math, statistics, json, re\n  result = math.sqrt(16)';
    expect(await resultOf(normal)).toBe(4);
    const more = 'code: |\n  from decimal import Decimal\n  result = str(Decimal("0.1") * 3)';
    expect(await resultOf(`${more}\nallowed_imports: [decimal]`)).toBe('0.3');
    expect(await resultOf(`${more}\nsecurity_level: trusted`)).toBe('0.3');
  });

  it('ends code that runs on, near its limit, and runs the next', async ({ skip }) => {
    skip(!isThere, WHY);
    const { code } = await errorOf('code: |\n  while True:\n      pass\ntimeout: 1');
    expect(code).toBe('CODE_TIMEOUT');
    expect(await resultOf('code: "result = 1"')).toBe(1);
  });

  it('ends code that takes too much memory', async ({ skip }) => {
    skip(!isThere, WHY);
    const config = 'code: |\n  result = len([0] * 100_000_000)\nmemory_limit: 50MB';
    expect((await errorOf(config)).code).toBe('CODE_MEMORY');
  });

  it('refuses a result over max_output_size', async ({ skip }) => {
    skip(!isThere, WHY);
    const config = 'code: "result = \'x\' * 5000"\nmax_output_size: 1KB';
    expect((await errorOf(config)).code).toBe('CODE_OUTPUT');
    expect(await resultOf('code: "result = \'x\' * 900"\nmax_output_size: 1KB')).toHaveLength(900);
  });

  it('puts print into the log of the step, and names the line of an error', async ({ skip }) => {
    skip(!isThere, WHY);
    const config = 'code: |\n  print("first", 1)\n  total = 0\n  result = 1 / total';
    const { steps, error } = await run(flowOf(config), {}, capabilities());
    expect(error).toMatchObject({ code: 'CODE_ERROR', details: { line: 3 } });
    expect(error?.message).toContain('ZeroDivisionError');
    const step = steps.find(({ node }) => node === 'code');
    expect(step?.logs).toContainEqual({ level: 'info', message: 'first 1' });
    expect(step?.events).toMatchObject([
      { kind: 'script', language: 'python', level: 'normal', outcome: 'CODE_ERROR' },
    ]);
  });

  it('gives the same for the same execution', async ({ skip }) => {
    skip(!isThere, WHY);
    const config = `
code: |
  import datetime
  import random
  result = [random.random(), list({"a", "b", "c", "d"}), random.sample(range(99), 3)]
`;
    expect(await resultOf(config)).toEqual(await resultOf(config));
  });
});

describe('a flow that splits, computes in Python for each item, and sums up', () => {
  it('gives what the stream of readings is worth', async ({ skip }) => {
    skip(!isThere, WHY);
    const flow = `
name: stream-of-readings
inputs:
  batches: {type: array, default: [[3, 5, 4], [10, 30], [7]]}
nodes:
  each_batch: {type: split, config: {field: inputs.batches, item_name: batch}}
  running:
    type: python
    depends_on: [each_batch]
    config:
      code: |
        def running_means(values):
            total = 0
            for count, value in enumerate(values, 1):
                total += value
                yield round(total / count, 2)

        result = {"means": list(running_means(batch)), "largest": max(batch)}
  all: {type: aggregate, depends_on: [running], config: {field: result}}
  summary:
    type: python
    depends_on: [all]
    config:
      code: |
        result = {
            "batches": len(context["all"]),
            "largest": max(one["largest"] for one in context["all"]),
            "last_means": [one["means"][-1] for one in context["all"]],
        }
outputs: {summary: summary}
`;
    expect(await outputsOf(flow, {}, capabilities())).toEqual({
      summary: { batches: 3, largest: 30, last_means: [4, 20, 7] },
    });
  });
});

describe('the examples in Python', () => {
  it.for([
    ['sales-statistics', ['sales.json']],
    ['delivery-times', ['deliveries.csv', 'code/delivery.py']],
  ] as const)('%s gives what it promises', async ([name, paths], { skip }) => {
    skip(!isThere, WHY);
    const home = new URL(`../../examples/${name}/`, import.meta.url);
    const read = (path: string) => readFile(new URL(path, home), 'utf8');
    const files: Record<string, string> = {};
    for (const path of paths) files[path] = await read(path);
    const outputs = await outputsOf(await read('flow.yaml'), {}, capabilities(files));
    expect(outputs).toEqual(JSON.parse(await read('expected.json')));
  });
});
