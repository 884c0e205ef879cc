import { AppError } from '../../src/errors/index.ts';
import { type CodeRunner, javascriptPool } from '../../src/sandbox/index.ts';
import { bundleWorker } from './worker-bundle.ts';

export const MEGABYTE = 1024 * 1024;

export interface Trial {
  readonly names?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
  readonly memoryBytes?: number;
  readonly seed?: number;
  readonly nowMs?: number;
  readonly signal?: AbortSignal;
  readonly log?: (level: string, message: string) => void;
}

export interface TestPool {
  readonly pool: CodeRunner;
  /** The request that `run` makes, for what needs the pool itself. */
  request(code: string, trial?: Trial): Parameters<CodeRunner['run']>[0];
  run(code: string, trial?: Trial): ReturnType<CodeRunner['run']>;
  value(code: string, trial?: Trial): Promise<unknown>;
  /** The code's error; fails when there is none. */
  error(code: string, trial?: Trial): Promise<AppError>;
  close(): Promise<void>;
}

/** A pool over a fresh bundle of the worker. */
export async function testPool(workers = 1): Promise<TestPool> {
  const bundle = await bundleWorker();
  const pool = javascriptPool({ workerFile: bundle.workerFile, workers });
  const request: TestPool['request'] = (code, trial = {}) => ({
    code,
    timeoutMs: 5_000,
    memoryBytes: 64 * MEGABYTE,
    seed: 1,
    nowMs: 1_700_000_000_000,
    signal: new AbortController().signal,
    ...trial,
    // What tests hand over is written as JSON data.
    names: (trial.names ?? {}) as Parameters<CodeRunner['run']>[0]['names'],
  });
  const run: TestPool['run'] = (code, trial) => pool.run(request(code, trial));
  return {
    pool,
    request,
    run,
    value: async (code, trial) => (await run(code, trial)).value,
    error: async (code, trial) => {
      const error = await run(code, trial).then(
        ({ value }) => new Error(`gave ${JSON.stringify(value)}`),
        (thrown: unknown) => thrown,
      );
      if (error instanceof AppError) return error;
      throw error;
    },
    close: async () => {
      await pool.close();
      bundle.remove();
    },
  };
}
