import { AppError } from '../kit/index.ts';

/** Names that Python knows and the Encoding standard does not. */
const PYTHON_NAMES: ReadonlyMap<string, string> = new Map([
  ['utf-8-sig', 'utf-8'],
  ['latin-1', 'latin1'],
  ['l1', 'latin1'],
  ['mbcs', 'windows-1252'],
]);

/**
 * True where files in this encoding can be read: all of the Encoding standard. Latin-1 and ASCII
 * are those of ISO and Python, not windows-1252 as on the web, so that what is read can be written.
 */
export function isReadable(encoding: string): boolean {
  try {
    new TextDecoder(labelOf(encoding));
    return true;
  } catch {
    // The constructor has no other way to say that a label is not known.
    return false;
  }
}

/** True where files in this encoding can be written. */
export function isWritable(encoding: string): boolean {
  return WRITERS.has(labelOf(encoding));
}

/**
 * The text of the pieces, in pieces, without a byte order mark. `utf-16` goes by the mark.
 *
 * Errors: FILE_ENCODING where bytes are no text in this encoding.
 */
export async function* decoded(
  pieces: AsyncIterable<Uint8Array>,
  encoding: string,
  path: string,
): AsyncGenerator<string> {
  let decoder: Decoder | undefined;
  let bytes = 0;
  for await (const piece of pieces) {
    decoder ??= decoderOf(labelOf(encoding), piece);
    const text = decode(decoder, piece, { path, encoding, bytes });
    bytes += piece.length;
    if (text !== '') yield text;
  }
  if (decoder === undefined) return;
  const rest = decode(decoder, undefined, { path, encoding, bytes });
  if (rest !== '') yield rest;
}

/** Bytes of a text. Errors: FILE_ENCODING for a character that the encoding does not have. */
export function encoded(text: string, encoding: string, path: string): Uint8Array {
  const writer = WRITERS.get(labelOf(encoding));
  if (writer === undefined) throw damaged(path, `${encoding} cannot be written`);
  if (writer.highest < 0xffff) {
    for (let index = 0; index < text.length; index += 1) {
      if (text.charCodeAt(index) <= writer.highest) continue;
      const letter = String.fromCodePoint(text.codePointAt(index) ?? 0);
      throw damaged(path, `${JSON.stringify(letter)} cannot be written in ${encoding}`);
    }
  }
  return Buffer.from(text, writer.name);
}

interface Writer {
  readonly name: 'utf8' | 'utf16le' | 'latin1';
  /** The highest code unit that it can hold. */
  readonly highest: number;
}

const UTF8: Writer = { name: 'utf8', highest: 0xffff };
const UTF16: Writer = { name: 'utf16le', highest: 0xffff };
const LATIN1: Writer = { name: 'latin1', highest: 0xff };
const ASCII: Writer = { name: 'latin1', highest: 0x7f };

const WRITERS: ReadonlyMap<string, Writer> = new Map([
  ['utf-8', UTF8],
  ['utf8', UTF8],
  ['utf-16le', UTF16],
  ['latin1', LATIN1],
  ['iso-8859-1', LATIN1],
  ['ascii', ASCII],
  ['us-ascii', ASCII],
]);

function labelOf(encoding: string): string {
  const label = encoding.trim().toLowerCase();
  // `shift_jis` is a label of the standard; `utf_8` is Python's spelling of one.
  const dashed = label.startsWith('utf_') || label === 'latin_1' ? label.replace(/_/g, '-') : label;
  return PYTHON_NAMES.get(dashed) ?? dashed;
}

function byteOrder(label: string, first: Uint8Array): string {
  return label === 'utf-16' && first[0] === 0xfe && first[1] === 0xff ? 'utf-16be' : label;
}

interface Decoder {
  /** Without a piece: what is left at the end. Throws where bytes are no text. */
  decode(piece?: Uint8Array, options?: { readonly stream: boolean }): string;
}

function decoderOf(label: string, first: Uint8Array): Decoder {
  const writer = WRITERS.get(label);
  if (writer?.name === 'latin1') return byteDecoder(writer.highest);
  return new TextDecoder(byteOrder(label, first), { fatal: true });
}

/** Each byte is the character with its number. */
function byteDecoder(highest: number): Decoder {
  return {
    decode(piece = new Uint8Array()) {
      if (highest < 0xff && piece.some((byte) => byte > highest)) {
        throw new RangeError('a byte is beyond the encoding');
      }
      return Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
    },
  };
}

interface Spot {
  readonly path: string;
  readonly encoding: string;
  readonly bytes: number;
}

function decode(decoder: Decoder, piece: Uint8Array | undefined, spot: Spot): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch (cause) {
    const where = spot.bytes === 0 ? '' : ` after byte ${spot.bytes}`;
    throw damaged(spot.path, `is not ${spot.encoding} text${where}`, cause);
  }
}

function damaged(path: string, problem: string, cause?: unknown): AppError {
  return new AppError('FILE_ENCODING', { message: `${path}: ${problem}`, cause, retryable: false });
}
