import { AppError } from '../errors/index.ts';

/**
 * True for the error that says another process has the execution by now: whatever this one would
 * still write, tell or start could contradict the other, so it ends in silence.
 */
export function isFenced(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'EXECUTION_FENCED';
}
