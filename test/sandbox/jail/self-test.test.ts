import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findJail,
  javascriptProgram,
  outcomeOf,
  pythonFilters,
  selfTest,
} from '../../../src/sandbox/jail/index.ts';
import { launchJailed } from '../../../src/sandbox/jail/launch-jailed.ts';
import { findTool, TOOL_FOLDERS } from '../../../src/sandbox/jail/tools.ts';
import type { Jail, Launch, Program } from '../../../src/sandbox/launch.ts';
import { findPython } from '../../../src/sandbox/python-program.ts';
import { buildProgramsForTest, type Programs } from './programs.ts';

/** A filter of one instruction: return SECCOMP_RET_ALLOW. */
const ALLOW_ALL = Buffer.from('060000000000ff7f', 'hex');

const found = await findJail();
let programs: Programs;
beforeAll(async () => {
  programs = await buildProgramsForTest();
});
afterAll(async () => {
  programs.remove();
  if (!('why' in found)) await found.close();
});

describe.skipIf('why' in found)('the self-test in the jail', () => {
  const jail = found as Jail;
  const passed = (attacks: Awaited<ReturnType<typeof selfTest>>) =>
    attacks.filter(({ isStopped }) => !isStopped);

  it('passes with JavaScript', async () => {
    const attacks = await selfTest(jail, javascriptProgram(programs.url));
    expect(passed(attacks)).toEqual([]);
    expect(attacks.length).toBeGreaterThan(18);
  });

  it('passes with Python that has tables', async () => {
    const python = await findPython({ programs: programs.url, filters: pythonFilters() });
    if ('why' in python || Object.keys(python.modules).length === 0) return;
    const attacks = await selfTest(jail, await python.program('python-data'));
    expect(passed(attacks)).toEqual([]);
    expect(outcomeOf(attacks)).toBe('stopped all');
  });

  it('passes with Python', async () => {
    const python = await findPython({ programs: programs.url, filters: pythonFilters() });
    if ('why' in python) return;
    const attacks = await selfTest(jail, python.program('python'));
    expect(passed(attacks)).toEqual([]);
    expect(attacks.length).toBeGreaterThan(38);
  });

  it('fails with a Python whose children load no filter', async () => {
    const python = await findPython({ programs: programs.url, filters: pythonFilters() });
    if ('why' in python) return;
    const program = python.program('python');
    const files = program.files.map((file) => {
      return file.inside.endsWith('.bpf') ? { inside: file.inside, content: ALLOW_ALL } : file;
    });
    const failed = passed(await selfTest(jail, { ...program, files })).map(({ attack }) => attack);
    // What the namespaces, the sealed root and the server's own filter still stop.
    expect(failed).toEqual(expect.arrayContaining(['fork', 'signal the parent']));
    for (const stopped of ['read /etc/passwd', 'write a file', 'connect to a port', 'mount']) {
      expect(failed).not.toContain(stopped);
    }
  });
});

/** A shell that can leave descriptors with numbers of two and more digits open. */
const BASH = '/bin/bash';

describe.skipIf('why' in found || !existsSync(BASH))('a descriptor that was left open', () => {
  /** As if the server had passed it on. */
  const leaking = (redirect: string): Jail => ({
    layers: [],
    launch(program) {
      const launch = (found as Jail).launch(program);
      const args = ['-c', `${redirect}; exec "$@"`, 'bash', launch.command, ...launch.args];
      return { ...launch, command: BASH, args };
    },
    close: async () => {},
  });
  const through = async (redirect: string, program: Program) =>
    (await selfTest(leaking(redirect), program))
      .filter(({ isStopped }) => !isStopped)
      .map(({ attack }) => attack);

  it.each([
    ['a folder', 'exec 200</etc'],
    ['a folder far up', 'ulimit -Sn hard; exec 65535</etc || exec 1000</etc'],
    ['a file', 'exec 251</etc/passwd'],
    ['an end of a pipe', 'exec 251< <(:)'],
    ['a socket', 'exec 251>&1'],
  ])('is found where it is %s', async (_, redirect) => {
    const python = await findPython({ programs: programs.url, filters: pythonFilters() });
    const all = [
      javascriptProgram(programs.url),
      ...('why' in python ? [] : [python.program('python')]),
    ];
    for (const program of all) {
      expect(await through(redirect, program)).toEqual(['use an inherited descriptor']);
    }
  });

  it('is nothing where it is the null device', async () => {
    const redirect = 'exec 200</dev/null 251>/dev/null';
    expect(await through(redirect, javascriptProgram(programs.url))).toEqual([]);
    const python = await findPython({ programs: programs.url, filters: pythonFilters() });
    if (!('why' in python)) expect(await through(redirect, python.program('python'))).toEqual([]);
  });
});

describe.skipIf('why' in found)('without any filter of system calls', () => {
  it('namespaces and the sealed root alone keep JavaScript from the machine', async () => {
    const tool = (name: string) => findTool(name, TOOL_FOLDERS) ?? '';
    const tools = {
      bwrap: tool('bwrap'),
      prlimit: tool('prlimit'),
      canDisableUserNamespaces: true,
      ...(process.getuid?.() === 0 ? { setpriv: tool('setpriv') } : {}),
    };
    const jailer = { tools, groups: undefined, filterOf: () => ALLOW_ALL };
    const open: Jail = {
      layers: [],
      launch: (program) => launchJailed(jailer, program),
      close: async () => {},
    };
    const attacks = await selfTest(open, javascriptProgram(programs.url));
    // Each of these stays inside: another process of the jail, a network without a way out.
    const harmless = [
      'open a UDP socket',
      'start a process',
      'signal process 1',
      'signal all processes',
      'listen on a port',
      'start a process by a binding',
      'open the inspector',
    ];
    const passed = attacks.filter(({ isStopped }) => !isStopped).map(({ attack }) => attack);
    expect(passed.filter((attack) => !harmless.includes(attack))).toEqual([]);
    expect(passed).toContain('start a process');
  });
});

describe('a jail that does not hold', () => {
  /** Starts what it is given as it is. */
  const openJail = (change: (launch: Launch) => Launch = (launch) => launch): Jail => ({
    layers: [],
    launch: ({ interpreter, args }: Program) => {
      const words = args.map((word) => word.replace(/^\/app\//, `${programs.folder}/`));
      return change({ command: interpreter, args: words, env: { TZ: 'UTC' }, cwd: '/' });
    },
    close: async () => {},
  });
  const failed = async (jail: Jail) => {
    const attacks = await selfTest(jail, javascriptProgram(programs.url));
    return attacks.filter(({ isStopped }) => !isStopped).map(({ attack }) => attack);
  };
  const ALL = 19;

  it('fails the self-test: the probe reaches the canaries', async () => {
    expect(await failed(openJail())).toEqual(
      expect.arrayContaining([
        'read /etc/passwd',
        'read a file of the server',
        'see other folders',
        'see an environment variable',
        'connect to a port',
        'connect to a socket file',
        'connect to an abstract socket',
        'open a UDP socket',
        'listen on a port',
        'start a process',
        'start a process by a binding',
        'open the inspector',
        'signal process 1',
        'reach the server',
      ]),
    );
  });

  it('is told apart from a jail that gave no answer', async () => {
    const told = async (script: string) => {
      const stand = openJail((launch) => ({ ...launch, args: ['-e', script] }));
      return outcomeOf(await selfTest(stand, javascriptProgram(programs.url)));
    };
    expect(await told('process.kill(process.pid, "SIGKILL")')).toBe('no answer');
    expect(await told('')).toBe('no answer');
    expect(await told('process.exit(1)')).toBe('no answer');
    const one = { attack: 'read /etc/passwd', isStopped: false, met: 'root:x:0' };
    expect(await told(`console.log(${JSON.stringify(JSON.stringify([one]))})`)).toBe('got through');
    const all = await selfTest(openJail(), javascriptProgram(programs.url));
    expect(outcomeOf(all)).toBe('got through');
    expect(outcomeOf([])).toBe('no answer');
  });

  it('reached from a probe that says nothing has not held', async () => {
    const script = `require("node:net").connect(JSON.parse(process.argv.at(-1)).port)
      .on("close", () => process.exit(0))`;
    const stand = openJail((launch) => ({
      ...launch,
      args: ['-e', script, '--', launch.args.at(-1) ?? ''],
    }));
    const attacks = await selfTest(stand, javascriptProgram(programs.url));
    expect(outcomeOf(attacks)).toBe('got through');
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'console.log("[{")'],
    ['a map', 'console.log("{}")'],
    ['odd results', 'console.log(JSON.stringify([null, 1, {attack: "fork"}, {isStopped: true}]))'],
    ['an error', 'throw new Error("x")'],
  ])('fails the self-test when the probe tells %s', async (_, script) => {
    const stand = openJail((launch) => ({ ...launch, args: ['-e', script] }));
    expect((await failed(stand)).length).toBe(ALL - 1);
  });

  it('fails the self-test when the probe leaves one attack out', async () => {
    const told = [{ attack: 'read /etc/passwd', isStopped: true, met: 'ENOENT' }];
    const script = `console.log(${JSON.stringify(JSON.stringify(told))})`;
    const stand = openJail((launch) => ({ ...launch, args: ['-e', script] }));
    const left = await failed(stand);
    expect(left).not.toContain('read /etc/passwd');
    expect(left.length).toBe(ALL - 2);
  });

  it('fails the self-test when the probe cannot be started', async () => {
    const stand = openJail((launch) => ({ ...launch, command: '/nothing/here' }));
    expect((await failed(stand)).length).toBe(ALL - 1);
    const broken = {
      ...openJail(),
      launch: () => {
        throw new Error('x');
      },
    };
    expect((await failed(broken)).length).toBe(ALL - 1);
  });

  it('fails the self-test when the probe talks without end', async () => {
    const file = join(programs.folder, 'endless.mjs');
    writeFileSync(file, 'for (;;) process.stdout.write("x".repeat(65536));');
    const stand = openJail((launch) => ({ ...launch, args: [file] }));
    expect((await failed(stand)).length).toBe(ALL - 1);
  });
});
