/**
 * Frames between the server and a process that runs code: four big-endian words of four bytes each
 * (length of a JSON header, length of a text body, number of the job, a note), then header and body
 * in UTF-8. Large data goes in the body, so that it is never wrapped into JSON a second time.
 * Number and note stand outside of the header for a process that passes frames on without reading
 * them.
 */
export const PREFIX_BYTES = 16;

export interface FrameAddress {
  /** Which job the frame belongs to; jobs of one process count from 1, and 0 is no job. */
  readonly sequence: number;
  /** Of a job: milliseconds that it may take. Of a reply: 1 where more of the same job follows. */
  readonly note: number;
}

export interface Frame extends FrameAddress {
  /** Parsed JSON of unknown shape: whoever reads it checks it. */
  readonly header: unknown;
  readonly headerBytes: number;
  readonly body: Buffer;
}

export interface FrameLimits {
  readonly headerBytes: number;
  readonly bodyBytes: number;
}

/** One frame as bytes to write. Linear in its size. */
export function encodeFrame(address: FrameAddress, header: object, body: string): Buffer {
  const headerText = JSON.stringify(header);
  const headerBytes = Buffer.byteLength(headerText);
  const bodyBytes = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + headerBytes + bodyBytes);
  frame.writeUInt32BE(headerBytes, 0);
  frame.writeUInt32BE(bodyBytes, 4);
  frame.writeUInt32BE(address.sequence, 8);
  frame.writeUInt32BE(address.note, 12);
  frame.write(headerText, PREFIX_BYTES);
  frame.write(body, PREFIX_BYTES + headerBytes);
  return frame;
}

/**
 * Cuts a stream of bytes into frames. `push` throws on a frame over the limits or with a header
 * that is not JSON; the stream is then of no use any more. Holds at most one frame.
 */
export class FrameReader {
  readonly #limits: FrameLimits;
  /** What is there of a prefix; then of a frame, with room for all of it. */
  #held: Buffer = Buffer.alloc(PREFIX_BYTES);
  #length = 0;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Whether a frame has begun that is not whole yet. */
  get isWithin(): boolean {
    return this.#length > 0;
  }

  /** The frames that are whole now. Each byte is copied at most once, so cost is linear. */
  push(piece: Buffer): readonly Frame[] {
    const frames: Frame[] = [];
    let rest = piece;
    while (rest.length > 0) {
      const taken = rest.copy(this.#held, this.#length);
      this.#length += taken;
      rest = rest.subarray(taken);
      if (this.#length < this.#held.length) break;
      const wanted = this.#frameBytes(this.#held);
      if (this.#length < wanted) this.#makeRoom(wanted);
      else frames.push(this.#takeOut());
    }
    return frames;
  }

  /** Memory is only used as bytes arrive, whatever length was announced. */
  #makeRoom(bytes: number): void {
    const room = Buffer.allocUnsafeSlow(bytes);
    this.#held.copy(room);
    this.#held = room;
  }

  #takeOut(): Frame {
    const frame = this.#held;
    this.#held = Buffer.alloc(PREFIX_BYTES);
    this.#length = 0;
    return readFrame(frame);
  }

  #frameBytes(bytes: Buffer): number {
    const headerBytes = bytes.readUInt32BE(0);
    const bodyBytes = bytes.readUInt32BE(4);
    if (headerBytes > this.#limits.headerBytes || bodyBytes > this.#limits.bodyBytes) {
      throw new Error(`a frame of ${headerBytes} + ${bodyBytes} bytes is over the limit`);
    }
    return PREFIX_BYTES + headerBytes + bodyBytes;
  }
}

function readFrame(frame: Buffer): Frame {
  const headerBytes = frame.readUInt32BE(0);
  const bodyStart = PREFIX_BYTES + headerBytes;
  const header: unknown = JSON.parse(frame.toString('utf8', PREFIX_BYTES, bodyStart));
  const [sequence, note] = [frame.readUInt32BE(8), frame.readUInt32BE(12)];
  return { sequence, note, header, headerBytes, body: frame.subarray(bodyStart) };
}
