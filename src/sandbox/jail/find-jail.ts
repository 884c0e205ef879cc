import { realpathSync } from 'node:fs';
import { assert } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Jail, NoJail, Program } from '../launch.ts';
import type { Tools } from './arguments.ts';
import { type ControlGroups, findControlGroups } from './control-group.ts';
import { diagnose } from './diagnosis.ts';
import { type Jailer, launchJailed } from './launch-jailed.ts';
import { describeLayers } from './layers.ts';
import { librariesOfThisNode } from './node-libraries.ts';
import { runOnce } from './run-once.ts';
import {
  type Architecture,
  architectureOf,
  compileFilter,
  JAVASCRIPT_POLICY,
  PYTHON_SERVER_POLICY,
} from './seccomp/index.ts';
import { findShelterTools } from './shelter.ts';
import { findTool, TOOL_FOLDERS } from './tools.ts';

/** What tests put in place of this machine; each has the machine as its default. */
export interface JailOptions {
  readonly platform?: string;
  readonly architecture?: string;
  readonly isRoot?: boolean;
  /** Where bwrap, prlimit and setpriv are looked for. */
  readonly folders?: readonly string[];
  /** The most memory that one call may ask for, where whoever runs the server sets one. */
  readonly memoryBytesMax?: number;
  /** Below which `proc` and `sys` are read to find out why a trial failed, and control groups. */
  readonly root?: string;
}

/** Why there is no jail. */
export interface JailAbsence extends NoJail {
  /**
   * Nothing is known of the machine: the trial was cut off, or nothing could be started. Then code
   * must wait for another look instead of running without a jail. Absent where the machine can
   * make none.
   */
  readonly mayPass?: true;
}

/**
 * Finds out, by trying, whether processes can be put into a jail here, and how. Starts a process or
 * two; never rejects. What is found holds until `close`.
 */
export async function findJail(options: JailOptions = {}): Promise<Jail | JailAbsence> {
  const { platform = process.platform, root = '/' } = options;
  if (platform !== 'linux') return noLinux(platform);
  const architecture = architectureOf(options.architecture ?? process.arch);
  if (architecture === undefined) return NO_ARCHITECTURE;
  const tools = findTools(options);
  if ('why' in tools) return tools;
  const { memoryBytesMax } = options;
  const isRoot = tools.setpriv !== undefined;
  const groups = findControlGroups({ root, isRoot, ...(memoryBytesMax && { memoryBytesMax }) });
  const failures: Failure[] = [];
  for (const attempt of attempts(tools, groups)) {
    const jailer = { ...attempt, filterOf: filters(architecture) };
    const failure = await tryOut(jailer);
    if (failure === undefined) return jailOf(jailer, failures.length);
    failures.push(failure);
    // A weaker jail must not be what a busy machine gets for the rest of the server's life.
    if (failure.isCut) break;
  }
  await groups?.close();
  const last = failures.at(-1);
  return last?.mayPass ? noAnswer(last.said) : diagnose(root, last?.said ?? '');
}

function noAnswer(said: string): JailAbsence {
  return {
    why: `a trial of the jail gave no answer: ${said}`,
    remedy: 'Try again when the machine has processor time, memory and descriptors to spare.',
    mayPass: true,
  };
}

function noLinux(platform: string): NoJail {
  return {
    why: `the jail is made of parts of Linux, and this system is ${platform}`,
    remedy: 'Run the server on Linux: in a container or virtual machine, see deploy/README.md.',
  };
}

const NO_ARCHITECTURE: NoJail = {
  why: 'there is no filter of system calls for this kind of processor',
  remedy: 'Run the server on x64 or arm64.',
};

function findTools(options: JailOptions): Tools | NoJail {
  const { folders = TOOL_FOLDERS, isRoot = process.getuid?.() === 0 } = options;
  const bwrap = findTool('bwrap', folders);
  const prlimit = findTool('prlimit', folders);
  const setpriv = findTool('setpriv', folders);
  if (bwrap === undefined) {
    return {
      why: `bubblewrap is not installed: there is no bwrap in ${folders.join(', ')}`,
      remedy: 'Install it: `apt install bubblewrap`, or `apk add`, `dnf install`, `pacman -S`.',
    };
  }
  const missing = prlimit === undefined ? 'prlimit' : isRoot && !setpriv ? 'setpriv' : undefined;
  if (prlimit === undefined || missing !== undefined) {
    return {
      why: `there is no ${missing} in ${folders.join(', ')}`,
      remedy: 'Install util-linux: `apt install util-linux`, or `apk add util-linux-misc setpriv`.',
    };
  }
  const shell = findTool('sh', TOOL_FOLDERS);
  const tools = { bwrap, prlimit, canDisableUserNamespaces: true, ...(shell && { shell }) };
  if (!isRoot || setpriv === undefined) return tools;
  const shelter = findShelterTools(TOOL_FOLDERS);
  return { ...tools, setpriv, ...(shelter === undefined ? {} : { shelter }) };
}

/**
 * From the most to the least: old versions of bwrap and containers with a sealed /proc/sys cannot
 * turn user namespaces off inside, where the filter of system calls refuses them all the same;
 * control groups may be there and not be ours.
 */
function attempts(
  tools: Tools,
  groups: ControlGroups | undefined,
): readonly Pick<Jailer, 'tools' | 'groups'>[] {
  const weaker = { ...tools, canDisableUserNamespaces: false };
  const plain = [tools, weaker].map((each) => ({ tools: each, groups: undefined }));
  if (tools.shell === undefined || groups === undefined) return plain;
  return [...plain.map((each) => ({ ...each, groups })), ...plain];
}

/** By the program: each has a policy for its whole life. */
function filters(architecture: Architecture): (program: Program) => Buffer {
  const javascript = compileFilter(JAVASCRIPT_POLICY, architecture);
  const python = compileFilter(PYTHON_SERVER_POLICY, architecture);
  return ({ name }) => (name === 'javascript' ? javascript : python);
}

/** How a trial failed. */
interface Failure {
  readonly said: string;
  readonly isCut: boolean;
  /** It says nothing about what the machine allows. */
  readonly mayPass: boolean;
}

/** What went wrong; undefined where the whole jail works. */
async function tryOut(jailer: Jailer): Promise<Failure | undefined> {
  try {
    const ending = await runOnce(launchJailed(jailer, trialProgram()));
    const { code, stdout, stderr, problem, isCut = false } = ending;
    if (code === 0 && stdout.trim() === process.version) return undefined;
    if (isCut) return { said: problem ?? 'it was cut off', isCut, mayPass: true };
    const said = stderr || problem || `it ended with ${code}`;
    return { said, isCut, mayPass: problem !== undefined && stderr === '' };
  } catch (error) {
    const said = error instanceof Error ? error.message : 'it could not be started';
    return { said, isCut: false, mayPass: !(error instanceof AppError) };
  }
}

/** Node telling its version: it needs a loader, libraries and a binary, and nothing of ours. */
function trialProgram(): Program {
  return {
    name: 'javascript',
    interpreter: realpathSync(process.execPath),
    args: ['--version'],
    files: [],
    reads: librariesOfThisNode(),
  };
}

function jailOf(jailer: Jailer, failures: number): Jail {
  let isClosed = false;
  return {
    layers: describeLayers(jailer, failures),
    launch(program) {
      assert(!isClosed, 'nothing is started in a jail that was closed');
      return launchJailed(jailer, program);
    },
    async close() {
      isClosed = true;
      await jailer.groups?.close();
    },
  };
}
