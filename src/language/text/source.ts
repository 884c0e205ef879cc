import { FLOW_TEXT_LIMITS, formatSize } from '../../base/index.ts';
import { AppError, type Place } from '../../errors/index.ts';
import { firstBadByte } from './utf8.ts';

const SOURCE_LINE_LENGTH = 200;

/** The text of one flow and its lines. Offsets count UTF-16 units of `text`. */
export interface Source {
  readonly file: string | undefined;
  readonly text: string;
  /** The place of an offset; `path` is the path in the document. Cost: logarithmic in the lines. */
  place(offset: number, path: string): Place;
  /** Line n, counted from 1, without its line break, cut at 200 characters. */
  line(number: number): string;
}

/**
 * Makes a Source of a file's bytes or text. A byte order mark is dropped. Throws AppError
 * FLOW_TOO_LARGE before anything is read, and FLOW_NOT_TEXT with the place of the first byte that
 * is not UTF-8 or of the first character that no text has.
 */
export function readSource(
  input: string | Uint8Array,
  options: { readonly file?: string | undefined; readonly textBytes?: number | undefined },
): Source {
  const textBytes = options.textBytes ?? FLOW_TEXT_LIMITS.textBytes;
  if (sizeOf(input, textBytes) > textBytes) {
    throw new AppError('FLOW_TOO_LARGE', {
      message: `the flow is larger than ${formatSize(textBytes)}`,
      place: { ...named(options.file), line: 1, column: 1, path: '', sourceLine: '' },
    });
  }
  const text = typeof input === 'string' ? input : decode(input, options.file);
  const source = sourceOf(
    withLineFeeds(text.startsWith('\ufeff') ? text.slice(1) : text),
    options.file,
  );
  refuseControls(source);
  return source;
}

// YAML 1.2.2, section 5.4: a carriage return alone breaks a line too. The parser does not know it;
// one character for another keeps every place where it is.
function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text;
}

function sizeOf(input: string | Uint8Array, limit: number): number {
  if (typeof input !== 'string') return input.byteLength;
  // No UTF-16 unit takes more than three bytes, so only a text near the limit is really counted.
  if (input.length > limit || input.length * 3 <= limit) return input.length;
  return new TextEncoder().encode(input).byteLength;
}

function decode(bytes: Uint8Array, file: string | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const offset = firstBadByte(bytes) ?? 0;
    const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, offset));
    const value = (bytes[offset] ?? 0).toString(16).padStart(2, '0');
    const isUtf16 = offset === 0 && (bytes[0] === 0xff || bytes[0] === 0xfe);
    throw new AppError('FLOW_NOT_TEXT', {
      message: isUtf16
        ? 'the file is UTF-16, not UTF-8'
        : `byte ${offset} of the file (0x${value}) is not UTF-8`,
      place: sourceOf(before, file).place(before.length, ''),
    });
  }
}

function sourceOf(text: string, file: string | undefined): Source {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const line = (number: number): string => {
    const start = starts[number - 1] ?? text.length;
    const end = (starts[number] ?? text.length + 1) - 1;
    const cut = text.slice(start, Math.min(end, start + SOURCE_LINE_LENGTH));
    return cut.endsWith('\r') ? cut.slice(0, -1) : cut;
  };
  const place = (offset: number, path: string): Place => {
    const inside = Math.max(0, Math.min(offset, text.length));
    const number = lineOf(starts, inside);
    const column = inside - (starts[number - 1] ?? 0) + 1;
    return { ...named(file), line: number, column, path, sourceLine: line(number) };
  };
  return { file, text, place, line };
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

// YAML 1.2.2, section 5.1: tab, line breaks and printable characters only. A byte order mark inside
// the text is refused as well: it hides in a name.
const NOT_TEXT = /(?![\t\n\r\u0085])\p{Cc}|[\ufeff\ufffe\uffff]|\p{Cs}/u;

function refuseControls(source: Source): void {
  const offset = source.text.search(NOT_TEXT);
  if (offset === -1) return;
  const code = source.text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  throw new AppError('FLOW_NOT_TEXT', {
    message: `the flow holds the character U+${code}, which text does not have`,
    remedy: 'Remove the character; inside double quotes it can be written as an escape.',
    place: source.place(offset, ''),
  });
}

function named(file: string | undefined): { file?: string } {
  return file === undefined ? {} : { file };
}
