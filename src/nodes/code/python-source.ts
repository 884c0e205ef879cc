import { AppError, CODE_LIMITS, type FileCapability } from '../kit/index.ts';

interface Source {
  readonly code?: string;
  readonly file?: string;
}

/**
 * The code of a node: as written in the flow, or the text of its file.
 *
 * Errors: those of `files`, FILE_TOO_LARGE above CODE_LIMITS.codeBytes, FILE_ENCODING where the
 * file is not UTF-8.
 */
export async function sourceOf(files: FileCapability, source: Source): Promise<string> {
  const { code = '', file } = source;
  if (file === undefined) return code;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const pieces: string[] = [];
  let bytes = 0;
  for await (const piece of files.stream(file)) {
    bytes += piece.length;
    if (bytes > CODE_LIMITS.codeBytes) throw tooLarge(file);
    pieces.push(decodedPiece(decoder, file, piece));
  }
  pieces.push(decodedPiece(decoder, file));
  return pieces.join('');
}

/** The error of code that stands in a file, with the place in that file in its message. */
export function placedInFile(thrown: unknown, file: string | undefined): unknown {
  if (file === undefined || !(thrown instanceof AppError)) return thrown;
  const { code, message, remedy, details, retryable } = thrown;
  if (details === undefined) return thrown;
  const { line, column } = details;
  if (typeof line !== 'number' || typeof column !== 'number') return thrown;
  const placed = `${file}, line ${line}, column ${column}: ${message}`;
  return new AppError(code, { message: placed, remedy, details, retryable, cause: thrown });
}

type Decoder = InstanceType<typeof TextDecoder>;

function decodedPiece(decoder: Decoder, file: string, piece?: Uint8Array): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch (cause) {
    throw new AppError('FILE_ENCODING', {
      message: `the code in ${file} is not UTF-8`,
      remedy: 'Save the file as UTF-8.',
      retryable: false,
      cause,
    });
  }
}

function tooLarge(file: string): AppError {
  return new AppError('FILE_TOO_LARGE', {
    message: `the code in ${file} is longer than ${CODE_LIMITS.codeBytes} bytes`,
    remedy: 'Split the code over several nodes.',
    retryable: false,
  });
}
