/** The frames of src/sandbox/frames.ts as an attacker would write them: without its checks. */
export interface WireFrame {
  readonly sequence: number;
  readonly note: number;
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const PREFIX_BYTES = 16;

/** One frame as bytes. */
export function wireFrame({ sequence, note, header, body }: WireFrame): Buffer {
  const [head, tail] = [Buffer.from(JSON.stringify(header)), Buffer.from(body)];
  const prefix = Buffer.alloc(PREFIX_BYTES);
  for (const [index, word] of [head.length, tail.length, sequence, note].entries()) {
    prefix.writeUInt32BE(word, 4 * index);
  }
  return Buffer.concat([prefix, head, tail]);
}

/** The whole frames at the start of the bytes, and the bytes behind them. */
export function readWire(bytes: Buffer): {
  readonly frames: readonly WireFrame[];
  readonly rest: Buffer;
} {
  const frames: WireFrame[] = [];
  let rest = bytes;
  while (rest.length >= PREFIX_BYTES) {
    const headerEnd = PREFIX_BYTES + rest.readUInt32BE(0);
    const end = headerEnd + rest.readUInt32BE(4);
    if (rest.length < end) break;
    frames.push({
      sequence: rest.readUInt32BE(8),
      note: rest.readUInt32BE(12),
      header: JSON.parse(rest.toString('utf8', PREFIX_BYTES, headerEnd)),
      body: rest.toString('utf8', headerEnd, end),
    });
    rest = rest.subarray(end);
  }
  return { frames, rest };
}
