import { CODE_LIMITS, PYTHON_LIMITS } from '../base/index.ts';
import type { LogLine, PythonLevel } from '../contract/index.ts';
import type { FrameLimits } from './frames.ts';

/**
 * What the server and a process that runs code tell each other, the same for every language: one
 * job at a time, answered by frames with the job's number, the last of them a reply. The body of a
 * `run` is the code's variables as one JSON map; the body of a `value` is the result as JSON.
 */
export interface RunJob {
  readonly kind: 'run';
  readonly code: string;
  readonly names: readonly string[];
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly seed: number;
  readonly nowMs: number;
  readonly outputBytes: number;
}

export interface PythonJob extends RunJob {
  readonly level: PythonLevel;
  /** Modules that may be imported, and with each all that is inside it. */
  readonly imports: readonly string[];
  readonly function?: string;
}

export type Job = RunJob | PythonJob;

export const FAILURES = [
  'syntax',
  'refused',
  'error',
  'timeout',
  'memory',
  'output',
  'worker',
] as const;
export type FailureReason = (typeof FAILURES)[number];

/** Where in the code, as its author wrote it: both count from 1, columns in UTF-16 units. */
export interface CodePlace {
  readonly line: number;
  readonly column: number;
}

/** Lines while the code runs; more frames follow. */
export interface LogsReply {
  readonly kind: 'logs';
  readonly logs: readonly LogLine[];
}

interface Ended {
  readonly logs: readonly LogLine[];
  /** The process asks to be replaced: it grew, or something happened that it does not trust. */
  readonly retire: boolean;
}

export interface ValueReply extends Ended {
  readonly kind: 'value';
}

export interface FailureReply extends Ended {
  readonly kind: 'failure';
  readonly reason: FailureReason;
  /** Written by the code or about it; bounded, and never more than text. */
  readonly message: string;
  readonly place?: CodePlace | undefined;
  readonly stack?: string | undefined;
}

/** The last of a job. */
export type FinalReply = ValueReply | FailureReply;
export type Reply = FinalReply | LogsReply;

/**
 * The whole message of a failure `output` where the result is over the job's `outputBytes`; what
 * else can be wrong with a result has words of its own.
 */
export const TOO_LARGE = /^the result is (?:too large|larger than \d+ bytes)$/;

/** The last line, at the level warn, of a log that the limits cut short. */
export const LINES_DROPPED = /^… \d+ more lines? dropped$/;

export const READY = { kind: 'ready' } as const;

/** What a process may send: room for all logs with every character escaped, and one result. */
export const REPLY_LIMITS: FrameLimits = {
  headerBytes: 6 * CODE_LIMITS.logBytes + 64 * CODE_LIMITS.logLines + 16 * CODE_LIMITS.errorText,
  bodyBytes: PYTHON_LIMITS.outputBytesMax,
};

/** What the server may send: the code with every character escaped, all names, the variables. */
export const JOB_LIMITS: FrameLimits = {
  headerBytes: 6 * CODE_LIMITS.codeBytes + CODE_LIMITS.inputBytes,
  bodyBytes: CODE_LIMITS.inputBytes,
};
