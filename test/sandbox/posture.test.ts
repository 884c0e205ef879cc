import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_ANSWER } from '../../src/sandbox/jail/index.ts';
import type { AttackResult, Jail } from '../../src/sandbox/launch.ts';
import { launchNode } from '../../src/sandbox/launch-node.ts';
import type { Machine, Python } from '../../src/sandbox/machine.ts';
import { openSandbox } from '../../src/sandbox/open-sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { errorOf, NO_JAIL, requestOf, sandboxOptions } from './run-code.ts';
import { bundleWorker, type WorkerBundle } from './worker-bundle.ts';

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await bundleWorker();
});
afterAll(() => bundle.remove());

const STOPPED: AttackResult = { attack: 'read /etc/passwd', isStopped: true, met: 'ENOENT' };
const THROUGH: AttackResult = { attack: 'open a socket', isStopped: false, met: 'a socket' };
const PYTHON_REQUEST = { allowedImports: [], outputBytes: 1_000 };

/** A machine with a jail that holds nothing, but is said to; each test says otherwise in parts. */
function machineWith(more: Partial<Machine> = {}): Machine {
  const jail: Jail = {
    layers: [{ name: 'pid namespace', isOn: true, detail: 'sees itself alone' }],
    launch: () => launchNode(bundle.workerFile),
    close: async () => {},
  };
  const python: Python = {
    version: '3.11.2',
    modules: { numpy: '1.24.2' },
    program: (image) => ({ ...NO_JAIL.javascriptProgram(), name: image }),
  };
  return {
    ...NO_JAIL,
    findJail: async () => jail,
    findPython: async () => python,
    selfTest: async () => [STOPPED],
    ...more,
  };
}

interface Told {
  readonly sandbox: Sandbox;
  readonly warnings: string[];
}

function open(machine: Machine, more: Partial<SandboxOptions> = {}): Told {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const options = { ...sandboxOptions(bundle.programs), warn, ...more };
  return { sandbox: openSandbox(options, machine), warnings };
}

async function jailOf(sandbox: Sandbox): Promise<string | undefined> {
  let jail: string | undefined;
  const report = (event: { readonly jail: string }) => {
    jail = event.jail;
  };
  await sandbox.javascript(requestOf('return 1', { report }), 'payer');
  return jail;
}

describe('the posture', () => {
  it('is the kernel’s where the jail is there and all attacks were stopped', async () => {
    const { sandbox, warnings } = open(machineWith());
    expect(await sandbox.posture()).toEqual({
      kind: 'kernel',
      layers: [{ name: 'pid namespace', isOn: true, detail: 'sees itself alone' }],
      attacks: [STOPPED, STOPPED],
      languages: {
        javascript: { state: 'jailed', interpreter: `QuickJS in Node ${process.version}` },
        python: {
          state: 'jailed',
          interpreter: 'CPython 3.11.2',
          modules: { numpy: '1.24.2' },
        },
      },
    });
    expect(await jailOf(sandbox)).toBe('kernel');
    expect(warnings).toEqual([]);
    await sandbox.close();
  });

  it('is found once, by trying each language once, and starts no worker', async () => {
    const tried: string[] = [];
    const { sandbox } = open(
      machineWith({
        selfTest: async (_, { name }) => {
          tried.push(name);
          return [STOPPED];
        },
      }),
    );
    const [first, second] = [sandbox.posture(), sandbox.posture()];
    expect(await first).toBe(await second);
    expect(sandbox.pids).toEqual([]);
    await jailOf(sandbox);
    expect(tried.sort()).toEqual(['javascript', 'python']);
    await sandbox.close();
  });

  it('is a mere process where there is no jail: one warning, and Python refused', async () => {
    const { sandbox, warnings } = open(NO_JAIL);
    expect(await jailOf(sandbox)).toBe('process');
    const refused = await errorOf(
      sandbox.python({ ...requestOf('result = 1'), ...PYTHON_REQUEST }, 'payer'),
    );
    expect(refused).toMatchObject({
      code: 'CODE_JAIL_ABSENT',
      message: 'Python runs only in a jail, and there is none: the test has none',
      remedy: 'Have one.',
      retryable: false,
    });
    const problem = { why: 'the test has none', remedy: 'Have one.' };
    expect(await sandbox.posture()).toMatchObject({
      ...{ kind: 'process', layers: [], attacks: [], problem },
      languages: { javascript: { state: 'process', problem }, python: { state: 'refused' } },
    });
    expect(warnings).toEqual([
      'there is no jail for code, so JavaScript runs in a process without one, ' +
        'and Python is refused: the test has none',
    ]);
    await sandbox.close();
  });

  it.each([
    ['an attack that got through', async () => [STOPPED, THROUGH], 'did not stop open a socket'],
    ['no attack at all', async () => [], 'the jail was not tried'],
    [
      'a self-test that fails',
      async () => {
        throw new Error('no pipe');
      },
      'the self-test of javascript could not be used: no pipe',
    ],
  ])('runs nothing in a jail with %s', async (_, selfTest, why) => {
    const { sandbox, warnings } = open(machineWith({ selfTest }));
    const error = await errorOf(sandbox.javascript(requestOf('return 1'), 'payer'));
    expect(error.code).toBe('CODE_JAIL_ABSENT');
    expect(sandbox.pids).toEqual([]);
    const posture = await sandbox.posture();
    expect(posture.kind).toBe('process');
    expect(posture.problem?.why).toContain(why);
    expect(posture.languages.javascript.state).toBe('refused');
    expect(posture.languages.python.state).toBe('refused');
    expect(warnings[0]).toContain(why);
    await sandbox.close();
  });

  it('tries a jail again that gave no answer, a few times, and runs nothing until it did', async () => {
    let trials = 0;
    const silent = { ...THROUGH, met: `${NO_ANSWER}it did not end in time` };
    const selfTest = async () => {
      trials += 1;
      return [trials < 3 ? silent : STOPPED];
    };
    const { sandbox } = open(machineWith({ selfTest, findPython: NO_JAIL.findPython }));
    const call = () => sandbox.javascript(requestOf('return 1'), 'payer');
    for (const _ of [1, 2]) expect((await errorOf(call())).code).toBe('CODE_JAIL_ABSENT');
    expect(await jailOf(sandbox)).toBe('kernel');
    expect((await sandbox.posture()).languages.javascript.state).toBe('jailed');
    expect(trials).toBe(3);
    await sandbox.close();
  });

  it('looks again for a jail where it could not be told, and does not go without meanwhile', async () => {
    let looks = 0;
    const findJail: Machine['findJail'] = async () => {
      looks += 1;
      if (looks < 3) return { why: 'the trial was cut off', remedy: 'Wait.', mayPass: true };
      return machineWith({}).findJail();
    };
    const { sandbox } = open({ ...machineWith({ findPython: NO_JAIL.findPython }), findJail });
    const call = () => sandbox.javascript(requestOf('return 1'), 'payer');
    for (const _ of [1, 2]) expect((await errorOf(call())).code).toBe('CODE_JAIL_ABSENT');
    expect(await jailOf(sandbox)).toBe('kernel');
    expect(looks).toBe(3);
    await sandbox.close();
  });

  it('gives up a jail that never answers', async () => {
    let trials = 0;
    const selfTest = async () => {
      trials += 1;
      throw new Error('no pipe');
    };
    const { sandbox } = open(machineWith({ selfTest, findPython: NO_JAIL.findPython }));
    for (let call = 0; call < 10; call += 1) {
      await errorOf(sandbox.javascript(requestOf('return 1'), 'payer'));
    }
    expect(trials).toBe(5);
    await sandbox.close();
  });

  it('lets JavaScript stay in the jail where only Python has no interpreter', async () => {
    const { sandbox, warnings } = open(machineWith({ findPython: NO_JAIL.findPython }));
    const posture = await sandbox.posture();
    expect(posture).toMatchObject({
      kind: 'kernel',
      languages: {
        javascript: { state: 'jailed' },
        python: { state: 'refused', problem: { why: 'the test has no Python' } },
      },
    });
    expect(warnings).toEqual([]);
    await sandbox.close();
  });

  it.each(['findJail', 'findPython', 'javascriptProgram'] as const)(
    'never rejects, also where %s throws',
    async (name) => {
      const broken = {
        [name]: () => {
          throw new Error('broken');
        },
      };
      const { sandbox } = open(machineWith(broken));
      const posture = await sandbox.posture();
      expect(JSON.stringify(posture)).toContain('broken');
      await sandbox.close();
    },
  );
});

describe('a sandbox that was closed before its first call', () => {
  it('looks for nothing and starts nothing', async () => {
    const findJail = () => Promise.reject(new Error('looked for a jail'));
    const { sandbox, warnings } = open(machineWith({ findJail }));
    await sandbox.close();
    const error = await errorOf(sandbox.javascript(requestOf('return 1'), 'payer'));
    expect(error.code).toBe('CODE_WORKER');
    expect((await sandbox.posture()).problem?.why).toBe('the sandbox is closed');
    expect([sandbox.pids, warnings]).toEqual([[], []]);
  });
});

describe('where a jail is required', () => {
  it('runs nothing without one', async () => {
    const { sandbox, warnings } = open(NO_JAIL, { jail: 'required' });
    const error = await errorOf(sandbox.javascript(requestOf('return 1'), 'payer'));
    expect(error.code).toBe('CODE_JAIL_ABSENT');
    expect(sandbox.pids).toEqual([]);
    expect((await sandbox.posture()).languages.javascript.state).toBe('refused');
    expect(warnings).toEqual(['there is no jail for code, so no code runs: the test has none']);
    await sandbox.close();
  });

  it('runs nothing in one that failed its self-test', async () => {
    const selfTest = async () => [THROUGH];
    const { sandbox } = open(machineWith({ selfTest }), { jail: 'required' });
    const error = await errorOf(sandbox.javascript(requestOf('return 1'), 'payer'));
    expect(error.code).toBe('CODE_JAIL_ABSENT');
    expect(sandbox.pids).toEqual([]);
    await sandbox.close();
  });
});

describe('the first call', () => {
  it('gets no process before the self-test of its language ended, but one starts', async () => {
    let finish = (_: readonly AttackResult[]) => {};
    const selfTest = () =>
      new Promise<readonly AttackResult[]>((resolve) => {
        finish = resolve;
      });
    const { sandbox } = open(machineWith({ selfTest }));
    let isOver = false;
    const call = sandbox.javascript(requestOf('return 1'), 'payer').finally(() => {
      isOver = true;
    });
    await expect.poll(() => sandbox.pids.length).toBe(1);
    expect(isOver).toBe(false);
    finish([STOPPED]);
    expect(await call).toMatchObject({ value: 1 });
    await sandbox.close();
  });

  it('does not wait for another language', async () => {
    const selfTest: Machine['selfTest'] = (_, { name }) =>
      name === 'javascript' ? Promise.resolve([STOPPED]) : new Promise(() => {});
    const { sandbox } = open(machineWith({ selfTest }));
    void sandbox.posture();
    expect(await jailOf(sandbox)).toBe('kernel');
  });

  it('can be taken back while the jail is being tried', async () => {
    let finish = (_: readonly AttackResult[]) => {};
    const selfTest = () =>
      new Promise<readonly AttackResult[]>((resolve) => {
        finish = resolve;
      });
    const { sandbox } = open(machineWith({ selfTest }));
    const abort = new AbortController();
    const call = sandbox.javascript(requestOf('return 1', { signal: abort.signal }), 'payer');
    const error = errorOf(call);
    await expect.poll(() => sandbox.pids.length).toBe(1);
    abort.abort();
    expect((await error).code).toBe('EXECUTION_CANCELLED');
    const closed = sandbox.close();
    finish([STOPPED]);
    await closed;
    expect(sandbox.pids).toEqual([]);
  });

  it('fails when the sandbox is closed meanwhile, and leaves nothing', async () => {
    const { sandbox } = open(machineWith());
    const error = errorOf(sandbox.javascript(requestOf('return 1'), 'payer'));
    await sandbox.close();
    expect((await error).code).toBe('CODE_WORKER');
    expect(sandbox.pids).toEqual([]);
    const late = await errorOf(sandbox.javascript(requestOf('return 1'), 'payer'));
    expect(late.code).toBe('CODE_WORKER');
  });
});
