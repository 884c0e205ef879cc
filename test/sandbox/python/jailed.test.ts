import { openSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../src/sandbox/frames.ts';
import { findJail } from '../../../src/sandbox/jail/index.ts';
import type { Jail, NoJail, Program } from '../../../src/sandbox/launch.ts';
import type { FoundPython } from '../../../src/sandbox/python-program.ts';
import { type Answer, PythonServer, thisPython } from './python-server.ts';

const MEGABYTE = 1024 * 1024;
let jail: Jail | NoJail;
let python: FoundPython;
let core: PythonServer;
let data: PythonServer;

beforeAll(async () => {
  [jail, python] = await Promise.all([findJail(), thisPython()]);
  if ('why' in jail) throw new Error(jail.why);
  core = await PythonServer.start(jail.launch(python.program('python')));
  data = await PythonServer.start(jail.launch(await python.program('python-data')));
});
afterAll(async () => {
  await core?.close();
  await data?.close();
  if (jail !== undefined && !('why' in jail)) await jail.close();
});

/** Real pandas leads to os and to every module that is loaded: policy has ended here. */
const hole = (code: string, timeoutMs = 5_000): Promise<Answer> =>
  data.ask(
    [
      'import pandas',
      'os = pandas.io.common.os',
      'modules = os.sys.modules',
      'ctypes = modules["ctypes"]',
      'libc = ctypes.CDLL(None, use_errno=True)',
      'def call(name, *values):',
      '  ctypes.set_errno(0)',
      '  got = getattr(libc, name)(*values)',
      '  return [got, ctypes.get_errno()]',
      code,
    ].join('\n'),
    { level: 'trusted', memoryBytes: 512 * MEGABYTE, timeoutMs },
  );

/** Of a frame with a header of 256 bytes. */
const PREFIX = 'b"\\0\\0\\1\\0" + b"\\0" * 12';
/** Without an end, and deaf to the soft deadline. */
const STAY = 'modules["signal"].signal(14, modules["signal"].SIG_IGN)\nwhile True: pass';

describe('Python in the jail', () => {
  it('runs code of each level', async () => {
    expect((await core.ask('return 1 + 1', { level: 'strict' })).value).toBe(2);
    const all =
      'import calendar, collections, datetime, functools, itertools, json, math, operator\n' +
      'import random, re, statistics, string, unicodedata\n' +
      'd = datetime.datetime.strptime("2024-01-02", "%Y-%m-%d")\n' +
      'return [json.dumps({"a": d.isoformat()}), statistics.median([1, 2]), re.split(",", "a,b")]';
    expect((await core.ask(all)).value).toEqual(['{"a": "2024-01-02T00:00:00"}', 1.5, ['a', 'b']]);
    const more =
      'import decimal, zoneinfo, hashlib, uuid, xml.etree.ElementTree as ET, datetime\n' +
      'berlin = zoneinfo.ZoneInfo("Europe/Berlin")\n' +
      'return [datetime.datetime(2024, 7, 1, tzinfo=berlin), hashlib.sha256(b"").hexdigest()[:4]]';
    expect((await core.ask(more, { level: 'trusted' })).value).toEqual([
      '2024-07-01T00:00:00+02:00',
      'e3b0',
    ]);
  });

  it('runs tables of numbers', async () => {
    const code = [
      'import pandas as pd, numpy as np, io',
      'frame = pd.read_csv(io.StringIO("k,n\\na,1\\nb,2\\na,3"))',
      'sums = frame.groupby("k").n.agg(["sum", "mean"]).reset_index()',
      'corr = np.corrcoef([1, 2, 3], [2, 4, 6])[0, 1].round(6)',
      'fit = np.linalg.lstsq(np.eye(2), np.ones(2), rcond=None)[0]',
      'best = frame.sort_values("n").iloc[-1].to_dict()',
      'result = [sums, corr, fit, best, pd.date_range("2024-01-01", periods=2, tz="Europe/Paris")]',
    ].join('\n');
    const trial = { level: 'trusted', memoryBytes: 512 * MEGABYTE, imports: ['io'] } as const;
    const { value, message } = await data.ask(code, trial);
    expect(message).toBeUndefined();
    expect(value).toEqual([
      [
        { k: 'a', sum: 4, mean: 2 },
        { k: 'b', sum: 2, mean: 2 },
      ],
      1,
      [1, 1],
      { k: 'a', n: 3 },
      ['2024-01-01T00:00:00+01:00', '2024-01-02T00:00:00+01:00'],
    ]);
  });

  it('ends time, memory and deaths of children as it does without a jail', async () => {
    expect(await core.ask('while True: pass', { timeoutMs: 300 })).toMatchObject({
      reason: 'timeout',
    });
    expect((await core.ask('x = "x" * 10**10')).reason).toBe('memory');
    expect((await hole('ctypes.string_at(0)')).reason).toBe('worker');
    expect((await hole('libc["_exit"](3)')).message).toBe('the process ended with exit code 3');
    expect((await hole('return 1')).value).toBe(1);
  });

  it('holds the interpreter where policy has ended: no process, signal, socket or file', async () => {
    const refused = { reason: 'error', message: expect.stringMatching(/PermissionError|Errno/) };
    for (const code of [
      'os.fork()',
      'os.execv("/bin/sh", ["sh"])',
      'os.kill(1, 9)',
      'os.kill(os.getpid(), 9)',
      'os.open("/tmp/x", os.O_CREAT | os.O_WRONLY)',
      'os.open("/etc/passwd", os.O_RDONLY)',
      'os.listdir("/proc")',
      'os.write(1, b"x")',
      'os.memfd_create("x")',
      'os.pidfd_open(1)',
    ]) {
      expect([code, await hole(code)]).toEqual([code, expect.objectContaining(refused)]);
    }
    const calls = [
      'call("socket", 2, 1, 0)',
      'call("ptrace", 16, 1, 0, 0)',
      'call("unshare", 0x10000000)',
      'call("mount", 0, 0, 0, 0, 0)',
      'call("setns", 0, 0)',
      'call("shmget", 0, 4096, 0o1600)',
    ];
    const { value } = await hole(`return [${calls.join(', ')}]`);
    for (const [got, errno] of value as [number, number][]) {
      expect([got, [1, 38].includes(errno)]).toEqual([-1, true]);
    }
    const seen = 'return [dict(os.environ), os.getpid() > 1, os.listdir("/etc")]';
    expect((await hole(seen)).value).toEqual([{}, true, ['alternatives']]);
  });

  it('opens no file at the level normal, where the check of the source is gone too', async () => {
    const opened = await PythonServer.start((jail as Jail).launch(unchecked(python)));
    const code = (path: string) =>
      [
        'kinds = ().__class__.__base__.__subclasses__()',
        'kind = [kind for kind in kinds if kind.__name__ == "catch_warnings"][0]',
        'builtins = kind.__init__.__builtins__',
        `return builtins["open"]("${path}", "rb").read(1)`,
      ].join('\n');
    for (const path of ['/app/child.bpf', '/app/python/serve.py', '/etc/passwd']) {
      expect((await opened.ask(code(path))).message).toMatch(/^PermissionError/);
    }
    await opened.close();
  });

  it('has no descriptor but its answer, whatever the server was started with', async () => {
    const launch = (jail as Jail).launch(await python.program('python-data'));
    const openDescriptors = () => {
      const own = launch.openDescriptors?.() ?? [];
      return [...own, ...Array.from({ length: 40 }, () => openSync('/etc/passwd', 'r'))];
    };
    const started = await PythonServer.start({ ...launch, openDescriptors });
    const code = [
      'import pandas',
      'os = pandas.io.common.os',
      'open_ones = []',
      'for number in range(4096):',
      '  try:',
      '    os.fstat(number)',
      '    open_ones.append(number)',
      '  except OSError: pass',
      'return open_ones',
    ].join('\n');
    const trial = { level: 'trusted', memoryBytes: 512 * MEGABYTE } as const;
    expect((await started.ask(code, trial)).value).toEqual([4]);
    await started.close();
  });

  it('locks itself before it reads the variables', async () => {
    const started = await PythonServer.start((jail as Jail).launch(python.program('python')));
    // There is no lock for such a level, and such variables are no JSON: the first is found first.
    const [timeoutMs, memoryBytes] = [1_000, 64 * MEGABYTE];
    const job = { kind: 'run', code: '', level: 'none', imports: [], timeoutMs, memoryBytes };
    const asked = { ...job, names: [], seed: 1, nowMs: 0, outputBytes: 100 };
    started.process.stdin.write(encodeFrame({ sequence: 1, note: timeoutMs }, asked, '{'));
    const reply = await started.next();
    expect(reply?.header).toMatchObject({ reason: 'worker', message: "KeyError: 'none'" });
    await started.close();
  });

  it.each([
    ['a part of a prefix', 'os.write(4, b"\\0" * 3)'],
    ['a prefix and nothing of what it declares', `os.write(4, ${PREFIX})`],
  ])('waits for a child that sends %s no longer than its time', async (_, code) => {
    const stuck = await hole(`${code}\n${STAY}`, 300);
    expect(stuck).toMatchObject({ reason: 'timeout', message: 'interrupted' });
    expect(await hole(`${code}\nlibc["_exit"](3)`)).toMatchObject({
      reason: 'worker',
      message: 'the process ended with exit code 3',
    });
    expect((await hole('return 1')).value).toBe(1);
  });

  it('ends with the server when a child sends a part of what it declares', async () => {
    const other = await PythonServer.start(
      (jail as Jail).launch(await python.program('python-data')),
    );
    const [keep, swap] = [data, other];
    data = swap;
    const cut = await hole(`os.write(4, ${PREFIX} + b"{")\n${STAY}`, 300);
    data = keep;
    expect(cut.gone).toContain('a child answered with a part of a frame');
    await other.close();
  });

  it('ends with the server when a child forges more than its frame', async () => {
    const other = await PythonServer.start(
      (jail as Jail).launch(await python.program('python-data')),
    );
    const [keep, swap] = [data, other];
    data = swap;
    const forged = await hole('os.write(4, b"\\xff" * 16)\nwhile True: pass');
    data = keep;
    expect(forged.gone).toContain('a child broke the framing');
    await other.close();
  });
});

/** The same program with a check that refuses nothing. */
function unchecked(from: FoundPython): Program {
  const program = from.program('python');
  const source = new URL('../../../src/sandbox/python/check.py', import.meta.url);
  const content = Buffer.from(
    readFileSync(source, 'utf8').replace('    if problems:\n', '    if False:\n'),
  );
  const inside = '/app/python/check.py';
  const files = program.files.filter((file) => file.inside !== inside);
  return { ...program, files: [...files, { inside, content }] };
}
