import { formatDuration, formatSize } from '../base/index.ts';
import { AppError, type ErrorCode } from '../errors/index.ts';
import type { FailureReason, FailureReply } from './protocol.ts';

const CODES: Readonly<Record<FailureReason, ErrorCode>> = {
  syntax: 'CODE_SYNTAX',
  error: 'CODE_ERROR',
  timeout: 'CODE_TIMEOUT',
  memory: 'CODE_MEMORY',
  output: 'CODE_OUTPUT',
  worker: 'CODE_WORKER',
};

/**
 * The error for what a process says about a call. Whoever writes a retry policy for code gets it,
 * although only time and memory can make it end otherwise; a syntax error cannot change at all.
 */
export function failureOf(
  reply: FailureReply,
  limits: { readonly timeoutMs: number; readonly memoryBytes?: number },
): AppError {
  const { reason, message, place, stack } = reply;
  if (reason === 'timeout') return tooSlow(limits.timeoutMs);
  const details = { ...place, ...(stack === undefined ? {} : { stack }) };
  return new AppError(CODES[reason], {
    message: reason === 'memory' ? tooMuchMemory(limits.memoryBytes) : message,
    ...(Object.keys(details).length === 0 ? {} : { details }),
    retryable: reason !== 'syntax',
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

function tooMuchMemory(memoryBytes: number | undefined): string {
  const limit = memoryBytes === undefined ? '' : ` than ${formatSize(memoryBytes)}`;
  return `the code used more memory${limit === '' ? ' than it may' : limit}`;
}
