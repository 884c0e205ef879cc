import { assert, formatSize, PYTHON_LIMITS } from '../base/index.ts';
import {
  type ImportRefusal,
  importsAt,
  type PythonLevel,
  type PythonRequest,
  whyNotAllowable,
} from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { type Call, checkedCode } from './code-runner.ts';
import { namesUsed } from './names-used.ts';
import type { PythonJob } from './protocol.ts';
import type { SandboxOptions } from './sandbox.ts';

export interface PythonCall extends Call {
  readonly job: PythonJob;
}

const LEVELS: readonly PythonLevel[] = ['strict', 'normal', 'trusted'];
/** Of the error for a module that `allowed_imports` may not name. */
const MODULE_SHOWN = 100;

/** The level that a request runs at: its own, or the operator's, which never goes over the most. */
export function pythonLevel(
  request: Pick<PythonRequest, 'level'>,
  { level, levelMax }: SandboxOptions['python'],
): PythonLevel {
  if (request.level !== undefined) return request.level;
  return LEVELS.indexOf(level) > LEVELS.indexOf(levelMax) ? levelMax : level;
}

/** Code that may use tables of numbers, and says so, needs the image that has them loaded. */
export function wantsTables({ level, code }: PythonJob): boolean {
  return level === 'trusted' && /numpy|pandas/.test(code);
}

/** What a request for Python asks a process to do. Errors: CODE_REFUSED, CODE_INPUT. */
export function pythonCall(
  request: PythonRequest,
  options: SandboxOptions['python'],
): Omit<PythonCall, 'payer'> {
  const { allowedImports: allowed, seed, nowMs, signal, log } = request;
  const level = pythonLevel(request, options);
  const timeoutMs = request.timeoutMs ?? options.timeoutMs;
  const { memoryBytesMax } = options;
  const memoryBytes = request.memoryBytes ?? Math.min(memoryAt(level), memoryBytesMax);
  assert(memoryBytes <= PYTHON_LIMITS.memoryBytesMax, 'the memory limit is within its bounds');
  assert(timeoutMs <= PYTHON_LIMITS.timeoutMsMax, 'the timeout is within its bounds');
  assert(allowed.length <= PYTHON_LIMITS.allowedImports, 'the allowed imports are within bounds');
  refuseLevel(level, options.levelMax);
  refuseMemory(memoryBytes, memoryBytesMax);
  for (const module of allowed) refuseModule(level, module);
  const code = checkedCode(request.code);
  const names = namesFor(request, code);
  const limits = { timeoutMs, memoryBytes, ...outputOf(request, options) };
  const wanted = request.function === undefined ? {} : { function: request.function };
  const { outputSetBy, ...jobLimits } = limits;
  const imports = importsAt(level, allowed);
  return {
    job: { kind: 'run', code, names, ...jobLimits, seed, nowMs, level, imports, ...wanted },
    values: request.names,
    signal,
    log,
    outputSetBy,
  };
}

/** A function is called with the map of all names, under whatever name it calls it. */
function namesFor({ names, function: called }: PythonRequest, code: string): readonly string[] {
  return called === undefined ? namesUsed('python', code, names) : Object.keys(names);
}

function memoryAt(level: PythonLevel): number {
  return level === 'trusted' ? PYTHON_LIMITS.trustedMemoryBytes : PYTHON_LIMITS.memoryBytes;
}

function outputOf({ outputBytes }: PythonRequest, { outputBytesMax }: SandboxOptions['python']) {
  return outputBytes > outputBytesMax
    ? { outputBytes: outputBytesMax, outputSetBy: 'the setting CODE_OUTPUT_SIZE' }
    : { outputBytes, outputSetBy: 'max_output_size of the node' };
}

function refuseLevel(level: PythonLevel, levelMax: PythonLevel): void {
  if (LEVELS.indexOf(level) <= LEVELS.indexOf(levelMax)) return;
  throw new AppError('CODE_REFUSED', {
    message: `the level ${level} is not allowed here: the highest is ${levelMax}`,
    remedy: `Ask for security_level ${levelMax}, or have PYTHON_SECURITY_LEVEL_MAX raised.`,
    details: { level, levelMax },
    retryable: false,
  });
}

function refuseMemory(memoryBytes: number, memoryBytesMax: number): void {
  if (memoryBytes <= memoryBytesMax) return;
  const most = formatSize(memoryBytesMax);
  throw new AppError('CODE_REFUSED', {
    message: `memory_limit is ${formatSize(memoryBytes)}; the most that is allowed here is ${most}`,
    remedy: `Ask for ${most} or less, or have CODE_MEMORY_SIZE raised.`,
    retryable: false,
  });
}

const WHY: Readonly<Record<ImportRefusal, { readonly why: string; readonly remedy: string }>> = {
  strict: {
    why: 'the level strict imports nothing',
    remedy: 'Leave allowed_imports out, or ask for the level normal.',
  },
  'trusted-only': {
    why: 'it needs the level trusted',
    remedy: 'Ask for security_level trusted.',
  },
  never: {
    why: 'it is not one of those that can be allowed',
    remedy: 'Leave it out of allowed_imports; docs/code.md lists what can be there.',
  },
};

function refuseModule(level: PythonLevel, module: string): void {
  const refusal = whyNotAllowable(level, module);
  if (refusal === undefined) return;
  const { why, remedy } = WHY[refusal];
  const message = `allowed_imports cannot name ${module.slice(0, MODULE_SHOWN)}: ${why}`;
  throw new AppError('CODE_REFUSED', { message, remedy, retryable: false });
}
