import type { CodeRequest, CodeResult, PythonLevel, PythonRequest } from '../contract/index.ts';
import type { JailPosture } from './launch.ts';

export interface SandboxOptions {
  /** The folder of the built programs: `javascript-worker.mjs`, `jail-probe.mjs`, `python/`, ... */
  readonly programs: URL;
  /** `required`: nothing runs without a jail that passed its self-test. */
  readonly jail: 'auto' | 'required';
  /** For calls that set none. */
  readonly javascriptTimeoutMs: number;
  readonly python: {
    /** A path; absent means the first that is found in the usual places. */
    readonly interpreter?: string;
    /** For calls that set none. */
    readonly level: PythonLevel;
    /** More than this is refused. */
    readonly levelMax: PythonLevel;
    /** For calls that set none. */
    readonly timeoutMs: number;
    /** More than this is refused, whatever a call allows. */
    readonly outputBytesMax: number;
    /** More than this is refused. */
    readonly memoryBytesMax: number;
  };
  /** Processes of one language that work at a time. */
  readonly workers: number;
  /** Told once for each thing that an operator should know, such as that there is no jail. */
  warn?(message: string, remedy: string): void;
}

/** Who a call is for: where calls must wait, each account gets its turn. */
export type Payer = string;

/**
 * Untrusted code of all languages, each in processes of its own: JSON in, JSON out, under limits.
 * Nothing starts before the first call or `posture`.
 */
export interface Sandbox {
  /** Errors: CODE_*; EXECUTION_CANCELLED, or the signal's own AppError, when it aborts. */
  javascript(request: CodeRequest, payer: Payer): Promise<CodeResult>;
  /** Errors as `javascript`, and CODE_JAIL_ABSENT. */
  python(request: PythonRequest, payer: Payer): Promise<CodeResult>;
  /** Finds the jail and tries it, once; all who ask share the answer. Never rejects. */
  posture(): Promise<JailPosture>;
  /** Ends every process and waits for it; calls that are under way fail with CODE_WORKER. */
  close(): Promise<void>;
  /** Processes that are not gone yet. */
  readonly pids: readonly number[];
}
