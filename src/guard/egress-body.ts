import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { formatSize, HTTP_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';

type Inflater = (data: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const inflateZlib: Inflater = promisify(inflate);
const inflateBare: Inflater = promisify(inflateRaw);

/**
 * `deflate` means the zlib format, but some servers send the bare one (RFC 9110 section 8.4.1.2).
 */
const inflateEither: Inflater = (data, options) =>
  ((data[0] ?? 0) & 0x0f) === 8 ? inflateZlib(data, options) : inflateBare(data, options);

const INFLATERS: ReadonlyMap<string, Inflater> = new Map<string, Inflater>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', inflateEither],
  ['br', promisify(brotliDecompress)],
]);

const ENCODINGS_MAX = 3;

/**
 * The whole body, inflated. Threat: a small answer that inflates to gigabytes. Both the bytes on
 * the wire and those of every stage of inflation are held below `HTTP_LIMITS.responseBytes`.
 *
 * Errors: HTTP_TOO_LARGE; HTTP_FAILED for an encoding that is unknown or damaged.
 */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  contentEncoding: string,
  host: string,
): Promise<Uint8Array> {
  const stages = contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  let data: Uint8Array = await collect(chunks, host);
  if (data.length === 0) return data;
  if (stages.length > ENCODINGS_MAX) throw undecodable(host, contentEncoding, undefined);
  for (const stage of stages.reverse()) {
    const inflater = INFLATERS.get(stage);
    if (inflater === undefined) throw undecodable(host, stage, undefined);
    try {
      data = await inflater(data, { maxOutputLength: HTTP_LIMITS.responseBytes });
    } catch (cause) {
      if (isTooLarge(cause)) throw tooLarge(host);
      throw undecodable(host, stage, cause);
    }
  }
  return data;
}

async function collect(chunks: AsyncIterable<Uint8Array>, host: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of chunks) {
    bytes += piece.length;
    if (bytes > HTTP_LIMITS.responseBytes) throw tooLarge(host);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

function isTooLarge(cause: unknown): boolean {
  return cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(host: string): AppError {
  return new AppError('HTTP_TOO_LARGE', {
    message: `the answer of ${host} is over ${formatSize(HTTP_LIMITS.responseBytes)}`,
    retryable: false,
  });
}

function undecodable(host: string, encoding: string, cause: unknown): AppError {
  return new AppError('HTTP_FAILED', {
    message: `the answer of ${host} cannot be read as ${encoding.slice(0, 60)}`,
    remedy: 'Set the header accept-encoding to identity.',
    cause,
    retryable: false,
  });
}
