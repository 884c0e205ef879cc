import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CODE_LIMITS, killMarginMs, PYTHON_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { PythonFilters } from './jail/index.ts';
import { runOnce } from './jail/run-once.ts';
import type { NoJail, Program } from './launch.ts';
import type { Python } from './machine.ts';
import { JOB_LIMITS, REPLY_LIMITS } from './protocol.ts';
import { type Look, readLook } from './python-look.ts';

export interface PythonOptions {
  /** A path; absent means the first of the usual ones. */
  readonly interpreter?: string;
  /** The folder of the built programs, with `python/` in it. */
  readonly programs: URL;
  /** What each child locks itself up with. */
  readonly filters: PythonFilters;
}

const USUAL = ['/usr/bin/python3', '/usr/local/bin/python3'];
const OLDEST = [3, 10] as const;
const INSIDE = '/app/python';
/** How long after its deadline the server in the jail waits; Node kills it after killMarginMs. */
const MARGIN_MS = killMarginMs(PYTHON_LIMITS.timeoutMsMin) / 2;
const ASK_VERSION = 'import sys; print(sys.implementation.name, "%d.%d.%d" % sys.version_info[:3])';
const INSTALL = 'Install Python 3.10 or later (apt install python3), or set PYTHON_INTERPRETER.';

/** Same order of sets each time, and no threads beside the one that forks. */
const ENVIRONMENT = {
  PYTHONHASHSEED: '0',
  OPENBLAS_NUM_THREADS: '1',
  OMP_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
};

/** One that was found: what runs without tables is known at once. */
export interface FoundPython extends Python {
  program(image: 'python'): Program;
  program(image: 'python' | 'python-data'): Program | Promise<Program>;
}

/**
 * Looks for a Python and runs it, outside of any jail and with code of ours only, to learn which
 * files it needs; once more for tables, but only where they are asked for. Reads files and starts
 * processes that end at once; never rejects.
 */
export async function findPython(options: PythonOptions): Promise<FoundPython | NoJail> {
  const candidates = options.interpreter === undefined ? USUAL : [options.interpreter];
  const interpreter = candidates.find((path) => existsSync(path));
  if (interpreter === undefined) {
    return { why: `there is no Python at ${candidates.join(' or ')}`, remedy: INSTALL };
  }
  const folder = fileURLToPath(new URL('python/', options.programs));
  const core = await look(interpreter, `${folder}look.py`, 'core');
  if (typeof core === 'string') return await whyNotLooked(interpreter, core);
  const problem = whyNotUsable(interpreter, core);
  if (problem !== undefined) return { why: problem, remedy: INSTALL };
  const { version, modules } = core;
  const files = programFiles(folder, options.filters);
  const program = programOf('python', core, files);
  let tables: Promise<Program> | undefined;
  const findTables = async () => {
    const data = await look(interpreter, `${folder}look.py`, 'data');
    if (typeof data === 'string') throw withoutTables(interpreter, data);
    return programOf('python-data', data, files);
  };
  function programFor(image: 'python'): Program;
  function programFor(image: 'python' | 'python-data'): Program | Promise<Program>;
  function programFor(image: 'python' | 'python-data') {
    if (image === 'python') return program;
    tables ??= findTables();
    return tables;
  }
  return { version, modules, program: programFor };
}

function whyNotUsable(
  interpreter: string,
  { implementation, version }: Pick<Look, 'implementation' | 'version'>,
): string | undefined {
  if (implementation !== 'cpython') return `${interpreter} is ${implementation}, not CPython`;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major !== OLDEST[0] || minor < OLDEST[1];
  return isOld ? `${interpreter} is Python ${major}.${minor}` : undefined;
}

/** Asked only once something is wrong: a Python that is too old cannot tell it by itself. */
async function whyNotLooked(interpreter: string, why: string): Promise<NoJail> {
  const args = ['-I', '-S', '-B', '-c', ASK_VERSION];
  const asked = { command: interpreter, args, cwd: '/', env: {} };
  const { code, stdout, problem } = await runOnce(asked);
  const [, implementation = '', version] = /^(\w+) (\d+\.\d+\.\d+)\s*$/.exec(stdout) ?? [];
  const isNone = code !== 0 || version === undefined;
  return {
    why: isNone
      ? `${interpreter} is no Python 3: ${problem ?? 'it failed'}`
      : (whyNotUsable(interpreter, { implementation, version }) ??
        `${interpreter} lacks a part of its library: ${why}`),
    remedy: INSTALL,
  };
}

/** What an image needs, or the last line of why that cannot be told. */
async function look(
  interpreter: string,
  file: string,
  image: 'core' | 'data',
): Promise<Look | string> {
  // Packages are found by the module site, which the standard library alone does without.
  const args = ['-I', ...(image === 'core' ? ['-S'] : []), '-B', '-X', 'utf8', file, image];
  const ending = await runOnce({ command: interpreter, args, cwd: '/', env: {} });
  const found = ending.code === 0 ? readLook(ending.stdout) : undefined;
  return found ?? ending.problem ?? (ending.stderr.trim().split('\n').at(-1) || 'it failed');
}

function programOf(
  image: 'python' | 'python-data',
  { executable, reads, folders }: Look,
  files: Program['files'],
): Program {
  const settings = {
    job_header: JOB_LIMITS.headerBytes,
    job_body: JOB_LIMITS.bodyBytes,
    reply_header: REPLY_LIMITS.headerBytes,
    reply_body: REPLY_LIMITS.bodyBytes,
    log_lines: CODE_LIMITS.logLines,
    log_bytes: CODE_LIMITS.logBytes,
    error_text: CODE_LIMITS.errorText,
    margin_ms: MARGIN_MS,
    folders,
  };
  return {
    name: image,
    interpreter: executable,
    args: [
      // Without -I, which would ignore the seed of hashes; all of the environment is ours.
      ...['-s', '-S', '-B', '-X', 'utf8'],
      `${INSIDE}/serve.py`,
      image === 'python' ? 'core' : 'data',
      JSON.stringify(settings),
    ],
    environment: ENVIRONMENT,
    files,
    reads,
  };
}

/** Our modules, and the two filters where lockdown.py looks for them. */
function programFiles(folder: string, filters: PythonFilters): Program['files'] {
  const modules = readdirSync(folder).filter((name) => name.endsWith('.py'));
  return [
    ...modules
      .filter((name) => name !== 'look.py')
      .map((name) => ({ host: `${folder}${name}`, inside: `${INSIDE}/${name}` })),
    { content: filters.child, inside: '/app/child.bpf' },
    { content: filters.childReading, inside: '/app/child-reading.bpf' },
  ];
}

function withoutTables(interpreter: string, why: string): AppError {
  return new AppError('CODE_JAIL_ABSENT', {
    message: `numpy and pandas cannot be used with ${interpreter}: ${why}`,
    remedy: 'Install both for this Python (apt install python3-numpy python3-pandas).',
  });
}
