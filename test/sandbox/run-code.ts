import type { CodeRequest, CodeResult, ScriptEvent } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import type { Machine } from '../../src/sandbox/machine.ts';
import { openSandbox } from '../../src/sandbox/open-sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { bundleWorker } from './worker-bundle.ts';

export const MEGABYTE = 1024 * 1024;

export interface Trial {
  readonly names?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
  readonly memoryBytes?: number;
  readonly seed?: number;
  readonly nowMs?: number;
  readonly signal?: AbortSignal;
  readonly payer?: string;
  readonly log?: (level: string, message: string) => void;
  readonly report?: (event: ScriptEvent) => void;
}

export interface TestPool {
  readonly sandbox: Sandbox;
  run(code: string, trial?: Trial): Promise<CodeResult>;
  value(code: string, trial?: Trial): Promise<unknown>;
  /** The code's error; fails when there is none. */
  error(code: string, trial?: Trial): Promise<AppError>;
  close(): Promise<void>;
}

export interface TestOptions extends Partial<Omit<SandboxOptions, 'programs'>> {
  /** In place of this machine. */
  readonly machine?: Machine;
}

/** A machine without a jail: JavaScript runs in plain processes. */
export const NO_JAIL: Machine = {
  findJail: async () => ({ why: 'the test has none', remedy: 'Have one.' }),
  findPython: async () => ({ why: 'the test has no Python', remedy: 'Have one.' }),
  javascriptProgram: () => ({
    ...{ name: 'javascript', interpreter: process.execPath, args: [], files: [], reads: [] },
  }),
  selfTest: async () => [],
};

/** JavaScript in a sandbox over programs that were built just now. */
export async function testPool(options: TestOptions = {}): Promise<TestPool> {
  const bundle = await bundleWorker();
  const { machine, ...own } = options;
  const sandbox = openSandbox({ ...sandboxOptions(bundle.programs), ...own }, machine);
  const run: TestPool['run'] = (code, trial = {}) =>
    sandbox.javascript(requestOf(code, trial), trial.payer ?? 'payer');
  return {
    sandbox,
    run,
    value: async (code, trial) => (await run(code, trial)).value,
    error: (code, trial) => errorOf(run(code, trial)),
    close: async () => {
      await sandbox.close();
      bundle.remove();
    },
  };
}

export function sandboxOptions(programs: URL): SandboxOptions {
  return {
    programs,
    jail: 'auto',
    javascriptTimeoutMs: 5_000,
    python: {
      level: 'normal',
      levelMax: 'trusted',
      timeoutMs: 30_000,
      outputBytesMax: 10 * MEGABYTE,
      memoryBytesMax: 1024 * MEGABYTE,
    },
    workers: 1,
  };
}

export function requestOf(code: string, trial: Trial = {}): CodeRequest {
  const { payer: _, ...rest } = trial;
  return {
    code,
    timeoutMs: 5_000,
    memoryBytes: 64 * MEGABYTE,
    seed: 1,
    nowMs: 1_700_000_000_000,
    signal: new AbortController().signal,
    report: () => {},
    ...rest,
    // What tests hand over is written as JSON data.
    names: (trial.names ?? {}) as CodeRequest['names'],
  };
}

/** The AppError that a call ends with; fails when it gives a value, or another error. */
export async function errorOf(call: Promise<CodeResult>): Promise<AppError> {
  const error = await call.then(
    ({ value }) => new Error(`gave ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw error;
}
