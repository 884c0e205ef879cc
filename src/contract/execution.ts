import type { ExecutionId, Value } from '../base/index.ts';
import type { ErrorReport } from '../errors/index.ts';

export type ExecutionStatus = 'completed' | 'failed' | 'cancelled';
/** An execution as the store knows it: the last three are terminal, and each has exactly one. */
export type StoredStatus = 'queued' | 'running' | 'waiting' | ExecutionStatus;
export type StepStatus = 'completed' | 'failed' | 'skipped' | 'cancelled';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

/**
 * One run of untrusted code, as the step that ran it keeps it.
 *
 * Source: guide claim G4.231; docs/semantics.md says what is kept.
 */
export interface ScriptEvent {
  readonly kind: 'script';
  readonly language: 'javascript' | 'python';
  /** Python only. */
  readonly level?: 'strict' | 'normal' | 'trusted';
  /** SHA-256 of the code in UTF-8, lower-case hex. */
  readonly codeHash: string;
  /** `completed`, or the code of the error with which it ended. */
  readonly outcome: 'completed' | ErrorReport['code'];
  /** The limit that ended it, or that cut its log short. */
  readonly limit?: ScriptLimit;
  /** From asking until the answer, without waiting for a free process. */
  readonly durationMs: number;
  /** `kernel`: namespaces, a system call filter and limits around it; else only a process. */
  readonly jail: 'kernel' | 'process';
}

export type ScriptLimit = 'time' | 'memory' | 'output' | 'log' | 'input';

/** What a capability tells of its use; bounded by ENGINE_LIMITS.eventsAStep. */
export type StepEvent = ScriptEvent;

/**
 * One visit of one node, as the journal keeps it: one record for each (node, path), written when
 * the visit is over. Times are milliseconds since 1970.
 */
export interface StepRecord {
  readonly node: string;
  /** '' outside regions, `3` for item 3, `3/0` for item 0 inside item 3. */
  readonly path: string;
  readonly status: StepStatus;
  /** 0 for a step that was skipped. */
  readonly attempts: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The port on which the result left; absent unless the step completed or left on `error`. */
  readonly port?: string;
  readonly value?: Value;
  /** In stored steps, in place of a value of more than STORE_LIMITS.inlineBytes. */
  readonly valueRef?: BlobRef;
  /** Split and foreach: how many items the region has. */
  readonly items?: number;
  /** Filter: the item ended here. */
  readonly dropped?: true;
  readonly error?: ErrorReport;
  readonly logs?: readonly LogLine[];
  /** Of all attempts, in order. */
  readonly events?: readonly StepEvent[];
  /** Taken over from this execution, which was retried; the step did not run again. */
  readonly reusedFrom?: ExecutionId;
}

/** Content in the blob store of the same account: SHA-256 in lower-case hex, and the length. */
export interface BlobRef {
  readonly blob: string;
  readonly bytes: number;
}

/**
 * A visit that has its result and waits until a time before others may see it (semantics 7). What
 * it gives is kept, so that waking up runs nothing again.
 */
export interface StepWait {
  readonly node: string;
  readonly path: string;
  readonly attempts: number;
  readonly startedAt: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly value: Value;
  readonly port?: string;
  readonly logs?: readonly LogLine[];
  readonly events?: readonly StepEvent[];
}

/** What is told while an execution runs; `sequence` counts from 1 without gaps. */
export type ExecutionEvent = { readonly sequence: number; readonly at: number } & (
  | { readonly kind: 'execution.started'; readonly executionId: string; readonly flow: string }
  | {
      readonly kind: 'step.started';
      readonly node: string;
      readonly path: string;
      readonly attempt: number;
    }
  | {
      readonly kind: 'step.retrying';
      readonly node: string;
      readonly path: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ErrorReport;
    }
  | { readonly kind: 'step.waiting'; readonly wait: StepWait }
  | { readonly kind: 'step.ended'; readonly step: StepRecord }
  /** Another segment began: after a wait, or because the process before came to its end. */
  | { readonly kind: 'execution.resumed'; readonly reason: 'wake' | 'takeover' | 'queue' }
  | {
      readonly kind: 'execution.ended';
      readonly status: ExecutionStatus;
      readonly error?: ErrorReport;
    }
);

export interface ExecutionResult {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  /** By the flow's `outputs`; an output that was skipped is null. Empty unless completed. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** In the order in which the steps ended. */
  readonly steps: readonly StepRecord[];
  readonly error?: ErrorReport & { readonly node?: string; readonly path?: string };
}
