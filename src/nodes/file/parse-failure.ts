import { AppError } from '../kit/index.ts';

/**
 * A file, or a line of it, that is not what its format says. What stands in the file is not shown:
 * it may be a secret.
 */
export function notParsed(path: string, problem: string, cause?: unknown): AppError {
  return new AppError('FILE_PARSE', { message: `${path}: ${problem}`, cause, retryable: false });
}
