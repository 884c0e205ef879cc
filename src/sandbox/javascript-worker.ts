import { readFileSync } from 'node:fs';
import { CODE_LIMITS } from '../base/index.ts';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';
import { type Outcome, Room } from './guest/room.ts';
import { JOB_LIMITS, type Job, READY, type Reply } from './protocol.ts';

const WASM_FILE = './emscripten-module.wasm';

/**
 * The whole program of a process that runs JavaScript: jobs come in on standard input, replies go
 * out on standard output. It opens one file, before the first job: the interpreter's WebAssembly,
 * which the build puts beside this program's bundle.
 */
async function main(): Promise<void> {
  const module = new WebAssembly.Module(readFileSync(new URL(WASM_FILE, import.meta.url)));
  const frames = new FrameReader(JOB_LIMITS);
  const watch = endWith(process.ppid);
  const newRoom = (memoryBytesMax: number) => Room.open({ module, memoryBytesMax, watch });
  let room = await newRoom(CODE_LIMITS.memoryBytes);
  let turn = Promise.resolve();

  async function serve({ header, body }: Frame): Promise<void> {
    // Only the server writes to this process, so the header is a job.
    const job = header as Job;
    const memoryBytes = job.kind === 'run' ? job.memoryBytes : room.memoryBytesMax;
    if (room.memoryBytesMax !== memoryBytes) room = await newRoom(memoryBytes);
    const outcome = job.kind === 'run' ? room.run(job, body.toString()) : room.check(job.code);
    send(replyOf(job.sequence, room, outcome), 'text' in outcome ? outcome.text : '');
    room = await newRoom(memoryBytes);
  }

  process.stdin.on('data', (piece: Buffer) => {
    for (const frame of frames.push(piece)) turn = turn.then(() => serve(frame));
  });
  process.stdin.on('end', () => process.exit(0));
  send(READY, '');
}

/**
 * Ends this process where its parent is another than it was: a server that was killed could not
 * kill it, and code that never ends would not let it see its input end.
 */
function endWith(server: number): () => void {
  return () => {
    if (process.ppid !== server) process.exit(1);
  };
}

function replyOf(sequence: number, room: Room, outcome: Outcome): Reply {
  const ended = { sequence, logs: room.logs(), retire: needsEnd(room, outcome) };
  return 'text' in outcome
    ? { kind: 'value', ...ended }
    : { kind: 'failure', ...outcome, ...ended };
}

/** A room that grew large lies in this process until it is collected; one that broke is a doubt. */
function needsEnd(room: Room, outcome: Outcome): boolean {
  const isMemory = 'reason' in outcome && outcome.reason === 'memory';
  return isMemory || room.isBroken || room.memoryBytes > CODE_LIMITS.memoryBytes;
}

function send(header: object, body: string): void {
  process.stdout.write(encodeFrame(header, body));
}

await main();
