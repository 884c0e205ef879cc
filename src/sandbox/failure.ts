import { formatDuration, formatSize } from '../base/index.ts';
import type { ScriptLimit } from '../contract/index.ts';
import { AppError, type ErrorCode } from '../errors/index.ts';
import { type FailureReason, type FailureReply, TOO_LARGE } from './protocol.ts';

const CODES: Readonly<Record<FailureReason, ErrorCode>> = {
  syntax: 'CODE_SYNTAX',
  refused: 'CODE_REFUSED',
  error: 'CODE_ERROR',
  timeout: 'CODE_TIMEOUT',
  memory: 'CODE_MEMORY',
  output: 'CODE_OUTPUT',
  worker: 'CODE_WORKER',
};

/** What a call may take. */
export interface CallLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly outputBytes: number;
  /** What set `outputBytes` and can raise it, such as the name of a setting. */
  readonly outputSetBy?: string;
}

/**
 * The error for what a process says about a call. Whoever writes a retry policy for code gets it,
 * although only time and memory can make it end otherwise; what was refused before it ran cannot
 * change at all.
 */
export function failureOf(reply: FailureReply, limits: CallLimits): AppError {
  const { reason, message, place, stack } = reply;
  if (reason === 'timeout') return tooSlow(limits.timeoutMs);
  if (reason === 'output' && TOO_LARGE.test(message)) return tooLarge(limits);
  const details = { ...place, ...(stack === undefined ? {} : { stack }) };
  const used = `the code used more memory than ${formatSize(limits.memoryBytes)}`;
  return new AppError(CODES[reason], {
    message: reason === 'memory' ? used : message,
    ...(Object.keys(details).length === 0 ? {} : { details }),
    retryable: reason !== 'syntax' && reason !== 'refused',
  });
}

/** The error for a call over its deadline. */
export function tooSlow(timeoutMs: number): AppError {
  const message = `the code took longer than ${formatDuration(timeoutMs)}`;
  return new AppError('CODE_TIMEOUT', { message, retryable: true });
}

/** The error for a process that ended or broke the protocol; how it did stays private. */
export function workerGone(how: string): AppError {
  const message = 'the process that ran the code ended unexpectedly';
  return new AppError('CODE_WORKER', { message, cause: new Error(how), retryable: true });
}

/** The error for a call that was told to stop: the signal's own where it carries one of ours. */
export function stoppedError(signal: AbortSignal): AppError {
  const cause: unknown = signal.reason;
  if (cause instanceof AppError) return cause;
  return new AppError('EXECUTION_CANCELLED', { message: 'the code was told to stop', cause });
}

/** The limit that an error of a call is about. */
export function limitOf({ code, details }: AppError): ScriptLimit | undefined {
  if (code === 'CODE_TIMEOUT') return 'time';
  if (code === 'CODE_MEMORY') return 'memory';
  if (code === 'CODE_INPUT') return 'input';
  return code === 'CODE_OUTPUT' && details?.outputBytes !== undefined ? 'output' : undefined;
}

function tooLarge({ outputBytes, outputSetBy }: CallLimits): AppError {
  const size = formatSize(outputBytes);
  const by = outputSetBy === undefined ? '' : `, which ${outputSetBy} allows`;
  return new AppError('CODE_OUTPUT', {
    message: `the result is larger than ${size}${by}`,
    remedy:
      outputSetBy === undefined ? 'Return less.' : `Return less, or have ${outputSetBy} raised.`,
    details: { outputBytes },
  });
}
