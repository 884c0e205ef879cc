import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Value } from '../../src/base/index.ts';
import type { CodeLanguage } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import type { AttackSet } from './attack.ts';
import { type Canary, plantCanary } from './canary.ts';
import { descendants } from './descendants.ts';
import { type CodeDoor, openCodeDoor } from './doors/code-door.ts';
import { buildOpened, buildOpenedPython } from './programs.ts';

const VALUE = '{ kind: "value", logs: [], retire: false }';
const FORGED = '"\\"forged\\""';

/** What a fallen JavaScript worker may send; each must cost it its process, or nothing. */
const JAVASCRIPT: readonly (readonly [string, string])[] = [
  ['a reply for the next job', `world.send(world.sequence + 1, 0, ${VALUE}, ${FORGED}); return 1`],
  [
    'replies for all jobs to come',
    `for (let n = 1; n < 600; n++) if (n !== world.sequence) world.send(n, 0, ${VALUE}, ${FORGED}); return 1`,
  ],
  ['a second reply', `world.send(world.sequence, 0, ${VALUE}, "1"); return 2`],
  ['that it is ready again', 'world.send(0, 0, { kind: "ready" }); return 1'],
  ['a job to its server', 'world.send(world.sequence, 0, { kind: "run", code: "1" }); return 1'],
  [
    'more frames without end',
    `for (;;) world.send(world.sequence, 1, { kind: "logs", logs: [{ level: "info", message: "x".repeat(60000) }] })`,
  ],
  [
    'more values without end',
    `for (let n = 0; n < 99; n++) world.send(world.sequence, 1, ${VALUE}, "1"); return 1`,
  ],
  [
    'no JSON',
    'process.stdout.write(Buffer.concat([Buffer.from([0,0,0,2,0,0,0,0,0,0,0,1,0,0,0,0]), Buffer.from("{{")])); return "silent"',
  ],
  ['a length without end', 'process.stdout.write(Buffer.alloc(16, 255)); return "silent"'],
  ['half a frame', 'process.stdout.write(Buffer.alloc(9)); return "silent"'],
  ['a body of no JSON', `world.send(world.sequence, 0, ${VALUE}, "undefined"); return "silent"`],
  [
    'keys of prototypes',
    `world.send(world.sequence, 0, JSON.parse('{"kind":"value","logs":[],"retire":false,"__proto__":{"polluted":1}}'), '{"__proto__":{"polluted":1}}'); return "silent"`,
  ],
  [
    'a body too deep',
    `world.send(world.sequence, 0, ${VALUE}, "[".repeat(1e6) + "]".repeat(1e6)); return "silent"`,
  ],
  ['a wrong note', `world.send(world.sequence, 7, ${VALUE}, "1"); return "silent"`],
  [
    'levels and places of its own',
    `world.send(world.sequence, 0, { kind: "failure", reason: "__proto__", message: {}, place: { line: -1 }, logs: [{ level: "x" }], retire: 1 }); return "silent"`,
  ],
  ['its pipes closed', 'need("fs").closeSync(1); return "silent"'],
  ['noise', 'for (let n = 0; n < 2000; n++) need("fs").writeSync(2, "x".repeat(60000)); return 1'],
  ['nothing', 'for (;;);'],
];

/** What a fallen child of the Python server may write to its pipe. */
const PYTHON: readonly (readonly [string, string])[] = [
  ['a reply, and one more', 'frame(0, VALUE, b"1")\nframe(0, VALUE, FORGED)\nwhile True: pass'],
  ['a reply for the next job', 'frame(0, VALUE, FORGED, 2)\nframe(0, VALUE, FORGED, 3)'],
  ['lines without end', 'while True: frame(1, LOGS, b"")'],
  ['values as lines', 'for n in range(99): frame(1, VALUE, b"1")'],
  ['a length without end', 'os.write(4, b"\\xff" * 16)'],
  ['half a frame', 'os.write(4, b"\\0" * 9)\nwhile True: pass'],
  ['less than it said', 'os.write(4, struct.pack(">4I", 99, 99, 1, 0) + b"{")\nwhile True: pass'],
  ['a wrong note', 'frame(7, VALUE, b"1")'],
  ['no JSON', 'frame(0, b"{{", b"")'],
  ['that it is ready', 'frame(0, b\'{"kind":"ready"}\', b"", 0)'],
  ['its pipe closed', 'os.close(4)\nwhile True: pass'],
  ['its end', 'os._exit(0)'],
  ['a crash', 'import ctypes\nctypes.string_at(0)'],
];
const PYTHON_START = [
  'import os, struct',
  'VALUE = b\'{"kind":"value","logs":[],"retire":false}\'',
  'LOGS = b\'{"kind":"logs","logs":[{"level":"info","message":"\' + b"x" * 60000 + b\'"}]}\'',
  'FORGED = b\'"forged"\'',
  'def frame(note, header, body, number=1):',
  '    os.write(4, struct.pack(">4I", len(header), len(body), number, note) + header + body)',
].join('\n');

const SET: Omit<AttackSet, 'door'> = {
  ...{ name: 'opened calls', class: 'A3', tries: 'the calls of others', accept: [] },
  payloads: () => [],
};

let canary: Canary;
beforeAll(async () => {
  canary = await plantCanary();
});
afterAll(() => canary.close());

describe.each([
  ['javascript', buildOpened, JAVASCRIPT, 'return 6 * 7'],
  ['python', buildOpenedPython, PYTHON, 'result = 6 * 7'],
] as const)('after a fallen %s has sent', (language, build, cases, good) => {
  let door: CodeDoor;
  let isThere = false;
  beforeAll(async () => {
    door = await openCodeDoor(build, 1);
    isThere = (await door.sandbox.posture()).languages[language].state === 'jailed';
  });
  afterAll(() => door.close());

  it.for(cases)('%s, the next calls have their own answers', async ([, code], { skip }) => {
    skip(!isThere, 'there is no jail here');
    const text = language === 'python' ? `${PYTHON_START}\n${code}` : code;
    const before = process.memoryUsage.rss();
    const set = { ...SET, door: `opened ${language}` as const };
    const ended = await door.attempt(set, { text, timeoutMs: 1_000 }, canary);
    expect(ended.through).toBeUndefined();
    // A process stays with its account: only the account's own next call could meet anything. What
    // arrives while it runs costs it its process, and it is told so.
    const first = await valueFor(door, language, good).catch((error: unknown) => error);
    const isTold = first instanceof AppError && first.code === 'CODE_WORKER';
    expect(first === 42 || (language === 'javascript' && isTold)).toBe(true);
    for (let count = 0; count < 2; count++) expect(await valueFor(door, language, good)).toBe(42);
    expect(await door.value(language, good)).toBe(42);
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1024 * 1024);
    expect(door.sandbox.pids.length).toBeLessThanOrEqual(5);
  });

  it('late, a call gets its own answer or an error, and the one after it its own', async ({
    skip,
  }) => {
    skip(language === 'python' || !isThere, 'a child of Python is gone after its job');
    const late = 'setTimeout(() => process.stdout.write("late"), 20); return 1';
    await door.attempt({ ...SET, door: 'opened javascript' }, late, canary);
    const first = await valueFor(door, language, good).catch((error: unknown) => error);
    expect(first === 42 || (first instanceof AppError && first.code === 'CODE_WORKER')).toBe(true);
    expect(await valueFor(door, language, good)).toBe(42);
  });

  it('anything, nothing of it is there for the next call', async ({ skip }) => {
    skip(language === 'javascript' || !isThere, 'see below');
    const leave =
      'import json, builtins, gc\njson.kept = builtins.kept = globals()["kept"] = "left behind"';
    await door.attempt({ ...SET, door: 'opened python' }, leave, canary);
    const look = [
      'import json, builtins, gc',
      'result = [str(o) for o in gc.get_objects() if type(o) is dict and "left behind" in o.values()]',
      'result += [getattr(m, "kept", None) for m in (json, builtins)]',
    ].join('\n');
    expect(await door.value('python', look)).toEqual([null, null]);
  });

  it('leaves no process behind', async ({ skip }) => {
    skip(!isThere, 'there is no jail here');
    await door.close();
    expect(door.sandbox.pids).toEqual([]);
    expect(descendants()).toEqual([]);
  });
});

describe('a JavaScript worker that has fallen with Node and all', () => {
  // Two walls have to fall first, the interpreter and its WebAssembly. The process is then the
  // attacker's until it is replaced, so calls of others must not be given to it.
  it('is not given the call of another account', async ({ skip }) => {
    const door = await openCodeDoor(buildOpened, 1);
    try {
      const { languages } = await door.sandbox.posture();
      skip(languages.javascript.state !== 'jailed', 'there is no jail here');
      const set = { ...SET, door: 'opened javascript' as const };
      await door.attempt(set, 'world.kept.left = "behind"; return 1', canary);
      expect(await door.value('javascript', 'return world.kept.left ?? null')).toBe(null);
    } finally {
      await door.close();
    }
  });
});

/** What code gives that runs for the account of the attacks. */
async function valueFor(door: CodeDoor, language: CodeLanguage, code: string): Promise<Value> {
  const request = {
    ...{ code, names: {}, timeoutMs: 20_000, memoryBytes: 64 * 1024 * 1024, seed: 1, nowMs: 0 },
    ...{ signal: new AbortController().signal, report: () => undefined },
    ...{ allowedImports: [], outputBytes: 1024 * 1024 },
  };
  return (await door.sandbox[language](request, 'attack')).value;
}
