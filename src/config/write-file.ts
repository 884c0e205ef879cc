import { closeSync, fchmodSync, fsyncSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { AppError } from '../errors/index.ts';

/** Makes a file with this text that only its owner can use, or throws; see `writeNewFile`. */
export type WriteNewFile = (path: string, text: string) => void;

/**
 * Writes a file that was not there, with mode 0600 from its first moment (claim G2.126). A file, a
 * link or anything else of that name is never touched: FILE_EXISTS (claim G1.015). FILE_NOT_WRITTEN
 * where the folder is missing or may not be written; then nothing is left behind.
 */
export const writeNewFile: WriteNewFile = (path, text) => {
  let file: number;
  try {
    // wx: made by this call or not at all, also where the name is a link that leads nowhere.
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    throw whyNotMade(path, cause);
  }
  try {
    // The mode given above is what the umask leaves of it, which may be too little to read it.
    fchmodSync(file, 0o600);
    writeFileSync(file, text);
    fsyncSync(file);
  } catch (cause) {
    unlinkSync(path);
    throw notWritten(path, 'cannot be written to its end', cause);
  } finally {
    closeSync(file);
  }
};

function whyNotMade(path: string, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EEXIST') {
    return new AppError('FILE_EXISTS', {
      message: `${path} is there already, and it was not changed`,
      remedy: 'See with sluice config check whether it is good. For a new one, move it away first.',
    });
  }
  if (code === 'ENOENT') return notWritten(path, 'cannot be made: its folder is not there', cause);
  return notWritten(path, `cannot be made (${String(code ?? 'unknown reason')})`, cause);
}

function notWritten(path: string, why: string, cause: unknown): AppError {
  return new AppError('FILE_NOT_WRITTEN', { message: `${path} ${why}`, cause });
}
