import { CODE_LIMITS } from '../base/index.ts';
import type { LogLine } from '../contract/index.ts';
import type { FrameLimits } from './frames.ts';

/**
 * What the server and a process that runs code tell each other, the same for every language: one
 * job at a time, answered by one reply with the job's number. The body of a `run` is the code's
 * variables as one JSON map; the body of a `value` is the result as JSON.
 */
export type Job =
  | {
      readonly kind: 'run';
      readonly sequence: number;
      readonly code: string;
      readonly names: readonly string[];
      readonly timeoutMs: number;
      readonly memoryBytes: number;
      readonly seed: number;
      readonly nowMs: number;
    }
  | { readonly kind: 'check'; readonly sequence: number; readonly code: string };

export const FAILURES = ['syntax', 'error', 'timeout', 'memory', 'output', 'worker'] as const;
export type FailureReason = (typeof FAILURES)[number];

/** Where in the code, as its author wrote it: both count from 1, columns in UTF-16 units. */
export interface CodePlace {
  readonly line: number;
  readonly column: number;
}

interface Ended {
  readonly sequence: number;
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

export type Reply = ValueReply | FailureReply;

export const READY = { kind: 'ready' } as const;

/** What a process may send: room for all logs with every character escaped, and one result. */
export const REPLY_LIMITS: FrameLimits = {
  headerBytes: 6 * CODE_LIMITS.logBytes + 64 * CODE_LIMITS.logLines + 16 * CODE_LIMITS.errorText,
  bodyBytes: CODE_LIMITS.outputBytes,
};

/** What the server may send: the code with every character escaped, all names, the variables. */
export const JOB_LIMITS: FrameLimits = {
  headerBytes: 6 * CODE_LIMITS.codeBytes + CODE_LIMITS.inputBytes,
  bodyBytes: CODE_LIMITS.inputBytes,
};
