/**
 * Frames between the server and a process that runs code: four bytes with the length of a JSON
 * header, four with the length of a text body, both big-endian, then header and body in UTF-8.
 * Large data goes in the body, so that it is never wrapped into JSON a second time.
 */
const PREFIX_BYTES = 8;

export interface Frame {
  /** Parsed JSON of unknown shape: whoever reads it checks it. */
  readonly header: unknown;
  readonly body: Buffer;
}

export interface FrameLimits {
  readonly headerBytes: number;
  readonly bodyBytes: number;
}

/** One frame as bytes to write. Linear in its size. */
export function encodeFrame(header: object, body: string): Buffer {
  const headerText = JSON.stringify(header);
  const headerBytes = Buffer.byteLength(headerText);
  const bodyBytes = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + headerBytes + bodyBytes);
  frame.writeUInt32BE(headerBytes, 0);
  frame.writeUInt32BE(bodyBytes, 4);
  frame.write(headerText, PREFIX_BYTES);
  frame.write(body, PREFIX_BYTES + headerBytes);
  return frame;
}

/**
 * Cuts a stream of bytes into frames. `push` throws on a frame over the limits or with a header
 * that is not JSON; the stream is then of no use any more. Holds at most one frame and one piece.
 */
export class FrameReader {
  readonly #limits: FrameLimits;
  #pieces: Buffer[] = [];
  #held = 0;
  #wanted = PREFIX_BYTES;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** The frames that are whole now. Pieces are joined once a frame, so cost is linear. */
  push(piece: Buffer): readonly Frame[] {
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (this.#held < this.#wanted) return [];
    let bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces, this.#held);
    const frames: Frame[] = [];
    for (;;) {
      this.#wanted = this.#frameBytes(bytes);
      if (bytes.length < this.#wanted || bytes.length < PREFIX_BYTES) break;
      frames.push(readFrame(bytes.subarray(0, this.#wanted)));
      bytes = bytes.subarray(this.#wanted);
    }
    this.#pieces = bytes.length === 0 ? [] : [bytes];
    this.#held = bytes.length;
    return frames;
  }

  #frameBytes(bytes: Buffer): number {
    if (bytes.length < PREFIX_BYTES) return PREFIX_BYTES;
    const headerBytes = bytes.readUInt32BE(0);
    const bodyBytes = bytes.readUInt32BE(4);
    if (headerBytes > this.#limits.headerBytes || bodyBytes > this.#limits.bodyBytes) {
      throw new Error(`a frame of ${headerBytes} + ${bodyBytes} bytes is over the limit`);
    }
    return PREFIX_BYTES + headerBytes + bodyBytes;
  }
}

function readFrame(frame: Buffer): Frame {
  const bodyStart = PREFIX_BYTES + frame.readUInt32BE(0);
  const header: unknown = JSON.parse(frame.toString('utf8', PREFIX_BYTES, bodyStart));
  return { header, body: frame.subarray(bodyStart) };
}
