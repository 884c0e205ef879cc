import { AppError } from '../errors/index.ts';

const PATH_LENGTH_MAX = 4_096;
const NAME_BYTES_MAX = 255;

/**
 * Threat: a path that leaves its folder (directory traversal, guide claim G1.036). The pure part:
 * what can be told from the text alone. Nothing is ever decoded for use: `%2e` is three characters
 * of a name; but a text that would traverse, or end early, for a reader who decodes it, once or
 * twice, is refused, since such a reader may be next in line. `\` counts as a separator here for
 * the same reason.
 *
 * Gives the names of the path without empty ones and `.`; an absolute path loses its first `/`.
 * Errors: PATH_REFUSED.
 */
export function namesOfPath(text: string): readonly string[] {
  if (text.trim() === '') throw refusedPath(text, 'is empty');
  if (text.length > PATH_LENGTH_MAX) {
    throw refusedPath(text, `is longer than ${PATH_LENGTH_MAX} characters`);
  }
  if (hasControl(text)) throw refusedPath(text, 'has a line break or control character in it');
  if (/\p{Surrogate}/u.test(text)) throw refusedPath(text, 'is not valid Unicode');
  const once = decoded(text);
  const twice = decoded(once);
  if (climbs(text)) throw refusedPath(text, 'climbs with ".."');
  if (climbs(once) || climbs(twice)) throw refusedPath(text, 'hides a ".." by encoding it');
  if (twice.includes('\0')) throw refusedPath(text, 'hides a NUL character by encoding it');
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  if (names.some((name) => Buffer.byteLength(name) > NAME_BYTES_MAX)) {
    throw refusedPath(text, `has a name longer than ${NAME_BYTES_MAX} bytes`);
  }
  return names;
}

/** The refusal of a path, showing the path as the flow gave it and never where it leads. */
export function refusedPath(path: string, problem: string): AppError {
  return new AppError('PATH_REFUSED', {
    message: `the path ${shown(path)} ${problem}`,
    retryable: false,
  });
}

/** A path in quotes, cut at 200 characters, on one line. */
export function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path);
}

function climbs(text: string): boolean {
  return text.split(/[/\\]/).includes('..');
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}
