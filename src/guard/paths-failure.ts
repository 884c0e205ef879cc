import { AppError } from '../errors/index.ts';
import { refusedPath, shown } from './paths-text.ts';

/** What the codes of the file system mean, as the end of a sentence. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EROFS', 'the disk is read-only'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
  ['EIO', 'the disk failed'],
]);

/**
 * Turns an error of the file system into a public one that shows the path as the flow gave it. The
 * system's own text, which has the real path, stays private.
 */
export function fileFailure(thrown: unknown, path: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = codeOf(thrown);
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path);
  if (code === 'ELOOP') return refusedPath(path, 'leads through symbolic links');
  if (code === 'ENAMETOOLONG') return refusedPath(path, 'is too long');
  if (code === 'EISDIR') return notFile(path, 'is a folder');
  if (code === 'ENXIO' || code === 'ENODEV') return notFile(path, 'is not a regular file');
  if (code === 'EACCES' || code === 'EPERM') {
    return new AppError('PATH_DENIED', {
      message: `the server has no permission for ${shown(path)}`,
      remedy: "Mend the file's permissions, or choose another file.",
      cause: thrown,
      retryable: false,
    });
  }
  return new AppError('NODE_FAILED', {
    message: `the file ${shown(path)} failed: ${REASONS.get(code) ?? 'the file system refused'}`,
    cause: thrown,
  });
}

/** The code of a file system error such as `ENOENT`; '' where there is none. */
export function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** PATH_NOT_FOUND, showing the path as the flow gave it. */
export function notFound(path: string): AppError {
  return new AppError('PATH_NOT_FOUND', {
    message: `the file ${shown(path)} was not found in the workspace`,
    retryable: false,
  });
}

/** PATH_NOT_FILE with the end of a sentence about the path. */
export function notFile(path: string, problem: string): AppError {
  return new AppError('PATH_NOT_FILE', {
    message: `the path ${shown(path)} ${problem}`,
    retryable: false,
  });
}

/** PATH_DENIED; says neither which pattern matched nor whether the file is there. */
export function denied(path: string): AppError {
  return new AppError('PATH_DENIED', {
    message: `the file ${shown(path)} matches a denied pattern`,
    retryable: false,
  });
}
